//! How far the perpetual is above its index, and the funding that follows from it.
//!
//! Who follows a trend does it with perpetuals, so the premium follows the moves of the last hour and the last days;
//! the rest of it wanders for days, and a little by the minute.

use lmex_engine::{FundingRules, Rate};

use super::fair::root_of_seconds;
use crate::crowd::Chance;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
/// How long the recent and the long moves are remembered, and what part of them the premium is.
const RECENT_MS: i64 = 30 * MINUTE_MS;
const RECENT_PART: i64 = 30;
const LONG_MS: i64 = 3 * DAY_MS;
const LONG_PART: i64 = 200;
/// How long the two wanderings last, and by how much they grow in a second, in parts per 1e12.
const SLOW_MS: i64 = 10 * DAY_MS;
const SLOW_PPT: i64 = 650_000;
const QUICK_MS: i64 = MINUTE_MS;
const QUICK_PPT: i64 = 9_000_000;
/// What it is around, in parts per 1e9: longs pay for leverage more often than shorts.
const USUAL_PPB: i64 = 150_000;
/// The largest premium either way, in parts per 1e9.
const MOST_PPB: i64 = 5_000_000;

/// The premium of a market.
#[derive(Debug, Clone, Default)]
pub(crate) struct Premium {
    /// Moves of the price, in parts per 1e9, that are being forgotten.
    recent_ppb: i64,
    long_ppb: i64,
    slow_ppt: i64,
    quick_ppt: i64,
    /// Of the funding period: the sum of the premiums of its seconds, and how many seconds.
    sum_ppb: i64,
    seconds: i64,
}

impl Premium {
    /// Goes on from a premium, in parts per 1e9.
    pub(crate) fn from_ppb(ppb: i64) -> Self {
        Self { slow_ppt: (ppb.clamp(-MOST_PPB, MOST_PPB) - USUAL_PPB) * 1_000, ..Self::default() }
    }

    /// The premium now, in parts per 1e9 of the price.
    pub(crate) fn ppb(&self) -> i64 {
        let follows = self.recent_ppb / RECENT_PART + self.long_ppb / LONG_PART;
        (USUAL_PPB + follows + (self.slow_ppt + self.quick_ppt) / 1_000).clamp(-MOST_PPB, MOST_PPB)
    }

    /// The price moved by parts per 1e9.
    pub(crate) fn follow(&mut self, moved_ppb: i64) {
        self.recent_ppb += moved_ppb;
        self.long_ppb += moved_ppb;
    }

    /// Time passes.
    pub(crate) fn advance(&mut self, elapsed_ms: i64, chance: &mut Chance) {
        let root = root_of_seconds(elapsed_ms);
        let grown = |ppt: i64, chance: &mut Chance| ppt / 1_000 * chance.normal() / 1_000 * root / 1_000;
        for (value, lasts_ms, ppt) in [
            (&mut self.recent_ppb, RECENT_MS, 0),
            (&mut self.long_ppb, LONG_MS, 0),
            (&mut self.slow_ppt, SLOW_MS, SLOW_PPT),
            (&mut self.quick_ppt, QUICK_MS, QUICK_PPT),
        ] {
            fade(value, elapsed_ms, lasts_ms);
            // Over a time that is long for it, it has forgotten where it was.
            *value +=
                grown(ppt, chance).clamp(-4_000_000_000, 4_000_000_000) * lasts_ms / (lasts_ms + elapsed_ms);
        }
        let seconds = elapsed_ms / 1_000;
        self.sum_ppb = self.sum_ppb.saturating_add(self.ppb().saturating_mul(seconds));
        self.seconds += seconds;
    }

    /// The funding rate that the period comes to, by the engine's formula, from its mean premium. The period starts anew.
    pub(crate) fn settle(&mut self) -> Rate {
        let mean = if self.seconds > 0 { self.sum_ppb / self.seconds } else { self.ppb() };
        (self.sum_ppb, self.seconds) = (0, 0);
        let rate = FundingRules::default().rate(Rate::from_parts(mean * 1_000));
        // To 0.0001 basis points.
        Rate::from_parts(rate.parts() / 10_000 * 10_000)
    }
}

fn fade(value: &mut i64, elapsed_ms: i64, lasts_ms: i64) {
    let part = i128::from(*value) * i128::from(elapsed_ms.min(lasts_ms)) / i128::from(lasts_ms);
    *value -= i64::try_from(part).unwrap_or(*value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_premium_pays_the_interest_and_a_large_one_what_is_beyond_the_clamp() {
        for (ppb, basis_points) in [(0, 1), (500_000, 1), (-300_000, 1), (1_000_000, 5), (-1_000_000, -5)] {
            let rate = Premium::from_ppb(ppb).settle();
            assert_eq!(rate, Rate::from_basis_points(basis_points), "{ppb}");
        }
    }

    #[test]
    fn it_follows_a_trend_and_forgets_it() {
        // The same chance, with and without: 5 % up on each of six days, then nothing for six.
        let (mut trending, mut flat) = (Premium::default(), Premium::default());
        let (mut chance, mut same) = (Chance::new(1, 0), Chance::new(1, 0));
        let mut after_days = Vec::new();
        for second in 1..=12 * 86_400 {
            trending.follow(if second <= 6 * 86_400 { 580 } else { 0 });
            trending.advance(1_000, &mut chance);
            flat.advance(1_000, &mut same);
            if second % (6 * 86_400) == 0 {
                after_days.push(trending.ppb() - flat.ppb());
            }
        }
        assert!(after_days[0] > 500_000, "{after_days:?}");
        assert!((0..after_days[0] / 4).contains(&after_days[1]), "{after_days:?}");
    }

    #[test]
    fn it_stays_within_bounds_however_time_goes() {
        for elapsed_ms in [1_000, 450_000, 28_800_000, 864_000_000] {
            let (mut premium, mut chance) = (Premium::default(), Chance::new(2, 0));
            for _ in 0..5_000 {
                premium.advance(elapsed_ms, &mut chance);
                assert!(premium.ppb().abs() <= MOST_PPB);
            }
            assert!(premium.settle().parts().abs() <= 7_500_000_000);
        }
    }
}
