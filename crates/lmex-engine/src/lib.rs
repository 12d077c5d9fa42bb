//! Decides what an exchange decides: which orders trade, at which price, and what that does to each account. It never
//! reads a clock, a socket, a file or a random number, and it knows nothing of JSON or of LMEX's wire.
//!
//! [`Engine::apply`] takes one [`Stamped`] command and appends its [`Event`]s. Inside, one function decides one event
//! and only reads; [`Engine::evolve`] is the only mutator. So every change has an event, and replaying the
//! events gives an equal state ([`Engine::digest`]).
//!
//! # Rules
//!
//! * **Priority**: price, then time. An amend keeps its place only when it makes the order smaller at its price.
//! * **Self-trade**: an incoming order that would next trade with one of its own account is cancelled, what it
//!   traded before stays; the resting order stays. (LMEX: status 6 or 7.)
//! * **Market orders** trade no further than the price protection and never rest.
//! * **Post-only** that would trade is accepted and cancelled (LMEX: status 6); an amend to such a price is refused.
//! * **Reduce-only** orders are cut to the position when they come in and whenever it shrinks.
//! * **Fill or kill** looks at all that is there, without the account's own orders, before any fill.
//! * **The crowd** ([`AccountId::CROWD`]) is a quantity between users' orders, set by absolute depth messages. What a
//!   user takes from it is back at the next message that names the level: the tape knows nothing of us.
//!
//! # Money
//!
//! [`Money`] counts 1e-12 of the quote currency. A market is opened only if tick × contract size is a whole number of
//! units, so every notional is exact. Fees are rounded up. Sum of balances − sum of positions' costs + fee income =
//! deposits, exactly and always; [`Engine::audit`] proves it.

mod book;
mod condition;
mod deleverage;
mod engine;
mod funding;
mod id;
mod leg;
mod liquidation;
mod margin;
mod mark;
mod market;
mod matching;
mod message;
mod money;
mod order;
mod rate;
mod trigger;

pub use book::QueueModel;
pub use condition::{Crossing, Exit, Exits, NewTrigger, OcoStop, Peg, PriceSource, Trigger, TriggerKind};
pub use engine::{AuditError, Config, Engine, LegView, MarketView, PositionView, Queued};
pub use id::{AccountId, MarketId};
pub use leg::{LegId, MarginMode, PositionMode};
pub use margin::{Tier, Tiers, Wallet};
pub use market::{FundingRules, MarkRules, MarketRules, SmallOrders, Trading};
pub use message::{
    AmendCause, CancelReason, CancelTarget, Command, CrowdLevel, CrowdPurpose, Deleveraged, Event, Fill,
    LevelCause, LevelChange, NewOrder, OpenedMarket, OrderRef, Party, Refusal, Stamped,
};
pub use money::{Money, MoneyError};
pub use order::{Order, Purpose};
pub use rate::{Rate, RateError};
