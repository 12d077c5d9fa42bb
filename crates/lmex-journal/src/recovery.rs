//! Finding the state: the newest good snapshot, the records after it, and where the journal ends.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::disk::Disk;
use crate::error::{CorruptError, DiskError, RecoverError};
use crate::folder::{Folder, list, write_whole};
use crate::header;
use crate::names::{self, Kind};
use crate::records::{Ready, Records};
use crate::scan::Segment;
use crate::settling::Settling;
use crate::snapshot;

/// What a folder holds.
#[derive(Debug)]
pub struct Recovered {
    /// The newest snapshot that is whole.
    pub snapshot: Option<Snapshot>,
    /// Newer snapshots that are not whole, and were passed over: they are removed after the next snapshot.
    pub passed_over: Vec<CorruptError>,
    /// The records after the snapshot.
    pub records: Records,
    /// What was cut off the end, because a write never came to its end.
    pub cut: Option<Cut>,
}

/// A state that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// It holds all records up to this one.
    pub number: u64,
    /// What was kept.
    pub bytes: Vec<u8>,
}

/// A torn end. [`Records::finish`] cuts it off: nothing is changed before all else was found good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{file}: {bytes} bytes from byte {offset} on were cut off ({fault}): a write that never came to its end; \
     {kept} has them until the next time",
    file = file.display(), kept = kept.display()
)]
pub struct Cut {
    /// Which file.
    pub file: std::path::PathBuf,
    /// The file's length without it.
    pub offset: u64,
    /// How many bytes are cut off, zeros at the end not counted.
    pub bytes: u64,
    /// What is wrong there.
    pub fault: String,
    /// Where they are kept, if the disk has room for them.
    pub kept: std::path::PathBuf,
}

impl Folder {
    /// Finds the newest good snapshot, and where the journal ends. [`Records::finish`] cuts a torn end off, and makes sure
    /// that what was read is on the disk: a process that was killed may have left records that only the system's memory
    /// holds. Until then nothing is changed but that a new journal gets its first file.
    ///
    /// # Errors
    /// Where files are damaged or missing, or the disk says no. Damage in a segment before the last one is found
    /// when it is read.
    pub fn recover(self) -> Result<Recovered, RecoverError> {
        let disk = self.disk;
        let Found { mut firsts, unnamed, mut snapshots } = find(disk.as_ref())?;
        let mut passed_over = Vec::new();
        let snapshot = last_good(disk.as_ref(), &mut snapshots, &mut passed_over)?;
        let after = snapshot.as_ref().map_or(0, |it| it.number);
        if firsts.is_empty() && after == 0 && passed_over.is_empty() {
            write_whole(disk.as_ref(), &names::segment(1), &[&header::segment(1)])?;
            firsts.push_back(1);
        }
        let needed = needed(disk.as_ref(), firsts, after, &passed_over)?;
        let (records, cut) = open(disk, needed, unnamed, after, snapshots)?;
        Ok(Recovered { snapshot, passed_over, records, cut })
    }

    /// The same from as far back as the folder goes: from the first record where it is still there, else from the
    /// oldest snapshot. For whoever wants to see again what led to the newest one.
    ///
    /// # Errors
    /// As [`Folder::recover`].
    pub fn recover_from_oldest(self) -> Result<Recovered, RecoverError> {
        let disk = self.disk;
        let Found { firsts, unnamed, snapshots } = find(disk.as_ref())?;
        let mut passed_over = Vec::new();
        let snapshot = match firsts.front() {
            Some(1) => None,
            first => {
                let mut reachable: Vec<_> = snapshots
                    .iter()
                    .copied()
                    .filter(|it| first.is_some_and(|first| *first <= it + 1))
                    .collect();
                reachable.reverse();
                last_good(disk.as_ref(), &mut reachable, &mut passed_over)?
            }
        };
        let after = snapshot.as_ref().map_or(0, |it| it.number);
        let needed = needed(disk.as_ref(), firsts, after, &passed_over)?;
        let (records, cut) = open(disk, needed, unnamed, after, snapshots)?;
        Ok(Recovered { snapshot, passed_over, records, cut })
    }

