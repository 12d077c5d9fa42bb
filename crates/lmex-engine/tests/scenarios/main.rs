//! Scenarios as a trader would write them down: what happens, what follows, and the book after it.
//!
//! A script has a command a line. `=>` lines below it are all the events it must give, in order; `|` lines are the
//! whole book after it, asks above bids, each level's queue front first; `~` lines are all orders that wait; `:` lines
//! are an account after it.
//! Contracts are worth price × 1 USDT. A, B and C trade without fees, F pays 2 and 5 basis points; each has
//! 100,000 USDT. After every command the engine is audited, and a replica that only evolves by the events must agree.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helper functions are tests too")]

mod amends;
mod basics;
mod crowd;
mod exits;
mod margin;
mod oco;
mod reduce_only;
mod script;
mod time_in_force;
mod trailing;
mod triggers;

use script::check;
