//! Quote currency as whole units, so that sums are exact.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use lmex_types::Decimal;
use serde::{Deserialize, Serialize};

use crate::rate::Rate;

/// An amount of quote currency in units of 1e-12 (a trillion units are 1 USDT).
///
/// The range is ±1.7e26 of the currency. Operators stop at its ends instead of wrapping; the engine's limits on
/// orders and deposits keep every sum far inside.
///
/// ```
/// use lmex_engine::Money;
/// let money: Money = "0.0005".parse::<lmex_types::Decimal>().unwrap().try_into().unwrap();
/// assert_eq!(money.units(), 500_000_000);
/// assert_eq!(money.to_string(), "0.0005");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Money(i128);

/// A decimal that is not a whole number of units, or out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("amount {0} can't be counted in units of 1e-12: give at most 12 decimals and less than 7e16")]
pub struct MoneyError(pub Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// How many units one of the quote currency has.
    pub const UNITS_PER_QUOTE: i128 = 1_000_000_000_000;
    const SCALE: u32 = 12;

    /// From units of 1e-12.
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// From whole quote currency; stops at the ends of the range.
    pub const fn from_quote(quote: i64) -> Self {
        Self((quote as i128).saturating_mul(Self::UNITS_PER_QUOTE))
    }

    /// The number of units of 1e-12.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// The sum, or `None` out of range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` out of range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// This amount `count` times; stops at the ends of the range.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        match product(self.0, count) {
            Some(product) => Self(product),
            None => Self(self.0.saturating_mul(count as i128)),
        }
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The part that `rate` is of it, rounded up to the unit: against whoever pays, and against whoever receives a
    /// negative (rebate) rate. Exact up to the rounding for any amount.
    #[must_use]
    pub const fn part_up(self, rate: Rate) -> Self {
        if let Some(product) = product(self.0, rate.parts()) {
            return Self(trillionth_up(product));
        }
        let (parts, whole) = (rate.parts() as i128, Rate::ONE.parts() as i128);
        let (quotient, rest) = (self.0 / whole, self.0 % whole);
        Self(quotient.saturating_mul(parts).saturating_add(div_up(rest.saturating_mul(parts), whole)))
    }

    /// The part `share` of `whole` of it, rounded towards zero to the unit. Exact up to the rounding for any amount:
    /// the quotient and the rest are multiplied apart. The whole amount when `whole` is zero.
    #[must_use]
    pub const fn share(self, share: i64, whole: i64) -> Self {
        if whole == 0 || share == whole {
            return self;
        }
        if share == 0 {
            return Self::ZERO;
        }
        let small = self.0 as i64;
        if small as i128 == self.0 && whole > 0 {
            let (all, rest) = ((small / whole) as i128, (small % whole) as i128);
            return Self(all * share as i128 + quotient(rest * share as i128, whole as i128));
        }
        let (share, whole) = (share as i128, whole as i128);
        let (all, rest) = (self.0 / whole, self.0 % whole);
        Self(all.saturating_mul(share).saturating_add(rest.saturating_mul(share) / whole))
    }

    /// Divided by `count`, rounded up to the unit. The amount itself when `count` is zero.
    #[must_use]
    pub const fn divided_up(self, count: i64) -> Self {
        if count == 0 { self } else { Self(div_up(self.0, count as i128)) }
    }

    /// The nearest whole number of units to a decimal, halves to the even one; `None` out of range.
    pub fn nearest(value: Decimal) -> Option<Self> {
        Self::try_from(value.round_dp(Self::SCALE)).ok()
    }
}

/// `None` out of range. Nearly always both are numbers of 64 bits, whose product is one instruction.
const fn product(units: i128, count: i64) -> Option<i128> {
    let small = units as i64;
    if small as i128 == units {
        return Some(small as i128 * count as i128);
    }
    units.checked_mul(count as i128)
}

/// Towards zero. A division of 64 bits where that is enough: one of 128 bits is a call.
const fn quotient(value: i128, by: i128) -> i128 {
    let (small, small_by) = (value as i64, by as i64);
    if small as i128 == value
        && small_by as i128 == by
        && let Some(quotient) = small.checked_div(small_by)
    {
        return quotient as i128;
    }
    value / by
}

