//! Snapshots: a state as opaque bytes, in a file of its own.

use crate::disk::Disk;
use crate::error::{CorruptError, DiskError, RecoverError};
use crate::folder::{list, write_whole};
use crate::header;
use crate::names::{self, Kind};

/// Snapshots kept, so that one that turns out bad has an older one behind it.
const KEPT: usize = 2;

/// Writes a snapshot; when this returns, it is on the disk.
pub(crate) fn write(disk: &dyn Disk, number: u64, body: &[u8]) -> Result<(), DiskError> {
    write_whole(disk, &names::snapshot(number), &[&header::snapshot(number, body), body])
}

/// Reads a snapshot and checks it.
pub(crate) fn read(disk: &dyn Disk, number: u64) -> Result<Vec<u8>, RecoverError> {
    let name = names::snapshot(number);
    let mut bytes = Vec::new();
    disk.read(&name, &mut bytes).map_err(DiskError::of(disk, &name, "read"))?;
    let body = bytes.get(header::SNAPSHOT_BYTES..).unwrap_or_default();
    if !bytes.starts_with(&header::snapshot(number, body)) {
        let fault = "the snapshot doesn't match its checksum".to_owned();
        return Err(CorruptError { file: disk.path(&name), offset: 0, fault }.into());
    }
    bytes.drain(..header::SNAPSHOT_BYTES);
    Ok(bytes)
}

/// After a snapshot: forgets all good ones but the last two, and removes the files of the others and the segments
/// that only recoveries from others would need.
pub(crate) fn remove_superfluous(disk: &dyn Disk, good: &mut Vec<u64>) -> Result<(), DiskError> {
    good.drain(..good.len().saturating_sub(KEPT));
    let kinds: Vec<Kind> = list(disk)?.iter().map(|name| names::kind(name)).collect();
    let snapshots = kinds.iter().filter_map(|kind| match kind {
        Kind::Snapshot(number) if !good.contains(number) => Some(names::snapshot(*number)),
        _ => None,
    });
    let segments = superfluous_segments(&kinds, good).into_iter().map(names::segment);
    for name in snapshots.chain(segments) {
        disk.remove(&name).map_err(DiskError::of(disk, &name, "removed"))?;
        // One after the other: a power loss in between leaves no hole.
        disk.sync_folder().map_err(DiskError::of(disk, "", "synced"))?;
    }
    Ok(())
}

/// Segments that hold nothing after the older snapshot, the oldest first: whatever is left is without a hole.
fn superfluous_segments(kinds: &[Kind], good: &[u64]) -> Vec<u64> {
    let older = if good.len() < KEPT { 0 } else { good.first().copied().unwrap_or_default() };
    let mut firsts: Vec<u64> = kinds
        .iter()
        .filter_map(|kind| if let Kind::Segment(first) = kind { Some(*first) } else { None })
        .collect();
    firsts.sort_unstable();
    // A segment ends before the next one begins; the last one is being written.
    let superfluous = firsts.windows(2).filter_map(|pair| match pair {
        [first, next] if *next <= older + 1 => Some(*first),
        _ => None,
    });
    superfluous.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_go_when_the_older_snapshot_holds_all_their_records() {
        let kinds = [1, 11, 21].map(Kind::Segment);
        for (good, superfluous) in [
            (vec![], vec![]),
            (vec![30], vec![]),
            (vec![9, 30], vec![]),
            (vec![10, 30], vec![1]),
            (vec![19, 30], vec![1]),
            (vec![20, 30], vec![1, 11]),
            (vec![30, 31], vec![1, 11]),
        ] {
            assert_eq!(superfluous_segments(&kinds, &good), superfluous, "{good:?}");
        }
    }
}
