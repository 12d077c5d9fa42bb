//! How the streams behave.

use std::time::Duration;

use lmex_types::Decimal;

use crate::dialect::Dialect;
use crate::faults::scaled;

/// Intervals and bounds of the streams. Times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SocketConfig {
    /// The seed of the exchange's ids, so that a fill has the same `tradeId` here as in REST answers.
    pub(crate) id_seed: u64,
    /// Which topics are known, and under which names messages come.
    pub(crate) dialect: Dialect,
    /// Deltas of the order books go out at most so often; 0 sends one for each batch.
    pub(crate) book_interval_ms: u64,
    /// All open positions are told so often. LMEX: 5 seconds.
    pub(crate) positions_every_ms: u64,
    /// The server sends a ping frame so often. LMEX: 3 minutes.
    pub(crate) ping_every_ms: u64,
    /// Without a pong for so long the connection is closed. LMEX: 10 minutes.
    pub(crate) pong_within_ms: u64,
    /// How long a client has to take the farewell before the connection is cut.
    pub(crate) close_within_ms: u64,
    /// Most messages that wait for one connection.
    pub(crate) outbox_messages: usize,
    /// Most bytes that wait for one connection.
    pub(crate) outbox_bytes: usize,
    /// Largest message of a client, in bytes.
    pub(crate) max_inbound_bytes: usize,
    /// Most topics of one connection; more are not acknowledged.
    pub(crate) max_subscriptions: usize,
    /// So many topics a second may be asked for or given up on one connection, and those of a second at once. The rest
    /// waits; nothing is refused.
    pub(crate) topics_per_s: u32,
    /// Most connections at once; more get 503.
    pub(crate) max_connections: usize,
    /// So many failed logins close the connection (error 1008).
    pub(crate) max_failed_logins: u32,
}

impl SocketConfig {
    /// The same, with other time-outs: the pings, the wait for pongs and farewells, and the repeat of positions.
    pub(crate) fn scaled(self, scale: Decimal) -> Self {
        let scaled = |millis| {
            let scaled = scaled(Duration::from_millis(millis), scale);
            u64::try_from(scaled.as_millis()).unwrap_or(millis)
        };
        Self {
            positions_every_ms: scaled(self.positions_every_ms),
            ping_every_ms: scaled(self.ping_every_ms),
            pong_within_ms: scaled(self.pong_within_ms),
            close_within_ms: scaled(self.close_within_ms),
            ..self
        }
    }
}

impl Default for SocketConfig {
    fn default() -> Self {
        Self {
            id_seed: 0,
            dialect: Dialect::Lmex,
            book_interval_ms: 50,
            positions_every_ms: 5_000,
            ping_every_ms: 3 * 60_000,
            pong_within_ms: 10 * 60_000,
            close_within_ms: 5_000,
            outbox_messages: 1_024,
            outbox_bytes: 4 * 1_024 * 1_024,
            max_inbound_bytes: 64 * 1_024,
            max_subscriptions: 100,
            topics_per_s: 100,
            max_connections: 1_024,
            max_failed_logins: 5,
        }
    }
}
