//! Headers of files, and how fields are written and read: little-endian, one after the other.

/// The version that segments and snapshots carry.
pub(crate) const VERSION: u32 = 1;
const SEGMENT_MAGIC: &[u8; 8] = b"LMEXJRNL";
const SNAPSHOT_MAGIC: &[u8; 8] = b"LMEXSNAP";
/// The length of a segment's header.
pub(crate) const SEGMENT_BYTES: usize = 24;
/// The length of a snapshot's header.
pub(crate) const SNAPSHOT_BYTES: usize = 36;

/// The header of the segment that begins with a number.
pub(crate) fn segment(first: u64) -> Vec<u8> {
    let mut header = Vec::with_capacity(SEGMENT_BYTES);
    header.extend_from_slice(SEGMENT_MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&first.to_le_bytes());
    sealed(header)
}

/// The number that a segment's header names; none where it is no header.
pub(crate) fn first_of(segment_bytes: &[u8]) -> Option<u64> {
    let first = u64_at(segment_bytes, SEGMENT_MAGIC.len() + size_of::<u32>())?;
    segment_bytes.starts_with(&segment(first)).then_some(first)
}

/// The header of the snapshot of all records up to a number.
pub(crate) fn snapshot(number: u64, body: &[u8]) -> Vec<u8> {
    let mut header = Vec::with_capacity(SNAPSHOT_BYTES);
    header.extend_from_slice(SNAPSHOT_MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&number.to_le_bytes());
    header.extend_from_slice(&(body.len() as u64).to_le_bytes());
    header.extend_from_slice(&crc32fast::hash(body).to_le_bytes());
    sealed(header)
}

/// The four and the eight bytes at an offset, as the numbers they are.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// See [`u32_at`].
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn sealed(mut header: Vec<u8>) -> Vec<u8> {
    let crc = crc32fast::hash(&header);
    header.extend_from_slice(&crc.to_le_bytes());
    header
}
