//! What the engine decided: every change of state has an event, and events alone give the state again.

use lmex_types::{ClientOrderId, Decimal, Instrument, OrderId, Side, TimeMs};
use serde::{Deserialize, Serialize};

use super::{OrderRef, Refusal};
use crate::{AccountId, LegId, MarginMode, MarketId, MarketRules, Money, Order, PositionMode, Rate, Trading};

/// One decision of the engine.
///
/// Public trades are `Fill` and `Trade`, in order; changed levels are `level_change()` of each event, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A market started. Boxed: it is large and rare.
    MarketOpened(Box<OpenedMarket>),
    /// A market was halted, closed or re-opened.
    TradingSet {
        /// Where.
        market: MarketId,
        /// What it takes now.
        trading: Trading,
    },
    /// An account started, or has new fees.
    AccountOpened {
        /// Its number.
        account: AccountId,
        /// Part of the notional paid as maker.
        maker_fee: Rate,
        /// Part of the notional paid as taker.
        taker_fee: Rate,
    },
    /// Money came in.
    Deposited {
        /// Whose.
        account: AccountId,
        /// How much.
        amount: Money,
        /// The wallet's balance with it.
        balance: Money,
    },
    /// Money went out.
    Withdrawn {
        /// Whose.
        account: AccountId,
        /// How much.
        amount: Money,
        /// The wallet's balance without it.
        balance: Money,
    },
    /// The venue put money into the insurance fund.
    InsuranceFunded {
        /// How much.
        amount: Money,
    },
    /// An order passed the checks. One with a trigger waits; of any other what becomes of it follows: fills, then
    /// rested or cancelled unless filled.
    OrderAccepted {
        /// As accepted: a reduce-only order may have fewer contracts than asked for.
        order: Order,
    },
    /// The price an order waited for has come. What becomes of it follows, as after it was accepted.
    OrderTriggered {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which.
        order: OrderId,
        /// Its contracts now: of a bound exit, what there is to close.
        contracts: i64,
        /// The price that it waited for at last, in ticks: that of a trailing stop has moved since it was accepted.
        trigger: i64,
    },
    /// An order did not pass the checks.
    OrderRefused {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// The id it came with.
        order: OrderId,
        /// The trader's id it came with.
        client_id: Option<ClientOrderId>,
        /// Why.
        refusal: Refusal,
    },
    /// The rest of an incoming order joined the back of its level.
    OrderRested {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which.
        order: OrderId,
        /// Which side of the book.
        side: Side,
        /// In ticks.
        price: i64,
        /// Contracts that rest.
        remaining: i64,
        /// Visible total of the level with it.
        level: i64,
    },
    /// Two parties traded, at least one of them a user.
    Fill(Fill),
    /// An order ended without being filled (to the end).
    OrderCancelled {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which.
        order: OrderId,
        /// The trader's id.
        client_id: Option<ClientOrderId>,
        /// Which side.
        side: Side,
        /// In ticks; 0 for a market order.
        price: i64,
        /// Contracts that were not filled.
        remaining: i64,
        /// Why.
        reason: CancelReason,
        /// Visible total of its level without it; `None` if it never rested.
        level: Option<i64>,
    },
    /// An order changed. Unless it kept its place it left the book, and fills, rested or cancelled follow.
    OrderAmended {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which.
        order: OrderId,
        /// Which side.
        side: Side,
        /// The price it had, in ticks.
        old_price: i64,
        /// The price it has, in ticks.
        price: i64,
        /// Its original size now, filled part included.
        contracts: i64,
        /// Contracts left to fill now.
        remaining: i64,
        /// The trigger price it has, in ticks, if it waits.
        trigger: Option<i64>,
        /// Whether it stays where it was in the queue.
        kept_place: bool,
        /// Who asked.
        cause: AmendCause,
        /// Visible total of the level at the old price after the change; `None` if it did not rest.
        level: Option<i64>,
    },
    /// An amend changed nothing.
    AmendRefused {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which was meant.
        target: OrderRef,
        /// Why.
        refusal: Refusal,
    },
    /// A cancel changed nothing.
    CancelRefused {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which was meant; `None` for all.
        target: Option<OrderRef>,
        /// Why.
        refusal: Refusal,
    },
    /// The crowd comes in where users rest. What it does follows.
    CrowdEntered {
        /// Where.
        market: MarketId,
        /// Which side the crowd trades.
        side: Side,
        /// In ticks.
        price: i64,
        /// How many contracts.
        contracts: i64,
        /// A print or depth that crosses.
        purpose: CrowdPurpose,
    },
    /// The crowd's part of a level changed.
    LevelChanged {
        /// Where.
        market: MarketId,
        /// Which side of the book.
        side: Side,
        /// In ticks.
        price: i64,
        /// Visible total now, crowd and users; 0 means gone.
        contracts: i64,
        /// The crowd's part of it.
        crowd: i64,
        /// Traded away or re-stated.
        cause: LevelCause,
    },
    /// The crowd traded with itself: what no user took part in.
    Trade {
        /// Where.
        market: MarketId,
        /// Serial number of trades, shared with fills.
        trade_id: u64,
        /// In ticks.
        price: i64,
        /// How many contracts.
        contracts: i64,
        /// Which side took.
        aggressor: Side,
    },
    /// Index and mark changed.
    PricesSet {
        /// Where.
        market: MarketId,
        /// The index price.
        #[serde(with = "lmex_types::exact_decimal")]
        index: Decimal,
        /// The mark price.
        #[serde(with = "lmex_types::exact_decimal")]
        mark: Decimal,
        /// When: the funding rate is a mean over time.
        at: TimeMs,
    },
    /// The funding rate changed.
    FundingRateSet {
        /// Where.
        market: MarketId,
        /// Part of the notional that longs pay to shorts.
        rate: Rate,
        /// When it is paid.
        next: TimeMs,
    },
    /// Funding is paid now: one `FundingPaid` for each position follows, then `FundingEnded`.
    FundingStarted {
        /// Where.
        market: MarketId,
        /// Part of the notional at the mark price that longs pay to shorts.
        rate: Rate,
        /// Value of one contract at the mark price.
        value: Money,
    },
    /// A position paid or received funding.
    FundingPaid {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position.
        leg: LegId,
        /// Its contracts, signed.
        contracts: i64,
        /// Paid; negative is received. Rounded up.
        amount: Money,
    },
    /// Funding is done.
    FundingEnded {
        /// Where.
        market: MarketId,
        /// The rate to come, as far as it is known.
        rate: Rate,
        /// When it is paid next.
        next: TimeMs,
        /// What rounding left over; it goes to the residue.
        residue: Money,
    },
    /// An account's dead man's switch was set or taken away.
    CancelAllAfterSet {
        /// Whose.
        account: AccountId,
        /// When its orders end; `None` when it was taken away or has done its work.
        at: Option<TimeMs>,
    },
    /// An account's position mode changed.
    PositionModeSet {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// The mode.
        mode: PositionMode,
    },
    /// The leverage of a position changed, and perhaps whose money covers it.
    LeverageSet {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position.
        leg: LegId,
        /// 0 is the most that the risk limit allows.
        leverage: u32,
        /// Cross or isolated.
        margin: MarginMode,
        /// Moved from the balance to the position's own money; negative is moved back.
        moved: Money,
    },
    /// The risk limit of a position changed.
    RiskLimitSet {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position.
        leg: LegId,
        /// The tier, counted from 1.
        level: u32,
        /// Moved from the balance to the position's own money; negative is moved back.
        moved: Money,
    },
    /// The money behind a position no longer covers its maintenance margin. What is done about it follows, until
    /// `LiquidationEnded`.
    LiquidationStarted {
        /// Whose.
        account: AccountId,
        /// The isolated position; `None` for all cross positions of the account.
        position: Option<(MarketId, LegId)>,
        /// What there is: balance and unrealised profit.
        equity: Money,
        /// What there should be.
        maintenance: Money,
    },
    /// The venue closes (a part of) a position at market. Fills follow, then `LiquidationOrderEnded`.
    LiquidationOrder {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position.
        leg: LegId,
        /// The id of the order, made by the engine.
        order: OrderId,
        /// Which side the venue trades.
        side: Side,
        /// How many contracts.
        contracts: i64,
        /// The worst price, in ticks.
        limit: i64,
        /// Value of one contract at which nothing is left of the money behind the position, within the bounds that
        /// [`formulas`](crate::formulas) names.
        bankruptcy: Money,
    },
    /// The venue's order has done what the book allowed.
    LiquidationOrderEnded {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position.
        leg: LegId,
        /// Which.
        order: OrderId,
        /// Contracts that could not be traded: those in profit take them over.
        remaining: i64,
    },
    /// A position that could not be liquidated in the book was closed against one in profit, without fees; or against the
    /// other leg of the same account's hedge, before anything else was closed.
    Deleveraged(Deleveraged),
    /// The insurance fund made up for a loss beyond the money behind a position.
    InsurancePaid {
        /// Whose.
        account: AccountId,
        /// The isolated position; `None` for the balance.
        position: Option<(MarketId, LegId)>,
        /// How much.
        amount: Money,
        /// What is left in the fund.
        fund: Money,
    },
    /// The account, or its isolated position, is safe again or has nothing left.
    LiquidationEnded {
        /// Whose.
        account: AccountId,
        /// The isolated position; `None` for all cross positions of the account.
        position: Option<(MarketId, LegId)>,
    },
    /// A command that is not about an order changed nothing.
    CommandRefused {
        /// Whose, if any.
        account: Option<AccountId>,
        /// Where, if anywhere.
        market: Option<MarketId>,
        /// Why.
        refusal: Refusal,
    },
    /// The owner of an isolated position gave it more money, or took some out.
    MarginMoved {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position.
        leg: LegId,
        /// Moved from the balance to the position's own money; negative is moved back.
        moved: Money,
    },
}

