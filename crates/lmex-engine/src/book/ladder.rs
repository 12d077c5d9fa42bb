//! The levels of one side, sorted.
//!
//! ```text
//!   far: a tree          near: sorted, at most 256
//!   … 118 112 109 108 │ 107 106 105 103 102 101 100 ◄─ best
//! ```
//!
//! Nearly all that happens in a book happens close to the best price. There a short sorted vector is the fastest thing
//! to search and to change, and being bounded it stays so however deep the book is. The ranks stand apart from what they
//! rank, so that a search reads few lines of memory.

use std::collections::BTreeMap;

use super::Level;

/// Levels by rank; the lowest rank is the best.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ladder {
    /// Ranks of the best levels, best last. Empty only if all is.
    ranks: Vec<i64>,
    /// The level of each of `ranks`.
    near: Vec<Level>,
    /// All others: each rank is above all of `ranks`.
    far: BTreeMap<i64, Level>,
}

/// More levels than this are not near.
const MOST_NEAR: usize = 256;
/// How many move at once from one part to the other.
const MOVED: usize = MOST_NEAR / 2;

impl Ladder {
    /// Best first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, &Level)> {
        let far = self.far.iter().map(|(rank, level)| (*rank, level));
        self.ranks.iter().copied().zip(&self.near).rev().chain(far)
    }

    pub(crate) fn best(&self) -> Option<(i64, &Level)> {
        self.ranks.last().copied().zip(self.near.last())
    }

    pub(crate) fn find(&self, rank: i64) -> Option<&Level> {
        match self.place(rank) {
            Ok(at) => self.near.get(at),
            Err(0) => self.far.get(&rank),
            Err(_) => None,
        }
    }

    /// The first level whose rank is above `rank`.
    pub(crate) fn behind(&self, rank: i64) -> Option<(i64, &Level)> {
        let (Ok(at) | Err(at)) = self.place(rank);
        match at.checked_sub(1) {
            Some(at) => self.ranks.get(at).copied().zip(self.near.get(at)),
            None => {
                let behind = (std::ops::Bound::Excluded(rank), std::ops::Bound::Unbounded);
                self.far.range(behind).next().map(|(rank, level)| (*rank, level))
            }
        }
    }

    /// Changes the level of a rank, which is there from now on.
    pub(crate) fn enter(&mut self, rank: i64, change: impl FnOnce(&mut Level)) {
        match self.place(rank) {
            Ok(at) => change(&mut self.near[at]),
            Err(0) if !self.far.is_empty() => change(self.far.entry(rank).or_insert_with(Level::new)),
            Err(at) => {
                let mut level = Level::new();
                change(&mut level);
                self.ranks.insert(at, rank);
                self.near.insert(at, level);
                self.move_away();
            }
        }
    }

    /// Changes the level of a rank, if there is one. An empty level vanishes.
    pub(crate) fn change(&mut self, rank: i64, change: impl FnOnce(&mut Level)) {
        match self.place(rank) {
            Ok(at) => {
                let level = &mut self.near[at];
                change(level);
                if level.is_empty() {
                    self.ranks.remove(at);
                    self.near.remove(at);
                    self.move_closer();
                }
            }
            Err(0) => self.change_far(rank, change),
            Err(_) => {}
        }
    }

    fn change_far(&mut self, rank: i64, change: impl FnOnce(&mut Level)) {
        if let Some(level) = self.far.get_mut(&rank) {
            change(level);
            if level.is_empty() {
                self.far.remove(&rank);
            }
        }
    }

    /// Where in `ranks` a rank is, or would be.
    ///
    /// Ranks are whole numbers, so one that is so far behind the best has at most so many places between. Close to the
    /// best there is an order at nearly every price, and it is in just that place.
    fn place(&self, rank: i64) -> Result<usize, usize> {
        let Some((&best, others)) = self.ranks.split_last() else { return Err(0) };
        if rank < best {
            return Err(self.ranks.len());
        }
        let furthest = others.len().saturating_sub(rank.abs_diff(best) as usize);
        if self.ranks.get(furthest) == Some(&rank) {
            return Ok(furthest);
        }
        let closer = self.ranks.get(furthest..).unwrap_or_default();
        let place = closer.binary_search_by(|other| rank.cmp(other));
        place.map(|at| furthest + at).map_err(|at| furthest + at)
    }

    fn move_away(&mut self) {
        if self.near.len() > MOST_NEAR {
            self.far.extend(self.ranks.drain(..MOVED).zip(self.near.drain(..MOVED)));
        }
    }

    fn move_closer(&mut self) {
        if self.near.is_empty() && !self.far.is_empty() {
            let closer = std::iter::from_fn(|| self.far.pop_first());
            for (rank, level) in closer.take(MOVED) {
                self.ranks.push(rank);
                self.near.push(level);
            }
            self.ranks.reverse();
            self.near.reverse();
        }
    }
}

