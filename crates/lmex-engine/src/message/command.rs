//! What the engine is told: one enum, each command with its place in time.

use lmex_types::{ClientOrderId, Decimal, Instrument, OrderId, OrderType, Side, TimeInForce, TimeMs};

use crate::{AccountId, MarketId, MarketRules, Money, Rate};

/// A command with its number and its moment, both given by whoever owns the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped {
    /// The command's number, rising. The engine passes it by; the journal keeps it.
    pub seq: u64,
    /// Venue time. Orders that are due at this moment expire before the command is read.
    pub at: TimeMs,
    /// What to do.
    pub command: Command,
}

/// What can be asked of the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Starts a market.
    OpenMarket {
        /// Its number.
        market: MarketId,
        /// What it trades.
        instrument: Instrument,
        /// Its limits; `MarketRules::default()` unless there is a reason.
        rules: MarketRules,
        /// The first last, index and mark price, in ticks.
        price: i64,
    },
    /// Opens or closes a market for new orders and amends. Cancels, the crowd and prices go on.
    SetTrading {
        /// The market.
        market: MarketId,
        /// Whether orders are taken.
        open: bool,
    },
    /// Starts an account, or sets the fees of one.
    OpenAccount {
        /// Its number; 0 is taken by the crowd.
        account: AccountId,
        /// Part of the notional paid as maker; negative is a rebate.
        maker_fee: Rate,
        /// Part of the notional paid as taker.
        taker_fee: Rate,
    },
    /// Puts money into a wallet.
    Deposit {
        /// Whose.
        account: AccountId,
        /// How much, above zero.
        amount: Money,
    },
    /// A new order.
    Place(NewOrder),
    /// Changes price, size or both of an open order.
    Amend {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which.
        target: OrderRef,
        /// The new price in ticks; `None` keeps it.
        price: Option<i64>,
        /// The new original size in contracts, filled part included; `None` keeps it.
        contracts: Option<i64>,
    },
    /// Takes open orders out of the book. `All` with no order open answers nothing.
    Cancel {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which.
        target: CancelTarget,
    },
    /// Places a reduce-only order of the position's size. Exempt from the market's size bounds and minimum notional.
    Close {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// The id of the order that is placed.
        order: OrderId,
        /// In ticks; `None` closes at market.
        price: Option<i64>,
        /// Whether the order may only rest.
        post_only: bool,
    },
    /// Sets the leverage of an account in a market (cross margin).
    SetLeverage {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// 0 is the market's maximum.
        leverage: u32,
    },
    /// The crowd's depth, in absolute quantities: decreases are applied first, and a level that would cross a user's
    /// order trades with it.
    CrowdDepth {
        /// Where.
        market: MarketId,
        /// The levels that are named.
        levels: Vec<CrowdLevel>,
        /// Whether the crowd leaves every level that is not named.
        snapshot: bool,
    },
    /// A trade of the crowd: matched as an immediate order of the crowd at that price.
    CrowdTrade {
        /// Where.
        market: MarketId,
        /// Which side took.
        aggressor: Side,
        /// In ticks.
        price: i64,
        /// How many contracts.
        contracts: i64,
    },
    /// New index and mark prices.
    SetPrices {
        /// Where.
        market: MarketId,
        /// The index price.
        index: Decimal,
        /// The mark price, at which positions are valued.
        mark: Decimal,
    },
    /// The funding rate to come.
    SetFundingRate {
        /// Where.
        market: MarketId,
        /// Part of the notional that longs pay to shorts.
        rate: Rate,
        /// When it is paid.
        next: TimeMs,
    },
    /// Time moves and nothing else.
    Advance,
}

/// An order as it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewOrder {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub market: MarketId,
    /// The venue's id, new among open orders.
    pub order: OrderId,
    /// The trader's id, new among the account's open orders in the market.
    pub client_id: Option<ClientOrderId>,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub order_type: OrderType,
    /// In ticks; ignored for a market order.
    pub price: i64,
    /// How many contracts. A reduce-only order is cut to the position.
    pub contracts: i64,
    /// How long it stays; a market order never rests, whatever this says.
    pub time_in_force: TimeInForce,
    /// Cancelled instead of taking.
    pub post_only: bool,
    /// Never opens or grows a position.
    pub reduce_only: bool,
}

/// How an order is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderRef {
    /// By the venue's id.
    Id(OrderId),
    /// By the trader's id.
    Client(ClientOrderId),
}

/// Which orders to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelTarget {
    /// The one with this venue id.
    Order(OrderId),
    /// The one with this trader's id.
    Client(ClientOrderId),
    /// All of the account in the market.
    All,
}

/// The crowd's quantity at one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrowdLevel {
    /// Bids or asks.
    pub side: Side,
    /// In ticks.
    pub price: i64,
    /// The crowd's total, absolute; 0 takes it away.
    pub contracts: i64,
}
