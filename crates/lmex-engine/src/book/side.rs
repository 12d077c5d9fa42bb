//! One side of a book: levels sorted best first.

use std::collections::BTreeMap;

use lmex_types::Side;

use super::{Key, Level, Orders, QueueModel};

/// The levels of one side. They are sorted by rank, the price with the sign that makes the best come first, so that
/// both sides share one code.
#[derive(Debug, Clone)]
pub(crate) struct BookSide {
    side: Side,
    levels: BTreeMap<i64, Level>,
    user_orders: usize,
}

impl BookSide {
    pub(crate) fn new(side: Side) -> Self {
        Self { side, levels: BTreeMap::new(), user_orders: 0 }
    }

    /// Levels with their price in ticks, best first.
    pub(crate) fn levels(&self) -> impl DoubleEndedIterator<Item = (i64, &Level)> {
        let sign = -self.side.sign();
        self.levels.iter().map(move |(rank, level)| (sign * rank, level))
    }

    pub(crate) fn best(&self) -> Option<(i64, &Level)> {
        self.levels().next()
    }

    pub(crate) fn level(&self, price: i64) -> Option<&Level> {
        self.levels.get(&self.rank(price))
    }

    /// Visible total at a price.
    pub(crate) fn total(&self, price: i64) -> i64 {
        self.level(price).map_or(0, Level::total)
    }

    /// The crowd's quantity at a price.
    pub(crate) fn crowd(&self, price: i64) -> i64 {
        self.level(price).map_or(0, Level::crowd)
    }

    /// Levels that an opposite order with this limit would trade with, best first.
    pub(crate) fn within(&self, limit: i64) -> impl Iterator<Item = (i64, &Level)> {
        let sign = -self.side.sign();
        self.levels.range(..=self.rank(limit)).map(move |(rank, level)| (sign * rank, level))
    }

    /// The next level behind `price`.
    pub(crate) fn behind(&self, price: Option<i64>) -> Option<(i64, &Level)> {
        let start = match price {
            Some(price) => std::ops::Bound::Excluded(self.rank(price)),
            None => std::ops::Bound::Unbounded,
        };
        let (rank, level) = self.levels.range((start, std::ops::Bound::Unbounded)).next()?;
        Some((-self.side.sign() * rank, level))
    }

    /// Whether a user rests where an opposite order with this limit would reach.
    pub(crate) fn users_within(&self, limit: i64) -> bool {
        self.user_orders > 0 && self.within(limit).any(|(_, level)| level.has_users())
    }

    pub(crate) fn push_back(&mut self, orders: &mut Orders, key: Key) {
        let rank = self.rank(orders[key].order.price);
        self.levels.entry(rank).or_insert_with(Level::new).push_back(orders, key);
        self.user_orders += 1;
    }

    pub(crate) fn remove(&mut self, orders: &mut Orders, key: Key) {
        let price = orders[key].order.price;
        self.change(price, |level| level.remove(orders, key));
        self.user_orders -= 1;
    }

    /// Users have so many contracts less at this price, so many of them hidden.
    pub(crate) fn shrink(&mut self, price: i64, contracts: i64, hidden: i64) {
        self.change(price, |level| level.shrink(contracts, hidden));
    }

    pub(crate) fn take_crowd(&mut self, orders: &mut Orders, price: i64, contracts: i64) {
        self.change(price, |level| level.take_crowd(orders, contracts));
    }

    pub(crate) fn set_crowd(&mut self, orders: &mut Orders, price: i64, crowd: i64, model: QueueModel) {
        if crowd > 0 {
            self.levels.entry(self.rank(price)).or_insert_with(Level::new);
        }
        self.change(price, |level| level.set_crowd(orders, crowd, model));
    }

    fn change(&mut self, price: i64, change: impl FnOnce(&mut Level)) {
        if let std::collections::btree_map::Entry::Occupied(mut entry) = self.levels.entry(self.rank(price)) {
            change(entry.get_mut());
            if entry.get().is_empty() {
                entry.remove();
            }
        }
    }

    fn rank(&self, price: i64) -> i64 {
        -self.side.sign() * price
    }
}
