//! Whether a depth change follows what came before it.
//!
//! Binance's rule, futures: drop changes with `u` below the snapshot's `lastUpdateId`; the first one used has
//! `U <= lastUpdateId <= u`; from then on `pu` is the `u` before. Spot: drop `u <= lastUpdateId`; the first one used has
//! `U <= lastUpdateId + 1 <= u`; from then on `U` is the `u` before plus one.
//! (developers.binance.com, "How to manage a local order book correctly", futures and spot.)
//!
//! The ids of futures are shared by all markets, so that a market's own have holes and a snapshot may lie in one.
//! `pu <= lastUpdateId` says that nothing was missed there as well, and includes the documented case.

use super::market::Family;

/// The ids of one depth change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ids {
    /// The last id that the change takes for granted: `pu`, or on spot `U - 1`.
    pub(super) after: u64,
    /// `u`.
    pub(super) last: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It continues the book.
    Next,
    /// The book has it already.
    Old,
    /// Changes are missing between the id given and this one.
    Gap {
        /// The last id that is known.
        known: u64,
    },
}

/// How far the book is known.
#[derive(Debug)]
pub(super) struct Sequence {
    family: Family,
    known: Known,
}

#[derive(Debug, Clone, Copy)]
enum Known {
    Nothing,
    Snapshot(u64),
    Update(u64),
}

impl Sequence {
    pub(super) fn new(family: Family) -> Self {
        Self { family, known: Known::Nothing }
    }

    /// Judges a change, and if it is the next one, counts it as known.
    pub(super) fn judge(&mut self, ids: Ids) -> Verdict {
        let (known, old) = match self.known {
            Known::Nothing => (u64::MAX, false),
            Known::Snapshot(known) if self.family != Family::Spot => (known, ids.last < known),
            Known::Snapshot(known) | Known::Update(known) => (known, ids.last <= known),
        };
        if old {
            return Verdict::Old;
        }
        if ids.after > known {
            return Verdict::Gap { known };
        }
        self.accept(ids);
        Verdict::Next
    }

    /// Goes on from a change although something is missing before it.
    pub(super) fn accept(&mut self, ids: Ids) {
        self.known = Known::Update(ids.last);
    }

    /// Goes on from a snapshot, whatever was known.
    pub(super) fn restart(&mut self, last: u64) {
        self.known = Known::Snapshot(last);
    }

    /// Takes whatever change comes next, because something is missing before it.
    pub(super) fn forget(&mut self) {
        self.known = Known::Nothing;
    }

    /// Whether the book is as new as a snapshot already.
    pub(super) fn has(&self, last: u64) -> bool {
        match self.known {
            Known::Nothing => false,
            Known::Snapshot(known) | Known::Update(known) => last <= known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_snapshot(family: Family, last: u64, changes: &[(u64, u64)]) -> Vec<Verdict> {
        let mut sequence = Sequence::new(family);
        sequence.restart(last);
        changes.iter().map(|&(after, last)| sequence.judge(Ids { after, last })).collect()
    }

    #[test]
    fn a_future_keeps_the_change_that_ends_at_the_snapshot_and_spot_drops_it() {
        use Verdict::{Next, Old};
        assert_eq!(after_snapshot(Family::UsdM, 100, &[(80, 99), (99, 100), (100, 120)]), [Old, Next, Next]);
        assert_eq!(after_snapshot(Family::Spot, 100, &[(80, 99), (99, 100), (100, 120)]), [Old, Old, Next]);
    }

    #[test]
    fn a_snapshot_between_two_changes_of_a_future_is_no_gap() {
        assert_eq!(
            after_snapshot(Family::CoinM, 105, &[(90, 100), (100, 120)]),
            [Verdict::Old, Verdict::Next]
        );
    }

    #[test]
    fn what_is_missing_after_the_snapshot_or_a_change_is_a_gap() {
        assert_eq!(after_snapshot(Family::Spot, 100, &[(101, 120)]), [Verdict::Gap { known: 100 }]);
        assert_eq!(
            after_snapshot(Family::UsdM, 100, &[(90, 110), (111, 120), (110, 115)]),
            [Verdict::Next, Verdict::Gap { known: 110 }, Verdict::Next]
        );
    }
}
