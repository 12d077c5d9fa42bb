//! Who trades and where: small numbers that the caller chooses.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An account. The caller maps its users to numbers; 0 is the crowd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub u32);

impl AccountId {
    /// The crowd: all the traders of a tape or a live stream together. Exempt from margin, fees and limits; it has a
    /// position and a ledger like any account, so that positions sum to zero and money is conserved.
    pub const CROWD: Self = Self(0);
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A market. Give small numbers: markets live in a table indexed by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MarketId(pub u16);

impl fmt::Display for MarketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
