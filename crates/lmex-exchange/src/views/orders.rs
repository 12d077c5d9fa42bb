//! Every order of a user, open or lately finished, with what the engine forgets: average price and how it ended.

mod record;

pub(crate) use record::{OrderRecord, OrderState, Origin};

use std::collections::{BTreeSet, VecDeque};

use lmex_engine::{AccountId, Deleveraged, Engine, Event, Fill, MarketId, Order, Party};
use lmex_types::{ClientOrderId, OrderId, TimeMs};
use serde::{Deserialize, Serialize};

use crate::table::{OrderTable, Table};

/// How long a finished order can be asked for (LMEX: cancelled orders for 30 minutes).
const KEPT_MS: i64 = 30 * 60_000;
/// The most finished orders that are kept, whatever their age.
const MOST_KEPT: usize = 100_000;

/// What a trader calls an order.
type Named = (AccountId, MarketId, ClientOrderId);

/// The orders of all users.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// Each apart, so that there is no moment at which a table of them all is moved to a larger place.
    records: OrderTable<OrderRecord>,
    /// Orders by the trader's id, oldest first.
    of_client: Table<Named, VecDeque<OrderId>>,
    /// Trailing stops that wait: where they stand is the engine's to say.
    trailing: BTreeSet<OrderId>,
    finished: VecDeque<(TimeMs, OrderId)>,
}

impl Orders {
    /// The order with this id, open or finished.
    pub(crate) fn find(&self, account: AccountId, id: OrderId) -> Option<&OrderRecord> {
        self.records.get(&id).map(Box::as_ref).filter(|record| record.order.account == account)
    }

    /// All orders that are open.
    pub(crate) fn open(&self) -> impl Iterator<Item = &OrderRecord> {
        self.records.values().map(Box::as_ref).filter(|record| record.state == OrderState::Open)
    }

    /// The latest order of the account with this trader's id in these markets, an open one before those that are
    /// finished.
    pub(crate) fn find_client(
        &self,
        account: AccountId,
        markets: impl IntoIterator<Item = MarketId>,
        id: ClientOrderId,
    ) -> Option<&OrderRecord> {
        let found = markets.into_iter().filter_map(|market| self.latest((account, market, id)));
        found.max_by_key(|record| (record.state == OrderState::Open, record.order.accepted_at))
    }

    /// A name is free again only when its order has ended, so that what is open is among the last two: those of an OCO
    /// pair. However many went before, they are not looked at.
    fn latest(&self, named: Named) -> Option<&OrderRecord> {
        let ids = self.of_client.get(&named)?;
        let mut last = ids.iter().rev().take(2).filter_map(|id| self.records.get(id).map(Box::as_ref));
        let latest = last.next()?;
        let is_open = |record: &&OrderRecord| record.state == OrderState::Open;
        Some(std::iter::once(latest).chain(last).find(is_open).unwrap_or(latest))
    }

    /// Takes note that an order was placed to close a position.
    pub(crate) fn note_closing(&mut self, id: OrderId) {
        self.change(id, |record| record.closes = true);
    }

    /// Takes note of an event.
    pub(crate) fn apply(&mut self, at: TimeMs, event: &Event) {
        match *event {
            Event::OrderAccepted { ref order } => self.accepted(order),
            Event::OrderTriggered { order, contracts, trigger, .. } => {
                self.trailing.remove(&order);
                self.change(order, |record| record.fire(contracts, trigger));
            }
            Event::Fill(ref fill) => self.filled(at, fill),
            Event::OrderCancelled { order, reason, .. } => {
                self.finish(at, order, OrderState::Cancelled(reason));
            }
            Event::OrderAmended { order, price, contracts, trigger, .. } => {
                self.change(order, |record| record.amend(price, contracts, trigger));
            }
            Event::LiquidationOrder { .. } => {
                if let Some(record) = OrderRecord::liquidation(at, event) {
                    self.records.insert(record.order.id, Box::new(record));
                }
            }
            Event::LiquidationOrderEnded { order, remaining: 0, .. } => {
                self.finish(at, order, OrderState::Filled);
            }
            Event::Deleveraged(ref trade) => self.deleveraged(at, trade),
            _ => {}
        }
        self.forget(at);
    }

