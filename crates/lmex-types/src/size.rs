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
}

/// Currencies in which futures on LMEX are quoted; any other unit is a base currency.
const QUOTE_CURRENCIES: [&str; 3] = ["USDT", "USD", "USDC"];

impl FromStr for Size {
    type Err = SizeParseError;

    /// Reads `100ct`, `0.001btc`, `60usdt`, with or without a space before the unit.
    fn from_str(text: &str) -> Result<Self, SizeParseError> {
        let shown = || text.chars().take(64).collect::<String>();
        let text_trimmed = text.trim();
        let split = text_trimmed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text_trimmed.len());
        let (number, unit) = text_trimmed.split_at(split);
        let amount: Decimal = number.trim().parse().map_err(|_| SizeParseError::NotANumber(shown()))?;
        if unit.is_empty() {
            return Err(SizeParseError::NoUnit(shown()));
        }
        if amount <= Decimal::ZERO {
            return Err(SizeParseError::NotPositive(shown()));
        }
        let currency = unit.to_ascii_uppercase();
        match currency.as_str() {
            "CT" | "CONTRACT" | "CONTRACTS" => {
                let whole = amount.is_integer().then(|| i64::try_from(amount).ok()).flatten();
                whole.map(Self::Contracts).ok_or_else(|| SizeParseError::Fraction(shown()))
            }
            _ if !currency.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Err(SizeParseError::NotANumber(shown()))
            }
            name if QUOTE_CURRENCIES.contains(&name) => Ok(Self::Quote { amount, currency }),
            _ => Ok(Self::Base { amount, currency }),
        }
    }
}

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
        assert_eq!("1e5".parse::<Size>(), Ok(Size::Base { amount: Decimal::ONE, currency: "E5".into() }));
        assert!(matches!("12".parse::<Size>(), Err(SizeParseError::NoUnit(_))));
    }

    proptest::proptest! {
        #[test]
        fn reading_a_size_never_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<Size>();
        }
    }
}
