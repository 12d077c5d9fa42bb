//! Every order of a user, open or lately finished, with what the engine forgets: average price and how it ended.

use std::collections::{HashMap, VecDeque};

use lmex_engine::{AccountId, CancelReason, Event, Fill, MarketId, NewOrder, Order};
use lmex_types::{ClientOrderId, Decimal, OrderId, TimeMs};

/// How long a finished order can be asked for (LMEX: cancelled orders for 30 minutes).
const KEPT_MS: i64 = 30 * 60_000;
/// The most finished orders that are kept, whatever their age.
const MOST_KEPT: usize = 100_000;

/// An order as it stands, or as it ended.
#[derive(Debug, Clone)]
pub(crate) struct OrderRecord {
    /// Price, size and filled part as they are now.
    pub(crate) order: Order,
    /// The size it was accepted with, before amendments.
    pub(crate) original_contracts: i64,
    /// What has become of it.
    pub(crate) state: OrderState,
    /// Whether it was placed to close a position.
    pub(crate) closes: bool,
    /// Sum of price × contracts over its fills, in ticks.
    traded: i128,
}

/// What has become of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderState {
    /// In the book.
    Open,
    /// Filled whole.
    Filled,
    /// Ended with a part unfilled.
    Cancelled(CancelReason),
}

impl OrderRecord {
    /// An order that has just been accepted.
    pub(crate) fn new(order: Order) -> Self {
        let original_contracts = order.contracts;
        Self { order, original_contracts, state: OrderState::Open, closes: false, traded: 0 }
    }

    /// Average price of what was filled, in ticks; `None` before the first fill.
    pub(crate) fn average_ticks(&self) -> Option<Decimal> {
        let traded = Decimal::try_from_i128_with_scale(self.traded, 0).ok()?;
        traded.checked_div(Decimal::from(self.order.filled))
    }
}

/// The orders of all users.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    records: HashMap<OrderId, OrderRecord>,
    /// Orders by the trader's id, oldest first.
    of_client: HashMap<(AccountId, ClientOrderId), Vec<OrderId>>,
    finished: VecDeque<(TimeMs, OrderId)>,
}

impl Orders {
    /// The order with this id, open or finished.
    pub(crate) fn find(&self, account: AccountId, id: OrderId) -> Option<&OrderRecord> {
        self.records.get(&id).filter(|record| record.order.account == account)
    }

    /// The latest order of the account with this trader's id; in one market if it is given.
    pub(crate) fn find_client(
        &self,
        account: AccountId,
        market: Option<MarketId>,
        id: ClientOrderId,
    ) -> Option<&OrderRecord> {
        let ids = self.of_client.get(&(account, id))?;
        let records = ids.iter().rev().filter_map(|id| self.records.get(id));
        records.into_iter().find(|record| market.is_none_or(|market| record.order.market == market))
    }

    /// Takes note that an order was placed to close a position.
    pub(crate) fn note_closing(&mut self, id: OrderId) {
        if let Some(record) = self.records.get_mut(&id) {
            record.closes = true;
        }
    }

    /// Takes note of an event.
    pub(crate) fn apply(&mut self, at: TimeMs, event: &Event) {
        match *event {
            Event::OrderAccepted { ref order } => self.accepted(order),
            Event::LiquidationOrder { .. } => self.extend(of_the_venue(at, event)),
            Event::LiquidationOrderEnded { order, remaining, .. } if remaining > 0 => {
                self.finish(at, order, OrderState::Cancelled(CancelReason::Liquidation));
            }
            Event::OrderTriggered { order, contracts, .. } => {
                if let Some(record) = self.records.get_mut(&order) {
                    record.order.contracts = contracts;
                }
            }
            Event::Fill(ref fill) => self.filled(at, fill),
            Event::OrderCancelled { order, reason, .. } => {
                self.finish(at, order, OrderState::Cancelled(reason));
            }
            Event::OrderAmended { order, price, contracts, .. } => {
                if let Some(record) = self.records.get_mut(&order) {
                    record.order.price = price;
                    record.order.contracts = contracts;
                }
            }
            _ => {}
        }
        self.forget(at);
    }

    fn accepted(&mut self, order: &Order) {
        self.records.insert(order.id, OrderRecord::new(*order));
        if let Some(client_id) = order.client_id {
            self.of_client.entry((order.account, client_id)).or_default().push(order.id);
        }
    }

