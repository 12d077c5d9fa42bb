//! Orders that wait, and those they are tied to.

use lmex_types::{Decimal, OrderId};

use crate::book::Key;
use crate::engine::State;
use crate::market::Mark;
use crate::{MarketId, Order, Trigger};

impl State {
    pub(super) fn wait(&mut self, key: Key) {
        let order = self.orders[key].order;
        if let Some(trigger) = order.trigger {
            self.on_market(order.market, |market| market.triggers.insert(trigger, order.id));
        }
    }

    /// Takes an order out of those that wait, if it does.
    pub(super) fn wait_no_longer(&mut self, key: Key) {
        let order = self.orders[key].order;
        if let Some(trigger) = order.trigger.filter(|trigger| !trigger.fired) {
            self.on_market(order.market, |market| market.triggers.remove(trigger, order.id));
        }
    }

    pub(super) fn triggered(&mut self, key: Key, contracts: i64) {
        self.wait_no_longer(key);
        let order = &mut self.orders[key].order;
        order.trigger = order.trigger.map(|trigger| Trigger { fired: true, ..trigger });
        order.contracts = contracts;
        let order = *order;
        self.part(&order);
        self.take_in(key);
    }

    /// A change of an order that goes on waiting.
    pub(super) fn amended_waiting(&mut self, key: Key, price: i64, contracts: i64, trigger: i64) {
        self.wait_no_longer(key);
        let order = &mut self.orders[key].order;
        order.price = price;
        order.contracts = contracts;
        order.trigger = order.trigger.map(|old| Trigger { price: trigger, ..old });
        self.wait(key);
    }

    /// The other leg of a pair ends next.
    pub(super) fn part(&mut self, order: &Order) {
        let Some(peer) = order.peer else { return };
        if self.orders.find(peer).is_some() && !self.doomed.contains(&Some(peer)) {
            self.doom(peer);
        }
    }

    fn doom(&mut self, order: OrderId) {
        if let Some(free) = self.doomed.iter_mut().find(|doomed| doomed.is_none()) {
            *free = Some(order);
        }
    }

    pub(super) fn last_price(&mut self, market: MarketId, price: i64) {
        self.on_market(market, |market| market.last = price);
    }

    pub(super) fn prices_set(&mut self, market: MarketId, index: Decimal, mark: Decimal) {
        self.on_market(market, |market| {
            market.index = index;
            if let Some(mark) = Mark::of(mark, &market.instrument, &market.rules, &market.scale) {
                market.mark = mark;
            }
        });
    }
}
