//! Moments, as LMEX counts them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment in milliseconds since 1970-01-01 00:00 UTC, LMEX's unit for nonces and timestamps.
///
/// ```
/// use lmex_types::TimeMs;
/// let start = TimeMs::from_millis(1_000);
/// assert_eq!(start.plus_ms(500).ms_since(start), 500);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct TimeMs(i64);

impl TimeMs {
    /// From milliseconds since 1970 (UTC).
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since 1970 (UTC), the unit of candle and funding times.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000))
    }

    /// Milliseconds since 1970 (UTC).
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 (UTC), rounded towards the past.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The moment `millis` later (earlier if negative); stops at the ends of the range.
    #[must_use]
    pub const fn plus_ms(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// How many milliseconds have passed since `earlier`; negative if it is later.
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The start of the period of `period_ms` that this moment lies in, counted from 1970. A period that is not
    /// positive gives the moment itself.
    #[must_use]
    pub const fn floor_to(self, period_ms: i64) -> Self {
        if period_ms <= 0 {
            return self;
        }
        Self(self.0.saturating_sub(self.0.rem_euclid(period_ms)))
    }
}

impl fmt::Debug for TimeMs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.0)
    }
}

impl fmt::Display for TimeMs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
