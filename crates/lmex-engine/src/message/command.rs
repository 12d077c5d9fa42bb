//! What the engine is told: one enum, each command with its place in time.

use lmex_types::{ClientOrderId, Decimal, Instrument, OrderId, OrderType, Side, TimeInForce, TimeMs};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Exits, LegId, MarginMode, MarketId, MarketRules, Money, NewTrigger, OcoStop, Peg,
    PositionMode, Rate, Trading,
};

/// A command with its number and its moment, both given by whoever owns the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// The command's number, rising. The engine passes it by; the journal keeps it.
    pub seq: u64,
    /// Venue time. Orders that are due at this moment expire before the command is read.
    pub at: TimeMs,
    /// What to do.
    pub command: Command,
}

/// What can be asked of the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Halts, closes or re-opens a market. The crowd and prices go on.
    SetTrading {
        /// The market.
        market: MarketId,
        /// What it takes from now on.
        trading: Trading,
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
    /// Takes money out of a wallet: what is available, at most.
    Withdraw {
        /// Whose.
        account: AccountId,
        /// How much, above zero.
        amount: Money,
    },
    /// Puts the venue's own money into the insurance fund.
    FundInsurance {
        /// How much, above zero.
        amount: Money,
    },
    /// A new order.
    Place(NewOrder),
    /// Changes price, size, trigger price or several of them of an open order.
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
        /// The new trigger price in ticks, of an order that still waits; `None` keeps it.
        trigger: Option<i64>,
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
        /// Which position.
        leg: LegId,
        /// The id of the order that is placed.
        order: OrderId,
        /// In ticks; `None` closes at market.
        price: Option<i64>,
        /// Whether the order may only rest.
        post_only: bool,
    },
    /// Sets the exits of an open position. A given exit replaces the one that is bound; one not given stays.
    BindExits {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position.
        leg: LegId,
        /// At least one.
        exits: Exits,
    },
    /// A dead man's switch: all orders of the account end at that distance from now, unless it is set again.
    CancelAllAfter {
        /// Whose.
        account: AccountId,
        /// In milliseconds; 0 or less cancels at once, `None` takes the switch away.
        timeout_ms: Option<i64>,
    },
    /// Sets how many positions an account may have in a market. Only while it has neither position nor order there.
    SetPositionMode {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// The mode from now on.
        mode: PositionMode,
    },
    /// Sets the leverage of a position, and with it whose money covers it.
    SetLeverage {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position; [`LegId::ONE_WAY`] also sets what new positions start with.
        leg: LegId,
        /// 0 is the most that the risk limit allows.
        leverage: u32,
        /// Cross or isolated; `None` keeps it.
        margin: Option<MarginMode>,
    },
    /// Sets the risk limit of a position: larger positions at higher margin rates.
    SetRiskLimit {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position; [`LegId::ONE_WAY`] also sets what new positions start with.
        leg: LegId,
        /// The tier, counted from 1.
        level: u32,
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
        #[serde(with = "lmex_types::exact_decimal")]
        index: Decimal,
        /// The mark price, at which positions are valued; `None` has the engine compute it.
        #[serde(with = "lmex_types::exact_decimal::option")]
        mark: Option<Decimal>,
    },
    /// The funding rate to come. Where the engine computes the rate, only the time counts.
    SetFundingRate {
        /// Where.
        market: MarketId,
        /// Part of the notional that longs pay to shorts.
        rate: Rate,
        /// When it is paid; the end of time is never.
        next: TimeMs,
    },
    /// Time moves and nothing else.
    Advance,
    /// Moves money between the balance and the own money of an isolated position.
    ///
    /// LMEX has such transfers and publishes no bounds. These are Binance's ("How to Adjust Margin Balance in Isolated
    /// Margin Mode"): out goes at most min(wallet − maintenance, wallet + unrealised − initial margin), both margins at the
    /// mark price. In goes what could as well be withdrawn, which is stricter than there: the profit of cross positions
    /// is no money yet.
    MoveMargin {
        /// Whose.
        account: AccountId,
        /// Where.
        market: MarketId,
        /// Which position: open and isolated.
        leg: LegId,
        /// Above zero into the position's own money, below out of it.
        amount: Money,
    },
}

/// An order as it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The position mode it was written for; `None` is whatever mode is set.
    pub mode: Option<PositionMode>,
    /// The position it is for. Needed in the isolated mode to add to a position or to reduce it; elsewhere the mode, the
    /// side and `reduce_only` tell.
    pub leg: Option<LegId>,
    /// What it waits for.
    pub trigger: Option<NewTrigger>,
    /// The stop leg of an OCO pair.
    pub oco: Option<OcoStop>,
    /// What its first fill binds to the position.
    pub exits: Exits,
    /// How its price follows the index; `price` is then ignored.
    pub peg: Option<Peg>,
}

impl NewOrder {
    /// A plain limit order, good till cancelled. Change its fields for anything else.
    pub fn limit(
        account: AccountId,
        market: MarketId,
        order: OrderId,
        side: Side,
        price: i64,
        contracts: i64,
    ) -> Self {
        Self {
            account,
            market,
            order,
            client_id: None,
            side,
            order_type: OrderType::Limit,
            price,
            contracts,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only: false,
            mode: None,
            leg: None,
            trigger: None,
            oco: None,
            exits: Exits::NONE,
            peg: None,
        }
    }

    /// Whether it waits for nothing, follows nothing and brings nothing along, as nearly all orders.
    pub(crate) fn is_plain(&self) -> bool {
        let Self { trigger, oco, exits, peg, .. } = self;
        trigger.is_none() && oco.is_none() && peg.is_none() && exits.is_empty()
    }

    /// A plain market order. Change its fields for anything else.
    pub fn market(account: AccountId, market: MarketId, order: OrderId, side: Side, contracts: i64) -> Self {
        Self { order_type: OrderType::Market, ..Self::limit(account, market, order, side, 0, contracts) }
    }
}

/// How an order is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderRef {
    /// By the venue's id.
    Id(OrderId),
    /// By the trader's id.
    Client(ClientOrderId),
}

/// Which orders to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelTarget {
    /// The one with this venue id.
    Order(OrderId),
    /// The one with this trader's id.
    Client(ClientOrderId),
    /// All of the account in the market.
    All,
}

/// The crowd's quantity at one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrowdLevel {
    /// Bids or asks.
    pub side: Side,
    /// In ticks.
    pub price: i64,
    /// The crowd's total, absolute; 0 takes it away.
    pub contracts: i64,
}
