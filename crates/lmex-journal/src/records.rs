//! The records after a snapshot, segment by segment.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::batch::RECORD_BYTES;
use crate::disk::Disk;
use crate::error::{CorruptError, RecoverError};
use crate::header::u32_at;
use crate::names;
use crate::scan::Segment;
use crate::settling::Settling;

/// A record, as it was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Counted from 1 without a hole.
    pub number: u64,
    /// What was appended.
    pub payload: Vec<u8>,
}

/// The records after the snapshot, in order. One segment at a time is in memory, and the last one.
///
/// As an iterator it ends after its first error. Damage is found where it stands, so all records must be read before
/// the journal goes on: [`Records::finish`] sees to it.
pub struct Records {
    pub(crate) disk: Arc<dyn Disk>,
    /// Records up to this number are in the snapshot.
    pub(crate) after: u64,
    pub(crate) segment: Segment,
    /// The first numbers of the segments between the present one and the last.
    pub(crate) between: VecDeque<u64>,
    pub(crate) last: Option<Segment>,
    /// What is left of the present batch's body.
    pub(crate) body: Range<usize>,
    /// The number of the record at its beginning.
    pub(crate) number: u64,
    pub(crate) stopped: bool,
    /// What is to be done when all of it was found good.
    pub(crate) settling: Settling,
    /// Where the writer goes on.
    pub(crate) ready: Ready,
}

/// A journal that has been read to its end: [`crate::Writer::start`] goes on there.
pub struct Ready {
    pub(crate) disk: Arc<dyn Disk>,
    /// The first number of the last segment.
    pub(crate) segment: u64,
    /// Where its last batch ends.
    pub(crate) end: u64,
    /// Its length: what is beyond its last batch is zeros.
    pub(crate) length: u64,
    /// The number of the next record.
    pub(crate) next: u64,
    /// The snapshots that aren't known to be bad, from old to new.
    pub(crate) snapshots: Vec<u64>,
}

impl Records {
    /// The next record's number and payload, without a copy; none at the end.
    ///
    /// # Errors
    /// Where a segment is damaged or missing, or can't be read.
    pub fn read(&mut self) -> Result<Option<(u64, &[u8])>, RecoverError> {
        let found = self.advance()?;
        Ok(found.map(|(number, at)| (number, self.segment.bytes.get(at).unwrap_or_default())))
    }

    /// Reads and checks what is left. Only then changes what has to be: a torn end is cut off, what was read is brought to
    /// the disk, files that were never completed are removed. Gives what the writer needs.
    ///
    /// # Errors
    /// As [`Records::read`], also where an earlier read has failed; where the disk says no; of a folder that was opened to
    /// be read.
    pub fn finish(mut self) -> Result<Ready, RecoverError> {
        while self.advance()?.is_some() {}
        self.settling.carry_out(self.disk.as_ref())?;
        Ok(self.ready)
    }

    fn advance(&mut self) -> Result<Option<(u64, Range<usize>)>, RecoverError> {
        loop {
            if let Some(at) = self.within_batch() {
                self.number += 1;
                if self.number > self.after + 1 {
                    return Ok(Some((self.number - 1, at)));
                }
                continue;
            }
            match self.segment.step() {
                Ok(Some(batch)) => (self.body, self.number) = (batch.body, batch.first),
                Ok(None) if self.next_segment()? => {}
                Ok(None) => return Ok(None),
                Err(bad) => return Err(self.segment.corrupt(self.disk.as_ref(), bad.fault).into()),
            }
        }
    }

    /// Where the next record of the present batch stands. Its checksum was right, and its lengths too.
    fn within_batch(&mut self) -> Option<Range<usize>> {
        if self.body.is_empty() {
            return None;
        }
        let begin = self.body.start + RECORD_BYTES;
        let end = begin + u32_at(&self.segment.bytes, self.body.start)? as usize;
        self.body.start = end;
        Some(begin..end)
    }

    /// Goes on to the segment behind the present one, if there is one.
    fn next_segment(&mut self) -> Result<bool, RecoverError> {
        let Some(first) = self.between.front().copied().or(self.last.as_ref().map(|last| last.first)) else {
            return Ok(false);
        };
        if first != self.segment.next {
            let file = self.disk.path(&names::segment(self.segment.next));
            let fault = format!(
                "records {} up to {} are missing before {}",
                self.segment.next,
                first.saturating_sub(1),
                names::segment(first)
            );
            return Err(CorruptError { file, offset: 0, fault }.into());
        }
        self.segment = match self.last.take_if(|_| self.between.is_empty()) {
            Some(last) => last,
            None => {
                // Where the read fails, an empty segment is left, at whose end whoever asks again is refused again.
                let buffer = std::mem::take(&mut self.segment.bytes);
                Segment::read(self.disk.as_ref(), first, names::segment(first), buffer)?
            }
        };
        self.between.pop_front();
        Ok(true)
    }
}

impl Iterator for Records {
    type Item = Result<Record, RecoverError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.stopped {
            return None;
        }
        let found = self
            .read()
            .map(|found| found.map(|(number, payload)| Record { number, payload: payload.to_vec() }));
        self.stopped = !matches!(found, Ok(Some(_)));
        found.transpose()
    }
}

impl Ready {
    /// The number of the last record; 0 where there is none.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.next - 1
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("after", &self.after).field("last", &self.ready.last()).finish()
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").field("last", &self.last()).finish_non_exhaustive()
    }
}