    /// Reads where trailing stops stand after these events: none tells that they have moved, only that a price has.
    pub(crate) fn follow(&mut self, events: &[Event], engine: &Engine) {
        let has_price =
            |event: &Event| matches!(event, Event::PricesSet { .. } | Event::Trade { .. } | Event::Fill(_));
        if self.trailing.is_empty() || !events.iter().any(has_price) {
            return;
        }
        for id in &self.trailing {
            let stands = engine.order(*id).and_then(|order| order.trigger);
            if let (Some(trigger), Some(record)) = (stands, self.records.get_mut(id)) {
                record.order.trigger = Some(trigger);
            }
        }
    }

    fn accepted(&mut self, order: &Order) {
        self.records.insert(order.id, Box::new(OrderRecord::new(*order)));
        if order.trigger.is_some_and(|trigger| trigger.trail.is_some() && !trigger.fired) {
            self.trailing.insert(order.id);
        }
        if let Some(client_id) = order.client_id {
            self.of_client.or_default((order.account, order.market, client_id)).push_back(order.id);
        }
    }

    fn filled(&mut self, at: TimeMs, fill: &Fill) {
        for party in [&fill.maker, &fill.taker] {
            self.traded(at, party, fill.price, fill.contracts);
        }
    }

    /// Who has sent no order gets one that is filled already.
    fn deleveraged(&mut self, at: TimeMs, trade: &Deleveraged) {
        self.traded(at, &trade.loser, trade.price, trade.contracts);
        for (record, party) in OrderRecord::unsent(at, trade) {
            self.records.insert(record.order.id, Box::new(record));
            self.traded(at, &party, trade.price, trade.contracts);
        }
    }

    fn traded(&mut self, at: TimeMs, party: &Party, price: i64, contracts: i64) {
        let Some(id) = party.order else { return };
        self.change(id, |record| record.fill(price, contracts));
        if party.remaining == 0 {
            self.finish(at, id, OrderState::Filled);
        }
    }

    fn change(&mut self, id: OrderId, change: impl FnOnce(&mut OrderRecord)) {
        if let Some(record) = self.records.get_mut(&id) {
            change(record);
        }
    }

    fn finish(&mut self, at: TimeMs, id: OrderId, state: OrderState) {
        self.trailing.remove(&id);
        if let Some(record) = self.records.get_mut(&id).filter(|record| record.state == OrderState::Open) {
            record.state = state;
            self.finished.push_back((at, id));
        }
    }

    fn forget(&mut self, now: TimeMs) {
        let is_old = |(at, _): &(TimeMs, OrderId)| now.ms_since(*at) > KEPT_MS;
        while self.finished.len() > MOST_KEPT || self.finished.front().is_some_and(is_old) {
            let Some((_, id)) = self.finished.pop_front() else { return };
            let Some(record) = self.records.remove(&id) else { continue };
            if let Some(client_id) = record.order.client_id {
                self.forget_client((record.order.account, record.order.market, client_id), id);
            }
        }
    }

