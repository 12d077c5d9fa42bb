//! How much, in which unit.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

/// How much to trade, with its unit. LMEX's orders take whole contracts; a coin amount sent as contracts is off by
/// a factor of 100,000 on BTC-PERP, so a size without a unit does not exist here.
///
/// ```
/// use lmex_types::Size;
/// assert_eq!("100ct".parse(), Ok(Size::Contracts(100)));
/// assert_eq!("0.001btc".parse::<Size>().unwrap().to_string(), "0.001 BTC");
/// assert!("100".parse::<Size>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Size {
    /// Whole contracts, the venue's own unit.
    Contracts(i64),
    /// Base currency, such as BTC; must be a whole number of contracts.
    Base {
        /// How much.
        amount: Decimal,
        /// The currency named, in upper case; checked against the market's. Empty: the market's own.
        currency: String,
    },
    /// Quote currency, such as USDT: the largest whole number of contracts that costs no more (rounded down).
    Quote {
        /// How much.
        amount: Decimal,
        /// The currency named, in upper case; checked against the market's. Empty: the market's own.
        currency: String,
    },
}

impl Size {
    /// A size in the market's base currency.
    pub fn base(amount: Decimal) -> Self {
        Self::Base { amount, currency: String::new() }
    }

    /// A size in the market's quote currency.
    pub fn quote(amount: Decimal) -> Self {
        Self::Quote { amount, currency: String::new() }
    }
}

/// A size that can't be read, and how to write one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SizeParseError {
    /// A bare number.
    #[error(
        "size {0:?} has no unit: write ct for contracts (100ct), or name the currency (0.001btc, 60usdt)"
    )]
    NoUnit(String),
    /// Not a number at all.
    #[error("size {0:?} is not a number with a unit: write 100ct, 0.001btc or 60usdt")]
    NotANumber(String),
    /// A number of contracts with a fraction.
    #[error("size {0:?} is not a whole number of contracts")]
    Fraction(String),
    /// Zero or negative.
    #[error("size {0:?} must be above zero")]
    NotPositive(String),
    /// An exponent, or hexadecimal digits.
    #[error("size {0:?} is not written in plain decimal digits: write 100000ct, not 1e5ct or 0x186a0ct")]
    Notation(String),
    /// More than fits into a number.
    #[error("size {0:?} is too large: no market trades that much")]
    TooLarge(String),
    /// More digits than can be kept exactly.
    #[error("size {0:?} has more digits than can be kept exactly: write at most 28")]
    TooFine(String),
}

/// Currencies in which futures on LMEX are quoted; any other unit is a base currency.
const QUOTE_CURRENCIES: [&str; 3] = ["USDT", "USD", "USDC"];

impl FromStr for Size {
    type Err = SizeParseError;

    /// Reads `100ct`, `0.001btc`, `60usdt`, with or without a space before the unit.
    fn from_str(text: &str) -> Result<Self, SizeParseError> {
        let shown = || text.chars().take(64).collect::<String>();
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(split);
        if is_notation(number, unit) {
            return Err(SizeParseError::Notation(shown()));
        }
        let amount = exact(number.trim()).map_err(|refuse| refuse(shown()))?;
        if unit.is_empty() {
            return Err(SizeParseError::NoUnit(shown()));
        }
        if amount <= Decimal::ZERO {
            return Err(SizeParseError::NotPositive(shown()));
        }
        let currency = unit.to_ascii_uppercase();
        match currency.as_str() {
            "CT" | "CONTRACT" | "CONTRACTS" if !amount.is_integer() => Err(SizeParseError::Fraction(shown())),
            "CT" | "CONTRACT" | "CONTRACTS" => {
                i64::try_from(amount).map(Self::Contracts).map_err(|_| SizeParseError::TooLarge(shown()))
            }
            _ if !currency.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Err(SizeParseError::NotANumber(shown()))
            }
            name if QUOTE_CURRENCIES.contains(&name) => Ok(Self::Quote { amount, currency }),
            _ => Ok(Self::Base { amount, currency }),
        }
    }
}

/// Whether it goes on as `e5`, `E-5` or, after a zero, `x1f`: read as a unit, that would be another amount.
fn is_notation(number: &str, unit: &str) -> bool {
    let mut rest = unit.chars();
    match rest.next() {
        Some('e' | 'E') => rest.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '+' | '-')),
        Some('x' | 'X') => {
            matches!(number, "0" | "-0" | "+0") && rest.next().is_some_and(|c| c.is_ascii_hexdigit())
        }
        _ => false,
    }
}

/// The number with every digit, or how to refuse it.
fn exact(number: &str) -> Result<Decimal, fn(String) -> SizeParseError> {
    Decimal::from_str_exact(number).map_err(|_| {
        let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if unsigned.len() <= 1 || !digits(whole) || !digits(fraction) {
            SizeParseError::NotANumber as fn(String) -> _
        } else if whole.trim_start_matches('0').len() > DIGITS {
            SizeParseError::TooLarge
        } else {
            SizeParseError::TooFine
        }
    })
}

/// A decimal keeps so many digits, whatever they are.
const DIGITS: usize = 28;

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contracts(contracts) => write!(f, "{contracts} contracts"),
            Self::Base { amount, currency } => {
                write!(f, "{amount} {}", if currency.is_empty() { "base" } else { currency })
            }
            Self::Quote { amount, currency } => {
                write!(f, "{amount} {}", if currency.is_empty() { "quote" } else { currency })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_bare_numbers_refused() {
        assert_eq!("60 usdt".parse(), Ok(Size::Quote { amount: Decimal::from(60), currency: "USDT".into() }));
        assert_eq!("1.5ct".parse::<Size>(), Err(SizeParseError::Fraction("1.5ct".into())));
        assert_eq!("0btc".parse::<Size>(), Err(SizeParseError::NotPositive("0btc".into())));
        assert_eq!("btc".parse::<Size>(), Err(SizeParseError::NotANumber("btc".into())));
        assert!(matches!("12".parse::<Size>(), Err(SizeParseError::NoUnit(_))));
    }

    #[test]
    fn what_is_wrong_is_said_exactly() {
        let refused = |text: &str| text.parse::<Size>().unwrap_err();
        for text in ["1e5", "1e5ct", "1E-5btc", "2.5e+3usdt", "0x10ct", "0Xffct"] {
            assert_eq!(refused(text), SizeParseError::Notation(text.into()));
        }
        for text in ["9223372036854775808ct", "99999999999999999999999999999999btc", &"9".repeat(40)] {
            assert_eq!(refused(text), SizeParseError::TooLarge(text.into()));
        }
        for text in ["0.00000000000000000000000000001btc", "1000000000000000000000000.00001btc"] {
            assert_eq!(refused(text), SizeParseError::TooFine(text.into()), "a digit is never dropped");
        }
        for text in ["", "ct", "--1ct", "1.2.3ct", "1,000ct", "- 1ct", ".ct"] {
            assert_eq!(refused(text), SizeParseError::NotANumber(text.into()));
        }
        assert_eq!("9223372036854775807ct".parse(), Ok(Size::Contracts(i64::MAX)));
        assert_eq!("1eth".parse(), Ok(Size::Base { amount: Decimal::ONE, currency: "ETH".into() }));
        assert_eq!("2xrp".parse(), Ok(Size::Base { amount: Decimal::TWO, currency: "XRP".into() }));
        assert!(refused("0xrp").to_string().contains("must be above zero"));
    }

    proptest::proptest! {
        #[test]
        fn reading_a_size_never_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<Size>();
        }
    }
}
