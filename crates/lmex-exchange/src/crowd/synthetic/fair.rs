//! The price that the crowd believes in: a random walk with trends and swings around it.
//!
//! Statistics, in whole numbers: prices in millionths of a tick, moves in parts of the price, time in milliseconds.

use crate::crowd::Chance;

/// Parts of a tick in which the fair price is counted.
pub(super) const SUBTICKS: i64 = 1_000_000;
/// How long a swing lasts.
const SWING_MS: i64 = 120_000;
/// How long a trend lasts.
const TREND_MS: i64 = 900_000;

/// A price with what is going on in it.
#[derive(Debug)]
pub(super) struct FairPrice {
    /// What the price swings around, in subticks.
    anchor: i64,
    low: i64,
    high: i64,
    /// The present excursion, in parts per 1e9; it dies away.
    swing_ppb: i64,
    /// The present trend, in parts per 1e12 a second; it dies away too.
    trend_ppt: i64,
}

/// What moves a price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shock {
    /// Over how long.
    pub(super) elapsed_ms: i64,
    /// The market's volatility, in parts per 1e9 over one second.
    pub(super) volatility_ppb: i64,
    /// Standard deviations (of one second) that the price moves by, in thousandths.
    pub(super) size: i64,
}

impl FairPrice {
    /// Starts at so many ticks, and stays between an eighth of it and eight times it.
    pub(super) fn new(ticks: i64) -> Self {
        let anchor = ticks.saturating_mul(SUBTICKS);
        let low = (anchor / 8).max(2 * SUBTICKS);
        Self { anchor, low, high: anchor.saturating_mul(8).max(low), swing_ppb: 0, trend_ppt: 0 }
    }

    /// The price, in subticks.
    pub(super) fn subticks(&self) -> i64 {
        part(self.anchor, 1_000_000_000 + self.swing_ppb).clamp(self.low, self.high)
    }

    /// Moves on. Three quarters of a shock stay; swings and trends come by themselves.
    pub(super) fn advance(&mut self, shock: Shock, chance: &mut Chance) {
        let Shock { elapsed_ms, volatility_ppb, size } = shock;
        let root = root_of_seconds(elapsed_ms);
        self.swing_ppb -= self.swing_ppb / 1_000 * (elapsed_ms.min(SWING_MS) * 1_000 / SWING_MS);
        self.swing_ppb += volatility_ppb * 55 / 100 * chance.normal() / 1_000 * root / 1_000_000;
        self.trend_ppt -= self.trend_ppt / 1_000 * (elapsed_ms.min(TREND_MS) * 1_000 / TREND_MS);
        self.trend_ppt += volatility_ppb * chance.normal() / 1_000 * root / 1_000_000;
        let trend_ppb = part(elapsed_ms, self.trend_ppt * 1_000) / 1_000_000;
        let walk_ppb = volatility_ppb * 75 / 100 * size / 1_000;
        let factor = (1_000_000_000 + walk_ppb + trend_ppb).max(1);
        self.anchor = part(self.anchor, factor).clamp(self.low, self.high);
    }

    /// Moves by so many subticks at once: what a trade does to the price.
    pub(super) fn nudge(&mut self, subticks: i64) {
        self.anchor = self.anchor.saturating_add(subticks).clamp(self.low, self.high);
    }
}

/// The square root of a time, in millionths of √s.
pub(crate) fn root_of_seconds(elapsed_ms: i64) -> i64 {
    // At most 30 days: the root of it is 1.6e9 millionths.
    elapsed_ms.clamp(0, 2_592_000_000).saturating_mul(1_000_000_000).isqrt()
}

/// `value` × `ppb` / 1e9, stopping at the ends of the range.
fn part(value: i64, ppb: i64) -> i64 {
    let product = i128::from(value) * i128::from(ppb) / 1_000_000_000;
    i64::try_from(product).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX })
}
