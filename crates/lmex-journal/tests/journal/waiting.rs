//! Who waits for the disk, and who doesn't.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::current;

use lmex_journal::{Bounds, Durability, Writer};

use crate::ask::{SMALL, hold, payload, recover, start, state, take_snapshot};
use crate::disk::SimDisk;

/// Writes records on this thread, so that each is a batch of its own; the last one's number.
fn write_some(writer: &Writer, records: u64) -> u64 {
    for _ in 0..records {
        writer.write(&payload(writer.handle().last() + 1)).unwrap();
    }
    writer.handle().last()
}

fn syncs_of_this_thread(disk: &SimDisk) -> usize {
    disk.lock().syncs.iter().filter(|thread| **thread == current().id()).count()
}

#[test]
fn who_writes_without_the_promise_of_a_sync_never_waits_for_one() {
    for durability in [Durability::Os, Durability::None] {
        let disk = SimDisk::default();
        let writer = start(&disk, durability, SMALL);
        disk.lock().syncs.clear();
        for _ in 0..10 {
            write_some(&writer, 100);
            take_snapshot(writer.handle()).unwrap();
        }
        write_some(&writer, 100);
        assert_eq!(syncs_of_this_thread(&disk), 0, "{durability:?}");
        writer.close().unwrap();
        assert!(disk.names("journal-").len() > 2, "{durability:?}: no segment was begun");
        assert_eq!(disk.names("journal-next"), [""; 0], "{durability:?}");
        assert_eq!(state(&disk).unwrap(), (1000, 1100, None));
    }
}

#[test]
fn a_new_segment_costs_no_more_syncs_than_any_other_record() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Fsync, SMALL);
    disk.lock().syncs.clear();
    write_some(&writer, 500);
    assert_eq!(syncs_of_this_thread(&disk), 500);
    writer.close().unwrap();
    assert!(disk.names("journal-").len() > 20);
    assert_eq!(state(&disk).unwrap(), (0, 500, None));
}

/// Waits until the thread that makes the next segment has come to the end of what it was asked for before.
fn wait_for_its_turn(writer: &Writer) {
    for _ in 0..2 {
        // It passes snapshots on first, so it was done with all else when it passed on the second one.
        writer.write(b"one more").unwrap();
        let _ = take_snapshot(writer.handle());
    }
}

#[test]
fn a_segment_that_could_not_be_made_is_tried_again_before_anybody_waits_for_it() {
    let disk = SimDisk::default();
    let bounds = Bounds { segment_bytes: 4 << 20, record_bytes: 64 << 10, ..SMALL };
    let writer = start(&disk, Durability::Os, bounds);
    let write = |bytes: usize| (0..bytes >> 15).all(|_| writer.write(&[1; 32 << 10]).is_ok());
    disk.lock().makes_no_files = true;
    assert!(write(5 << 20));
    wait_for_its_turn(&writer);
    assert_eq!(disk.names("journal-").len(), 2);
    assert_eq!(disk.names("journal-next"), [""; 0]);
    disk.lock().makes_no_files = false;
    assert!(write((1 << 20) + (64 << 10)));
    wait_for_its_turn(&writer);
    assert_eq!(disk.names("journal-next").len(), 1);
    writer.close().unwrap();
}

#[test]
fn a_segment_that_never_got_its_name_counts() {
    for durability in [Durability::Fsync, Durability::Os] {
        let disk = SimDisk::default();
        let writer = start(&disk, durability, SMALL);
        disk.lock().keeps_names = true;
        let mut kept = 0;
        while let Ok(number) = writer.write(&payload(kept + 1)) {
            kept = number;
        }
        let failure = writer.close().unwrap_err();
        assert!(failure.0.contains("names can't be changed"), "{failure}");
        assert_eq!(disk.names("journal-"), ["journal-00000000000000000001.log", "journal-next.log"]);
        let mut disk = disk.copy();
        if durability == Durability::Fsync {
            disk = disk.after_power_loss(&mut 0);
        }
        assert!(state(&disk).unwrap().1 >= kept);
        assert_eq!(disk.names("journal-next"), [""; 0]);
        let writer = start(&disk, durability, SMALL);
        let last = write_some(&writer, 50);
        writer.close().unwrap();
        assert_eq!(state(&disk).unwrap(), (0, last, None));
    }
}

#[test]
fn what_others_want_called_is_not_called_by_who_writes() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Os, SMALL);
    let release = hold(writer.handle()).unwrap();
    let (said, heard) = channel();
    let told = said.clone();
    writer.handle().append(&payload(1), move || told.send(current().id()).unwrap()).unwrap();
    // Its record is written all the same, since it comes first.
    assert_eq!(writer.write(&payload(2)), Ok(2));
    assert_eq!((writer.handle().kept(), heard.try_recv().ok()), (2, None));
    release.send(()).unwrap();
    assert_ne!(heard.recv().unwrap(), current().id());
    writer.close().unwrap();
    assert_eq!(state(&disk).unwrap(), (0, 2, None));
}

#[test]
fn callers_that_write_append_and_take_snapshots_at_once_lose_nothing() {
    for durability in [Durability::Os, Durability::Fsync] {
        let disk = SimDisk::default();
        let writer = start(&disk, durability, SMALL);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let snapshots = scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    let _ = take_snapshot(writer.handle());
                }
            });
            let appending = scope.spawn(|| {
                for _ in 0..1_000 {
                    writer.handle().append(b"appended", || {}).unwrap();
                }
            });
            let mut before = 0;
            for _ in 0..1_000 {
                let number = writer.write(b"written").unwrap();
                assert!(number > before && writer.handle().kept() >= number);
                before = number;
            }
            appending.join().unwrap();
            done.store(true, Ordering::Release);
            snapshots.join().unwrap();
        });
        assert_eq!(writer.close(), Ok(2_000));
        let recovered = recover(&disk).unwrap();
        let after = recovered.snapshot.as_ref().map_or(0, |snapshot| snapshot.number);
        let numbers: Vec<u64> = recovered.records.map(|record| record.unwrap().number).collect();
        assert_eq!(numbers, (after + 1..=2_000).collect::<Vec<_>>());
    }
}
