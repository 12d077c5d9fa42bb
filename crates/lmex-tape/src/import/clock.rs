//! When a message was received and when it happened.

use super::error::LineProblem;
use crate::Stream;

/// Follows the recorder's clock and the venue's.
#[derive(Debug)]
pub(super) struct Clock {
    tolerance_ns: i64,
    /// How far the venue's clock is ahead of the receive time, by the last message that had both.
    ahead_ns: i64,
    received_ns: i64,
    venue_ns: [i64; 3],
    /// Times that went back a little and were evened out.
    pub(super) adjusted: u64,
}

impl Clock {
    /// `ahead_ns` stands until a message shows both times.
    pub(super) fn new(tolerance_ns: i64, ahead_ns: i64) -> Self {
        Self { tolerance_ns, ahead_ns, received_ns: 0, venue_ns: [0; 3], adjusted: 0 }
    }

    /// The receive time, or the one before if that is a little later.
    pub(super) fn received(&mut self, ns: i64) -> Result<i64, LineProblem> {
        let by_ns = self.received_ns.saturating_sub(ns);
        if by_ns > self.tolerance_ns {
            return Err(LineProblem::ReceivedBack { by_ns });
        }
        self.adjusted += u64::from(by_ns > 0);
        self.received_ns = self.received_ns.max(ns);
        Ok(self.received_ns)
    }

    /// The venue time of a message of a stream, given or estimated.
    pub(super) fn happened(
        &mut self,
        stream: Stream,
        received_ns: i64,
        venue_ms: Option<i64>,
    ) -> Result<i64, LineProblem> {
        let Some(ns) = venue_ns(venue_ms)? else {
            return Ok(self.estimate(stream, received_ns));
        };
        self.ahead_ns = ns.saturating_sub(received_ns);
        let Some(latest) = self.venue_ns.get_mut(stream as usize) else { return Ok(ns) };
        let by_ns = latest.saturating_sub(ns);
        if by_ns > self.tolerance_ns {
            return Err(LineProblem::VenueBack { stream, by_ns });
        }
        self.adjusted += u64::from(by_ns > 0);
        *latest = ns.max(*latest);
        Ok(*latest)
    }

    /// The venue time of a snapshot. It may be older than the changes that came by the stream meanwhile, so that it
    /// says nothing about either clock.
    pub(super) fn snapshot(&self, received_ns: i64, venue_ms: Option<i64>) -> Result<i64, LineProblem> {
        Ok(venue_ns(venue_ms)?.unwrap_or(received_ns.saturating_add(self.ahead_ns)))
    }

    fn estimate(&mut self, stream: Stream, received_ns: i64) -> i64 {
        let ns = received_ns.saturating_add(self.ahead_ns);
        let Some(latest) = self.venue_ns.get_mut(stream as usize) else { return ns };
        *latest = ns.max(*latest);
        *latest
    }
}

/// How far the venue's clock is ahead by this message, if it says.
pub(super) fn ahead_ns(received_ns: i64, venue_ms: Option<i64>) -> Result<Option<i64>, LineProblem> {
    Ok(venue_ns(venue_ms)?.map(|ns| ns.saturating_sub(received_ns)))
}

fn venue_ns(venue_ms: Option<i64>) -> Result<Option<i64>, LineProblem> {
    let Some(ms) = venue_ms else { return Ok(None) };
    let ns = ms.checked_mul(1_000_000).filter(|ns| *ns > 0);
    ns.map(Some).ok_or_else(|| LineProblem::number("T", &ms.to_string()))
}
