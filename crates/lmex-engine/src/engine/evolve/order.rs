//! Orders come, rest, change and end.

use lmex_types::OrderType;

use crate::Order;
use crate::book::Key;
use crate::engine::{Due, InFlight, State, Taker};
use crate::margin::Slot;

impl State {
    pub(super) fn accepted(&mut self, order: &Order) {
        let Some(slot) = self.accounts.slot(order.account) else { return };
        if self.market(order.market).is_none() || self.orders.find(order.id).is_some() {
            return;
        }
        let key = self.orders.insert(*order, slot);
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
        let order = self.orders[key].order;
        let Some(market) = self.market(order.market) else { return };
        let limit = match order.order_type {
            OrderType::Limit => order.price,
            OrderType::Market => market.protection(order.side),
        };
        let taker = Taker::Order(key);
        self.in_flight = Some(InFlight { market: order.market, side: order.side, limit, taker });
    }

    pub(crate) fn rest(&mut self, key: Key) {
        let order = self.orders[key].order;
        if self.orders[key].rests {
            return;
        }
        let Some(parts) = self.parts(order.market) else { return };
        parts.market.book.side_mut(order.side).push_back(parts.orders, key);
        parts.market.reduce_only += usize::from(order.reduce_only);
        self.count_open(key, order.remaining());
    }

    /// Takes a resting order out of the book; it stays open.
    pub(super) fn take_out(&mut self, key: Key) {
        if !self.orders[key].rests {
            return;
        }
        let order = self.orders[key].order;
        self.count_open(key, -order.remaining());
        let Some(parts) = self.parts(order.market) else { return };
        parts.market.book.side_mut(order.side).remove(parts.orders, key);
        parts.market.reduce_only -= usize::from(order.reduce_only);
    }

    /// Resting contracts that need margin change.
    pub(super) fn count_open(&mut self, key: Key, contracts: i64) {
        let (order, slot) = (self.orders[key].order, self.orders[key].slot);
        if order.reduce_only {
            return;
        }
        let Some(parts) = self.parts(order.market) else { return };
        let value = parts.market.value(order.price, contracts);
        parts.accounts[slot].holding_mut(order.market, order.leg).change_open(order.side, contracts, value);
    }

    /// The order ends without being filled to the end.
    pub(super) fn cancelled(&mut self, key: Key) {
        let (order, slot) = (self.orders[key].order, self.orders[key].slot);
        self.take_out(key);
        self.end(key);
        self.accounts[slot].forget(order.market, order.leg);
    }

    /// The order is no longer open. Its leg is not forgotten yet: a fill that ends it has still to be settled there.
    pub(super) fn end(&mut self, key: Key) {
        let (order, slot) = (self.orders[key].order, self.orders[key].slot);
        self.wait_no_longer(key);
        self.released(slot, key);
        let account = &mut self.accounts[slot];
        account.holding_mut(order.market, order.leg).unlink(&mut self.orders, key);
        if let Some(at) = order.expires_at {
            self.agenda.remove(&(at, Due::Order(order.id)));
        }
        if order.peg.is_some() {
            let serial = self.orders[key].serial;
            self.on_market(order.market, |market| {
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
        let order = &mut self.orders[key].order;
        let (cut, hidden) = (order.contracts - contracts, order.hidden());
        order.contracts = contracts;
        let hidden = hidden - order.hidden();
        let (market, side) = (order.market, order.side);
        self.count_open(key, -cut);
        self.on_market(market, |market| market.book.side_mut(side).shrink(price, cut, hidden));
    }

    /// Its position and its other leg learn that an order is no longer open.
    fn released(&mut self, slot: Slot, key: Key) {
        let order = self.orders[key].order;
        let holding = self.accounts[slot].holding_mut(order.market, order.leg);
        for bound in [&mut holding.take_profit, &mut holding.stop_loss] {
            if *bound == Some(order.id) {
                *bound = None;
            }
        }
        match self.doomed.iter_mut().find(|doomed| **doomed == Some(order.id)) {
            Some(doomed) => *doomed = None,
            None => self.part(key),
        }
    }
}
