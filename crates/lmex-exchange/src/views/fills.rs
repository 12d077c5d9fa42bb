//! The fills of each account.

use lmex_engine::{AccountId, Deleveraged, Engine, Event, Fill, MarginMode, MarketId, Money, Order, Party};
use lmex_types::{ClientOrderId, Decimal, OrderId, TimeMs};
use serde::{Deserialize, Serialize};

use super::latest::Latest;
use super::orders::{OrderRecord, Orders, Origin};

/// The most fills that are kept, of all accounts together; the oldest go first. LMEX does not publish how far back its
/// own reach.
const MOST_KEPT: usize = 100_000;

/// A fill as one party of it sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OwnFill {
    /// Serial number of the trade.
    pub(crate) trade_id: u64,
    /// When.
    pub(crate) at: TimeMs,
    /// The party's order, this fill included.
    pub(crate) order: Order,
    /// Whose wish the order was.
    pub(crate) origin: Origin,
    /// Average price of the order so far, in ticks.
    #[serde(with = "lmex_types::exact_decimal")]
    pub(crate) average_ticks: Decimal,
    /// In ticks.
    pub(crate) price: i64,
    /// How many contracts.
    pub(crate) contracts: i64,
    /// Whether money of the position's own bore it.
    pub(crate) is_isolated: bool,
    /// Paid, of a liquidation with what goes to the insurance fund; negative is a rebate.
    pub(crate) fee: Money,
    /// Profit of what this closed, before the fee.
    pub(crate) realised_pnl: Money,
}

/// Which fills are asked for. What is absent asks for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct FillFilter {
    pub(crate) market: Option<MarketId>,
    pub(crate) start: Option<TimeMs>,
    pub(crate) end: Option<TimeMs>,
    pub(crate) order: Option<OrderId>,
    pub(crate) client: Option<ClientOrderId>,
    /// Fills with a lower serial number.
    pub(crate) before: Option<i64>,
    /// Fills with a higher serial number.
    pub(crate) after: Option<i64>,
}

/// The fills of all users.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Fills(Latest<OwnFill, MOST_KEPT>);

impl Fills {
    /// Takes note of an event. The engine and the orders have taken note of it before.
    pub(crate) fn apply(&mut self, at: TimeMs, event: &Event, orders: &Orders, engine: &Engine) {
        match event {
            Event::Fill(fill) => self.filled(at, fill, orders, engine),
            Event::Deleveraged(trade) => self.deleveraged(at, trade, orders, engine),
            _ => {}
        }
    }

    fn filled(&mut self, at: TimeMs, fill: &Fill, orders: &Orders, engine: &Engine) {
        let trade = Trade { at, id: fill.trade_id, price: fill.price, contracts: fill.contracts };
        self.keep(own_fill(&trade, &fill.maker, orders, engine));
        self.keep(own_fill(&trade, &fill.taker, orders, engine));
    }

    fn deleveraged(&mut self, at: TimeMs, closed: &Deleveraged, orders: &Orders, engine: &Engine) {
        let trade = Trade { at, id: closed.trade_id, price: closed.price, contracts: closed.contracts };
        self.keep(own_fill(&trade, &closed.loser, orders, engine));
        for (_, party) in OrderRecord::unsent(at, closed) {
            self.keep(own_fill(&trade, &party, orders, engine));
        }
    }

    fn keep(&mut self, own: Option<OwnFill>) {
        if let Some(own) = own {
            self.0.push(own.order.account, own);
        }
    }

    /// The account's fills that pass the filter, newest first.
    pub(crate) fn of(&self, account: AccountId, filter: &FillFilter) -> impl Iterator<Item = &OwnFill> {
        self.0.of(account).filter(|fill| filter.passes(fill))
    }
}

/// What both parties of a trade have in common.
struct Trade {
    at: TimeMs,
    id: u64,
    price: i64,
    contracts: i64,
}

fn own_fill(trade: &Trade, party: &Party, orders: &Orders, engine: &Engine) -> Option<OwnFill> {
    let record = orders.find(party.account, party.order?)?;
    let margin = engine.margin_mode(party.account, record.order.market, party.leg);
    Some(OwnFill {
        trade_id: trade.id,
        at: trade.at,
        order: record.order,
        origin: record.origin,
        average_ticks: record.average_ticks().unwrap_or_default(),
        price: trade.price,
        contracts: trade.contracts,
        is_isolated: margin == Some(MarginMode::Isolated),
        fee: party.fee + party.liquidation_fee,
        realised_pnl: party.realised_pnl,
    })
}

impl FillFilter {
    fn passes(&self, fill: &OwnFill) -> bool {
        let serial = i64::try_from(fill.trade_id).unwrap_or(i64::MAX);
        self.market.is_none_or(|market| fill.order.market == market)
            && self.start.is_none_or(|start| fill.at >= start)
            && self.end.is_none_or(|end| fill.at <= end)
            && self.order.is_none_or(|order| fill.order.id == order)
            && self.client.is_none_or(|client| fill.order.client_id == Some(client))
            && self.before.is_none_or(|before| serial < before)
            && self.after.is_none_or(|after| serial > after)
    }
}
