//! What the venue does with positions whose money is not enough.

use crate::margin::Slot;
use crate::{LegId, MarketId};

/// Who is being liquidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Liquidation {
    pub(crate) slot: Slot,
    /// The isolated position; `None` for all cross positions of the account.
    pub(crate) position: Option<(MarketId, LegId)>,
}
