//! Directions as numbers.

use lmex_types::Side;
use serde::{Deserialize, Serialize};

use crate::wire;

/// The direction of an order or position as a number (`orderMode`). The set is open: a number that is not known is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderMode(#[serde(with = "wire::integer")] pub i64);

impl OrderMode {
    /// Of what is gone.
    pub const NONE: Self = Self(0);
    /// Buy, or long.
    pub const BUY: Self = Self(66);
    /// Sell, or short.
    pub const SELL: Self = Self(83);

    /// The side; `None` for what is gone, and for a number that is not known.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::BUY => Some(Side::Buy),
            Self::SELL => Some(Side::Sell),
            _ => None,
        }
    }
}

/// The market that the name of a wallet's market stands for: `BTC-PERP` for `BTC-PERP-USDT`.
pub(super) fn without_settlement(market_name: &str) -> &str {
    ["-USDT", "-USD"].into_iter().find_map(|suffix| market_name.strip_suffix(suffix)).unwrap_or(market_name)
}
