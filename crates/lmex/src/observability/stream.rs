//! What is told about a stream.

use std::time::Instant;

use metrics::counter;
use tracing::Span;
use tracing::field::Empty;

use super::{CONNECTIONS, DISCONNECTIONS, LOGINS, RECONNECTIONS, RESUBSCRIPTIONS};
use crate::stream::StreamEvent;

/// One stream, over all its connections.
#[derive(Debug)]
pub(crate) struct ObservedStream {
    path: &'static str,
    span: Span,
    tries: u64,
    connections: u64,
}

impl ObservedStream {
    pub(crate) fn new(path: &'static str) -> Self {
        Self { path, span: Span::none(), tries: 0, connections: 0 }
    }

    /// A connection begins: what happens on it belongs into this span.
    pub(crate) fn connects(&mut self) -> (Span, Instant) {
        self.tries += 1;
        self.span =
            tracing::debug_span!("stream", path = self.path, connection = self.tries, connect_us = Empty);
        (self.span.clone(), Instant::now())
    }

    pub(crate) fn connected(&mut self, began: Instant) {
        let connect_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.span.record("connect_us", connect_us);
        self.span.in_scope(|| tracing::debug!("connected"));
        self.connections += 1;
        counter!(CONNECTIONS, "path" => self.path).increment(1);
        if self.connections > 1 {
            counter!(RECONNECTIONS, "path" => self.path).increment(1);
        }
    }

    pub(crate) fn closed(&mut self, reason: &str, retry_ms: i64) {
        self.span.in_scope(|| tracing::debug!(reason, retry_ms, "closed"));
        counter!(DISCONNECTIONS, "path" => self.path).increment(1);
        self.span = Span::none();
    }
}

/// What came on a stream of this path, if it is about the stream itself. Called within the connection's span.
pub(crate) fn observe_event(path: &'static str, event: &StreamEvent) {
    match event {
        StreamEvent::LoggedIn => {
            tracing::debug!("logged in");
            counter!(LOGINS, "path" => path, "outcome" => "ok").increment(1);
        }
        StreamEvent::LoginRefused => {
            tracing::debug!("login refused");
            counter!(LOGINS, "path" => path, "outcome" => "refused").increment(1);
        }
        StreamEvent::Subscribed(topic) => tracing::debug!(%topic, "subscribed"),
        StreamEvent::Resync(topic, reason) => {
            tracing::debug!(%topic, %reason, "asked anew");
            counter!(RESUBSCRIPTIONS, "path" => path, "outcome" => "wrong").increment(1);
        }
        StreamEvent::Stale(topic) => {
            tracing::debug!(%topic, reason = "stale", "asked anew");
            counter!(RESUBSCRIPTIONS, "path" => path, "outcome" => "stale").increment(1);
        }
        _ => {}
    }
}
