//! What funding is paid, and when.

use lmex_types::TimeMs;

use crate::margin::Slot;
use crate::{LegId, MarketId, Money, Rate};

/// A market's funding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Funding {
    /// The rate to come.
    pub(crate) rate: Rate,
    /// When it is paid; 1970 when it was never said.
    pub(crate) next: TimeMs,
}

/// Funding that is being paid, position by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FundingRun {
    pub(crate) market: MarketId,
    pub(crate) rate: Rate,
    /// Value of one contract at the mark price.
    pub(crate) value: Money,
    /// Who paid last.
    pub(crate) last: Option<(Slot, LegId)>,
    /// Paid less received so far.
    pub(crate) paid: Money,
}
