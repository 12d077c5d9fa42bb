//! How venue time passes.

use std::fmt;
use std::str::FromStr;

use lmex_types::Decimal;

/// How many seconds of venue time pass in a real one: 0.001 to 1000, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed {
    permille: u32,
}

/// A speed that time can't have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("speed {0} can't be used: give 0.001 to 1000 with at most three decimals, where 1 is real time")]
pub struct SpeedError(String);

/// How venue time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// Whether it stands still.
    pub is_paused: bool,
    /// How fast it runs, or will when it goes on.
    pub speed: Speed,
}

impl Speed {
    /// As fast as the clock on the wall.
    pub const REAL: Self = Self { permille: 1_000 };
    const FASTEST: u32 = 1_000_000;

    /// Venue milliseconds that pass in real ones, rounded down.
    pub(super) fn venue_ms(self, real_ms: i64) -> i64 {
        let venue_ms = i128::from(real_ms) * i128::from(self.permille) / 1_000;
        i64::try_from(venue_ms).unwrap_or(i64::MAX)
    }

    /// Real milliseconds in which venue ones pass, rounded up.
    pub(super) fn real_ms(self, venue_ms: i64) -> i64 {
        // The negative of a quotient that is rounded down is rounded up.
        let real_ms = -(i128::from(venue_ms) * -1_000).div_euclid(i128::from(self.permille.max(1)));
        i64::try_from(real_ms).unwrap_or(i64::MAX)
    }
}

impl Flow {
    /// Runs with the clock on the wall.
    pub const REAL: Self = Self { is_paused: false, speed: Speed::REAL };
    /// Stands still.
    pub const PAUSED: Self = Self { is_paused: true, speed: Speed::REAL };

    /// The speed, unless it stands still.
    pub(crate) fn running(self) -> Option<Speed> {
        (!self.is_paused).then_some(self.speed)
    }
}

impl Default for Flow {
    fn default() -> Self {
        Self::REAL
    }
}

impl TryFrom<Decimal> for Speed {
    type Error = SpeedError;

    fn try_from(times: Decimal) -> Result<Self, SpeedError> {
        let permille = times.checked_mul(Decimal::ONE_THOUSAND).filter(|permille| permille.fract().is_zero());
        let permille = permille.and_then(|permille| u32::try_from(permille).ok());
        let permille = permille.filter(|permille| (1..=Self::FASTEST).contains(permille));
        permille.map(|permille| Self { permille }).ok_or_else(|| SpeedError(times.to_string()))
    }
}

/// `10`, and `x10` or `10x` as people write it.
impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Self, SpeedError> {
        let times = text.strip_prefix('x').or_else(|| text.strip_suffix('x')).unwrap_or(text);
        let times: Decimal = times.parse().map_err(|_| SpeedError(text.chars().take(40).collect()))?;
        Self::try_from(times)
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Decimal::new(i64::from(self.permille), 3).normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_read_as_people_write_it() {
        for (text, shown) in
            [("1", "1"), ("x10", "10"), ("2.5x", "2.5"), ("0.001", "0.001"), ("1000", "1000")]
        {
            assert_eq!(text.parse::<Speed>().unwrap().to_string(), shown);
        }
        for text in ["", "0", "-1", "1000.001", "0.0001", "fast", "x"] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
    }

    #[test]
    fn waiting_is_rounded_so_that_nothing_comes_early() {
        let speed: Speed = "3".parse().unwrap();
        assert_eq!((speed.venue_ms(10), speed.real_ms(10), speed.real_ms(9)), (30, 4, 3));
        assert!(speed.venue_ms(speed.real_ms(10)) >= 10);
        assert_eq!(speed.real_ms(-10), -3);
    }
}
