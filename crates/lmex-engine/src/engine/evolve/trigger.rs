//! Orders that wait, and those they are tied to.

use lmex_types::{Decimal, OrderId};

use crate::book::{Key, Orders};
use crate::engine::{Parts, State};
use crate::margin::Slot;
use crate::market::{Mark, Market};
use crate::{MarketId, Order, PriceSource, Purpose, Trigger};

impl State {
    pub(super) fn wait(&mut self, key: Key) {
        if let Some(trigger) = self.orders.waits_for(key) {
            let order = self.orders[key].order;
            self.on_market(order.market, |market| market.triggers.insert(&order, trigger));
            self.look_for_due(order.market);
        }
    }

    /// Takes an order out of those that wait, if it does.
    pub(super) fn wait_no_longer(&mut self, key: Key) {
        if let Some(trigger) = self.orders.waits_for(key) {
            let order = self.orders[key].order;
            self.on_market(order.market, |market| market.triggers.remove(&order, trigger));
            self.look_for_due(order.market);
        }
    }

    pub(super) fn triggered(&mut self, key: Key, contracts: i64) {
        if !self.orders.waits(key) {
            return;
        }
        self.wait_no_longer(key);
        self.change_trigger(key, |trigger| trigger.fired = true);
        self.orders[key].order.contracts = contracts;
        self.take_in(key);
    }

    /// A change of an order that goes on waiting.
    pub(super) fn amended_waiting(&mut self, key: Key, price: i64, contracts: i64, trigger: i64) {
        if !self.orders.waits(key) {
            return;
        }
        self.wait_no_longer(key);
        let order = &mut self.orders[key].order;
        order.price = price;
        order.contracts = contracts;
        self.change_trigger(key, |old| old.price = trigger);
        self.wait(key);
    }

    fn change_trigger(&mut self, key: Key, change: impl FnOnce(&mut Trigger)) {
        if let Some(trigger) = self.orders.conditions_mut(key).and_then(|found| found.trigger.as_mut()) {
            change(trigger);
        }
    }

    /// A pair comes apart, and the other leg ends next.
    pub(super) fn part(&mut self, key: Key) {
        if let Some(peer) = self.separate(key) {
            self.doom(peer);
        }
    }

    /// Neither leg of a pair knows the other any more, whose id may come again. Answers the other.
    pub(super) fn separate(&mut self, key: Key) -> Option<OrderId> {
        let id = self.orders[key].order.id;
        let peer = self.orders.conditions_mut(key)?.peer.take()?;
        let other = self.orders.find(peer)?;
        let back = &mut self.orders.conditions_mut(other)?.peer;
        (back.take_if(|back| *back == id)).map(|_| peer)
    }

    fn doom(&mut self, order: OrderId) {
        if let Some(free) = self.doomed.iter_mut().find(|doomed| doomed.is_none()) {
            *free = Some(order);
        }
    }

    /// A bound exit is known to its position, and no longer on its way to it.
    pub(super) fn bound(&mut self, slot: Slot, order: &Order) {
        if !order.is_bound() {
            return;
        }
        let holding = self.accounts[slot].holding_mut(order.market, order.leg);
        match order.purpose {
            Purpose::Trade => {}
            Purpose::TakeProfit => holding.take_profit = Some(order.id),
            Purpose::StopLoss => holding.stop_loss = Some(order.id),
        }
        for waiting in &mut self.unbound {
            let Some(unbound) = waiting else { continue };
            let exits = &mut unbound.exits;
            for exit in [&mut exits.take_profit, &mut exits.stop_loss] {
                *exit = exit.filter(|exit| exit.order != order.id);
            }
            if exits.is_empty() {
                *waiting = None;
            }
        }
    }

    pub(super) fn last_price(&mut self, market: MarketId, price: i64) {
        self.on_market(market, |market| market.last = price);
        self.price_moved(market, PriceSource::Last);
    }

    pub(super) fn prices_set(&mut self, market: MarketId, index: Decimal, mark: Decimal) {
        self.on_market(market, |market| {
            market.index = index;
            if let Some(mark) = Mark::of(mark, &market.instrument, &market.rules, &market.scale) {
                market.mark = mark;
            }
        });
        self.mark_changed(market);
        self.price_moved(market, PriceSource::Mark);
    }

    /// What every position there adds to its account's sums depends on the mark price.
    fn mark_changed(&mut self, market: MarketId) {
        let Some(Parts { market, accounts, .. }) = self.parts(market) else { return };
        for &slot in [Slot::CROWD].iter().chain(&market.holders) {
            accounts[slot].mark_changed(market);
        }
    }

    fn price_moved(&mut self, market: MarketId, source: PriceSource) {
        let Some(parts) = self.parts(market) else { return };
        if parts.market.triggers.is_empty() {
            return;
        }
        follow(parts.market, parts.orders, source);
        self.look_for_due(market);
    }

    /// Where an order is due is known at all times, so that nobody has to look through the markets.
    pub(super) fn look_for_due(&mut self, market: MarketId) {
        if self.market(market).is_some_and(|market| market.first_due().is_some()) {
            self.firing.insert(market);
        } else {
            self.firing.remove(&market);
        }
    }
}

/// Trailing stops go after a price that moves away from them.
fn follow(market: &mut Market, orders: &mut Orders, source: PriceSource) {
    let trailing = market.triggers.take_trailing(source);
    for &id in &trailing {
        let Some(key) = orders.find(id) else { continue };
        let order = orders[key].order;
        if let Some(trigger) = orders.conditions_mut(key).and_then(|found| found.trigger.as_mut())
            && let Some(to) = market.followed(*trigger)
        {
            market.triggers.move_to(&order, *trigger, to);
            *trigger = to;
        }
    }
    market.triggers.give_trailing(source, trailing);
}
