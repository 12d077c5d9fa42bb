//! Which way an order trades.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::order::UnknownWord;

/// Buy or sell. LMEX writes `BUY` and `SELL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Bids for the contract; a fill makes the position longer.
    Buy,
    /// Offers the contract; a fill makes the position shorter.
    Sell,
}

impl Side {
    /// The word LMEX uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        }
    }

    /// The side that trades against this one.
    pub fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// `+1` for buy, `-1` for sell: the sign a fill adds to a position.
    pub fn sign(self) -> i64 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Side {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [Self::Buy, Self::Sell]
            .into_iter()
            .find(|side| side.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownWord::new("side", text, "BUY or SELL"))
    }
}
