//! What prices do: triggers fire, trailing stops and pegged orders follow.

use std::cmp::Ordering;

use lmex_engine::{
    AmendCause, CancelReason, Crossing, Event, MarketId, Order, Peg, PriceSource, Trading, Trigger,
};
use lmex_types::{Decimal, OrderId, OrderType, Side};

use super::{SOURCES, Twin, place_of};

impl Twin {
    /// Until nothing more follows from the prices as they are. Who is liquidated is so before a waiting order fires.
    pub(super) fn settle(&mut self) {
        loop {
            if matches!(self.events.front(), Some(Event::LiquidationStarted { .. })) {
                self.liquidation();
            } else if let Some(id) = self.first_due() {
                self.fire(id);
            } else if let Some((id, price)) = self.next_peg() {
                self.follow_index(id, price);
            } else {
                return self.forget_empty();
            }
        }
    }

    /// How a source's price compares with a price in ticks.
    pub(super) fn compare_price(&self, market: MarketId, source: PriceSource, ticks: i64) -> Ordering {
        let market = self.market(market);
        match source {
            PriceSource::Last => market.last.cmp(&ticks),
            PriceSource::Mark => {
                let price = market.instrument.grid.tick().checked_mul(Decimal::from(ticks));
                market.mark.cmp(&price.unwrap_or(Decimal::MAX))
            }
        }
    }

    pub(super) fn has_come(&self, market: MarketId, trigger: &Trigger) -> bool {
        let compared = self.compare_price(market, trigger.source, trigger.price);
        match trigger.crossing {
            Crossing::Rising => compared.is_ge(),
            Crossing::Falling => compared.is_le(),
        }
    }

    /// Of the orders whose price has come: by market, mark before last, rising before falling, then the nearest, then the
    /// oldest.
    fn first_due(&self) -> Option<OrderId> {
        let waiting = self.orders.iter().map(|open| open.order).filter(Order::waits);
        let due = waiting.filter_map(|order| {
            let trigger = order.trigger?;
            let active = self.market(order.market).trading == Trading::Active;
            let rising = trigger.crossing == Crossing::Rising;
            let nearness = if rising { trigger.price } else { -trigger.price };
            let source = SOURCES.iter().position(|source| *source == trigger.source)?;
            let rank = (order.market, source, !rising, nearness, order.accepted_at, order.id);
            (active && self.has_come(order.market, &trigger)).then_some(rank)
        });
        due.min().map(|rank| rank.5)
    }

    /// The other leg of the pair ends first. Whether there is money is given; where there is nothing to reduce, or the
    /// price is off the band, it may not.
    fn fire(&mut self, id: OrderId) {
        let order = self.order(id);
        if let Some(peer) = order.peer {
            return self.end(peer, CancelReason::Oco);
        }
        let closable = self.closable(place_of(&order), order.side);
        let forbidden = (order.reduce_only && closable == 0) || self.is_off_band(&order);
        if let Some(&Event::OrderCancelled { reason, .. }) = self.events.front() {
            let fits = match reason {
                CancelReason::NotAllowed => forbidden || !order.reduce_only,
                CancelReason::InsufficientMargin => !forbidden && !order.reduce_only,
                _ => false,
            };
            assert!(fits, "{reason:?} of {order:?}");
            return self.end(id, reason);
        }
        assert!(!forbidden, "{order:?} fires");
        let contracts = match (order.reduce_only, order.is_bound()) {
            (false, _) => order.contracts,
            (true, true) => closable,
            (true, false) => order.contracts.min(closable),
        };
        self.say(&Event::OrderTriggered {
            account: order.account,
            market: order.market,
            order: id,
            contracts,
            trigger: order.trigger.map_or(0, |trigger| trigger.price),
        });
        let open = self.order_mut(id);
        open.order.contracts = contracts;
        open.order.trigger = order.trigger.map(|trigger| Trigger { fired: true, ..trigger });
        self.come_in(id);
    }

    pub(super) fn is_off_band(&self, order: &Order) -> bool {
        let sign = order.side.sign();
        order.order_type == OrderType::Limit
            && sign * order.price > sign * self.protection(order.market, order.side)
    }

