//! Where the present moment comes from: the only readings of a clock in this crate.

use std::fmt;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use lmex_types::TimeMs;

/// A clock that anyone may ask. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> TimeMs + Send + Sync>);

impl Clock {
    /// A clock that answers what the function answers; for tests, one that a test sets.
    pub fn new(now: impl Fn() -> TimeMs + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the edge's clock that everyone else is handed")]
    pub fn system() -> Self {
        Self::new(|| {
            let since_1970 = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            TimeMs::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// The same clock, set forward so that it is at this moment now, unless it is past it already.
    pub(crate) fn not_before(self, moment: TimeMs) -> Self {
        let ahead_ms = moment.ms_since(self.now());
        if ahead_ms <= 0 {
            return self;
        }
        Self::new(move || self.now().plus_ms(ahead_ms))
    }

    /// The present moment.
    pub fn now(&self) -> TimeMs {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// The two clocks of an exchange.
#[derive(Debug, Clone)]
pub struct Clocks {
    /// Venue time: orders, expiry, candles, funding. May be stepped or frozen.
    pub venue: Clock,
    /// Wall time: nonces and rate limits.
    pub wall: Clock,
}

impl Clocks {
    /// Both are the machine's clock.
    pub fn system() -> Self {
        Self { venue: Clock::system(), wall: Clock::system() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_back_goes_on_from_where_it_was() {
        let at = |ms| TimeMs::from_millis(ms);
        let clock = || Clock::new(move || at(1_000));
        assert_eq!(clock().not_before(at(1_500)).now(), at(1_500));
        assert_eq!(clock().not_before(at(500)).now(), at(1_000));
    }
}
