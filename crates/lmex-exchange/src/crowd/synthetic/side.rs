//! One side of the simulated book.

use std::collections::{BTreeMap, BTreeSet};

use lmex_engine::CrowdLevel;
use lmex_types::Side;

use crate::crowd::Chance;

/// About how many levels a side has.
const LEVELS: i64 = 100;
/// How many of the best levels every message names, so that what users took there comes back.
const RESTATED: usize = 10;

/// Levels by rank: the price, with the sign that puts the best first. Both sides share one code.
///
/// Near the touch there is a level on almost every tick; further out they are rarer and larger.
#[derive(Debug)]
pub(super) struct BookSide {
    side: Side,
    levels: BTreeMap<i64, i64>,
    changed: BTreeSet<i64>,
    /// Contracts of a usual best level.
    usual: i64,
    /// How far out the levels go, in ticks.
    reach: i64,
    /// Ticks of distance that make the gap between levels one tick wider.
    density: i64,
}

impl BookSide {
    /// Around `price` ticks, with `usual` contracts at the touch, reaching out 2 %.
    pub(super) fn new(side: Side, price: i64, usual: i64) -> Self {
        let reach = (price / 50).max(LEVELS * 3 / 2);
        let levels_with = |density: i64| {
            let twice_next = |twice: &i64| Some(twice + 3 + *twice / density);
            let levels = std::iter::successors(Some(0), twice_next).take_while(|&twice| twice < 2 * reach);
            i64::try_from(levels.count()).unwrap_or(i64::MAX)
        };
        let density = (4..reach).find(|&density| levels_with(density) >= LEVELS).unwrap_or(reach);
        Self { side, levels: BTreeMap::new(), changed: BTreeSet::new(), usual, reach, density }
    }

    /// The best price in ticks and its contracts.
    pub(super) fn best(&self) -> Option<(i64, i64)> {
        self.levels.first_key_value().map(|(rank, contracts)| (self.price(*rank), *contracts))
    }

    /// Drops everything and begins again with the touch at `price`.
    pub(super) fn rebuild(&mut self, price: i64, chance: &mut Chance) {
        self.changed.extend(self.levels.keys());
        self.levels.clear();
        self.move_touch(price, chance);
    }

    /// The best price is `price` from now on: levels before it go, and up to the old best new ones come.
    pub(super) fn move_touch(&mut self, price: i64, chance: &mut Chance) {
        let touch = self.rank(price);
        while let Some((&best, _)) = self.levels.first_key_value().filter(|(best, _)| **best < touch) {
            self.set(best, 0);
        }
        let end = self.levels.first_key_value().map_or(touch + self.reach, |(best, _)| *best);
        let mut rank = touch;
        while rank < end {
            self.set(rank, self.size(rank - touch, rank, chance));
            rank += self.gap(rank - touch, chance);
        }
    }

    /// Contracts at the touch are traded away.
    pub(super) fn take(&mut self, contracts: i64) {
        if let Some((&best, &there)) = self.levels.first_key_value() {
            self.set(best, there - contracts);
        }
    }

    /// Orders come and go behind the touch; thin places fill and crowded ones thin out.
    pub(super) fn breathe(&mut self, chance: &mut Chance) {
        let excess = i64::try_from(self.levels.len()).unwrap_or(i64::MAX) - LEVELS;
        for _ in 0..chance.between(2, 6) + (excess / 6).clamp(0, 50) {
            self.change_one(chance);
        }
        self.mend_end(chance);
    }

    /// The levels that changed, and the best ones.
    pub(super) fn drain(&mut self, out: &mut Vec<CrowdLevel>) {
        self.changed.extend(self.levels.keys().take(RESTATED));
        for rank in std::mem::take(&mut self.changed) {
            let contracts = self.levels.get(&rank).copied().unwrap_or(0);
            out.push(CrowdLevel { side: self.side, price: self.price(rank), contracts });
        }
    }

    /// All levels, best first.
    pub(super) fn snapshot(&mut self, out: &mut Vec<CrowdLevel>) {
        self.changed.clear();
        let (side, sign) = (self.side, -self.side.sign());
        let level =
            |(rank, contracts): (&i64, &i64)| CrowdLevel { side, price: sign * rank, contracts: *contracts };
        out.extend(self.levels.iter().map(level));
    }

    fn change_one(&mut self, chance: &mut Chance) {
        let Some((&touch, _)) = self.levels.first_key_value() else { return };
        let magnitude = i64::from(self.reach.ilog2());
        // As many changes within 10 ticks as between 10 and 100.
        let magnitude = chance.below(magnitude);
        let distance = chance.below(2 << magnitude);
        let mut from_there = self.levels.range(touch + distance..);
        let Some((&rank, &contracts)) = from_there.next() else { return };
        let next = from_there.next().map(|(next, _)| *next);
        let distance = rank - touch;
        let usual_gap = self.usual_gap(distance);
        match next.map(|next| next - rank) {
            Some(gap) if gap > 2 * usual_gap => {
                let between = rank + gap / 2;
                self.set(between, self.size(distance, between, chance));
            }
            Some(gap) if gap * 2 < usual_gap && distance > 0 => self.set(rank, 0),
            _ if distance > 0 && chance.happens(100) => self.set(rank, 0),
            _ => {
                let drawn = self.size(distance, rank, chance);
                self.set(rank, (contracts * 3 * chance.between(700, 1_300) / 1_000 + drawn) / 4);
            }
        }
    }

    fn mend_end(&mut self, chance: &mut Chance) {
        let (Some((&touch, _)), Some((&last, _))) =
            (self.levels.first_key_value(), self.levels.last_key_value())
        else {
            return;
        };
        let distance = last - touch;
        if distance > self.reach * 5 / 4 && last > touch {
            self.set(last, 0);
        } else if distance < self.reach {
            let rank = last + self.gap(distance, chance);
            self.set(rank, self.size(distance, rank, chance));
        }
    }

    /// Contracts of a new level.
    fn size(&self, distance: i64, rank: i64, chance: &mut Chance) -> i64 {
        let growth = 5 + 25 * distance / (self.reach / 10 + distance).max(1);
        let round = match rank {
            rank if rank % 1_000 == 0 => 4,
            rank if rank % 100 == 0 => 2,
            _ => 1,
        };
        chance.heavy((self.usual * growth * round / 10).max(1)).min(self.usual.saturating_mul(60))
    }

    fn gap(&self, distance: i64, chance: &mut Chance) -> i64 {
        1 + chance.below(2 * self.usual_gap(distance))
    }

    fn usual_gap(&self, distance: i64) -> i64 {
        1 + distance / self.density / 2
    }

    fn set(&mut self, rank: i64, contracts: i64) {
        if self.price(rank) < 1 {
            return;
        }
        self.changed.insert(rank);
        if contracts > 0 {
            self.levels.insert(rank, contracts);
        } else {
            self.levels.remove(&rank);
        }
    }

    fn rank(&self, price: i64) -> i64 {
        -self.side.sign() * price
    }

    fn price(&self, rank: i64) -> i64 {
        -self.side.sign() * rank
    }
}
