//! What the desk tells the rest of the server: every command's events, in order.

use lmex_api::stream::StreamPosition;
use lmex_engine::{AccountId, Event};
use lmex_types::TimeMs;

/// The events of one command.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The command's place in the sequence of all commands.
    pub seq: u64,
    /// Venue time of the command.
    pub at: TimeMs,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Users' positions that it changed, as they are after it; none where nobody listened.
    pub(crate) positions: Vec<PositionNews>,
}

/// A position as its owner is told of it.
#[derive(Debug, Clone)]
pub(crate) struct PositionNews {
    /// Whose.
    pub(crate) account: AccountId,
    /// With no contracts when it has been closed.
    pub(crate) position: StreamPosition,
}