    fn extend(&mut self, order: Option<Order>) {
        if let Some(order) = order {
            self.accepted(&order);
        }
    }

    fn filled(&mut self, at: TimeMs, fill: &Fill) {
        for party in [&fill.maker, &fill.taker] {
            let Some(id) = party.order else { continue };
            if let Some(record) = self.records.get_mut(&id) {
                record.order.filled += fill.contracts;
                record.traded += i128::from(fill.price) * i128::from(fill.contracts);
            }
            if party.remaining == 0 {
                self.finish(at, id, OrderState::Filled);
            }
        }
    }

    fn finish(&mut self, at: TimeMs, id: OrderId, state: OrderState) {
        if let Some(record) = self.records.get_mut(&id) {
            record.state = state;
            self.finished.push_back((at, id));
        }
    }

    fn forget(&mut self, now: TimeMs) {
        let is_old = |(at, _): &(TimeMs, OrderId)| now.ms_since(*at) > KEPT_MS;
        while self.finished.len() > MOST_KEPT || self.finished.front().is_some_and(is_old) {
            let Some((_, id)) = self.finished.pop_front() else { return };
            let Some(record) = self.records.remove(&id) else { continue };
            let Some(client_id) = record.order.client_id else { continue };
            let key = (record.order.account, client_id);
            if let Some(ids) = self.of_client.get_mut(&key) {
                ids.retain(|other| *other != id);
                if ids.is_empty() {
                    self.of_client.remove(&key);
                }
            }
        }
    }
}

/// The order by which the venue closes a position. Its owner finds its fills like those of any other.
fn of_the_venue(at: TimeMs, event: &Event) -> Option<Order> {
    let &Event::LiquidationOrder { account, market, leg, order, side, contracts, .. } = event else {
        return None;
    };
    let new = NewOrder::market(account, market, order, side, contracts);
    Some(Order::of(&NewOrder { leg: Some(leg), reduce_only: true, ..new }, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_types::Side;

    fn order(number: u128) -> Order {
        let (id, client_id) = (OrderId::from_bits(number), "mine".parse().ok());
        let new = NewOrder::limit(AccountId(1), MarketId(0), id, Side::Buy, 100, 3);
        Order::of(&NewOrder { client_id, ..new }, TimeMs::default())
    }

    fn cancel(number: u128) -> Event {
        Event::OrderCancelled {
            account: AccountId(1),
            market: MarketId(0),
            order: OrderId::from_bits(number),
            client_id: "mine".parse().ok(),
            side: Side::Buy,
            price: 100,
            remaining: 3,
            reason: CancelReason::User,
            level: None,
        }
    }

    fn client(orders: &Orders) -> Option<OrderId> {
        orders.find_client(AccountId(1), None, "mine".parse().ok()?).map(|record| record.order.id)
    }

    #[test]
    fn a_finished_order_is_kept_for_half_an_hour_and_then_forgotten_under_both_ids() {
        let mut orders = Orders::default();
        let start = TimeMs::from_millis(1_000);
        orders.apply(start, &Event::OrderAccepted { order: order(1) });
        orders.apply(start, &cancel(1));
        let record = orders.find(AccountId(1), OrderId::from_bits(1)).unwrap();
        assert_eq!(record.state, OrderState::Cancelled(CancelReason::User));
        assert!(orders.find(AccountId(2), OrderId::from_bits(1)).is_none(), "another account sees nothing");
        orders.apply(start.plus_ms(KEPT_MS), &Event::OrderAccepted { order: order(2) });
        assert_eq!(client(&orders), Some(OrderId::from_bits(2)), "the latest is found by the client id");
        assert!(orders.find(AccountId(1), OrderId::from_bits(1)).is_some());
        orders.apply(start.plus_ms(KEPT_MS + 1), &cancel(2));
        assert!(orders.find(AccountId(1), OrderId::from_bits(1)).is_none());
        orders.apply(start.plus_ms(3 * KEPT_MS), &Event::OrderAccepted { order: order(3) });
        assert_eq!(client(&orders), Some(OrderId::from_bits(3)));
        assert_eq!((orders.records.len(), orders.of_client.len()), (1, 1), "nothing is left behind");
    }
}
