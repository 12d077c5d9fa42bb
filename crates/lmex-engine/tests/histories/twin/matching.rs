//! Who trades with whom: the best price first, and at a price whoever stands in front.

use lmex_engine::{AccountId, CancelReason, Event, LegId, MarketId, Order, PriceSource};
use lmex_types::{OrderId, OrderType, Side, TimeInForce};

use super::queue::Entry;
use super::{Place, Twin, place_of, shown};

/// Who comes in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Taker {
    /// A user's order.
    Order(OrderId),
    /// The crowd.
    Crowd,
    /// The venue, with an order of its own for a position that is liquidated; so many contracts are left.
    Venue(Place, OrderId, i64),
}

impl Twin {
    /// An order comes in: it trades, then rests or ends.
    pub(super) fn come_in(&mut self, id: OrderId) {
        let order = self.order(id);
        let limit = match order.order_type {
            OrderType::Limit => order.price,
            OrderType::Market => self.protection(order.market, order.side),
        };
        while let Some(order) = self.find(id).map(|open| open.order) {
            let Some(queue) = self.best(order.market, order.side.opposite(), limit) else {
                return self.rest_or_end(&order);
            };
            let (price, front) = (queue.price, queue.entries[0]);
            if order.post_only {
                return self.end(id, CancelReason::PostOnlyWouldCross);
            }
            if self.runs_out_of_money(id) {
                return self.end(id, CancelReason::Bankruptcy);
            }
            if order.time_in_force == TimeInForce::Fok && order.filled == 0 && !self.fills_whole(&order) {
                return self.end(id, CancelReason::FillOrKill);
            }
            let (maker, most) = match front {
                Entry::Crowd(contracts) => (None, contracts),
                Entry::User(maker) if self.order(maker).account == order.account => {
                    return self.end(id, CancelReason::SelfTrade);
                }
                Entry::User(maker) if self.maker_has_to_go(maker) => continue,
                Entry::User(maker) => (Some(maker), self.order(maker).remaining()),
            };
            self.fill(order.market, price, order.remaining().min(most), maker, Taker::Order(id), order.side);
        }
    }

    fn rest_or_end(&mut self, order: &Order) {
        let reason = match (order.order_type, order.time_in_force) {
            (OrderType::Market, _) if order.filled == 0 => CancelReason::MarketNoLiquidity,
            (OrderType::Market, _) | (_, TimeInForce::Ioc) => CancelReason::ImmediateRemainder,
            (_, TimeInForce::Fok) => CancelReason::FillOrKill,
            _ => return self.rest(order),
        };
        self.end(order.id, reason);
    }

    fn rest(&mut self, order: &Order) {
        let &Order { account, market, id, side, price, .. } = order;
        self.join_queue(id);
        let (remaining, level) = (order.remaining(), self.seen(market, side, price));
        self.say(&Event::OrderRested { account, market, order: id, side, price, remaining, level });
    }

    /// Tries it out on a copy, as an order that takes what it gets.
    pub(super) fn would_fill(&self, order: &Order) -> bool {
        let mut copy = self.clone();
        copy.trial = Some(0);
        copy.order_mut(order.id).order.time_in_force = TimeInForce::Ioc;
        copy.come_in(order.id);
        copy.trial == Some(order.remaining())
    }

    /// Both parties trade, and what is tied to them follows.
    pub(super) fn fill(
        &mut self,
        market: MarketId,
        price: i64,
        contracts: i64,
        maker: Option<OrderId>,
        taker: Taker,
        aggressor: Side,
    ) {
        self.hear_fill(market, price, contracts, maker, taker, aggressor);
        if let Some(traded) = &mut self.trial {
            *traded += contracts;
        }
        self.trades += 1;
        self.price_moved(market, PriceSource::Last, price);
        let crowd = (AccountId::CROWD, market, LegId::ONE_WAY);
        let maker_place = match maker {
            Some(id) => self.traded(id, contracts),
            None => {
                self.queue_mut(market, aggressor.opposite(), price).take_crowd(contracts);
                crowd
            }
        };
        let taker_place = match taker {
            Taker::Order(id) => self.traded(id, contracts),
            Taker::Venue(place, ..) => place,
            Taker::Crowd => crowd,
        };
        self.change_position(maker_place, -aggressor.sign() * contracts);
        self.change_position(taker_place, aggressor.sign() * contracts);
        self.touched = vec![maker_place, taker_place];
        self.follow();
    }

    /// The engine says the same of this fill; fees and profits are given.
    fn hear_fill(
        &mut self,
        market: MarketId,
        price: i64,
        contracts: i64,
        maker: Option<OrderId>,
        taker: Taker,
        aggressor: Side,
    ) {
        if self.trial.is_some() {
            return;
        }
        let crowd = (AccountId::CROWD, None, 0, LegId::ONE_WAY);
        let of_order = |id: OrderId| {
            let order = self.order(id);
            (order.account, Some(id), order.remaining() - contracts, order.leg)
        };
        let seen = self.seen(market, aggressor.opposite(), price);
        let (maker, level) = match maker {
            Some(id) => {
                let order = self.order(id);
                let left = shown(&order, order.remaining() - contracts);
                (of_order(id), seen - shown(&order, order.remaining()) + left)
            }
            None => (crowd, seen - contracts),
        };
        let taker = match taker {
            Taker::Order(id) => of_order(id),
            Taker::Venue((account, _, leg), order, left) => (account, Some(order), left - contracts, leg),
            Taker::Crowd => crowd,
        };
        let expected = (market, self.trades + 1, price, contracts, aggressor, maker, taker, level);
        let event = self.given();
        let Event::Fill(fill) = event else { panic!("engine {event:?}, twin fill {expected:?}") };
        let [maker, taker] =
            [fill.maker, fill.taker].map(|party| (party.account, party.order, party.remaining, party.leg));
        let heard = (
            fill.market,
            fill.trade_id,
            fill.price,
            fill.contracts,
            fill.aggressor,
            maker,
            taker,
            fill.level,
        );
        assert_eq!(heard, expected, "fill: engine left, twin right");
    }

    /// An order trades: the other leg of its pair is doomed, and its exits come with the first fill that leaves a position
    /// of its own direction.
    fn traded(&mut self, id: OrderId, contracts: i64) -> Place {
        if let Some(peer) = self.separate(id) {
            self.doomed.push(peer);
        }
        let order = self.order(id);
        let place = place_of(&order);
        let after = order.side.sign() * self.position(place) + contracts;
        let open = self.order_mut(id);
        open.order.filled += contracts;
        if !order.exits.is_empty() && after > 0 {
            let exits = std::mem::take(&mut open.order.exits);
            self.unbound.push((place, exits));
        }
        if order.remaining() == contracts {
            self.remove(id);
        }
        place
    }
}
