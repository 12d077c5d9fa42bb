//! The end of the journal, where batches are written.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use crate::batch::Draft;
use crate::bounds::Durability;
use crate::disk::{Disk, DiskFile, open};
use crate::error::DiskError;
use crate::header;
use crate::keeper::{Job, Keeper};
use crate::names;
use crate::queue::Queue;
use crate::records::Ready;
use crate::syncer::Syncer;

/// A sync that changes no length takes about half as long, so a segment grows by this much at a time.
const GROWTH: u64 = 1 << 20;
/// Where syncs aren't waited for, one is asked for after this many bytes: whoever has to wait for the disk, be it the
/// system itself, then finds little to do.
const UNSYNCED: u64 = 1 << 20;
/// Where syncs aren't waited for, a segment becomes so many times as long while the next one is being made.
const STRETCH: u64 = 2;

pub(crate) struct Tail {
    disk: Arc<dyn Disk>,
    file: Box<dyn DiskFile>,
    /// The first number of the segment.
    segment: u64,
    segment_bytes: u64,
    /// Where the next batch is written.
    end: u64,
    /// The segment's length.
    length: u64,
    next: u64,
    durability: Durability,
    /// Whether all is on the disk, and if not, what was written since a sync was asked for.
    is_synced: bool,
    unsynced: u64,
    syncer: Syncer,
}

impl Tail {
    pub(crate) fn open(
        ready: Ready,
        durability: Durability,
        segment_bytes: u64,
        queue: Arc<Queue>,
        keeper: Keeper,
    ) -> Result<Self, DiskError> {
        let Ready { disk, segment, end, length, next, .. } = ready;
        let file = open(disk.as_ref(), &names::segment(segment))?;
        let room = if durability == Durability::Fsync { GROWTH.min(segment_bytes) } else { 0 };
        let syncer = Syncer::start(Arc::clone(&disk), queue, keeper, segment, room)?;
        let (is_synced, unsynced) = (true, 0);
        Ok(Self {
            disk,
            file,
            segment,
            segment_bytes,
            end,
            length,
            next,
            durability,
            is_synced,
            unsynced,
            syncer,
        })
    }

    /// The number of the last record written; 0 where there is none.
    pub(crate) fn last(&self) -> u64 {
        self.next - 1
    }

    /// Writes a batch, and syncs it where that is what was promised. After an error, what it left is cut off as
    /// well as can be: it was not acknowledged, and the system may show it although the disk doesn't have it.
    pub(crate) fn append(&mut self, draft: &mut Draft) -> Result<(), DiskError> {
        let is_begun = self.rotate_for(draft.len() as u64)?;
        let written = self.write(draft).and_then(|()| match self.durability {
            Durability::Fsync => self.sync(),
            Durability::Os | Durability::None => Ok(()),
        });
        if written.is_err() {
            // The first error is the one to tell.
            let _ = self.file.truncate(self.end);
            return written;
        }
        self.end += draft.len() as u64;
        self.next += u64::from(draft.records());
        // Only now: the thread would stand in the way of what is waited for.
        if is_begun {
            self.syncer.begun(self.segment);
        }
        self.ask_for_sync(draft.len() as u64);
        Ok(())
    }

    fn ask_for_sync(&mut self, bytes: u64) {
        self.unsynced += bytes;
        if !self.is_synced && self.unsynced >= UNSYNCED {
            self.unsynced = 0;
            self.syncer.sync_soon();
        }
    }

    /// Has a snapshot written, once its records are on the disk.
    pub(crate) fn keep_snapshot(&self, job: Job) {
        self.syncer.take(job);
    }

    /// Brings all that was written to the disk.
    pub(crate) fn sync(&mut self) -> Result<(), DiskError> {
        if !self.is_synced {
            let name = names::segment(self.segment);
            self.file.sync_data().map_err(DiskError::of(self.disk.as_ref(), &name, "synced"))?;
            self.is_synced = true;
        }
        Ok(())
    }

    fn write(&mut self, draft: &mut Draft) -> Result<(), DiskError> {
        let batch = draft.seal(self.segment, self.next);
        self.is_synced = false;
        let written = self.write_with_room(batch);
        let written = self.again_if_full(written, batch, self.end);
        let name = || names::segment(self.segment);
        written.map_err(|source| DiskError { path: self.disk.path(&name()), action: "written", source })
    }

    /// Writes a batch, and room behind it where the segment has to grow and a sync is promised.
    fn write_with_room(&mut self, batch: &mut Vec<u8>) -> io::Result<()> {
        let (bytes, end) = (batch.len(), self.end + batch.len() as u64);
        if self.durability != Durability::Fsync || end <= self.length {
            return self.file.write_at(batch, self.end);
        }
        let length = end.next_multiple_of(GROWTH).min(self.segment_bytes.max(end));
        batch.resize((length - self.end) as usize, 0);
        let written = self.file.write_at(batch, self.end);
        batch.truncate(bytes);
        if written.is_ok() {
            self.length = length;
        }
        written
    }

    /// On a full disk, once more: what there is may do for the records, if not for the room. Then a last time: a snapshot
    /// that finds no room has taken what there was until it is given up, so that is waited for.
    fn again_if_full(&mut self, mut written: io::Result<()>, bytes: &[u8], at: u64) -> io::Result<()> {
        let is_full = |written: &io::Result<()>| {
            written.as_ref().is_err_and(|error| error.kind() == ErrorKind::StorageFull)
        };
        if is_full(&written) {
            written = self.file.write_at(bytes, at);
        }
        if is_full(&written) {
            self.syncer.wait_for_others();
            written = self.file.write_at(bytes, at);
        }
        written
    }

    /// Begins a new segment where the batch would make the present one too long; whether it has. It was made ahead, and
    /// gets its name afterwards, so this is a write like any other. With a sync promised, the present segment is on the
    /// disk by then, so that only the last one's end can be torn.
    fn rotate_for(&mut self, bytes: u64) -> Result<bool, DiskError> {
        let end = self.end + bytes;
        if self.next == self.segment || end <= self.segment_bytes {
            return Ok(false);
        }
        let must = self.durability == Durability::Fsync || end > STRETCH * self.segment_bytes;
        let prepared = if must { Some(self.syncer.next()?) } else { self.syncer.next_if_ready() };
        let Some(prepared) = prepared else { return Ok(false) };
        let header = header::segment(self.next);
        (self.segment, self.file) = (self.next, prepared.file);
        (self.end, self.length) = (header.len() as u64, prepared.length.max(header.len() as u64));
        let written = self.file.write_at(&header, 0);
        let written = self.again_if_full(written, &header, 0);
        written.map_err(DiskError::of(self.disk.as_ref(), names::NEXT, "written"))?;
        Ok(true)
    }
}
