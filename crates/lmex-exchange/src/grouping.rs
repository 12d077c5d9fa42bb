//! Books with their prices grouped.

use lmex_types::Side;

/// How coarse a book is: 0, price by price, to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Grouping(u8);

impl Grouping {
    /// Price by price.
    pub(crate) const NONE: Self = Self(0);
    /// The coarsest.
    pub(crate) const COARSEST: Self = Self(8);

    /// All but [`Self::NONE`].
    pub(crate) fn grouped() -> impl Iterator<Item = Self> {
        (1..=Self::COARSEST.0).map(Self)
    }

    /// The grouping of this number, of which there are nine.
    pub(crate) fn numbered(number: impl TryInto<u8>) -> Option<Self> {
        let known = number.try_into().ok().filter(|number| *number <= Self::COARSEST.0);
        known.map(Self)
    }

    /// What a topic's name ends with.
    pub(crate) fn suffix(self) -> &'static str {
        const SUFFIXES: [&str; 9] = ["_0", "_1", "_2", "_3", "_4", "_5", "_6", "_7", "_8"];
        SUFFIXES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// Levels of a side, best first, with their prices grouped: bids down, asks up, so that no level looks better than it
    /// is. Prices are in ticks, beside them contracts.
    pub(crate) fn levels(
        self,
        side: Side,
        levels: impl Iterator<Item = (i64, i64)>,
        depth: usize,
    ) -> Vec<(i64, i64)> {
        let mut groups: Vec<(i64, i64)> = Vec::new();
        for (price, contracts) in levels {
            let group = self.rounded(side, price);
            // Below the first step there is no price to show.
            if group <= 0 {
                continue;
            }
            let is_full = groups.len() == depth;
            match groups.last_mut().filter(|(last, _)| *last == group) {
                Some((_, total)) => *total = total.saturating_add(contracts),
                None if is_full => break,
                None => groups.push((group, contracts)),
            }
        }
        groups
    }

    fn rounded(self, side: Side, price: i64) -> i64 {
        let step = self.ticks();
        let down = price - price.rem_euclid(step);
        if side == Side::Buy || down == price { down } else { down + step }
    }

    /// Ticks in a step: 1, 5, 10, 50, … LMEX names the first three of BTC-PERP (0.1, 0.5, 1); the rest goes on in the
    /// same way.
    fn ticks(self) -> i64 {
        const TICKS: [i64; 9] = [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000];
        TICKS.get(usize::from(self.0)).copied().unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bids_go_down_and_asks_up() {
        let fives = Grouping::numbered(1).unwrap();
        let levels = || [(103, 1), (101, 2), (100, 4), (99, 8)].into_iter();
        assert_eq!(fives.levels(Side::Buy, levels(), 9), [(100, 7), (95, 8)]);
        assert_eq!(fives.levels(Side::Buy, levels(), 1), [(100, 7)], "all of the last group");
        assert_eq!(
            fives.levels(Side::Sell, [(100, 1), (101, 2), (105, 4)].into_iter(), 9),
            [(100, 1), (105, 6)]
        );
        assert_eq!(fives.levels(Side::Buy, [(5, 1), (4, 2)].into_iter(), 9), [(5, 1)], "0 is no price");
        assert_eq!(Grouping::NONE.levels(Side::Sell, levels(), 2), [(103, 1), (101, 2)]);
    }

    #[test]
    fn there_are_nine() {
        assert_eq!((Grouping::numbered(9), Grouping::numbered(-1)), (None, None));
        assert_eq!(Grouping::numbered(0), Some(Grouping::NONE));
        assert_eq!(Grouping::grouped().last(), Some(Grouping::COARSEST));
        assert_eq!(Grouping::COARSEST.suffix(), "_8");
    }
}
