//! The name of a market.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::text::{self, Text};

/// The name of a market as LMEX writes it: `BTC-PERP`, `BTC-251226`, `AAPL-PERP`.
///
/// ```
/// use lmex_types::Symbol;
/// let symbol: Symbol = "btc-perp".parse().unwrap();
/// assert_eq!(symbol.as_str(), "BTC-PERP");
/// assert_eq!(symbol.base(), "BTC");
/// assert!("BTC PERP".parse::<Symbol>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Symbol(Text<31>);

impl Symbol {
    /// The symbol as LMEX writes it, in upper case.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What is traded: the part before the first dash (`BTC` of `BTC-PERP`).
    pub fn base(&self) -> &str {
        self.as_str().split('-').next().unwrap_or_default()
    }
}

/// A text that can't be the name of a market.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("symbol {text:?} is not a market name: use 1 to 31 letters, digits, '-' or '_', such as BTC-PERP")]
pub struct SymbolError {
    text: String,
}

impl FromStr for Symbol {
    type Err = SymbolError;

    /// Accepts any letter case; markets are written in upper case.
    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let refused = || SymbolError { text: text.chars().take(64).collect() };
        let well_formed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if text.is_empty() || !text.bytes().all(well_formed) {
            return Err(refused());
        }
        Text::new(text).map(|text| Symbol(text.to_upper())).ok_or_else(refused)
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::parsed(deserializer)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
