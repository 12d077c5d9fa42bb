//! All levels of one market, and the best of them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use lmex_types::Side;

use crate::grouping::Grouping;

/// A price in ticks and the contracts there.
pub(super) type Level = (i64, i64);

/// Every level of both sides.
#[derive(Debug, Clone, Default)]
pub(super) struct Ladder {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Ladder {
    /// Sets the total at a price; nothing there takes the level away.
    pub(super) fn set(&mut self, side: Side, price: i64, contracts: i64) {
        let levels = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        if contracts > 0 {
            levels.insert(price, contracts);
        } else {
            levels.remove(&price);
        }
    }

    /// The best `depth` levels of each side.
    pub(super) fn window(&self, depth: usize) -> Window {
        let copied = |(price, contracts): (&i64, &i64)| (*price, *contracts);
        Window {
            bids: self.bids.iter().rev().take(depth).map(copied).collect(),
            asks: self.asks.iter().take(depth).map(copied).collect(),
        }
    }

    /// The best `depth` groups of each side.
    pub(super) fn grouped(&self, depth: usize, grouping: Grouping) -> Window {
        let copied = |(price, contracts): (&i64, &i64)| (*price, *contracts);
        Window {
            bids: grouping.levels(Side::Buy, self.bids.iter().rev().map(copied), depth),
            asks: grouping.levels(Side::Sell, self.asks.iter().map(copied), depth),
        }
    }

    /// Best bid and best offer.
    pub(super) fn top(&self) -> Top {
        let copied = |(price, contracts): (&i64, &i64)| (*price, *contracts);
        Top { bid: self.bids.last_key_value().map(copied), ask: self.asks.first_key_value().map(copied) }
    }
}

/// Best bid and best offer, where there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Top {
    pub(super) bid: Option<Level>,
    pub(super) ask: Option<Level>,
}

/// Levels of both sides, best first. In a difference, 0 contracts take a level away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Window {
    pub(super) bids: Vec<Level>,
    pub(super) asks: Vec<Level>,
}

impl Window {
    /// What turns `self` into `newer`: levels that are new or have another size, and 0 for those that are gone. A level
    /// that better ones pushed out of the window counts as gone: nobody would hear of it any more.
    pub(super) fn difference(&self, newer: &Self) -> Self {
        Self {
            bids: difference(&self.bids, &newer.bids, |old, new| new.cmp(&old)),
            asks: difference(&self.asks, &newer.asks, |old, new| old.cmp(&new)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bids.is_empty() && self.asks.is_empty()
    }
}

/// Both sides are sorted by `order`, best first, so one walk along both finds all.
fn difference(old: &[Level], new: &[Level], order: impl Fn(i64, i64) -> Ordering) -> Vec<Level> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut changes = Vec::new();
    loop {
        let turn = match (old.peek(), new.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => order(old.0, new.0),
        };
        let before = if turn.is_le() { old.next() } else { None };
        let after = if turn.is_ge() { new.next() } else { None };
        match (before, after) {
            (Some(&(price, _)), None) => changes.push((price, 0)),
            (_, Some(&level)) if before != after => changes.push(level),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_enters_the_window_when_a_better_one_vanishes_and_leaves_when_one_appears() {
        let mut ladder = Ladder::default();
        for price in [100, 99, 98] {
            ladder.set(Side::Buy, price, 5);
        }
        let full = ladder.window(2);
        ladder.set(Side::Buy, 100, 0);
        let after = ladder.window(2);
        assert_eq!(full.difference(&after).bids, [(100, 0), (98, 5)]);
        ladder.set(Side::Buy, 101, 1);
        assert_eq!(after.difference(&ladder.window(2)).bids, [(101, 1), (98, 0)]);
    }

    #[test]
    fn only_what_changed_is_in_a_difference() {
        let old = Window { bids: vec![(10, 1), (9, 2)], asks: vec![(11, 3), (12, 4)] };
        let new = Window { bids: vec![(10, 1), (9, 7)], asks: vec![(11, 3), (13, 1)] };
        assert_eq!(old.difference(&new), Window { bids: vec![(9, 7)], asks: vec![(12, 0), (13, 1)] });
        assert!(new.difference(&new).is_empty());
    }
}
