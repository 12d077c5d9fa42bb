//! Decides what an exchange decides: which orders trade, at which price, and what that does to each account. It never
//! reads a clock, a socket, a file or a random number, and it knows nothing of JSON or of LMEX's wire.
//!
//! [`Engine::apply`] takes one [`Stamped`] command and appends its [`Event`]s. Inside, one function decides one event
//! and only reads; [`Engine::evolve`] is the only mutator. So every change has an event, and replaying the
//! events gives an equal state ([`Engine::digest`]).
//!
//! # Rules
//!
//! Where LMEX publishes no rule, the usual one of the field was chosen; [`formulas`] says which, with units and sources.
//!
//! **Orders**
//!
//! * **Priority**: price, then time. An amend keeps its place only when it makes the order smaller at its price; any other
//!   is looked at, and comes in again, like a new order, unless it only makes the order less risky.
//! * **Self-trade**: an incoming order that would next trade with one of its own account is cancelled, what it
//!   traded before stays; the resting order stays. (LMEX: status 6 or 7.)
//! * **Market orders** trade no further than the price protection and never rest.
//! * **Post-only** that would trade is accepted and cancelled (LMEX: status 6); an amend to such a price is refused.
//! * **Reduce-only** orders are cut to the position when they come in and whenever it shrinks.
//! * **Fill or kill** looks at all that is there, without the account's own orders, before any fill.
//! * **Small orders** are refused, or where the market says so hidden and charged the taker fee ([`SmallOrders`]).
//! * **Algo orders** follow the index ([`Peg`]): rounded away from the market, cut to the protection and to their limit.
//!   Whenever their price changes they go to the back of the queue, and may trade.
//! * **A dead man's switch** ([`Command::CancelAllAfter`]) cancels all orders of an account, then is used up.
//!
//! **Orders that wait**
//!
//! * A **trigger** fires when the mark price, or the last trade, is at its price or beyond. Due orders come one by one:
//!   those of the mark first, then the nearest, then the oldest. None fires unless the market is active.
//! * What waits reserves no margin. Band, position, risk limit and margin are judged when it fires; then it may end as
//!   `NotAllowed` or `InsufficientMargin`. A **trailing** stop follows the best price, rounded away from it.
//! * **One cancels the other**: when either leg trades, fires or ends, the other is cancelled first.
//! * **Exits** are market orders for all of a position that wait, at most one for profit and one for loss. An order brings
//!   them with the first fill that leaves a position of its own direction; they end when the position does or turns.
//!
//! **Positions**
//!
//! * **Modes**, per account and market, changed only when there is nothing: one net position; a long and a short one; any
//!   number, each with its own money ([`PositionMode`]).
//! * **Tiers** ([`Tiers`]): the position at the mark price with the orders of one side stays within its tier's limit. The
//!   tier sets maintenance margin and the least initial margin; else that is 1 / leverage.
//! * **Order margin** is that of the dearer side, as far as it goes beyond closing the position. A new order also needs the
//!   taker fee and the loss it would open with, once, when it is accepted.
//! * **Isolated** positions have a wallet: opening moves initial margin and fee into it, closing moves its share out. It may
//!   be larger or smaller by profits, fees and funding. The owner's own close may cost the balance; the venue's never.
//! * **Withdrawals** take what is available, less unrealised profit.
//!
//! **Liquidation**, in this order, when equity is below maintenance margin at the mark price, of all cross positions or of
//! one isolated position:
//!
//! 1. Its orders are cancelled, also those that wait and bound exits. The cross legs of a hedge close each other.
//! 2. The venue closes the position with the largest loss in the book: of a tier above the first only what brings it to the
//!    tier below. It trades as far as the protection and the insurance fund go.
//! 3. What the book could not take is closed, at the bankruptcy price, against the positions with the most leveraged profit
//!    (**auto-deleveraging**), the crowd's last. How far from the mark that may be: [`formulas`].
//! 4. A debt that is left is paid by the insurance fund, which may go below zero. The fund earns the liquidation fee.
//!
//! Only then do orders come in whose trigger the same price reaches. A trader's own order closes no further than the
//! bankruptcy price of its position: what would leave a debt is cancelled ([`CancelReason::Bankruptcy`]).
//!
//! **Prices, funding, the crowd**
//!
//! * The **mark** is given, or 75 % index and 25 % impact mid price ([`MarkRules`]). It moves when prices are set.
//! * **Funding** is paid by all positions, each rounded against its owner, whether or not the market is open; nobody is
//!   liquidated until all have paid ([`FundingRules`]).
//! * **Market states** ([`Trading`]): halted takes cancels only; closed has no orders. Both go on with prices and funding.
//! * **The crowd** ([`AccountId::CROWD`]) is a quantity between users' orders, set by absolute depth messages. What a
//!   user takes from it is back at the next message that names the level: the tape knows nothing of us.
//!
//! # Money
//!
//! [`Money`] counts 1e-12 of the quote currency. A market is opened only if tick × contract size is a whole number of
//! units, so every notional is exact. Fees are rounded up. Sum of balances and isolated wallets − positions' costs + fee
//! income + insurance fund + rounding residue = deposits, exactly and always; [`Engine::audit`] proves it.

mod book;
mod condition;
mod deleverage;
mod engine;
pub mod formulas;
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
mod solvency;
mod trigger;

#[doc(hidden)]
pub use book::BareBook;
pub use book::QueueModel;
pub use condition::{Crossing, Exit, Exits, NewTrigger, OcoStop, Peg, PriceSource, Trigger, TriggerKind};
pub use engine::{AuditError, Config, Engine, LegView, MarketView, NewTerms, PositionView, Queued};
pub use id::{AccountId, MarketId};
pub use leg::{LegId, MarginMode, PositionMode};
pub use margin::{Tier, Tiers, Wallet};
pub use market::{FundingRules, MarkRules, MarketRules, SmallOrders, Trading};
pub use message::{
    AmendCause, CancelReason, CancelTarget, Command, Conflict, CrowdLevel, CrowdPurpose, Deleveraged, Event,
    Fill, Fixed, InstrumentPart, LevelCause, LevelChange, NewOrder, OpenedMarket, OrderRef, Party, Refusal,
    Stamped,
};
pub use money::{Money, MoneyError};
pub use order::{Order, Purpose};
pub use rate::{Rate, RateError};
