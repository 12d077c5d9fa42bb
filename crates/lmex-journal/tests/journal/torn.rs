//! Every byte of the files torn off, zeroed or changed.

use lmex_journal::{Bounds, RecoverError};

use crate::ask::{SMALL, fill, recover, state};
use crate::disk::SimDisk;

const ONE_SEGMENT: Bounds = Bounds { segment_bytes: 4096, ..SMALL };
const FIRST: &str = "journal-00000000000000000001.log";
const HEADER: usize = 24;

/// A disk with one segment of batches of three records, and where the batches end.
fn batches(count: usize) -> (SimDisk, Vec<usize>) {
    let disk = SimDisk::default();
    let end = |disk: &SimDisk| {
        let bytes = disk.file(FIRST);
        bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1
    };
    let mut ends = vec![HEADER];
    for _ in 0..count {
        fill(&disk, 1, ONE_SEGMENT);
        ends.push(end(&disk));
    }
    (disk, ends)
}

fn with(disk: &SimDisk, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> SimDisk {
    let copy = disk.copy();
    let mut bytes = copy.file(name);
    change(&mut bytes);
    copy.put(name, bytes);
    copy
}

fn corrupt_at(result: Result<impl std::fmt::Debug, RecoverError>) -> (String, u64) {
    match result.unwrap_err() {
        RecoverError::Corrupt(error) => {
            (error.file.file_name().unwrap().to_string_lossy().into_owned(), error.offset)
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_at_the_batch_before() {
    let (disk, ends) = batches(4);
    for length in HEADER..*ends.last().unwrap() {
        let whole = ends.iter().rposition(|end| *end <= length).unwrap();
        let torn = [
            with(&disk, FIRST, |bytes| bytes.truncate(length)),
            with(&disk, FIRST, |bytes| bytes[length..].fill(0)),
            with(&disk, FIRST, |bytes| bytes[length..].fill(0x5a)),
        ];
        for (index, torn) in torn.iter().enumerate() {
            let (_, last, cut) = state(torn).unwrap();
            assert_eq!(last, whole as u64 * 3, "torn at {length}");
            let is_clean = ends[whole] == length && index < 2;
            assert!(is_clean || index == 1 || cut.is_some(), "torn at {length}");
            assert!(cut.is_none_or(|cut| !is_clean && cut.offset == ends[whole] as u64));
            // Cut once, it is clean, and the journal goes on.
            assert_eq!(state(torn).unwrap(), (0, last, None));
            fill(torn, 1, ONE_SEGMENT);
            assert_eq!(state(torn).unwrap(), (0, last + 3, None));
        }
    }
}

#[test]
fn a_changed_byte_is_cut_in_the_last_batch_and_refused_before_it() {
    let (disk, ends) = batches(4);
    for at in 0..disk.file(FIRST).len() {
        let changed = with(&disk, FIRST, |bytes| bytes[at] ^= 0x10);
        let found = state(&changed);
        match ends.iter().rposition(|end| *end <= at) {
            None => assert_eq!(corrupt_at(found), (FIRST.to_owned(), 0)),
            Some(batch @ 3..) => {
                let (_, last, cut) = found.unwrap();
                assert_eq!((last, cut.unwrap().offset), (batch as u64 * 3, ends[batch] as u64), "byte {at}");
            }
            Some(batch) => assert_eq!(corrupt_at(found), (FIRST.to_owned(), ends[batch] as u64), "byte {at}"),
        }
    }
}

#[test]
fn what_is_refused_is_left_as_it_is() {
    let (disk, ends) = batches(3);
    let changed = with(&disk, FIRST, |bytes| bytes[ends[1] + 30] ^= 1);
    let before = changed.file(FIRST);
    let text = state(&changed).unwrap_err().to_string();
    assert_eq!(changed.file(FIRST), before);
    assert_eq!(
        text,
        format!(
            "disk/{FIRST} is damaged at byte {}: a batch doesn't match its checksum, and a good batch follows at byte {}; \
             nothing was changed: bring the folder back from a copy, or move it away to begin anew",
            ends[1], ends[2]
        )
    );
}

/// What is cut off may be what somebody was told of: as long as anything else is wrong, it stays where it is.
#[test]
fn a_torn_end_is_cut_only_when_the_rest_is_good() {
    let disk = SimDisk::default();
    fill(&disk, 12, SMALL);
    let names = disk.names("journal-");
    let (first, last) = (&names[0], &names[names.len() - 1]);
    let end = disk.file(last).iter().rposition(|byte| *byte != 0).unwrap();
    let torn = with(&disk, last, |bytes| bytes[end] ^= 1);
    let damaged = with(&torn, first, |bytes| bytes[40] ^= 1);
    damaged.put("snapshot-00000000000000000009.bin.tmp", b"half".to_vec());
    let files = |disk: &SimDisk| disk.names("").iter().map(|name| disk.file(name)).collect::<Vec<_>>();
    let before = (damaged.names(""), files(&damaged));
    assert_eq!(&corrupt_at(recover(&damaged).and_then(|found| found.records.finish())).0, first);
    assert!((damaged.names(""), files(&damaged)) == before, "something was changed");

    let cut = state(&torn).unwrap().2.unwrap();
    let kept = torn.names(".cut-");
    assert_eq!(cut.kept, std::path::Path::new("disk").join(&kept[0]));
    assert_eq!(torn.file(&kept[0]).len() as u64, cut.bytes);
    let mut whole = disk.file(last)[cut.offset as usize..=end].to_vec();
    *whole.last_mut().unwrap() ^= 1;
    assert_eq!(torn.file(&kept[0]), whole);
    assert_eq!(torn.file(last).len() as u64, cut.offset);
}

#[test]
fn any_changed_byte_of_an_earlier_segment_is_refused() {
    let disk = SimDisk::default();
    fill(&disk, 12, SMALL);
    let names = disk.names("journal-");
    assert!(names.len() > 2);
    for name in &names[..names.len() - 1] {
        for at in 0..disk.file(name).len() {
            let changed = with(&disk, name, |bytes| bytes[at] ^= 1);
            assert_eq!(&corrupt_at(state(&changed)).0, name, "byte {at}");
        }
    }
}

#[test]
fn an_earlier_segment_that_ends_early_or_is_missing_is_refused() {
    let disk = SimDisk::default();
    fill(&disk, 12, SMALL);
    let names = disk.names("journal-");
    for name in &names[..names.len() - 1] {
        let gone = disk.copy();
        gone.lock().lose(name);
        assert_eq!(&corrupt_at(state(&gone)).0, name);
        for length in 0..disk.file(name).len() {
            let short = with(&disk, name, |bytes| bytes.truncate(length));
            let zeroed = with(&disk, name, |bytes| bytes[length..].fill(0));
            if zeroed.file(name) != disk.file(name) {
                corrupt_at(state(&short));
                corrupt_at(state(&zeroed));
            }
        }
    }
}

#[test]
fn a_batch_taken_out_or_moved_is_refused() {
    let (disk, ends) = batches(4);
    let taken_out = with(&disk, FIRST, |bytes| drop(bytes.drain(ends[1]..ends[2])));
    assert_eq!(corrupt_at(state(&taken_out)), (FIRST.to_owned(), ends[1] as u64));
    for at in ends[1]..ends[2] {
        let shorter = with(&disk, FIRST, |bytes| {
            bytes.remove(at);
        });
        let longer = with(&disk, FIRST, |bytes| bytes.insert(at, 0xee));
        for shifted in [shorter, longer] {
            assert_eq!(corrupt_at(state(&shifted)), (FIRST.to_owned(), ends[1] as u64), "byte {at}");
        }
    }
    let other = SimDisk::default();
    fill(&other, 12, SMALL);
    let [first, second] = [0, 1].map(|index| other.names("journal-")[index].clone());
    let swapped = with(&other, &first, |bytes| *bytes = other.file(&second));
    assert_eq!(corrupt_at(state(&swapped)), (first, 0));
}
