//! Which of an account's positions in a market is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many positions an account may have in one market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum PositionMode {
    /// One net position.
    #[default]
    OneWay,
    /// A long and a short one, side by side.
    Hedge,
    /// Any number, each with money of its own.
    Isolated,
}

/// Whose money covers a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum MarginMode {
    /// The account's balance, shared by all cross positions.
    #[default]
    Cross,
    /// Only what was set aside for it.
    Isolated,
}

/// One of an account's positions in a market, whether it is open or flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct LegId(u32);

impl LegId {
    /// The net position of the one-way mode. In every mode its terms are those that new legs start with.
    pub const ONE_WAY: Self = Self(0);
    /// The long position of the hedge mode.
    pub const LONG: Self = Self(1);
    /// The short position of the hedge mode.
    pub const SHORT: Self = Self(2);

    /// The position of the isolated mode with this serial number, counted from 1 over all markets of an account. A number
    /// is given once, when an order for a new position is accepted, even if that order never fills.
    pub const fn isolated(number: u32) -> Self {
        Self(2_u32.saturating_add(number))
    }

    /// The serial number of a position of the isolated mode.
    pub fn isolated_number(self) -> Option<u32> {
        self.0.checked_sub(2).filter(|&number| number > 0)
    }

    /// The mode that this leg belongs to.
    pub fn mode(self) -> PositionMode {
        match self {
            Self::ONE_WAY => PositionMode::OneWay,
            Self::LONG | Self::SHORT => PositionMode::Hedge,
            _ => PositionMode::Isolated,
        }
    }

    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ONE_WAY => f.write_str("ONE_WAY"),
            Self::LONG => f.write_str("LONG"),
            Self::SHORT => f.write_str("SHORT"),
            Self(number) => write!(f, "#{}", number.saturating_sub(2)),
        }
    }
}
