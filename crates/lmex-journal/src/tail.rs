//! The end of the journal, where batches are written.

use std::sync::Arc;

use crate::batch::Draft;
use crate::bounds::Durability;
use crate::disk::{Disk, DiskFile};
use crate::error::DiskError;
use crate::folder::write_whole;
use crate::header;
use crate::names;
use crate::records::Ready;

/// A sync that changes no length takes about half as long, so a segment grows by this much at a time.
const GROWTH: u64 = 1 << 20;

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
    is_synced: bool,
}

impl Tail {
    pub(crate) fn open(ready: Ready, durability: Durability, segment_bytes: u64) -> Result<Self, DiskError> {
        let Ready { disk, segment, end, length, next, .. } = ready;
        let file = open(disk.as_ref(), segment)?;
        Ok(Self { disk, file, segment, segment_bytes, end, length, next, durability, is_synced: true })
    }

    /// The number of the last record written; 0 where there is none.
    pub(crate) fn last(&self) -> u64 {
        self.next - 1
    }

    /// Writes a batch, and syncs it where that is what was promised. After an error, what it left is cut off as
    /// well as can be: it was not acknowledged, and the system may show it although the disk doesn't have it.
    pub(crate) fn append(&mut self, draft: &mut Draft) -> Result<(), DiskError> {
        self.rotate_for(draft.len() as u64)?;
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
        Ok(())
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
        let (length, end) = (batch.len(), self.end + batch.len() as u64);
        if self.durability == Durability::Fsync && end > self.length {
            self.length = end.next_multiple_of(GROWTH).min(self.segment_bytes.max(end));
            batch.resize((self.length - self.end) as usize, 0);
        }
        self.is_synced = false;
        let written = self.file.write_at(batch, self.end);
        batch.truncate(length);
        let name = || names::segment(self.segment);
        written.map_err(|source| DiskError { path: self.disk.path(&name()), action: "written", source })
    }

    /// Begins a new segment where the batch would make the present one too long. The present one is synced first,
    /// whatever was promised, so that only the last segment's end can be torn.
    fn rotate_for(&mut self, bytes: u64) -> Result<(), DiskError> {
        if self.next == self.segment || self.end + bytes <= self.segment_bytes {
            return Ok(());
        }
        self.sync()?;
        let disk = self.disk.as_ref();
        let header = header::segment(self.next);
        write_whole(disk, &names::segment(self.next), &[&header])?;
        self.file = open(disk, self.next)?;
        (self.segment, self.end, self.length) = (self.next, header.len() as u64, header.len() as u64);
        Ok(())
    }
}

fn open(disk: &dyn Disk, segment: u64) -> Result<Box<dyn DiskFile>, DiskError> {
    let name = names::segment(segment);
    disk.open(&name).map_err(DiskError::of(disk, &name, "opened"))
}
