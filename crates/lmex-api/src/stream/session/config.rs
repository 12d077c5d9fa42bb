//! How patient a session is.

use crate::retry::Retry;

/// How patient a session is. All times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionConfig {
    /// A ping frame is sent after so much silence of ours.
    pub ping_every_ms: i64,
    /// Without any frame for so long, the connection counts as dead.
    pub dead_after_ms: i64,
    /// A subscription or a login that is not acknowledged by then is asked for again.
    pub ack_within_ms: i64,
    /// A topic without data for so long is stale: reported, and asked for again. Without data of any topic for twice as
    /// long, the connection is left for another. Of topics that may be silent for hours (trades, one's own orders, fills
    /// and positions) the acknowledgement is asked for again instead, and they are stale if it does not come.
    pub stale_after_ms: i64,
    /// A connection that lasted so long was a good one: the back-off starts over.
    pub settled_after_ms: i64,
    /// The back-off between connections.
    pub reconnect: Retry,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            ping_every_ms: 15_000,
            dead_after_ms: 40_000,
            ack_within_ms: 5_000,
            stale_after_ms: 30_000,
            settled_after_ms: 10_000,
            reconnect: Retry { attempts: u32::MAX, base_ms: 250, cap_ms: 30_000 },
        }
    }
}
