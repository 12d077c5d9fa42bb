//! Where in the queue the crowd left from, when all that is known is that a level shrank.

use serde::{Deserialize, Serialize};

/// Which part of a level's crowd goes first when its quantity decreases without a trade.
///
/// Depth messages say how much is left, not whose. Trades are exact either way: they take from the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum QueueModel {
    /// Those behind everyone: a user's order advances by trades alone. Averse to risk, as hftbacktest's
    /// `RiskAdverseQueueModel`.
    #[default]
    Tail,
    /// Everyone alike: each stretch of the crowd loses its share, rounded down; what rounding leaves goes from the
    /// back. A user's order advances by what would be expected if cancels fell evenly.
    Proportional,
}
