//! The crowd: depth in absolute quantities, and prints.

use lmex_engine::{CrowdLevel, CrowdPurpose, Event, LevelCause, MarketId, PriceSource, Trading};
use lmex_types::Side;

use super::Twin;
use super::matching::Taker;
use super::queue::{Entry, Queue};

impl Twin {
    /// Who is not named leaves; decreases come before increases.
    pub(super) fn crowd_depth(&mut self, market: MarketId, levels: &[CrowdLevel], snapshot: bool) {
        if let Some(Event::CommandRefused { .. }) = self.events.front() {
            self.given();
            return;
        }
        if snapshot {
            for side in [Side::Buy, Side::Sell] {
                self.leave_all_but(market, side, levels);
            }
        }
        for level in levels {
            if level.contracts < self.crowd_at(market, level.side, level.price) {
                self.set(market, level.side, level.price, level.contracts);
                self.settle();
            }
        }
        for level in levels {
            let more = level.contracts - self.crowd_at(market, level.side, level.price);
            if more > 0 {
                self.crowd_grows(market, level, more);
                self.settle();
            }
        }
    }

    fn leave_all_but(&mut self, market: MarketId, side: Side, levels: &[CrowdLevel]) {
        let named = |price| levels.iter().any(|level| (level.side, level.price) == (side, price));
        let there = self.queues.iter().filter(|queue| (queue.market, queue.side) == (market, side));
        let mut gone: Vec<i64> =
            there.filter(|queue| queue.crowd() > 0 && !named(queue.price)).map(|queue| queue.price).collect();
        gone.sort_unstable_by_key(|price| -side.sign() * price);
        for price in gone {
            self.set(market, side, price, 0);
            self.settle();
        }
    }

    fn crowd_grows(&mut self, market: MarketId, level: &CrowdLevel, more: i64) {
        let &CrowdLevel { side, price, contracts } = level;
        if self.best(market, side.opposite(), price).is_none() {
            return self.set(market, side, price, contracts);
        }
        let idle = self.market(market).trading != Trading::Active;
        if idle && self.users_within(market, side.opposite(), price) {
            return;
        }
        let purpose = CrowdPurpose::Depth;
        self.say(&Event::CrowdEntered { market, side, price, contracts: more, purpose });
        let mut left = more;
        while left > 0 {
            let Some(best) = self.best(market, side.opposite(), price) else {
                let there = self.crowd_at(market, side, price);
                return self.set(market, side, price, there + left);
            };
            let (at, only_users, front) = (best.price, best.crowd() == 0, best.entries[0]);
            match front {
                Entry::User(maker) if only_users && self.maker_has_to_go(maker) => {}
                Entry::User(maker) if only_users => {
                    let traded = left.min(self.order(maker).remaining());
                    self.fill(market, at, traded, Some(maker), Taker::Crowd, side);
                    left -= traded;
                }
                // The crowd in its way is out of date.
                _ => self.set(market, side.opposite(), at, 0),
            }
        }
    }

    /// A print takes whoever stands in its way, and reports once what no user took part in.
    pub(super) fn crowd_trade(&mut self, market: MarketId, aggressor: Side, price: i64, contracts: i64) {
        if let Some(Event::CommandRefused { .. }) = self.events.front() {
            self.given();
            return;
        }
        let side = aggressor.opposite();
        let meets = self.market(market).trading == Trading::Active && self.users_within(market, side, price);
        if meets {
            let purpose = CrowdPurpose::Print;
            self.say(&Event::CrowdEntered { market, side: aggressor, price, contracts, purpose });
        }
        let (mut left, mut unreported) = (contracts, contracts);
        while let Some(best) =
            self.best(market, side, price).filter(|best| left > 0 && (meets || !best.has_users()))
        {
            let (at, front) = (best.price, best.entries[0]);
            match front {
                Entry::User(maker) if self.maker_has_to_go(maker) => {}
                Entry::User(maker) => {
                    let traded = left.min(self.order(maker).remaining());
                    self.fill(market, at, traded, Some(maker), Taker::Crowd, aggressor);
                    left -= traded;
                    unreported -= traded;
                }
                Entry::Crowd(there) => {
                    let taken = left.min(there);
                    self.queue_mut(market, side, at).take_crowd(taken);
                    self.say_level(market, side, at, LevelCause::Taken);
                    left -= taken;
                    if !meets {
                        self.settle();
                    }
                }
            }
        }
        if unreported > 0 {
            self.trades += 1;
            let trade_id = self.trades;
            self.say(&Event::Trade { market, trade_id, price, contracts: unreported, aggressor });
            self.price_moved(market, PriceSource::Last, price);
        }
        self.settle();
    }

    fn users_within(&self, market: MarketId, side: Side, limit: i64) -> bool {
        let sign = side.sign();
        let reached = |queue: &&Queue| {
            (queue.market, queue.side) == (market, side) && sign * queue.price >= sign * limit
        };
        self.queues.iter().filter(reached).any(Queue::has_users)
    }

    fn set(&mut self, market: MarketId, side: Side, price: i64, crowd: i64) {
        let model = self.model;
        self.queue_mut(market, side, price).set_crowd(crowd, model);
        self.say_level(market, side, price, LevelCause::Set);
    }

    fn say_level(&mut self, market: MarketId, side: Side, price: i64, cause: LevelCause) {
        let (contracts, crowd) = (self.seen(market, side, price), self.crowd_at(market, side, price));
        self.say(&Event::LevelChanged { market, side, price, contracts, crowd, cause });
    }
}
