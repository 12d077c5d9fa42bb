//! Orders come, rest, change and end.

use lmex_types::OrderType;

use crate::Order;
use crate::book::{Key, OpenOrder, Resting};
use crate::engine::{Due, InFlight, State, Taker};
use crate::margin::Slot;

impl State {
    pub(super) fn accepted(&mut self, order: &Order) {
        let Some(slot) = self.accounts.slot(order.account) else { return };
        if self.market(order.market).is_none() || self.orders.find(order.id).is_some() {
            return;
        }
        let key = self.orders.insert(order, slot);
        self.accounts[slot].reserve(order.leg);
        self.accounts[slot].holding_mut(order.market, order.leg).link(&mut self.orders, key);
        if let Some(at) = order.expires_at {
            self.agenda.insert((at, Due::Order(order.id)));
        }
        if order.peg.is_some() {
            let serial = self.orders[key].serial;
            self.on_market(order.market, |market| {
                market.pegged.insert(serial, key);
            });
        }
        self.bound(slot, order);
        if order.waits() {
            self.wait(key);
        } else {
            self.take_in(key);
        }
    }

    /// The order is what comes in now.
    pub(super) fn take_in(&mut self, key: Key) {
        let OpenOrder { market, side, order_type, price, .. } = self.orders[key].order;
        let Some(found) = self.market(market) else { return };
        let limit = match order_type {
            OrderType::Limit => price,
            OrderType::Market => found.protection(side),
        };
        self.in_flight = Some(InFlight { market, side, limit, taker: Taker::Order(key) });
    }

    pub(crate) fn rest(&mut self, key: Key) {
        if self.orders[key].rests {
            return;
        }
        let OpenOrder { market, side, reduce_only, .. } = self.orders[key].order;
        let Some(parts) = self.parts(market) else { return };
        parts.market.book.side_mut(side).push_back(parts.orders, key);
        parts.market.reduce_only += usize::from(reduce_only);
        self.count_open(key, self.orders[key].order.remaining());
    }

    /// Takes a resting order out of the book; it stays open.
    pub(super) fn take_out(&mut self, key: Key) {
        if !self.orders[key].rests {
            return;
        }
        let OpenOrder { market, side, reduce_only, .. } = self.orders[key].order;
        self.count_open(key, -self.orders[key].order.remaining());
        let Some(parts) = self.parts(market) else { return };
        parts.market.book.side_mut(side).remove(parts.orders, key);
        parts.market.reduce_only -= usize::from(reduce_only);
    }

    /// Resting contracts that need margin change.
    pub(super) fn count_open(&mut self, key: Key, contracts: i64) {
        let Resting { slot, order: OpenOrder { market, leg, side, price, reduce_only, .. }, .. } =
            self.orders[key];
        if reduce_only {
            return;
        }
        let Some(parts) = self.parts(market) else { return };
        let value = parts.market.value(price, contracts);
        parts.accounts[slot].change_open(parts.market, leg, side, contracts, value);
    }

    /// The order ends without being filled to the end.
    pub(super) fn cancelled(&mut self, key: Key) {
        let Resting { slot, order: OpenOrder { market, leg, .. }, .. } = self.orders[key];
        self.take_out(key);
        self.end(key);
        self.accounts[slot].forget(market, leg);
    }

    /// The order is no longer open. Its leg is not forgotten yet: a fill that ends it has still to be settled there.
    pub(super) fn end(&mut self, key: Key) {
        let Resting { slot, serial, order: OpenOrder { id, market, leg, expires_at, .. }, .. } =
            self.orders[key];
        self.wait_no_longer(key);
        self.released(slot, key);
        self.accounts[slot].holding_mut(market, leg).unlink(&mut self.orders, key);
        if let Some(at) = expires_at {
            self.agenda.remove(&(at, Due::Order(id)));
        }
        if self.orders.conditions(key).peg.is_some() {
            self.on_market(market, |market| {
                market.pegged.remove(&serial);
            });
        }
        self.orders.remove(key);
        if self.in_flight.is_some_and(|in_flight| in_flight.taker == Taker::Order(key)) {
            self.in_flight = None;
        }
    }

    pub(super) fn amended(&mut self, key: Key, price: i64, contracts: i64, kept_place: bool) {
        if !kept_place {
            self.take_out(key);
            let order = &mut self.orders[key].order;
            order.price = price;
            order.contracts = contracts;
            return self.take_in(key);
        }
        let OpenOrder { market, side, contracts: before, .. } = self.orders[key].order;
        let (cut, hidden) = (before - contracts, self.orders.hidden(key));
        self.orders[key].order.contracts = contracts;
        let hidden = hidden - self.orders.hidden(key);
        self.count_open(key, -cut);
        self.on_market(market, |market| market.book.side_mut(side).shrink(price, cut, hidden));
    }

    /// Its position and its other leg learn that an order is no longer open.
    fn released(&mut self, slot: Slot, key: Key) {
        let order = &self.orders[key].order;
        let id = order.id;
        if order.is_bound() {
            let holding = self.accounts[slot].holding_mut(order.market, order.leg);
            for bound in [&mut holding.take_profit, &mut holding.stop_loss] {
                bound.take_if(|bound| *bound == id);
            }
        }
        match self.doomed.iter_mut().find(|doomed| **doomed == Some(id)) {
            Some(doomed) => *doomed = None,
            None => self.part(key),
        }
    }
}