/// How a market started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedMarket {
    /// Its number.
    pub market: MarketId,
    /// What it trades.
    pub instrument: Instrument,
    /// Its limits.
    pub rules: MarketRules,
    /// The first last, index and mark price, in ticks.
    pub price: i64,
}

/// A trade with at least one user in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// Where.
    pub market: MarketId,
    /// Serial number of trades, rising over all markets.
    pub trade_id: u64,
    /// In ticks: the maker's.
    pub price: i64,
    /// How many contracts.
    pub contracts: i64,
    /// The taker's side.
    pub aggressor: Side,
    /// Who rested.
    pub maker: Party,
    /// Who came.
    pub taker: Party,
    /// Visible total of the maker's level after it.
    pub level: i64,
}

/// One side of a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Who.
    pub account: AccountId,
    /// Its order; `None` for the crowd.
    pub order: Option<OrderId>,
    /// Contracts of the order left to fill.
    pub remaining: i64,
    /// Paid to the venue; negative is a rebate.
    pub fee: Money,
    /// Profit of the part of the position that this closed, before the fee.
    pub realised_pnl: Money,
    /// The position it belongs to.
    pub leg: LegId,
    /// Moved from the balance to the isolated position's own money; negative is moved back.
    pub moved: Money,
    /// Paid to the insurance fund, of a liquidation.
    pub liquidation_fee: Money,
}

