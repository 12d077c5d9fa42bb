//! What is told about a request.

use std::time::{Duration, Instant};

use lmex_api::Request;
use metrics::{counter, histogram};
use tracing::Span;
use tracing::field::Empty;

use super::{BLOCK_LENGTH, BLOCKS, LATENCY, REQUESTS, TURNS_REFUSED, WAIT};
use crate::error::Error;

/// One attempt, from waiting for its turn to its end.
#[derive(Debug)]
pub(crate) struct ObservedRequest {
    span: Span,
    method: &'static str,
    path: &'static str,
    class: &'static str,
    began: Instant,
    left: Option<Instant>,
    latency: Option<Duration>,
    has_ended: bool,
}

impl ObservedRequest {
    pub(crate) fn begin(request: &Request, attempt: u32) -> Self {
        let (method, class) = (request.method().as_str(), request.rate_class().as_str());
        // What is given by hand may have a query in it.
        let path = request.signed_path().split('?').next().unwrap_or_default();
        let span = tracing::debug_span!(
            "request",
            method,
            path,
            class,
            attempt,
            waited_us = Empty,
            status = Empty,
            latency_us = Empty,
            outcome = Empty
        );
        // Any other path may be one of any number.
        let path = request.known_path().unwrap_or("other");
        Self { span, method, path, class, began: Instant::now(), left: None, latency: None, has_ended: false }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// It leaves now.
    pub(crate) fn leaves(&mut self) {
        let now = Instant::now();
        let waited = now.duration_since(self.began);
        self.left = Some(now);
        self.span.record("waited_us", micros(waited));
        histogram!(WAIT, "class" => self.class).record(waited.as_secs_f64());
    }

    /// The whole answer is here, with its status, or none will come. How long that took.
    pub(crate) fn answered(&mut self, status: Option<u16>) -> Duration {
        let latency = self.left.map_or(Duration::ZERO, |left| left.elapsed());
        self.latency = Some(latency);
        self.span.record("latency_us", micros(latency));
        if let Some(status) = status {
            self.span.record("status", status);
        }
        latency
    }

    pub(crate) fn end<T>(mut self, result: &Result<T, Error>) {
        self.ended(result.as_ref().err().map_or("ok", outcome));
    }

    fn ended(&mut self, outcome: &'static str) {
        self.has_ended = true;
        self.span.record("outcome", outcome);
        self.span.in_scope(|| tracing::debug!("ended"));
        let (method, path) = (self.method, self.path);
        counter!(REQUESTS, "method" => method, "path" => path, "outcome" => outcome).increment(1);
        if let Some(latency) = self.latency {
            histogram!(LATENCY, "method" => method, "path" => path, "outcome" => outcome)
                .record(latency.as_secs_f64());
        }
        if matches!(outcome, "expired" | "blocked" | "queue_full") {
            counter!(TURNS_REFUSED, "class" => self.class, "outcome" => outcome).increment(1);
        }
    }
}

impl Drop for ObservedRequest {
    fn drop(&mut self) {
        if !self.has_ended {
            if self.left.is_some() && self.latency.is_none() {
                self.answered(None);
            }
            self.ended("given_up");
        }
    }
}

/// The venue has blocked the key.
pub(crate) fn observe_block(length: Duration) {
    counter!(BLOCKS).increment(1);
    histogram!(BLOCK_LENGTH).record(length.as_secs_f64());
    tracing::warn!(block_ms = micros(length) / 1_000, "the exchange has blocked this key");
}

fn outcome(error: &Error) -> &'static str {
    match error {
        Error::Expired { .. } => "expired",
        Error::Blocked { .. } => "blocked",
        Error::QueueFull(_) => "queue_full",
        Error::NotSent { .. } => "not_sent",
        Error::Lost { .. } => "lost",
        other => other.category(),
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
