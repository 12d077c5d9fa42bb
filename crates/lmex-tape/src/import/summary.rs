//! What an import did with its input.

use super::error::Place;
use super::market::Family;
use crate::TapeInfo;

/// Everything that an import read, kept, left out and noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSummary {
    /// What the tape holds.
    pub info: TapeInfo,
    /// Which part of Binance it is of.
    pub family: Family,
    /// Lines read; each is kept or counted in one of the fields below.
    pub lines: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// Depth changes left out because the snapshot before them has them already, or they came twice.
    pub old_depths: u64,
    /// Levels in them.
    pub old_levels: u64,
    /// Snapshots left out because the book was newer.
    pub old_snapshots: u64,
    /// Depth messages without any level.
    pub empty_depths: u64,
    /// Trades left out: made off the book (insurance fund, auto-deleveraging) or of zero.
    pub skipped_trades: u64,
    /// Best bids and asks left out because one side was missing.
    pub skipped_tops: u64,
    /// Messages of other streams.
    pub other_messages: u64,
    /// Times that went back by less than the tolerance, and were set to the one before.
    pub adjusted_times: u64,
    /// Whether no message of the capture had a venue time, so that receive times stand for them.
    pub no_venue_time: bool,
    /// The first gaps in the depth changes, at most [`ImportSummary::GAPS_LISTED`]; `info.gaps` counts all.
    pub gaps: Vec<Gap>,
}

/// Depth changes that the capture does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The line after the gap.
    pub place: Place,
    /// Its venue time, nanoseconds since 1970 (UTC).
    pub at_ns: i64,
    /// The last update id before the gap.
    pub known: u64,
    /// The update id that the line after the gap follows.
    pub after: u64,
}

impl ImportSummary {
    /// How many gaps are listed.
    pub const GAPS_LISTED: usize = 100;

    pub(super) fn new(info: TapeInfo, family: Family) -> Self {
        Self {
            info,
            family,
            lines: 0,
            bytes: 0,
            old_depths: 0,
            old_levels: 0,
            old_snapshots: 0,
            empty_depths: 0,
            skipped_trades: 0,
            skipped_tops: 0,
            other_messages: 0,
            adjusted_times: 0,
            no_venue_time: false,
            gaps: Vec::new(),
        }
    }

    /// What a human should know before relying on the tape, a sentence each; none if all is well.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.info.depths > 0 && !self.info.starts_with_snapshot {
            warnings.push(
                "no snapshot at the start: the book builds up from changes and lacks what did not change"
                    .into(),
            );
        }
        if let Some(gap) = self.gaps.first() {
            let count = self.info.gaps;
            warnings.push(format!("{count} gap(s) in the depth changes, the first before {}: the book may be wrong until the next snapshot", gap.place));
        }
        if self.info.depths == 0 {
            warnings.push("no depth changes: the tape has no book".into());
        }
        if self.no_venue_time {
            warnings.push("no message has a venue time: the recorder's clock stands for it".into());
        }
        if self.adjusted_times > 0 {
            warnings.push(format!("{} time(s) went back a little and were evened out", self.adjusted_times));
        }
        warnings
    }
}
