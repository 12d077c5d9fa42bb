//! Looking at a folder without changing it.

use std::collections::BTreeMap;
use std::path::Path;

use lmex_journal::{Durability, Folder, OpenError, Writer};

use crate::ask::{SMALL, TAG, append, checked_records, payload, take_snapshot};

/// A folder with snapshots of 40 and 80 and 120 records, whose first segments are gone, and a torn end.
fn folder(place: &Path) {
    let ready = Folder::open(place, TAG).unwrap().recover().unwrap().records.finish().unwrap();
    let writer = Writer::start(ready, Durability::Os, SMALL).unwrap();
    for number in 1..=120 {
        append(writer.handle()).recv().unwrap();
        if number % 40 == 0 && number < 120 {
            take_snapshot(writer.handle()).unwrap();
        }
    }
    writer.close().unwrap();
    let last = files(place).into_keys().rfind(|name| name.starts_with("journal-")).unwrap();
    let mut bytes = std::fs::read(place.join(&last)).unwrap();
    bytes.extend([9; 10]);
    std::fs::write(place.join(&last), bytes).unwrap();
    std::fs::write(place.join("snapshot-00000000000000000120.bin.tmp"), b"half").unwrap();
}

fn files(place: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn a_look_changes_nothing_and_goes_as_far_back_as_it_can() {
    let place = tempfile::tempdir().unwrap();
    folder(place.path());
    let before = files(place.path());
    let look = || Folder::open_to_read(place.path(), TAG).unwrap();
    let numbers: Vec<_> = look().snapshots().unwrap().iter().map(|it| it.number).collect();
    assert_eq!(numbers, [40, 80]);

    let mut newest = look().recover().unwrap();
    assert_eq!(newest.snapshot.as_ref().unwrap().number, 80);
    assert_eq!(newest.cut.as_ref().unwrap().bytes, 10);
    assert_eq!(checked_records(&mut newest, 80).unwrap(), 120);
    drop(newest);

    let mut oldest = look().recover_from_oldest().unwrap();
    assert_eq!(oldest.snapshot.as_ref().unwrap().number, 40);
    let first = oldest.records.next().unwrap().unwrap();
    assert_eq!((first.number, first.payload), (41, payload(41)));
    assert_eq!(checked_records(&mut oldest, 41).unwrap(), 120);
    drop(oldest);
    assert!(files(place.path()) == before, "the folder was changed");
}

#[test]
fn nothing_goes_on_in_a_folder_that_is_only_looked_at() {
    let place = tempfile::tempdir().unwrap();
    folder(place.path());
    let torn_ends = || {
        let before = files(place.path());
        let looked_at = Folder::open_to_read(place.path(), TAG).unwrap().recover().unwrap();
        let torn = looked_at.cut.is_some();
        let error = looked_at.records.finish().map(|ready| ready.last()).unwrap_err();
        assert!(error.to_string().ends_with("the folder is only read"), "{error}");
        assert!(files(place.path()) == before, "the folder was changed");
        torn
    };
    assert!(torn_ends());
    Folder::open(place.path(), TAG).unwrap().recover().unwrap().records.finish().unwrap();
    assert!(!torn_ends());
}

#[test]
fn whoever_looks_and_whoever_writes_keep_each_other_out() {
    let place = tempfile::tempdir().unwrap();
    folder(place.path());
    let looking = Folder::open_to_read(place.path(), TAG).unwrap();
    assert!(matches!(Folder::open(place.path(), TAG), Err(OpenError::InUse { .. })));
    drop(looking);
    let writing = Folder::open(place.path(), TAG).unwrap();
    assert!(matches!(Folder::open_to_read(place.path(), TAG), Err(OpenError::InUse { .. })));
    drop(writing);
}

#[test]
fn a_look_at_nothing_makes_nothing() {
    let place = tempfile::tempdir().unwrap();
    assert!(Folder::open_to_read(&place.path().join("absent"), TAG).is_err());
    assert!(Folder::open_to_read(place.path(), TAG).is_err());
    assert!(files(place.path()).is_empty());
}