    /// The worst price that an order may trade at: so much beyond the mark as the band says, in whole ticks.
    pub(super) fn protection(&self, market: MarketId, side: Side) -> i64 {
        let market = self.market(market);
        let tick = market.instrument.grid.tick();
        let Some(band) = market.rules.price_band else {
            return if side == Side::Buy { i64::MAX } else { 1 };
        };
        let distance = market.mark * Decimal::from(band);
        match side {
            Side::Buy => ticks(((market.mark + distance) / tick).floor()).max(1),
            Side::Sell => ticks(((market.mark - distance) / tick).ceil()).max(1),
        }
    }

    /// The last price moved: trailing stops that look at it go after it.
    pub(super) fn price_moved(&mut self, market: MarketId, source: PriceSource, last: i64) {
        if source == PriceSource::Last {
            self.market_mut(market).last = last;
        }
        let trails = |order: &Order| {
            order.waits()
                && order.market == market
                && order.trigger.is_some_and(|trigger| trigger.source == source && trigger.trail.is_some())
        };
        let trailing: Vec<_> = self.orders.iter().map(|open| open.order).filter(trails).collect();
        for order in trailing {
            let trigger = order.trigger.unwrap();
            let price = self.behind(market, source, trigger.crossing, trigger.trail.unwrap());
            let nearer = match trigger.crossing {
                Crossing::Rising => price < trigger.price,
                Crossing::Falling => price > trigger.price,
            };
            if nearer {
                self.order_mut(order.id).order.trigger = Some(Trigger { price, ..trigger });
            }
        }
    }

    /// Where a trailing stop stands: so far behind the price, rounded away from it.
    pub(super) fn behind(
        &self,
        market: MarketId,
        source: PriceSource,
        crossing: Crossing,
        trail: i64,
    ) -> i64 {
        let market = self.market(market);
        let price = match source {
            PriceSource::Last => Decimal::from(market.last),
            PriceSource::Mark => market.mark / market.instrument.grid.tick(),
        };
        match crossing {
            Crossing::Rising => ticks(price.ceil()) + trail,
            Crossing::Falling => ticks(price.floor()) - trail,
        }
    }

    /// The next pegged order, oldest first, whose price the index has changed.
    fn next_peg(&mut self) -> Option<(OrderId, i64)> {
        while let Some(&(market, seen)) = self.repriced.first() {
            let active = self.market(market).trading == Trading::Active;
            let pegged = self.orders.iter().filter(|open| {
                active
                    && open.order.market == market
                    && open.serial > seen
                    && open.rests
                    && open.order.peg.is_some()
            });
            let moves = pegged.filter_map(|open| {
                let price = self.peg_price(market, open.order.side, &open.order.peg?);
                (price != open.order.price).then_some((open.serial, open.order.id, price))
            });
            if let Some((serial, id, price)) = moves.min() {
                self.repriced[0].1 = serial;
                return Some((id, price));
            }
            self.repriced.remove(0);
        }
        None
    }

    /// Whether it can be paid for is given.
    fn follow_index(&mut self, id: OrderId, price: i64) {
        match self.events.front() {
            Some(&Event::OrderCancelled { reason, .. }) => {
                assert!(matches!(reason, CancelReason::InsufficientMargin | CancelReason::NotAllowed));
                self.end(id, reason);
            }
            _ => self.change_and_come_in(id, price, self.order(id).contracts, AmendCause::Peg),
        }
    }

    /// The index and what it deviates, rounded away from the market; no bolder than the order's limit and the band.
    pub(super) fn peg_price(&self, market: MarketId, side: Side, peg: &Peg) -> i64 {
        let found = self.market(market);
        let exact =
            found.index * (Decimal::ONE + Decimal::from(peg.deviation)) / found.instrument.grid.tick();
        let worst = self.protection(market, side);
        match side {
            Side::Buy => ticks(exact.floor()).min(worst).min(peg.limit.unwrap_or(i64::MAX)).max(1),
            Side::Sell => ticks(exact.ceil()).max(worst).max(peg.limit.unwrap_or(1)).max(1),
        }
    }
}

/// A whole number of ticks.
fn ticks(whole: Decimal) -> i64 {
    i64::try_from(whole).unwrap()
}