/// Two positions closed against each other outside the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleveraged {
    /// Where.
    pub market: MarketId,
    /// Serial number of trades.
    pub trade_id: u64,
    /// In ticks, rounded from the bankruptcy price in favour of the one that is liquidated; of two legs of a hedge, from
    /// the mark price.
    pub price: i64,
    /// How many contracts.
    pub contracts: i64,
    /// Which side the one that is liquidated trades: sell for a long.
    pub side: Side,
    /// Who is liquidated; with the venue's order, unless its own legs close each other.
    pub loser: Party,
    /// Who is closed because of it.
    pub winner: Party,
}

impl Deleveraged {
    /// Whether two legs of one account close each other, so that nobody else is concerned.
    pub fn is_offset(&self) -> bool {
        self.loser.order.is_none()
    }
}

/// Why an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelReason {
    /// Its owner asked.
    User,
    /// What an immediate order could not trade at once.
    ImmediateRemainder,
    /// Fill or kill, and there was not enough.
    FillOrKill,
    /// Post-only, and it would have traded.
    PostOnlyWouldCross,
    /// The next order to trade with was of the same account. The incoming order goes, the resting one stays.
    SelfTrade,
    /// Its time was over.
    Expired,
    /// Reduce-only, and there is nothing left to reduce.
    ReduceOnly,
    /// A market order with nothing to trade with inside the price protection.
    MarketNoLiquidity,
    /// The other leg of the OCO pair traded, fired or ended.
    Oco,
    /// The order that was waiting fired, or was to follow the index, and could not be paid for.
    InsufficientMargin,
    /// The order that was waiting fired, and there is nothing it may do: no position, too large a one, off the band. Or it
    /// was to follow the index beyond the risk limit.
    NotAllowed,
    /// Bound to a position that is closed, or replaced by another exit.
    Unbound,
    /// The dead man's switch.
    CancelAllAfter,
    /// The market closed.
    MarketClosed,
    /// The account is liquidated.
    Liquidation,
    /// At the next price it would have lost more than the money behind its position.
    Bankruptcy,
}

/// Who changed an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AmendCause {
    /// Its owner.
    User,
    /// The engine: a reduce-only order is cut to the position.
    ReduceOnly,
    /// The engine: an exit has the size of the position that it is bound to.
    Bound,
    /// The engine: a pegged order follows the index.
    Peg,
}

/// What the crowd comes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CrowdPurpose {
    /// To trade: what is left is reported as a trade of the crowd with itself.
    Print,
    /// To rest: what is left becomes depth.
    Depth,
}

/// How the crowd's part of a level changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LevelCause {
    /// Traded away from the front of the queue.
    Taken,
    /// Re-stated; the queue model says where a decrease went.
    Set,
}

/// A level's new visible total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelChange {
    /// Where.
    pub market: MarketId,
    /// Which side of the book.
    pub side: Side,
    /// In ticks.
    pub price: i64,
    /// Crowd and users together, without what is hidden; 0 means gone, or that nothing there is seen.
    pub contracts: i64,
}

impl Event {
    /// The level this event changed, with its new total. An event changes at most one.
    pub fn level_change(&self) -> Option<LevelChange> {
        let (market, side, price, contracts) = match *self {
            Self::OrderRested { market, side, price, level, .. } => (market, side, price, level),
            Self::Fill(ref fill) => (fill.market, fill.aggressor.opposite(), fill.price, fill.level),
            Self::OrderCancelled { market, side, price, level: Some(level), .. } => {
                (market, side, price, level)
            }
            Self::OrderAmended { market, side, old_price, level: Some(level), .. } => {
                (market, side, old_price, level)
            }
            Self::LevelChanged { market, side, price, contracts, .. } => (market, side, price, contracts),
            _ => return None,
        };
        Some(LevelChange { market, side, price, contracts })
    }
}
