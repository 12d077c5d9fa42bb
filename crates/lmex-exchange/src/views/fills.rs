//! The fills of each account.

use std::collections::{BTreeMap, VecDeque};

use lmex_engine::{AccountId, Fill, MarketId, Money, Order, Party};
use lmex_types::{ClientOrderId, Decimal, OrderId, TimeMs};

use super::orders::Orders;

/// The most fills that are kept for an account; the oldest go first.
const MOST_KEPT: usize = 100_000;

/// A fill as one party of it sees it.
#[derive(Debug, Clone)]
pub(crate) struct OwnFill {
    /// Serial number of the trade.
    pub(crate) trade_id: u64,
    /// When.
    pub(crate) at: TimeMs,
    /// The party's order, this fill included.
    pub(crate) order: Order,
    /// Average price of the order so far, in ticks.
    pub(crate) average_ticks: Decimal,
    /// In ticks.
    pub(crate) price: i64,
    /// How many contracts.
    pub(crate) contracts: i64,
    /// Paid; negative is a rebate.
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
#[derive(Debug, Default)]
pub(crate) struct Fills(BTreeMap<AccountId, VecDeque<OwnFill>>);

impl Fills {
    /// Takes note of a fill. The orders have taken note of it before.
    pub(crate) fn apply(&mut self, at: TimeMs, fill: &Fill, orders: &Orders) {
        for party in [&fill.maker, &fill.taker] {
            let Some(own) = own_fill(at, fill, party, orders) else { continue };
            let fills = self.0.entry(party.account).or_default();
            if fills.len() == MOST_KEPT {
                fills.pop_front();
            }
            fills.push_back(own);
        }
    }

    /// The account's fills that pass the filter, newest first.
    pub(crate) fn of(&self, account: AccountId, filter: &FillFilter) -> impl Iterator<Item = &OwnFill> {
        self.0.get(&account).into_iter().flatten().rev().filter(|fill| filter.passes(fill))
    }
}

fn own_fill(at: TimeMs, fill: &Fill, party: &Party, orders: &Orders) -> Option<OwnFill> {
    let record = orders.find(party.account, party.order?)?;
    Some(OwnFill {
        trade_id: fill.trade_id,
        at,
        order: record.order,
        average_ticks: record.average_ticks().unwrap_or_default(),
        price: fill.price,
        contracts: fill.contracts,
        fee: party.fee,
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
