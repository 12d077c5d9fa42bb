//! Walking through a segment, batch by batch.

use crate::batch::Batch;
use crate::disk::Disk;
use crate::error::{CorruptError, DiskError, RecoverError};
use crate::header;

/// A segment in memory, and how far it has been walked through.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) first: u64,
    /// Its file.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// Where the next batch begins.
    pub(crate) at: usize,
    /// The number that the next batch must begin with.
    pub(crate) next: u64,
}

/// What stands where a batch should.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadBatch {
    pub(crate) fault: String,
    /// Whether this may be what a write left that never came to its end.
    pub(crate) may_be_torn: bool,
}

impl Segment {
    /// Reads a segment into a buffer and checks its header.
    pub(crate) fn read(
        disk: &dyn Disk,
        first: u64,
        name: String,
        mut bytes: Vec<u8>,
    ) -> Result<Self, RecoverError> {
        disk.read(&name, &mut bytes).map_err(DiskError::of(disk, &name, "read"))?;
        let header = header::segment(first);
        if !bytes.starts_with(&header) {
            let fault =
                format!("it doesn't begin with the header of version {} for its name", header::VERSION);
            return Err(CorruptError { file: disk.path(&name), offset: 0, fault }.into());
        }
        Ok(Self { first, name, bytes, at: header.len(), next: first })
    }

    /// The next batch; none at the end of the segment.
    pub(crate) fn step(&mut self) -> Result<Option<Batch>, BadBatch> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.first().is_none_or(|byte| *byte == 0) && rest.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let batch = Batch::read(&self.bytes, self.first, self.at).map_err(|fault| self.bad(fault))?;
        if batch.first != self.next {
            let fault = format!("a batch begins with record {} where {} must stand", batch.first, self.next);
            return Err(BadBatch { fault, may_be_torn: false });
        }
        (self.at, self.next) = (batch.body.end, batch.next());
        Ok(Some(batch))
    }

    /// Back to the first batch.
    pub(crate) fn rewind(&mut self) {
        (self.at, self.next) = (header::SEGMENT_BYTES, self.first);
    }

    /// The bad batch where the walk has come to, as an error.
    pub(crate) fn corrupt(&self, disk: &dyn Disk, fault: String) -> CorruptError {
        CorruptError { file: disk.path(&self.name), offset: self.at as u64, fault }
    }

    fn bad(&self, fault: &str) -> BadBatch {
        match Batch::find(&self.bytes, self.first, self.at + 1) {
            None => BadBatch { fault: fault.to_owned(), may_be_torn: true },
            Some(behind) => BadBatch {
                fault: format!("{fault}, and a good batch follows at byte {behind}"),
                may_be_torn: false,
            },
        }
    }
}
