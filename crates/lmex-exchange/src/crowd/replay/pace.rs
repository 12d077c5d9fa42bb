//! When a message of a tape is due.

use lmex_types::{Decimal, TimeMs};

use crate::crowd::SourceError;

/// Maps receive times on the tape to venue time: the first message is due at the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    start: TimeMs,
    first_ns: i64,
    /// Speed as a fraction.
    numerator: i128,
    denominator: i128,
}

const NS_PER_MS: i128 = 1_000_000;

impl Pace {
    pub(super) fn new(start: TimeMs, first_ns: i64, speed: Decimal) -> Result<Self, SourceError> {
        if speed <= Decimal::ZERO || speed > Decimal::from(1_000_000) {
            return Err(SourceError::Speed(speed));
        }
        // Nine decimals: one tape second is at most 31 venue years, and products stay far below an i128.
        let speed = speed.normalize().round_dp(9);
        if speed.is_zero() {
            return Err(SourceError::Speed(speed));
        }
        Ok(Self { start, first_ns, numerator: speed.mantissa(), denominator: 10_i128.pow(speed.scale()) })
    }

    /// The moment, in venue time, at which a message received at this time on the tape is due.
    pub(super) fn due(&self, received_ns: i64) -> TimeMs {
        let elapsed_ns = i128::from(received_ns) - i128::from(self.first_ns);
        let venue_ms = elapsed_ns * self.denominator / (self.numerator * NS_PER_MS);
        self.start.plus_ms(i64::try_from(venue_ms).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_divides_time() {
        let start = TimeMs::from_millis(1_000);
        for (speed, after_ms) in [("1", 10_000), ("2.5", 4_000), ("0.1", 100_000), ("1000000", 0)] {
            let pace = Pace::new(start, 5_000, speed.parse().unwrap()).unwrap();
            assert_eq!(pace.due(5_000 + 10_000_000_000).ms_since(start), after_ms, "{speed}");
            assert_eq!(pace.due(5_000), start);
        }
    }

    #[test]
    fn a_speed_that_stands_still_or_flies_is_refused() {
        for speed in ["0", "-1", "1000001", "0.0000000001"] {
            let pace = Pace::new(TimeMs::default(), 0, speed.parse().unwrap());
            assert!(matches!(pace, Err(SourceError::Speed(_))), "{speed}");
        }
    }
}