#[cfg(test)]
mod tests {
    use lmex_types::Side;
    use proptest::prelude::*;

    use super::super::{BookSide, Orders, QueueModel};
    use super::*;

    #[derive(Debug, Clone)]
    enum Change {
        /// The crowd's quantity at a price; 0 takes the level away.
        Set(i64, i64),
        /// So many of the best levels vanish.
        Sweep(usize),
    }

    /// More prices than are near, so that levels move both ways.
    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let change = prop_oneof![
            300 => (1_i64..1_000, 0_i64..4).prop_map(|(price, crowd)| Change::Set(price, crowd)),
            1 => (0_usize..400).prop_map(Change::Sweep),
        ];
        prop::collection::vec(change, 1..4_000)
    }

    /// One side with its twin, a plain tree of prices.
    struct Pair {
        side: Side,
        book: BookSide,
        twin: BTreeMap<i64, i64>,
    }

    impl Pair {
        fn new(side: Side) -> Self {
            Self { side, book: BookSide::new(side), twin: BTreeMap::new() }
        }

        fn change(&mut self, change: &Change) {
            match *change {
                Change::Set(price, crowd) => self.set(price, crowd),
                Change::Sweep(count) => {
                    let best: Vec<_> = self.sorted().map(|(price, _)| price).take(count).collect();
                    best.into_iter().for_each(|price| self.set(price, 0));
                }
            }
        }

        fn set(&mut self, price: i64, crowd: i64) {
            self.book.set_crowd(&mut Orders::default(), price, crowd, QueueModel::Tail);
            match crowd {
                0 => self.twin.remove(&price),
                _ => self.twin.insert(price, crowd),
            };
        }

        /// The twin's levels, best first.
        fn sorted(&self) -> Box<dyn Iterator<Item = (i64, i64)> + '_> {
            let rising = self.twin.iter().map(|(price, crowd)| (*price, *crowd));
            if self.side == Side::Buy { Box::new(rising.rev()) } else { Box::new(rising) }
        }

        fn compare(&self, price: i64) {
            let reaches = |level: i64| self.side.sign() * level >= self.side.sign() * price;
            let known = |(price, level): (i64, &Level)| (price, level.crowd());
            assert!(self.book.levels().map(known).eq(self.sorted()));
            assert!(
                self.book.levels().rev().map(known).eq(self.sorted().collect::<Vec<_>>().into_iter().rev())
            );
            assert!(self.book.within(price).map(known).eq(self.sorted().filter(|level| reaches(level.0))));
            assert_eq!(self.book.best().map(known), self.sorted().next());
            assert_eq!(self.book.crowd(price), self.twin.get(&price).copied().unwrap_or_default());
            let behind = self.sorted().find(|level| !reaches(level.0));
            assert_eq!(self.book.behind(Some(price)).map(known), behind);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        #[test]
        fn a_plain_tree_gives_the_same_levels(changes in changes(), looks in 1_usize..50) {
            for side in [Side::Buy, Side::Sell] {
                let mut pair = Pair::new(side);
                for (at, change) in changes.iter().enumerate() {
                    pair.change(change);
                    if at % looks == 0 {
                        pair.compare((at as i64 * 7_919) % 1_001);
                    }
                }
            }
        }
    }

    #[test]
    fn levels_move_between_the_parts_as_the_best_price_does() {
        let mut pair = Pair::new(Side::Sell);
        (1..=1_000).rev().for_each(|price| pair.set(price, 1));
        assert!(pair.book.levels().count() == 1_000);
        for price in 1..=1_000 {
            pair.compare(price);
            pair.set(price, 0);
        }
        assert!(pair.book.best().is_none());
    }
}