    /// All snapshots that are whole, from old to new.
    ///
    /// # Errors
    /// Where the disk says no.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, RecoverError> {
        let mut whole = Vec::new();
        for number in find(self.disk.as_ref())?.snapshots {
            match snapshot::read(self.disk.as_ref(), number) {
                Ok(bytes) => whole.push(Snapshot { number, bytes }),
                Err(RecoverError::Corrupt(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(whole)
    }
}

/// What is in a folder, from old to new.
struct Found {
    /// The first numbers of the segments.
    firsts: VecDeque<u64>,
    /// The one of them that was begun and has no name yet.
    unnamed: Option<u64>,
    snapshots: Vec<u64>,
}

fn find(disk: &dyn Disk) -> Result<Found, DiskError> {
    let (mut firsts, mut snapshots, mut unnamed) = (Vec::new(), Vec::new(), None);
    for kind in list(disk)?.iter().map(|name| names::kind(name)) {
        match kind {
            Kind::Segment(first) => firsts.push(first),
            Kind::Snapshot(number) => snapshots.push(number),
            Kind::Next => unnamed = begun(disk)?,
            _ => {}
        }
    }
    // A copy made while the journal was written may have one file under both names.
    unnamed = unnamed.filter(|first| !firsts.contains(first));
    firsts.extend(unnamed);
    firsts.sort_unstable();
    snapshots.sort_unstable();
    Ok(Found { firsts: firsts.into(), unnamed, snapshots })
}

/// The first number of the segment that was begun in the file made ahead. Its header reaches the disk with its first batch,
/// so without one nothing was acknowledged there.
fn begun(disk: &dyn Disk) -> Result<Option<u64>, DiskError> {
    let mut bytes = Vec::new();
    disk.read(names::NEXT, &mut bytes).map_err(DiskError::of(disk, names::NEXT, "read"))?;
    Ok(header::first_of(&bytes))
}

/// Reads the last snapshot of the list that is whole; takes those behind it from the list.
fn last_good(
    disk: &dyn Disk,
    snapshots: &mut Vec<u64>,
    passed_over: &mut Vec<CorruptError>,
) -> Result<Option<Snapshot>, RecoverError> {
    while let Some(number) = snapshots.last().copied() {
        match snapshot::read(disk, number) {
            Ok(bytes) => return Ok(Some(Snapshot { number, bytes })),
            Err(RecoverError::Corrupt(error)) => passed_over.push(error),
            Err(error) => return Err(error),
        }
        snapshots.pop();
    }
    Ok(None)
}

/// The segments from the one that holds the record after the snapshot. Older ones were only not removed yet.
fn needed(
    disk: &dyn Disk,
    mut firsts: VecDeque<u64>,
    after: u64,
    passed_over: &[CorruptError],
) -> Result<VecDeque<u64>, CorruptError> {
    while firsts.get(1).is_some_and(|second| *second <= after + 1) {
        firsts.pop_front();
    }
    if firsts.front().is_some_and(|first| *first <= after + 1) {
        return Ok(firsts);
    }
    // Without the bad snapshot nothing would be missing: it is what has to be brought back.
    Err(passed_over.first().cloned().unwrap_or_else(|| {
        let fault = format!("the segment with record {} is missing", after + 1);
        CorruptError { file: disk.path(&names::segment(after + 1)), offset: 0, fault }
    }))
}

fn open(
    disk: Arc<dyn Disk>,
    mut firsts: VecDeque<u64>,
    unnamed: Option<u64>,
    after: u64,
    snapshots: Vec<u64>,
) -> Result<(Records, Option<Cut>), RecoverError> {
    let last_first = firsts.pop_back().unwrap_or(1);
    let is_unnamed = unnamed == Some(last_first);
    let name = if is_unnamed { names::NEXT.to_owned() } else { names::segment(last_first) };
    let mut last = Segment::read(disk.as_ref(), last_first, name, Vec::new())?;
    let torn = find_end(disk.as_ref(), &mut last, after)?;
    let (cut, torn) = torn.unzip();
    let settling = Settling::of(&firsts, &last, torn);
    let ready = Ready {
        disk: Arc::clone(&disk),
        segment: last.first,
        end: last.at as u64,
        length: last.bytes.len() as u64,
        next: last.next,
        snapshots,
    };
    last.rewind();
    let (segment, last) = match firsts.pop_front() {
        None => (last, None),
        Some(first) => (Segment::read(disk.as_ref(), first, names::segment(first), Vec::new())?, Some(last)),
    };
    let number = segment.first;
    let records = Records {
        disk,
        after,
        segment,
        between: firsts,
        last,
        body: 0..0,
        number,
        stopped: false,
        settling,
        ready,
    };
    Ok((records, cut))
}

/// Walks to the end of the last segment. What a torn write left there is taken off in memory, and given back.
fn find_end(disk: &dyn Disk, last: &mut Segment, after: u64) -> Result<Option<(Cut, Vec<u8>)>, CorruptError> {
    let torn = loop {
        match last.step() {
            Ok(Some(_)) => {}
            Ok(None) => break None,
            Err(bad) if bad.may_be_torn => break Some(bad.fault),
            Err(bad) => return Err(last.corrupt(disk, bad.fault)),
        }
    };
    if last.next <= after {
        let why = torn.unwrap_or_else(|| "the journal ends here".to_owned());
        let fault = format!("{why}, but snapshot {after} says that the records up to it were written");
        return Err(last.corrupt(disk, fault));
    }
    Ok(torn.map(|fault| {
        let mut torn = last.bytes.split_off(last.at);
        torn.truncate(torn.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1));
        let kept = disk.path(&names::cut(last.first, last.at as u64));
        let (offset, bytes) = (last.at as u64, torn.len() as u64);
        (Cut { file: disk.path(&last.name), offset, bytes, fault, kept }, torn)
    }))
}
