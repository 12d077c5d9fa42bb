//! Why a command is refused, in the order of the checks.

use serde::{Deserialize, Serialize};

use super::{Conflict, Fixed, InstrumentPart};
use crate::{AccountId, LegId, MarketId, Money, PositionMode};

/// Why a command changes nothing. Checks run in this order, so the first that applies is the one reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Refusal {
    /// No such market.
    #[error("market {0} is not open here: open it first")]
    UnknownMarket(MarketId),
    /// No such account, or the crowd's.
    #[error("account {0} can't be used: open an account other than 0 first")]
    UnknownAccount(AccountId),
    /// A market with this number exists.
    #[error("market {0} exists already: take another number")]
    MarketExists(MarketId),
    /// An instrument whose values the engine can't count exactly.
    #[error(
        "instrument can't be traded: {0} is out of range; sizes must be above zero, tick × contractSize a whole number of 1e-12, and the largest order below 1e12 in the quote currency"
    )]
    InstrumentOutOfRange(InstrumentPart),
    /// A fee beyond the whole notional.
    #[error("fees must lie between -1 and 1, as parts of the notional: 0.0005 is 5 basis points")]
    FeeOutOfRange,
    /// A deposit of nothing, or too much to count.
    #[error("amount {0} must be above zero and at most 1e15")]
    AmountOutOfRange(Money),
    /// A withdrawal of more than is free.
    #[error("amount {amount} is more than the {available} available: withdraw less, or free margin first")]
    NotAvailable {
        /// As given.
        amount: Money,
        /// What could be withdrawn.
        available: Money,
    },
    /// An order or a setting for another mode than is set.
    #[error(
        "positionMode does not fit: the market is set to {set:?}; change positionMode first, or leave it out"
    )]
    PositionModeInvalid {
        /// What is set.
        set: PositionMode,
    },
    /// A leg that the account does not have here.
    #[error("positionId {0} is not a position of this account in this market and mode")]
    UnknownLeg(LegId),
    /// Reduce-only in the isolated mode, without saying which position: there may be several.
    #[error("positionId is missing: in positionMode ISOLATED say which position to reduce")]
    LegMissing,
    /// Mode, or cross to isolated, with a position or orders open.
    #[error(
        "positionMode and marginMode can't be changed with a position or orders open: close and cancel them first"
    )]
    NotFlat,
    /// A tier that the market does not have.
    #[error("riskLimitLevel {level} does not exist: use 1 to {max}")]
    RiskLimitOutOfRange {
        /// As given.
        level: u32,
        /// The highest.
        max: u32,
    },
    /// The market takes no orders now.
    #[error("market {0} is closed for trading: wait until it opens")]
    MarketClosed(MarketId),
    /// Amend or cancel of an order that is not open (any more).
    #[error("order not found among open orders: it is filled, cancelled or was never accepted")]
    OrderNotFound,
    /// An open order has this id.
    #[error("orderID is in use by an open order: take a new one")]
    DuplicateOrderId,
    /// An open order of the account in the market has this client id.
    #[error("clOrderID is in use by an open order: take another or cancel that one")]
    DuplicateClientId,
    /// Close without a position.
    #[error("no position to close in market {0}")]
    NoPosition(MarketId),
    /// Exits without any.
    #[error("takeProfitPrice and stopLossPrice are both missing: give at least one")]
    NoExit,
    /// Conditions that exclude each other.
    #[error("{0} can't be combined")]
    Incompatible(Conflict),
    /// An amend of what this order does not have, or that can't change any more.
    #[error("{0} of this order can't be amended: cancel it and place a new one")]
    NotAmendable(Fixed),
    /// An amend that asks for nothing new.
    #[error("nothing to amend: give a new price or a new size")]
    NothingToAmend,
    /// Leverage above what the tier of the risk limit allows.
    #[error("leverage {leverage} is above the market's maximum: use at most {max}, or 0 for it")]
    LeverageOutOfRange {
        /// As given.
        leverage: u32,
        /// The market's maximum.
        max: u32,
    },
    /// Fewer or more contracts than the market takes.
    #[error("size {contracts} contracts is out of range: use {min} to {max}")]
    SizeOutOfRange {
        /// As given.
        contracts: i64,
        /// The fewest.
        min: i64,
        /// The most.
        max: i64,
    },
    /// Not a multiple of the market's step.
    #[error("size {contracts} contracts is not a multiple of {step}")]
    SizeOffStep {
        /// As given.
        contracts: i64,
        /// The market's step.
        step: i64,
    },
    /// An amend to no more than what is filled.
    #[error("size {contracts} contracts is not above the {filled} already filled: cancel the order instead")]
    SizeBelowFilled {
        /// As given.
        contracts: i64,
        /// Already filled.
        filled: i64,
    },
    /// Zero, negative, or above what the engine counts exactly.
    #[error("price of {price} ticks is out of range: use 1 to {max}")]
    PriceOutOfRange {
        /// As given, in ticks.
        price: i64,
        /// The largest, in ticks.
        max: i64,
    },
    /// A trigger on the wrong side of the price, or at it: it would fire at once.
    #[error(
        "triggerPrice of {price} ticks is on the wrong side of the price it is compared with: it would fire at once"
    )]
    TriggerWrongSide {
        /// As given, in ticks.
        price: i64,
    },
    /// A trail of nothing, or beyond the price.
    #[error("trailValue of {trail} ticks is out of range: use more than 0 and less than the price")]
    TrailOutOfRange {
        /// As given, in ticks.
        trail: i64,
    },
    /// A peg too far from the index.
    #[error("deviation must lie between -10 and 10 percent, stealth above 0 and at most 100 percent")]
    PegOutOfRange,
    /// A mark or index price that is not positive or too large.
    #[error("index and mark price must be above zero and within the market's range of prices")]
    MarkOutOfRange,
    /// A funding rate beyond the whole notional.
    #[error("fundingRate must lie between -1 and 1, as a part of the notional: 0.0001 is one basis point")]
    FundingRateOutOfRange,
    /// A buy far above, or a sell far below, the mark price.
    #[error(
        "price of {price} ticks is outside the market's protection: use {limit} or a more cautious price"
    )]
    PriceProtection {
        /// As given, in ticks.
        price: i64,
        /// The worst price allowed, in ticks.
        limit: i64,
    },
    /// Too little money for the market. Reduce-only orders are exempt.
    #[error("notional {notional} is not above the minimum of {min}: use more contracts")]
    NotionalTooSmall {
        /// Price × size.
        notional: Money,
        /// Must be exceeded.
        min: Money,
    },
    /// Reduce-only with no position that the order would reduce.
    #[error("reduceOnly: there is no position that this order would reduce")]
    ReduceOnlyNoPosition,
    /// An amend of a post-only order to a price at which it would take. (A new one is accepted and cancelled.)
    #[error("postOnly: at this price the order would trade at once")]
    PostOnlyWouldCross,
    /// Post-only and so small that it counts as spam.
    #[error("postOnly: notional {notional} is not above the {min} below which orders count as spam")]
    PostOnlySpam {
        /// Price × size.
        notional: Money,
        /// Must be exceeded.
        min: Money,
    },
    /// Position and open orders would exceed the risk limit.
    #[error(
        "position and open orders would come to {notional}: riskLimit allows {limit}; raise riskLimitLevel"
    )]
    RiskLimitExceeded {
        /// What it would come to.
        notional: Money,
        /// The most.
        limit: Money,
    },
    /// Position and open orders would exceed what the engine counts.
    #[error("position and open orders would come to {contracts} contracts: the market allows {max}")]
    PositionTooLarge {
        /// What it would come to.
        contracts: i64,
        /// The most.
        max: i64,
    },
    /// Too many orders rest already.
    #[error("{max} orders are open in this market: cancel some first")]
    TooManyOpenOrders {
        /// The most per account and market.
        max: u32,
    },
    /// Not enough money for margin, fee and the loss the order would open with.
    #[error("margin {required} needed, {available} available: deposit, or use a smaller size")]
    InsufficientMargin {
        /// What the command needs.
        required: Money,
        /// What the wallet has free.
        available: Money,
    },
    /// Money for a position that has none of its own: it is flat, or the balance covers it.
    #[error("position {0} is not an open isolated one: only those have a wallet of their own")]
    NoOwnWallet(LegId),
}