const fn div_up(value: i128, by: i128) -> i128 {
    let quotient = quotient(value, by);
    // The remainder by multiplication: a second division of 128 bits would cost as much as the first.
    if value != quotient * by && (value < 0) == (by < 0) { quotient + 1 } else { quotient }
}

/// A part in 1e12, rounded up: what a product with a rate is divided by.
///
/// A division of 128 bits is a call. But 1e12 is 2^12 × 5^12: below 2^112 the shift leaves a number of at most 100 bits,
/// which long division takes in two digits, of 64 and 36 bits, each divided by a constant: that is a multiplication.
const fn trillionth_up(value: i128) -> i128 {
    const FIVES: u64 = 5_u64.pow(12);
    const DIGIT: u32 = 36;
    let size = value.unsigned_abs();
    if size >> 112 != 0 {
        return div_up(value, Rate::ONE.parts() as i128);
    }
    let shifted = size >> 12;
    let high = (shifted >> DIGIT) as u64;
    let low = ((high % FIVES) << DIGIT) | (shifted as u64 & ((1 << DIGIT) - 1));
    let quotient = (((high / FIVES) as i128) << DIGIT) | (low / FIVES) as i128;
    let is_whole = low.is_multiple_of(FIVES) && size & 0xfff == 0;
    match value < 0 {
        true => -quotient,
        false if is_whole => quotient,
        false => quotient + 1,
    }
}

impl TryFrom<Decimal> for Money {
    type Error = MoneyError;

    /// Exact, or refused.
    fn try_from(value: Decimal) -> Result<Self, MoneyError> {
        let refused = || MoneyError(value);
        let exact = value.normalize();
        let missing = Self::SCALE.checked_sub(exact.scale()).ok_or_else(refused)?;
        exact.mantissa().checked_mul(10_i128.pow(missing)).map(Self).ok_or_else(refused)
    }
}

impl From<Money> for Decimal {
    /// Exact below 7.9e16 of the currency; the largest decimal beyond.
    fn from(money: Money) -> Self {
        let end = if money.is_negative() { Decimal::MIN } else { Decimal::MAX };
        Decimal::try_from_i128_with_scale(money.0, Money::SCALE).map_or(end, |value| value.normalize())
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::from(*self).fmt(f)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(text: &str) -> Rate {
        text.parse::<Decimal>().unwrap().try_into().unwrap()
    }

    #[test]
    fn a_part_is_rounded_against_the_payer() {
        assert_eq!(Money::from_units(1_999).part_up(rate("0.0005")).units(), 1);
        assert_eq!(Money::from_units(2_000).part_up(rate("0.0005")).units(), 1);
        assert_eq!(Money::from_units(2_001).part_up(rate("0.0005")).units(), 2);
        assert_eq!(Money::from_units(1_999).part_up(rate("-0.0005")).units(), 0, "a rebate is rounded down");
    }

    #[test]
    fn a_decimal_is_exact_or_refused() {
        assert!(Money::try_from("0.0000000000001".parse::<Decimal>().unwrap()).is_err());
        assert!(Money::try_from(Decimal::MAX).is_err());
        assert_eq!(Money::nearest("0.0000000000007".parse().unwrap()), Some(Money::from_units(1)));
    }

    proptest! {
        #[test]
        fn a_trillionth_is_the_quotient_rounded_up(value: i128, shift in 0_u32..128) {
            let value = value >> shift;
            let whole = 1_000_000_000_000;
            prop_assert_eq!(trillionth_up(value), value.div_euclid(whole) + i128::from(value.rem_euclid(whole) > 0));
            let product = value / whole * whole;
            prop_assert_eq!(trillionth_up(product), value / whole);
        }

        #[test]
        fn a_share_is_the_exact_quotient_cut(units in -1_000_000_000_000_000_i128..1_000_000_000_000_000, whole in 1_i64..1_000_000, cut in 0_i64..1_000_000) {
            let share = cut.min(whole);
            let expected = units * i128::from(share) / i128::from(whole);
            prop_assert_eq!(Money::from_units(units).share(share, whole).units(), expected);
        }
    }
}
