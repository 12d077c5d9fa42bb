//! Segments, snapshots, and what is removed when.

use std::sync::mpsc::channel;

use lmex_journal::{AppendError, Bounds, Durability, Handle, RecoverError, SnapshotError};

use crate::ask::{SMALL, append, fill, hold, recover, start, state, take_snapshot};
use crate::disk::SimDisk;

/// Appends records one by one, so that each is a batch of its own.
fn append_some(handle: &Handle, records: usize) {
    (0..records).for_each(|_| assert!(append(handle).recv().is_ok()));
}

/// A disk with snapshots of 40 and 80, and 120 records.
fn two_snapshots() -> SimDisk {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Fsync, SMALL);
    for _ in 0..2 {
        append_some(writer.handle(), 40);
        take_snapshot(writer.handle()).unwrap();
    }
    append_some(writer.handle(), 40);
    writer.close().unwrap();
    disk
}

fn snapshot_name(number: u64) -> String {
    format!("snapshot-{number:020}.bin")
}

#[test]
fn a_journal_with_snapshots_does_not_grow() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Os, SMALL);
    for round in 1..=30 {
        append_some(writer.handle(), 40);
        take_snapshot(writer.handle()).unwrap();
        assert!(disk.names("journal-").len() < 16, "{round}");
        assert!(disk.names("snapshot-").len() <= 2);
    }
    writer.close().unwrap();
    assert_eq!(disk.names("snapshot-"), [1160, 1200].map(snapshot_name));
    assert_eq!(state(&disk).unwrap(), (1200, 1200, None));
}

#[test]
fn records_after_the_snapshot_are_given_back() {
    let disk = two_snapshots();
    let mut recovered = recover(&disk).unwrap();
    assert_eq!(recovered.snapshot.as_ref().unwrap().number, 80);
    assert_eq!(recovered.records.next().unwrap().unwrap().number, 81);
    assert_eq!(state(&disk).unwrap(), (80, 120, None));
}

#[test]
fn a_bad_snapshot_at_any_byte_is_passed_over_for_the_older_one() {
    let disk = two_snapshots();
    let newest = disk.file(&snapshot_name(80));
    for at in 0..newest.len() {
        let changed = disk.copy();
        let mut bytes = newest.clone();
        bytes[at] ^= 4;
        changed.put(&snapshot_name(80), bytes);
        assert_eq!(
            recover(&changed).unwrap().passed_over[0].file,
            std::path::Path::new("disk").join(snapshot_name(80))
        );
        assert_eq!(state(&changed).unwrap(), (40, 120, None), "byte {at}");
    }
}

#[test]
fn a_snapshot_that_was_passed_over_is_not_counted_among_the_last_two() {
    let disk = two_snapshots();
    disk.put(&snapshot_name(80), b"bad".to_vec());
    let writer = start(&disk, Durability::Fsync, SMALL);
    take_snapshot(writer.handle()).unwrap();
    writer.close().unwrap();
    assert_eq!(disk.names("snapshot-"), [40, 120].map(snapshot_name));
    disk.put(&snapshot_name(120), b"bad".to_vec());
    assert_eq!(state(&disk).unwrap(), (40, 120, None));
}

#[test]
fn bad_snapshots_without_a_journal_from_the_beginning_are_refused() {
    let disk = two_snapshots();
    disk.put(&snapshot_name(40), b"bad".to_vec());
    disk.put(&snapshot_name(80), b"bad".to_vec());
    let Err(RecoverError::Corrupt(error)) = recover(&disk) else { panic!("taken") };
    assert_eq!(error.file, std::path::Path::new("disk").join(snapshot_name(80)));
}

#[test]
fn a_bad_snapshot_beside_a_whole_journal_is_passed_over() {
    let disk = SimDisk::default();
    fill(&disk, 12, SMALL);
    disk.put(&snapshot_name(30), b"bad".to_vec());
    assert_eq!(state(&disk).unwrap(), (0, 36, None));
}

#[test]
fn a_journal_that_ends_before_its_snapshot_is_refused() {
    let disk = two_snapshots();
    let names = disk.names("journal-");
    let first_after = names.iter().position(|name| name.as_str() > "journal-00000000000000000079").unwrap();
    names[first_after - 1..].iter().for_each(|name| disk.lock().lose(name));
    let Err(RecoverError::Corrupt(error)) = recover(&disk) else { panic!("taken") };
    assert!(error.fault.contains("snapshot 80 says that the records up to it were written"), "{error}");
}

#[test]
fn all_segments_gone_beside_a_snapshot_is_refused() {
    let disk = two_snapshots();
    disk.names("journal-").iter().for_each(|name| disk.lock().lose(name));
    let Err(RecoverError::Corrupt(error)) = recover(&disk) else { panic!("taken") };
    assert_eq!(error.fault, "the segment with record 81 is missing");
}

#[test]
fn a_snapshot_is_of_what_was_appended_and_goes_forward_one_at_a_time() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Os, SMALL);
    let handle = writer.handle();
    append_some(handle, 3);
    let ask = |number| handle.snapshot(number, Vec::new(), |_| {});
    for number in [0, 4] {
        assert!(matches!(ask(number), Err(SnapshotError::OutOfRange { over: 0, up_to: 3, .. })));
    }
    let release = hold(handle).unwrap();
    let (done, heard) = channel();
    handle.snapshot(2, 2_u64.to_le_bytes().to_vec(), move |result| done.send(result).unwrap()).unwrap();
    assert!(matches!(ask(3), Err(SnapshotError::Busy)));
    release.send(()).unwrap();
    heard.recv().unwrap().unwrap();
    assert!(matches!(ask(2), Err(SnapshotError::OutOfRange { over: 2, .. })));
    take_snapshot(handle).unwrap();
    writer.close().unwrap();
    assert_eq!(state(&disk).unwrap(), (3, 3, None));
}

#[test]
fn a_record_longer_than_a_segment_and_the_queue_has_a_segment_of_its_own() {
    let disk = SimDisk::default();
    let bounds = Bounds { record_bytes: 100_000, ..SMALL };
    for durability in [Durability::Fsync, Durability::Os] {
        let writer = start(&disk, durability, bounds);
        writer.handle().append(&[7; 100], || {}).unwrap();
        writer.handle().append(&[8; 100_000], || {}).unwrap();
        writer.handle().append(&[9; 100], || {}).unwrap();
        let refused = writer.handle().append(&[0; 100_001], || {});
        assert_eq!(refused, Err(AppendError::TooLong { bytes: 100_001, most: 100_000 }));
        writer.close().unwrap();
    }
    let lengths: Vec<usize> = recover(&disk).unwrap().records.map(|it| it.unwrap().payload.len()).collect();
    assert_eq!(lengths, [100, 100_000, 100, 100, 100_000, 100]);
}

#[test]
fn acknowledgements_come_in_order_and_barriers_among_them() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Fsync, SMALL);
    let (said, heard) = channel();
    for number in 0..200 {
        let (said, handle) = (said.clone(), writer.handle().clone());
        if number % 3 == 0 {
            writer.handle().barrier(move || said.send((number, 0)).unwrap()).unwrap();
        } else {
            let done = move || said.send((number, handle.kept())).unwrap();
            writer.handle().append(b"x", done).unwrap();
        }
    }
    drop(said);
    let mut appended = 0;
    for (index, (number, kept)) in heard.iter().enumerate() {
        assert_eq!(index, number);
        appended += u64::from(number % 3 != 0);
        assert!(number % 3 == 0 || kept >= appended);
    }
    assert_eq!(writer.close(), Ok(appended));
}
