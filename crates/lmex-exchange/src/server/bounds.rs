//! What a connection may take of the server.

use std::time::Duration;

use lmex_types::Decimal;

use crate::faults::scaled;

/// Bounds on connections and requests, so that clients who are slow, by mistake or on purpose, keep nobody else out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionBounds {
    /// How long a client has for the head of a request, counted from the connection or from the last answer: an idle
    /// connection ends then, without a word.
    pub head_within: Duration,
    /// How long a client has for the body; after that it is answered 408.
    pub body_within: Duration,
    /// Most connections at once; streams are not among them once they are open. One more ends the connection that has
    /// kept the server waiting the longest, never one whose request is being carried out.
    pub most: usize,
}

impl ConnectionBounds {
    /// The same, with other time-outs.
    pub(crate) fn scaled(self, scale: Decimal) -> Self {
        let head_within = scaled(self.head_within, scale);
        Self { head_within, body_within: scaled(self.body_within, scale), ..self }
    }
}

/// The largest body that is read, in bytes: a larger one is answered 413.
pub(crate) const LARGEST_BODY: usize = 64 * 1_024;
/// The largest head that is read, in bytes: a larger one is answered 431.
pub(super) const LARGEST_HEAD: usize = 32 * 1_024;

impl Default for ConnectionBounds {
    fn default() -> Self {
        Self { head_within: Duration::from_secs(30), body_within: Duration::from_secs(10), most: 512 }
    }
}