    fn forget_client(&mut self, key: Named, id: OrderId) {
        let Some(ids) = self.of_client.get_mut(&key) else { return };
        // Who calls all orders the same has many of them here, and what is forgotten is near the front.
        if let Some(at) = ids.iter().position(|other| *other == id) {
            ids.remove(at);
        }
        if ids.is_empty() {
            self.of_client.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::record::tests::order;
    use super::*;
    use lmex_engine::{CancelReason, Crossing, LegId, Money, PriceSource, Trigger};
    use lmex_types::Side;

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
        orders.find_client(AccountId(1), [MarketId(0)], "mine".parse().ok()?).map(|record| record.order.id)
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

    #[test]
    fn the_last_hundred_thousand_finished_orders_are_kept_however_many_come() {
        let (mut orders, at) = (Orders::default(), TimeMs::from_millis(1_000));
        let open = Order { client_id: None, ..order(u128::MAX) };
        orders.apply(at, &Event::OrderAccepted { order: open });
        for number in 1..=250_000 {
            orders.apply(at, &Event::OrderAccepted { order: order(number) });
            orders.apply(at, &cancel(number));
        }
        let find = |number| orders.find(AccountId(1), OrderId::from_bits(number));
        assert!(find(150_000).is_none() && find(150_001).is_some() && find(250_000).is_some());
        assert!(find(u128::MAX).is_some(), "one that is open is kept however old it is");
        assert_eq!((orders.records.len(), orders.finished.len()), (MOST_KEPT + 1, MOST_KEPT));
        let ids: usize = orders.of_client.values().map(VecDeque::len).sum();
        assert_eq!(ids, MOST_KEPT, "all were called the same");
        // A look through all of them each time would take minutes.
        let began = std::time::Instant::now();
        for _ in 0..20_000 {
            assert_eq!(client(&orders), Some(OrderId::from_bits(250_000)));
        }
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }

    #[test]
    fn by_a_name_the_open_order_is_found_before_later_ones_that_have_ended() {
        let (mut orders, at) = (Orders::default(), TimeMs::from_millis(1_000));
        let named = |orders: &Orders, markets: &[u16]| {
            let markets = markets.iter().copied().map(MarketId);
            let found = orders.find_client(AccountId(1), markets, "mine".parse().ok()?);
            found.map(|record| record.order.id.to_bits())
        };
        // A stop leg that is left of a pair, and later an order of the same name elsewhere.
        for (number, market) in [(1, 0), (2, 0), (3, 1)] {
            let accepted = Order { market: MarketId(market), accepted_at: at, ..order(number) };
            orders.apply(at, &Event::OrderAccepted { order: accepted });
        }
        orders.apply(at, &cancel(2));
        orders.apply(at, &cancel(3));
        assert_eq!((named(&orders, &[0]), named(&orders, &[1])), (Some(1), Some(3)));
        assert_eq!((named(&orders, &[0, 1]), named(&orders, &[2])), (Some(1), None));
    }

    #[test]
    fn a_trailing_stop_is_looked_after_until_it_fires() {
        let trigger = Trigger {
            price: 90,
            source: PriceSource::Mark,
            crossing: Crossing::Falling,
            trail: Some(10),
            fired: false,
        };
        let waiting = Order { trigger: Some(trigger), ..order(1) };
        let mut orders = Orders::default();
        orders.apply(TimeMs::default(), &Event::OrderAccepted { order: waiting });
        assert_eq!(orders.trailing.len(), 1);
        let fired = Event::OrderTriggered {
            account: waiting.account,
            market: waiting.market,
            order: waiting.id,
            contracts: 2,
            trigger: 95,
        };
        orders.apply(TimeMs::default(), &fired);
        assert!(orders.trailing.is_empty());
        let record = orders.find(waiting.account, waiting.id).unwrap();
        let stood = record.order.trigger.unwrap();
        assert_eq!((stood.fired, stood.price, record.original_trigger), (true, 95, Some(90)));
        assert_eq!((record.order.contracts, record.order.ordered), (2, 3));
    }

    fn party(account: u32, order: Option<OrderId>, remaining: i64) -> Party {
        Party {
            account: AccountId(account),
            order,
            remaining,
            fee: Money::ZERO,
            realised_pnl: Money::ZERO,
            leg: LegId::ONE_WAY,
            moved: Money::ZERO,
            liquidation_fee: Money::ZERO,
        }
    }

    #[test]
    fn what_the_venue_closes_has_orders_too() {
        let mut orders = Orders::default();
        let (at, venues) = (TimeMs::from_millis(5), OrderId::from_bits(u128::MAX));
        orders.apply(
            at,
            &Event::LiquidationOrder {
                account: AccountId(1),
                market: MarketId(0),
                leg: LegId::LONG,
                order: venues,
                side: Side::Sell,
                contracts: 5,
                limit: 90,
                bankruptcy: Money::ZERO,
            },
        );
        orders.apply(
            at,
            &Event::LiquidationOrderEnded {
                account: AccountId(1),
                market: MarketId(0),
                leg: LegId::LONG,
                order: venues,
                remaining: 5,
            },
        );
        let record = orders.find(AccountId(1), venues).unwrap();
        assert_eq!(
            (record.state, record.origin),
            (OrderState::Open, Origin::Liquidation),
            "others take it over"
        );
        let trade = Deleveraged {
            market: MarketId(0),
            trade_id: 8,
            price: 95,
            contracts: 5,
            side: Side::Sell,
            loser: party(1, Some(venues), 0),
            winner: party(2, None, 0),
        };
        orders.apply(at, &Event::Deleveraged(trade));
        let loser = orders.find(AccountId(1), venues).unwrap();
        assert_eq!((loser.state, loser.average_ticks()), (OrderState::Filled, Some(95.into())));
        let winner = orders.find(AccountId(2), crate::ids::Ids::deleveraging(8)).unwrap();
        assert_eq!((winner.state, winner.origin), (OrderState::Filled, Origin::Deleveraging));
        assert_eq!((winner.order.side, winner.order.filled), (Side::Buy, 5));
        orders.apply(at.plus_ms(KEPT_MS + 1), &Event::OrderAccepted { order: order(1) });
        assert_eq!(orders.records.len(), 1, "they are forgotten like any other");
    }
}
