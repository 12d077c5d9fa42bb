//! Fees, funding and margin rates as whole parts.

use std::fmt;

use lmex_types::Decimal;
use serde::{Deserialize, Serialize};

/// A rate in parts per 1e12: fine enough for a funding rate such as 0.000011405, with seven digits to spare.
///
/// ```
/// use lmex_engine::Rate;
/// let fee: Rate = "0.0005".parse::<lmex_types::Decimal>().unwrap().try_into().unwrap();
/// assert_eq!(fee.parts(), 500_000_000);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Rate(i64);

/// A decimal with more than 12 decimals, or out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rate {0} can't be counted in parts of 1e-12: give at most 12 decimals and less than 9e6")]
pub struct RateError(pub Decimal);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole: 100 %.
    pub const ONE: Self = Self(1_000_000_000_000);
    const SCALE: u32 = 12;

    /// From parts per 1e12.
    pub const fn from_parts(parts: i64) -> Self {
        Self(parts)
    }

    /// From basis points (0.01 %); stops at the ends of the range.
    pub const fn from_basis_points(points: i64) -> Self {
        Self(points.saturating_mul(100_000_000))
    }

    /// The parts per 1e12.
    pub const fn parts(self) -> i64 {
        self.0
    }
}

impl TryFrom<Decimal> for Rate {
    type Error = RateError;

    /// Exact, or refused.
    fn try_from(value: Decimal) -> Result<Self, RateError> {
        let refused = || RateError(value);
        let exact = value.normalize();
        let missing = Self::SCALE.checked_sub(exact.scale()).ok_or_else(refused)?;
        let parts = exact.mantissa().checked_mul(10_i128.pow(missing)).ok_or_else(refused)?;
        i64::try_from(parts).map(Self).map_err(|_| refused())
    }
}

impl From<Rate> for Decimal {
    fn from(rate: Rate) -> Self {
        Decimal::new(rate.0, Rate::SCALE).normalize()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::from(*self).fmt(f)
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_funding_rate_is_exact_and_a_finer_one_refused() {
        let rate = Rate::try_from("0.000011405".parse::<Decimal>().unwrap()).unwrap();
        assert_eq!(rate.parts(), 11_405_000);
        assert_eq!(rate.to_string(), "0.000011405");
        assert!(Rate::try_from("0.0000000000001".parse::<Decimal>().unwrap()).is_err());
        assert!(Rate::try_from(Decimal::MAX).is_err());
    }
}
