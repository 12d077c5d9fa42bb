//! What follows from a trade or from the end of an order, before anything else happens.

use lmex_engine::{AmendCause, CancelReason, Crossing, Event, Exit, Exits, Order, Purpose, Trigger};
use lmex_types::{OrderId, OrderType, Side, TimeInForce};

use super::{Place, Twin, place_of, shown, stop_crossing};

impl Twin {
    /// One thing after the other: other legs of pairs end; exits without a position end; new exits replace old ones;
    /// reduce-only orders are cut to the position, and exits that are bound to it take its size.
    pub(super) fn follow(&mut self) {
        if let Some(&doomed) = self.doomed.first() {
            return self.end(doomed, CancelReason::Oco);
        }
        if let Some(exit) = self.exit_without_position() {
            return self.end(exit, CancelReason::Unbound);
        }
        if let Some((place, purpose, exit)) = self.exit_on_its_way() {
            return self.bind(place, purpose, exit);
        }
        for place in self.touched.clone() {
            if let Some((id, closable)) = self.too_large(place) {
                return match closable {
                    0 => self.end(id, CancelReason::ReduceOnly),
                    _ => self.cut(id, closable),
                };
            }
            if let Some((id, contracts)) = self.exit_of_other_size(place) {
                let Order { price, trigger, .. } = self.order(id);
                self.change_waiting(id, (price, contracts, trigger), AmendCause::Bound);
                return self.follow();
            }
        }
    }

    /// The order that is bound to a position for a purpose.
    pub(super) fn bound(&self, place: Place, purpose: Purpose) -> Option<OrderId> {
        let open = self.orders.iter().map(|open| &open.order);
        open.filter(|order| order.purpose == purpose && place_of(order) == place).map(|order| order.id).next()
    }

    fn exit_without_position(&self) -> Option<OrderId> {
        let mut exits = self.touched.iter().flat_map(|&place| {
            [Purpose::TakeProfit, Purpose::StopLoss]
                .into_iter()
                .filter_map(move |purpose| self.bound(place, purpose))
        });
        exits.find(|&id| self.closable(place_of(&self.order(id)), self.order(id).side) == 0)
    }

    fn exit_on_its_way(&self) -> Option<(Place, Purpose, Exit)> {
        let open = self.unbound.iter().filter(|(place, _)| self.position(*place) != 0);
        open.filter_map(|(place, exits)| exits.iter().next().map(|(purpose, exit)| (*place, purpose, exit)))
            .next()
    }

    /// A new exit is bound, after the one that it replaces has ended.
    pub(super) fn bind(&mut self, place: Place, purpose: Purpose, exit: Exit) {
        if let Some(old) = self.bound(place, purpose) {
            return self.end(old, CancelReason::Unbound);
        }
        for (_, exits) in &mut self.unbound {
            for waiting in [&mut exits.take_profit, &mut exits.stop_loss] {
                *waiting = waiting.filter(|waiting| waiting.order != exit.order);
            }
        }
        self.unbound.retain(|(_, exits)| !exits.is_empty());
        self.accept(self.exit_order(place, purpose, exit));
        self.follow();
    }

    /// A market order against all of the position, which waits for its price.
    fn exit_order(&self, place: Place, purpose: Purpose, exit: Exit) -> Order {
        let (account, market, leg) = place;
        let held = self.position(place);
        let side = if held > 0 { Side::Sell } else { Side::Buy };
        let crossing = match purpose {
            Purpose::StopLoss => stop_crossing(side),
            _ => stop_crossing(side.opposite()),
        };
        debug_assert!(matches!(crossing, Crossing::Rising | Crossing::Falling));
        Order {
            id: exit.order,
            client_id: None,
            account,
            market,
            leg,
            side,
            order_type: OrderType::Market,
            price: 0,
            ordered: held.abs(),
            contracts: held.abs(),
            filled: 0,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only: true,
            accepted_at: self.at,
            expires_at: None,
            trigger: Some(Trigger {
                price: exit.price,
                source: exit.source,
                crossing,
                trail: None,
                fired: false,
            }),
            purpose,
            peer: None,
            exits: Exits::NONE,
            peg: None,
            is_spam: false,
        }
    }

    /// The oldest resting reduce-only order that is larger than the position that just traded.
    fn too_large(&self, place: Place) -> Option<(OrderId, i64)> {
        let resting = self.orders.iter().filter(|open| open.rests && open.order.reduce_only);
        let own = resting.map(|open| open.order).filter(|order| place_of(order) == place);
        let sized = own.map(|order| (order, self.closable(place, order.side)));
        let mut large = sized.filter(|(order, closable)| order.remaining() > *closable);
        large.next().map(|(order, closable)| (order.id, closable))
    }

    /// A waiting exit, the profit before the loss, that is not for all of the position that just traded.
    fn exit_of_other_size(&self, place: Place) -> Option<(OrderId, i64)> {
        let bound = [Purpose::TakeProfit, Purpose::StopLoss].into_iter();
        let orders = bound.filter_map(|purpose| Some(self.order(self.bound(place, purpose)?)));
        let sized = orders.map(|order| (order, self.closable(place, order.side)));
        let mut other = sized.filter(|(order, closable)| order.waits() && order.contracts != *closable);
        other.next().map(|(order, closable)| (order.id, closable))
    }

    fn cut(&mut self, id: OrderId, closable: i64) {
        let old = self.order(id);
        self.change_in_place(id, old.filled + closable, AmendCause::ReduceOnly);
        self.follow();
    }

    /// A resting order becomes smaller where it stands.
    pub(super) fn change_in_place(&mut self, id: OrderId, contracts: i64, cause: AmendCause) {
        let old = self.order(id);
        let remaining = contracts - old.filled;
        let seen = self.seen(old.market, old.side, old.price);
        self.say(&Event::OrderAmended {
            account: old.account,
            market: old.market,
            order: id,
            side: old.side,
            old_price: old.price,
            price: old.price,
            contracts,
            remaining,
            trigger: None,
            kept_place: true,
            cause,
            level: Some(seen - shown(&old, old.remaining()) + shown(&old, remaining)),
        });
        self.order_mut(id).order.contracts = contracts;
    }

    /// An order that waits changes, and goes on waiting.
    pub(super) fn change_waiting(
        &mut self,
        id: OrderId,
        (price, contracts, trigger): (i64, i64, Option<Trigger>),
        cause: AmendCause,
    ) {
        let old = self.order(id);
        self.say(&Event::OrderAmended {
            account: old.account,
            market: old.market,
            order: id,
            side: old.side,
            old_price: old.price,
            price,
            contracts,
            remaining: contracts - old.filled,
            trigger: trigger.map(|trigger| trigger.price),
            kept_place: true,
            cause,
            level: None,
        });
        self.order_mut(id).order = Order { price, contracts, trigger, ..old };
    }

    /// A resting order leaves its place and comes in again at another price or larger.
    pub(super) fn change_and_come_in(&mut self, id: OrderId, price: i64, contracts: i64, cause: AmendCause) {
        let old = self.order(id);
        let level = self.seen(old.market, old.side, old.price) - shown(&old, old.remaining());
        self.say(&Event::OrderAmended {
            account: old.account,
            market: old.market,
            order: id,
            side: old.side,
            old_price: old.price,
            price,
            contracts,
            remaining: contracts - old.filled,
            trigger: None,
            kept_place: false,
            cause,
            level: Some(level),
        });
        self.leave_queue(id);
        let open = self.order_mut(id);
        (open.order.price, open.order.contracts) = (price, contracts);
        self.come_in(id);
    }
}
