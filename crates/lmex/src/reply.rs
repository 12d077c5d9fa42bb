//! An answer and what came with it.

use std::ops::Deref;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use lmex_types::TimeMs;

/// A typed answer, with the HTTP status, all headers and the latency beside it. Reads like the answer itself.
#[derive(Debug, Clone)]
pub struct Reply<T> {
    /// The answer.
    pub data: T,
    /// The HTTP status.
    pub status: StatusCode,
    /// All headers of the answer.
    pub headers: HeaderMap,
    /// From the first byte out to the last byte in, of the attempt that succeeded.
    pub latency: Duration,
    /// How many attempts it took.
    pub attempts: u32,
}

impl<T> Reply<T> {
    /// The answer alone.
    pub fn into_data(self) -> T {
        self.data
    }

    /// How far a clock that shows `wall` is ahead of the venue's (negative: behind), in milliseconds. Known to about a
    /// second, since the venue's `Date` header counts seconds; `None` if it sent none.
    pub fn clock_skew_ms(&self, wall: TimeMs) -> Option<i64> {
        crate::call::venue_time(&self.headers).map(|venue| wall.ms_since(venue))
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        Reply {
            data: change(self.data),
            status: self.status,
            headers: self.headers,
            latency: self.latency,
            attempts: self.attempts,
        }
    }
}

impl<T> Deref for Reply<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}
