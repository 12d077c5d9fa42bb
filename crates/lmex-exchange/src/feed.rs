//! What the desk tells the rest of the server: every command's events, in order.

use lmex_engine::Event;
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
}
