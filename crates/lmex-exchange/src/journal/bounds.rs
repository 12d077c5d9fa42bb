//! What keeping takes: the one place where its bounds stand.

/// How much is kept and how often it is checked.
///
/// On the disk are at most two snapshots, the journal since the older of them, and one segment more: with the values
/// of `default()` about 2 × 32 MiB + 16 MiB beside snapshots of up to 8 MiB, and at most eleven times the snapshot and
/// a segment beside larger ones. Crowd commands don't make it more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepingBounds {
    /// Bytes of records after which a snapshot is taken.
    pub snapshot_bytes: u64,
    /// So many times the last snapshot's bytes, where that is more: the desk stands still while it writes its state
    /// down, so a large state is written down more rarely.
    pub snapshot_times: u64,
    /// Records after which one carries the engine's digest. Snapshots and the last record of an orderly end always do.
    pub digest_records: u64,
    /// Bytes after which a new segment of the journal begins.
    pub segment_bytes: u64,
    /// With `none`: bytes that may wait to be written before the desk takes no more requests.
    pub waiting_bytes: usize,
}

impl Default for KeepingBounds {
    fn default() -> Self {
        Self {
            snapshot_bytes: 32 << 20,
            snapshot_times: 4,
            digest_records: 16_384,
            segment_bytes: 16 << 20,
            waiting_bytes: 4 << 20,
        }
    }
}

impl KeepingBounds {
    /// As the journal takes them.
    pub(super) fn of_journal(self) -> lmex_journal::Bounds {
        lmex_journal::Bounds {
            segment_bytes: self.segment_bytes,
            queue_bytes: self.waiting_bytes,
            // A snapshot of the first moment is a record too.
            record_bytes: 1 << 30,
            ..lmex_journal::Bounds::default()
        }
    }
}
