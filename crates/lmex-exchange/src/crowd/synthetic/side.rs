//! One side of the simulated book.

use std::collections::{BTreeMap, BTreeSet};

use lmex_engine::CrowdLevel;
use lmex_types::Side;

use crate::crowd::Chance;

/// About how many levels a side has.
const LEVELS: i64 = 100;
/// How many of the best levels every message names, so that what users took there comes back.
const RESTATED: usize = 10;
/// Contracts within a basis point, in thousandths of the best level, by distance in tenths of a basis point: as in
/// the recorded markets it is thin right behind the touch, thickest from 5 to 15 basis points out, and thinner again.
const DENSITY: [(i64, i64); 7] =
    [(0, 500), (10, 800), (20, 3_500), (50, 6_500), (150, 6_500), (500, 2_500), (2_000, 2_000)];
/// What of the best level's makers go along, in thousandths, when it is outbid.
const FOLLOWING: i64 = 700;

/// Levels by rank: the price, with the sign that puts the best first. Both sides share one code.
///
/// Near the touch there is a level on almost every tick; further out they are rarer and larger.
#[derive(Debug)]
pub(super) struct BookSide {
    side: Side,
    levels: BTreeMap<i64, i64>,
    changed: BTreeSet<i64>,
    /// Contracts of a usual best level, and what of them is there in present circumstances.
    whole: i64,
    usual: i64,
    /// Tenths of a basis point of the first price, in thousandths of a tick.
    tenth: i64,
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
        let (levels, changed) = (BTreeMap::new(), BTreeSet::new());
        let tenth = (price / 100).max(1);
        Self { side, levels, changed, whole: usual, usual, tenth, reach, density }
    }

    /// Takes over levels that are there already.
    pub(super) fn adopt(&mut self, levels: impl IntoIterator<Item = (i64, i64)>) {
        let ranked = levels.into_iter().map(|(price, contracts)| (self.rank(price), contracts));
        self.levels = ranked.collect();
    }

    /// Makers show so many thousandths of what they usually do.
    pub(super) fn thin(&mut self, permille: i64) {
        self.usual = (self.whole * permille / 1_000).max(1);
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
        let best = self.levels.first_key_value().map(|(best, _)| *best);
        if let Some(outbid) = best.filter(|best| *best > touch && chance.happens(FOLLOWING)) {
            self.set(outbid, self.size(outbid - touch, outbid, chance));
        }
        let end = best.unwrap_or(touch + self.reach);
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
        self.refill(chance);
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

    /// Makers join the best level where it is short.
    fn refill(&mut self, chance: &mut Chance) {
        let Some((&best, &there)) = self.levels.first_key_value() else { return };
        let missing = self.usual - there;
        if missing > 0 && chance.happens(500) {
            self.set(best, there + (missing * chance.between(50, 600) / 1_000).max(1));
        }
    }

    /// Contracts of a new level.
    fn size(&self, distance: i64, rank: i64, chance: &mut Chance) -> i64 {
        if distance == 0 {
            return chance.heavy(self.usual).min(self.usual.saturating_mul(20));
        }
        // It stands for all between it and the next.
        let ticks = i128::from(1 + self.usual_gap(distance));
        let within = i128::from(self.usual) * i128::from(density_at(distance * 1_000 / self.tenth)) * ticks;
        // 1,000 of the density, 1,000 of the tick, ten tenths; heavy tails and round prices double a median.
        let median = i64::try_from(within / (10 * i128::from(self.tenth)) / 2).unwrap_or(i64::MAX);
        let round = match rank {
            rank if rank % 1_000 == 0 => 4,
            rank if rank % 100 == 0 => 2,
            _ => 1,
        };
        chance.heavy(median.max(1)).min(self.usual.saturating_mul(60)).saturating_mul(round)
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

/// [`DENSITY`] at a distance in tenths of a basis point, on straight lines between its points.
fn density_at(tenths: i64) -> i64 {
    let mut pairs = DENSITY.iter().zip(DENSITY.iter().skip(1));
    let line = pairs.rfind(|((from, _), _)| *from <= tenths);
    let Some((&(from, low), &(to, high))) = line else { return DENSITY[0].1 };
    low + (high - low) * (tenths.min(to) - from) / (to - from)
}
