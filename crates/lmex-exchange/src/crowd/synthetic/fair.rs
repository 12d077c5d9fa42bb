//! The price that the crowd believes in.
//!
//! Statistics, in whole numbers: prices in millionths of a tick, moves in parts of the price, time in milliseconds.

/// Parts of a tick in which the fair price is counted.
pub(super) const SUBTICKS: i64 = 1_000_000;

/// A price between bounds.
#[derive(Debug)]
pub(super) struct FairPrice {
    subticks: i64,
    low: i64,
    high: i64,
}

impl FairPrice {
    /// Stays between an eighth of the first price of the market and eight times it; both prices in ticks.
    pub(super) fn new(first: i64) -> Self {
        let first = first.saturating_mul(SUBTICKS);
        let low = (first / 8).max(2 * SUBTICKS);
        Self { subticks: first, low, high: first.saturating_mul(8).max(low) }
    }

    /// Goes on from another price, in subticks, which may lie beyond the bounds: it stands there, and comes in by its
    /// own moves alone.
    #[must_use]
    pub(super) fn at(self, subticks: i64) -> Self {
        let subticks = subticks.max(1);
        Self { subticks, low: self.low.min(subticks), high: self.high.max(subticks) }
    }

    /// Whether it would stay at this price, in subticks.
    pub(super) fn reaches(&self, subticks: i64) -> bool {
        (self.low..=self.high).contains(&subticks)
    }

    /// The price, in subticks.
    pub(super) fn subticks(&self) -> i64 {
        self.subticks
    }

    /// Moves by parts per 1e9 of itself.
    pub(super) fn advance(&mut self, ppb: i64) {
        self.subticks = part(self.subticks, (1_000_000_000 + ppb).max(1)).clamp(self.low, self.high);
    }
}

/// The square root of a time, in millionths of √s.
pub(crate) fn root_of_seconds(elapsed_ms: i64) -> i64 {
    // At most 30 days: the root of it is 1.6e9 millionths.
    elapsed_ms.clamp(0, 2_592_000_000).saturating_mul(1_000_000_000).isqrt()
}

/// `value` × `ppb` / 1e9, stopping at the ends of the range.
pub(super) fn part(value: i64, ppb: i64) -> i64 {
    let product = i128::from(value) * i128::from(ppb) / 1_000_000_000;
    i64::try_from(product).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX })
}
