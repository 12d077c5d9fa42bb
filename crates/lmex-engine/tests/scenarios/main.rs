//! Scenarios as a trader would write them down: what happens, what follows, and the book after it.
//!
//! A script has a command a line. `=>` lines below it are all the events it must give, in order; `|` lines are the
//! whole book after it, asks above bids, each level's queue front first; `~` lines are all orders that wait; `:` lines
//! are an account after it: for `A/long` one of A's legs (`one-way`, `long`, `short`, `#1`), for `A$` A's whole wallet.
//! A line that begins with `other` is about a second market, like the first one, which `open other` opens.
//! Contracts are worth price × 1 USDT. A, B and C trade without fees, F pays 2 and 5 basis points, R is given 1 as maker
//! and pays 4; each has 100,000 USDT. After every command the engine is audited, and a replica that only evolves by the
//! events must agree.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helper functions are tests too")]

mod amends;
mod bankruptcy;
mod basics;
mod cancel_all_after;
mod crowd;
mod deleveraging;
mod exits;
mod funding;
mod insurance;
mod interplay;
mod isolated;
mod leverage;
mod liquidation;
mod margin;
mod mark;
mod market_states;
mod modes;
mod oco;
mod own_money;
mod pegs;
mod protection;
mod reduce_only;
mod script;
mod spam;
mod takeover;
mod tiers;
mod time_in_force;
mod trailing;
mod triggers;
mod withdraw;

use script::{check, check_in};
