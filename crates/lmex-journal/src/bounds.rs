//! How much the journal takes, and what it promises.

/// What an acknowledgement of a record means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The record is on the disk: it survives a power loss.
    #[default]
    Fsync,
    /// The system has the record: it survives the end of this process, by `kill -9` too, but not of the machine.
    /// After a power loss the end of the journal may be missing, or the journal be refused as damaged.
    Os,
    /// Nothing: the record is acknowledged before it is written. For the rest as [`Durability::Os`].
    None,
}

/// Limits of a journal. Those over 1 GiB count as 1 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// A segment that has reached this many bytes is followed by a new one; where no sync is promised, one may become
    /// twice as long while the next is being made. A recovery holds two segments in memory.
    pub segment_bytes: u64,
    /// The longest payload taken, in bytes; a longer one is refused.
    pub record_bytes: usize,
    /// Payload bytes that may wait for the disk before an append blocks. A record longer than that waits alone.
    pub queue_bytes: usize,
    /// Records and barriers that may wait for the disk before an append blocks.
    pub queue_records: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, record_bytes: 16 << 20, queue_bytes: 4 << 20, queue_records: 65_536 }
    }
}

/// A batch's length must fit in 32 bits, with the queue full and the longest record on top.
const MOST: usize = 1 << 30;

impl Bounds {
    /// The same, with what the format can't hold taken down to what it can.
    pub(crate) fn clamped(self) -> Self {
        Self {
            segment_bytes: self.segment_bytes.min(MOST as u64),
            record_bytes: self.record_bytes.min(MOST),
            queue_bytes: self.queue_bytes.min(MOST),
            queue_records: self.queue_records.clamp(1, MOST / 8),
        }
    }
}
