//! One price of one side: who stands there, front first.

use lmex_engine::{Engine, MarketId, QueueModel, Queued};
use lmex_types::{OrderId, Side};

use super::{Twin, shown};

#[derive(Debug, Clone)]
pub(super) struct Queue {
    pub(super) market: MarketId,
    pub(super) side: Side,
    pub(super) price: i64,
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// So many contracts of the crowd.
    Crowd(i64),
    /// A user's order.
    User(OrderId),
}

impl Queue {
    pub(super) fn crowd(&self) -> i64 {
        self.entries
            .iter()
            .map(|entry| if let Entry::Crowd(contracts) = entry { *contracts } else { 0 })
            .sum()
    }

    pub(super) fn has_users(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry, Entry::User(_)))
    }

    fn join(&mut self, entry: Entry) {
        self.entries.push(entry);
        self.tidy();
    }

    /// Stretches of the crowd that meet are one; empty ones are none.
    fn tidy(&mut self) {
        let mut tidy: Vec<Entry> = Vec::new();
        for entry in self.entries.drain(..) {
            match (tidy.last_mut(), entry) {
                (_, Entry::Crowd(0)) => {}
                (Some(Entry::Crowd(before)), Entry::Crowd(more)) => *before += more,
                _ => tidy.push(entry),
            }
        }
        self.entries = tidy;
    }

    /// The crowd's stretches, those at the back first.
    fn stretches(&mut self) -> impl Iterator<Item = &mut i64> {
        self.entries.iter_mut().rev().filter_map(|entry| match entry {
            Entry::Crowd(contracts) => Some(contracts),
            Entry::User(_) => None,
        })
    }

    /// More of the crowd joins at the back; less goes from the back, or each stretch loses its share (rounded down) and
    /// the rest goes from the back.
    pub(super) fn set_crowd(&mut self, crowd: i64, model: QueueModel) {
        let before = self.crowd();
        if crowd > before {
            return self.join(Entry::Crowd(crowd - before));
        }
        let mut gone = before - crowd;
        if model == QueueModel::Proportional && before > 0 {
            let all = i128::from(gone);
            for stretch in self.stretches() {
                let part = i64::try_from(all * i128::from(*stretch) / i128::from(before)).unwrap();
                *stretch -= part;
                gone -= part;
            }
        }
        for stretch in self.stretches() {
            let part = gone.min(*stretch);
            *stretch -= part;
            gone -= part;
        }
        self.tidy();
    }

    /// The crowd at the very front trades.
    pub(super) fn take_crowd(&mut self, contracts: i64) {
        let Some(Entry::Crowd(front)) = self.entries.first_mut() else {
            panic!("no crowd in front: {self:?}")
        };
        *front -= contracts;
        assert!(*front >= 0);
        self.tidy();
    }
}

impl Twin {
    /// The queue at a price, made if there is none.
    pub(super) fn queue_mut(&mut self, market: MarketId, side: Side, price: i64) -> &mut Queue {
        let is_it = |queue: &Queue| (queue.market, queue.side, queue.price) == (market, side, price);
        let at = self.queues.iter().position(is_it).unwrap_or_else(|| {
            self.queues.push(Queue { market, side, price, entries: Vec::new() });
            self.queues.len() - 1
        });
        &mut self.queues[at]
    }

    fn queue(&self, market: MarketId, side: Side, price: i64) -> Option<&Queue> {
        self.queues.iter().find(|queue| (queue.market, queue.side, queue.price) == (market, side, price))
    }

    pub(super) fn crowd_at(&self, market: MarketId, side: Side, price: i64) -> i64 {
        self.queue(market, side, price).map_or(0, Queue::crowd)
    }

    /// What everyone sees at a price.
    pub(super) fn seen(&self, market: MarketId, side: Side, price: i64) -> i64 {
        let entries = self.queue(market, side, price).map_or(&[][..], |queue| &queue.entries);
        entries
            .iter()
            .map(|entry| match *entry {
                Entry::Crowd(contracts) => contracts,
                Entry::User(id) => {
                    let order = self.order(id);
                    shown(&order, order.remaining())
                }
            })
            .sum()
    }

    /// The best price of a side that someone of the other side with this limit reaches.
    pub(super) fn best(&self, market: MarketId, side: Side, limit: i64) -> Option<&Queue> {
        let sign = side.sign();
        let there = self.queues.iter().filter(|queue| {
            (queue.market, queue.side) == (market, side)
                && !queue.entries.is_empty()
                && sign * queue.price >= sign * limit
        });
        there.max_by_key(|queue| sign * queue.price)
    }

    /// An order joins the back of its price.
    pub(super) fn join_queue(&mut self, id: OrderId) {
        let order = self.order(id);
        self.queue_mut(order.market, order.side, order.price).join(Entry::User(id));
        self.order_mut(id).rests = true;
    }

    /// An order leaves its price, if it stands there.
    pub(super) fn leave_queue(&mut self, id: OrderId) {
        let order = self.order(id);
        let queue = self.queue_mut(order.market, order.side, order.price);
        queue.entries.retain(|entry| *entry != Entry::User(id));
        queue.tidy();
        self.order_mut(id).rests = false;
    }

    /// Books, waiting orders and positions are the engine's.
    pub(crate) fn compare(&self, engine: &Engine) {
        let mut open: Vec<_> = self.orders.iter().map(|open| open.order).collect();
        let mut found: Vec<_> =
            engine.accounts().flat_map(|account| engine.open_orders(account, None)).collect();
        open.sort_unstable_by_key(|order| order.id);
        found.sort_unstable_by_key(|order| order.id);
        assert_eq!(found, open, "open orders: engine left, twin right");
        for queue in &self.queues {
            let found = engine.queue(queue.market, queue.side, queue.price).into_iter();
            let found: Vec<_> = found
                .map(|queued| match queued {
                    Queued::Crowd(contracts) => Entry::Crowd(contracts),
                    Queued::Order(order) => Entry::User(order.id),
                })
                .collect();
            assert_eq!(found, queue.entries, "queue: engine left, twin right");
        }
        for market in engine.markets() {
            assert_eq!(market.last(), self.market(market.id()).last, "last price");
            for side in [Side::Buy, Side::Sell] {
                for (price, contracts) in market.depth(side) {
                    assert_eq!(contracts, self.seen(market.id(), side, price), "{side} at {price}");
                }
            }
        }
        for &((account, market, leg), contracts) in &self.positions {
            let found = engine.position(account, market, leg).map_or(0, |position| position.contracts);
            assert_eq!(found, contracts, "position of {account} in {market} {leg}");
        }
    }

    /// Prices where nobody stands any more are forgotten, so that lists stay short.
    pub(super) fn forget_empty(&mut self) {
        self.queues.retain(|queue| !queue.entries.is_empty());
        self.positions.retain(|(_, contracts)| *contracts != 0);
    }
}
