//! A batch: the records that one write brings to the disk, under one checksum.

use crate::header::{u32_at, u64_at};

const MAGIC: [u8; 4] = *b"\xb1tch";
/// The length of a batch's header.
pub(crate) const HEADER_BYTES: usize = 28;
/// What a record takes beside its payload.
pub(crate) const RECORD_BYTES: usize = 4;

/// A batch being filled: room for its header, then the body.
#[derive(Debug)]
pub(crate) struct Draft {
    bytes: Vec<u8>,
    records: u32,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![0; HEADER_BYTES], records: 0 }
    }

    /// Adds a record. The caller sees to it that payload and batch stay under 4 GiB.
    pub(crate) fn push(&mut self, payload: &[u8]) {
        self.bytes.extend_from_slice(&length(payload.len()).to_le_bytes());
        self.bytes.extend_from_slice(payload);
        self.records += 1;
    }

    pub(crate) fn records(&self) -> u32 {
        self.records
    }

    /// Its length on the disk.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Fills in the header; the bytes are then the batch as it stands in the segment that begins with a number.
    pub(crate) fn seal(&mut self, segment: u64, first: u64) -> &mut Vec<u8> {
        let (header, body) = self.bytes.split_at_mut(HEADER_BYTES);
        let fields = [
            &MAGIC[..],
            &length(body.len()).to_le_bytes(),
            &self.records.to_le_bytes(),
            &crc32fast::hash(body).to_le_bytes(),
            &first.to_le_bytes(),
        ]
        .concat();
        let crc = header_crc(&fields, segment);
        header.copy_from_slice(&[&fields[..], &crc.to_le_bytes()].concat());
        &mut self.bytes
    }

    /// Empties it. A buffer grown for one huge batch is not kept.
    pub(crate) fn clear(&mut self) {
        const KEPT: usize = 8 << 20;
        self.bytes.truncate(HEADER_BYTES);
        self.bytes.shrink_to(KEPT);
        self.records = 0;
    }
}

/// A whole batch, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) first: u64,
    pub(crate) records: u32,
    /// Where its body begins and ends in the segment.
    pub(crate) body: std::ops::Range<usize>,
}

impl Batch {
    /// The number after its last record's.
    pub(crate) fn next(&self) -> u64 {
        self.first.saturating_add(u64::from(self.records))
    }

    /// Reads the batch that begins at `at` in a segment's bytes; the fault where none does.
    pub(crate) fn read(segment_bytes: &[u8], segment: u64, at: usize) -> Result<Self, &'static str> {
        let bytes = segment_bytes.get(at..).unwrap_or_default();
        let header = bytes.get(..HEADER_BYTES).ok_or("the segment ends within a batch's header")?;
        if !header.starts_with(&MAGIC) {
            return Err("no batch begins here");
        }
        let field = |at| u32_at(header, at).unwrap_or_default();
        if header_crc(header.get(..HEADER_BYTES - 4).unwrap_or_default(), segment) != field(24) {
            return Err("a batch's header doesn't match its checksum");
        }
        let end = HEADER_BYTES + field(4) as usize;
        let body = bytes.get(HEADER_BYTES..end).ok_or("the segment ends within a batch")?;
        if crc32fast::hash(body) != field(12) {
            return Err("a batch doesn't match its checksum");
        }
        if lengths(body) != Some(field(8)) {
            return Err("a batch doesn't hold the records that it says");
        }
        let first = u64_at(header, 16).unwrap_or_default();
        Ok(Self { first, records: field(8), body: at + HEADER_BYTES..at + end })
    }

    /// Where the next whole batch of this segment begins from an offset on, if there is one. It needn't be at its place.
    pub(crate) fn find(segment_bytes: &[u8], segment: u64, mut at: usize) -> Option<usize> {
        loop {
            let rest = segment_bytes.get(at..)?;
            at += rest.iter().position(|byte| *byte == MAGIC[0])?;
            if Self::read(segment_bytes, segment, at).is_ok() {
                return Some(at);
            }
            at += 1;
        }
    }
}

/// How many records a body's lengths divide it into; none where they don't fit.
fn lengths(mut body: &[u8]) -> Option<u32> {
    let mut records = 0;
    while !body.is_empty() {
        let length = u32_at(body, 0)? as usize;
        body = body.get(RECORD_BYTES + length..)?;
        records += 1;
    }
    Some(records)
}

/// The segment is in it, so that what another file has left on the disk is no batch here.
fn header_crc(fields: &[u8], segment: u64) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(fields);
    crc.update(&segment.to_le_bytes());
    crc.finalize()
}

/// `Bounds::clamped` keeps all lengths under 32 bits.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut draft = Draft::new();
        for payload in [&b"one"[..], b"", b"three"] {
            draft.push(payload);
        }
        draft.seal(5, 7).clone()
    }

    #[test]
    fn a_batch_is_read_in_its_segment_only() {
        let bytes = sample();
        let batch = Batch::read(&bytes, 5, 0).unwrap();
        assert_eq!((batch.first, batch.records, batch.next()), (7, 3, 10));
        assert_eq!(batch.body, HEADER_BYTES..bytes.len());
        assert!(Batch::read(&bytes, 6, 0).is_err());
    }

    #[test]
    fn no_changed_bit_goes_unseen() {
        let bytes = sample();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(Batch::read(&changed, 5, 0).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_batch_is_found_behind_rubbish() {
        let rubbish = [&MAGIC[..], &MAGIC, &[0; 40]].concat();
        let bytes = [&rubbish[..], &sample()].concat();
        assert_eq!(Batch::find(&bytes, 5, 0), Some(rubbish.len()));
        assert_eq!(Batch::find(&rubbish, 5, 0), None);
    }
}
