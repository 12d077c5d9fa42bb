//! One side of a book: levels sorted best first.

use lmex_types::Side;

use super::ladder::Ladder;
use super::{Key, Level, Orders, QueueModel};

/// The levels of one side. They are sorted by rank, the price with the sign that makes the best come first, so that
/// both sides share one code.
#[derive(Debug, Clone)]
pub(crate) struct BookSide {
    side: Side,
    levels: Ladder,
    user_orders: usize,
}

impl BookSide {
    pub(crate) fn new(side: Side) -> Self {
        Self { side, levels: Ladder::default(), user_orders: 0 }
    }

    /// Levels with their price in ticks, best first.
    pub(crate) fn levels(&self) -> impl DoubleEndedIterator<Item = (i64, &Level)> {
        let sign = -self.side.sign();
        self.levels.iter().map(move |(rank, level)| (sign * rank, level))
    }

    pub(crate) fn best(&self) -> Option<(i64, &Level)> {
        self.levels.best().map(|(rank, level)| (-self.side.sign() * rank, level))
    }

    pub(crate) fn level(&self, price: i64) -> Option<&Level> {
        self.levels.find(self.rank(price))
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
        let (sign, last) = (-self.side.sign(), self.rank(limit));
        let within = self.levels.iter().take_while(move |(rank, _)| *rank <= last);
        within.map(move |(rank, level)| (sign * rank, level))
    }

    /// The next level behind `price`.
    pub(crate) fn behind(&self, price: Option<i64>) -> Option<(i64, &Level)> {
        let (rank, level) = match price {
            Some(price) => self.levels.behind(self.rank(price))?,
            None => self.levels.best()?,
        };
        Some((-self.side.sign() * rank, level))
    }

    /// Whether a user rests where an opposite order with this limit would reach.
    pub(crate) fn users_within(&self, limit: i64) -> bool {
        self.user_orders > 0 && self.within(limit).any(|(_, level)| level.has_users())
    }

    pub(crate) fn push_back(&mut self, orders: &mut Orders, key: Key) {
        let rank = self.rank(orders[key].order.price);
        self.levels.enter(rank, |level| level.push_back(orders, key));
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
        let set = |level: &mut Level| level.set_crowd(orders, crowd, model);
        if crowd > 0 { self.levels.enter(self.rank(price), set) } else { self.change(price, set) }
    }

    fn change(&mut self, price: i64, change: impl FnOnce(&mut Level)) {
        self.levels.change(self.rank(price), change);
    }

    fn rank(&self, price: i64) -> i64 {
        -self.side.sign() * price
    }
}
