//! A disk that is full, or whose sync fails.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::yield_now;
use std::time::Duration;

use lmex_journal::{AppendError, Bounds, Durability, Failed, Folder, SnapshotError, Writer};

use crate::ask::{SMALL, TAG, append, append_batch, hold, payload, recover, start, state, take_snapshot};
use crate::disk::SimDisk;

#[test]
fn on_a_disk_that_fills_up_at_any_byte_acknowledgements_stop_and_say_why() {
    for durability in [Durability::Fsync, Durability::Os] {
        for room in (0..4000).step_by(37) {
            let disk = SimDisk::default();
            let writer = start(&disk, durability, SMALL);
            disk.lock().room = Some(room);
            let mut kept = 0;
            while let Ok(number) = append(writer.handle()).recv() {
                kept = number;
            }
            let failure = writer.handle().failure().unwrap();
            assert!(failure.0.contains("can't be written: "), "{failure}");
            assert_eq!(writer.handle().kept(), kept);
            assert_eq!(writer.close(), Err(failure));
            // With room again, it goes on where it stopped, and what wasn't acknowledged isn't there.
            assert_eq!(state(&disk.copy()).unwrap().1, kept);
        }
    }
}

#[test]
fn who_writes_by_himself_is_told_of_the_first_record_that_is_not_kept() {
    for durability in [Durability::Fsync, Durability::Os] {
        for room in (0..4000).step_by(37) {
            let disk = SimDisk::default();
            let writer = start(&disk, durability, SMALL);
            disk.lock().room = Some(room);
            let mut kept = 0;
            let error = loop {
                match writer.write(&payload(kept + 1)) {
                    Ok(number) => kept = number,
                    Err(error) => break error,
                }
            };
            let failure = writer.handle().failure().unwrap();
            assert_eq!(error, AppendError::Failed(failure.clone()));
            assert_eq!(writer.write(b"later"), Err(error));
            assert_eq!(writer.handle().kept(), kept);
            assert_eq!(writer.close(), Err(failure));
            assert_eq!(state(&disk.copy()).unwrap().1, kept);
        }
    }
}

#[test]
fn after_a_sync_that_failed_nothing_is_acknowledged_or_synced_any_more() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Fsync, SMALL);
    let handle = writer.handle().clone();
    append(&handle).recv().unwrap();
    disk.lock().good_syncs = Some(0);
    let lost = append_batch(&handle, 3);
    assert!(lost.iter().all(|heard| heard.recv().is_err()));
    let failure = handle.failure().unwrap();
    assert_eq!(
        failure.to_string(),
        "the journal has stopped: disk/journal-00000000000000000001.log can't be synced: \
         the disk doesn't answer; see to the disk, then start again"
    );
    // The disk is well again, but what it lost meanwhile nobody knows.
    disk.lock().good_syncs = None;
    let operations = disk.lock().operations;
    assert_eq!(handle.append(b"later", || panic!("acknowledged")), Err(AppendError::Failed(failure.clone())));
    assert_eq!(handle.barrier(|| panic!("acknowledged")), Err(AppendError::Failed(failure.clone())));
    assert!(matches!(take_snapshot(&handle), Err(SnapshotError::Append(AppendError::Failed(_)))));
    assert_eq!(writer.close(), Err(failure));
    assert_eq!(disk.lock().operations, operations);
    assert_eq!(state(&disk.copy()).unwrap().1, 1);
}

#[test]
fn whoever_waits_for_room_is_told_of_the_failure() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Fsync, SMALL);
    let handle = writer.handle();
    let release = hold(handle).unwrap();
    for _ in 0..SMALL.queue_records {
        handle.barrier(|| {}).unwrap();
    }
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| handle.append(b"one too many", || {}));
        disk.lock().good_syncs = Some(0);
        release.send(()).unwrap();
        let waited = waiting.join().unwrap();
        assert!(matches!(waited, Ok(1) | Err(AppendError::Failed(_))));
    });
    assert!(writer.close().is_err());
}

#[test]
fn a_snapshot_that_finds_no_room_does_not_stop_the_journal() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Os, SMALL);
    append(writer.handle()).recv().unwrap();
    disk.lock().room = Some(10);
    assert!(matches!(take_snapshot(writer.handle()), Err(SnapshotError::Disk(_))));
    disk.lock().room = None;
    append(writer.handle()).recv().unwrap();
    take_snapshot(writer.handle()).unwrap();
    assert_eq!(writer.close(), Ok(2));
    assert_eq!(recover(&disk).unwrap().snapshot.unwrap().number, 2);
}

/// A snapshot of more than there is room for must not take what room there is from the records.
#[test]
fn a_snapshot_that_finds_no_room_leaves_it_to_the_records() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Os, SMALL);
    append(writer.handle()).recv().unwrap();
    disk.lock().room = Some(10_000);
    for _ in 0..3 {
        let (done, heard) = channel();
        let taken = writer.handle().snapshot(1, vec![1; 20_000], move |result| done.send(result).unwrap());
        taken.unwrap();
        assert!(matches!(heard.recv().unwrap(), Err(SnapshotError::Disk(_))));
    }
    for _ in 0..50 {
        append(writer.handle()).recv().unwrap();
    }
    assert_eq!(writer.close(), Ok(51));
    assert_eq!(disk.names("snapshot"), [""; 0]);
}

#[test]
fn a_snapshot_is_kept_although_what_it_makes_superfluous_is_not_removed() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Os, SMALL);
    let snapshot = || {
        (0..40).for_each(|_| assert!(append(writer.handle()).recv().is_ok()));
        take_snapshot(writer.handle())
    };
    snapshot().unwrap();
    disk.lock().removes_nothing = true;
    snapshot().unwrap_err();
    let error = snapshot().unwrap_err();
    assert!(matches!(error, SnapshotError::NotRemoved(_)), "{error}");
    assert!(error.to_string().contains("files can't be removed"), "{error}");
    assert!(matches!(take_snapshot(writer.handle()), Err(SnapshotError::OutOfRange { over: 120, .. })));
    assert_eq!((disk.names("snapshot-").len(), recover(&disk).unwrap().snapshot.unwrap().number), (3, 120));
    disk.lock().removes_nothing = false;
    snapshot().unwrap();
    assert_eq!(disk.names("snapshot-").len(), 2);
    assert_eq!(writer.close(), Ok(160));
}

/// Until it is given up, such a snapshot has all the room there is.
#[test]
fn a_record_that_finds_no_room_waits_for_a_snapshot_that_finds_none() {
    for durability in [Durability::Os, Durability::Fsync] {
        let disk = SimDisk::default();
        let writer = start(&disk, durability, SMALL);
        for number in 1..=20 {
            assert_eq!(writer.write(&payload(number)), Ok(number));
        }
        (disk.lock().room, disk.lock().holds_removals) = (Some(10_000), true);
        let (done, heard) = channel();
        let taken = writer.handle().snapshot(20, vec![1; 20_000], move |result| done.send(result).unwrap());
        taken.unwrap();
        disk.wait_for_writes_without_room(1);
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| (21..=60).map(|number| writer.write(&payload(number))).collect());
            disk.wait_for_writes_without_room(3);
            disk.lock().holds_removals = false;
            let written: Result<Vec<u64>, AppendError> = writing.join().unwrap();
            assert_eq!(written, Ok((21..=60).collect()), "{durability:?}");
        });
        assert!(matches!(heard.recv().unwrap(), Err(SnapshotError::Disk(_))));
        assert_eq!(writer.close(), Ok(60));
        assert_eq!(state(&disk.copy()).unwrap(), (0, 60, None));
    }
}

#[test]
fn a_record_that_fits_without_room_behind_it_waits_for_no_snapshot() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Fsync, Bounds::default());
    for number in [1, 2] {
        assert_eq!(writer.write(&payload(number)), Ok(number));
        take_snapshot(writer.handle()).unwrap();
    }
    assert_eq!(writer.write(&payload(3)), Ok(3));
    // The first one is superfluous by the third, which ends when that is removed.
    disk.lock().holds_removals = true;
    writer.handle().snapshot(3, 3_u64.to_le_bytes().to_vec(), |result| result.unwrap()).unwrap();
    while disk.names("snapshot-").iter().filter(|name| name.ends_with(".bin")).count() < 3 {
        yield_now();
    }
    // The segment has a MiB; this one is a little more, and would have a MiB of room behind it.
    disk.lock().room = Some(10_000);
    let (said, heard) = channel();
    std::thread::scope(|scope| {
        let writer = &writer;
        scope.spawn(move || said.send(writer.write(&[4; 1 << 20])).unwrap());
        let written = heard.recv_timeout(Duration::from_secs(60));
        disk.lock().holds_removals = false;
        assert_eq!(written, Ok(Ok(4)));
    });
    assert_eq!(disk.lock().writes_without_room, 1);
    assert_eq!(writer.close(), Ok(4));
    assert_eq!(recover(&disk).unwrap().records.finish().unwrap().last(), 4);
}

#[test]
fn who_writes_beside_snapshots_that_find_no_room_is_never_refused() {
    for durability in [Durability::Os, Durability::Fsync] {
        let disk = SimDisk::default();
        let writer = start(&disk, durability, SMALL);
        writer.write(&payload(1)).unwrap();
        disk.lock().room = Some(400_000);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    let (done, heard) = channel();
                    let taken = writer
                        .handle()
                        .snapshot(1, vec![1; 500_000], move |result| done.send(result).unwrap());
                    if taken.is_ok() {
                        assert!(matches!(heard.recv().unwrap(), Err(SnapshotError::Disk(_))));
                    }
                }
            });
            let written: Result<Vec<u64>, AppendError> =
                (2..=2_000).map(|number| writer.write(&payload(number))).collect();
            done.store(true, Ordering::Release);
            assert_eq!(written.map(|numbers| numbers.len()), Ok(1_999), "{durability:?}");
        });
        assert_eq!(writer.close(), Ok(2_000));
        assert_eq!(state(&disk.copy()).unwrap(), (0, 2_000, None));
    }
}

/// Room made ahead is for speed: a record that fits is kept although the room doesn't.
#[test]
fn on_an_almost_full_disk_a_record_that_fits_is_kept() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Fsync, Bounds::default());
    disk.lock().room = Some(900 << 10);
    for number in 1..=100 {
        assert_eq!(writer.write(&payload(number)), Ok(number));
    }
    writer.close().unwrap();
    assert_eq!(state(&disk.copy()).unwrap(), (0, 100, None));
}

#[test]
fn without_a_promise_acknowledgements_come_first_and_still_stop() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::None, SMALL);
    disk.lock().room = Some(0);
    append(writer.handle()).recv().unwrap();
    while append(writer.handle()).recv().is_ok() {}
    assert!(writer.close().is_err());
}

/// Dropped, it says whether the journal had failed by then.
struct Seen(lmex_journal::Handle, Sender<bool>);

impl Drop for Seen {
    fn drop(&mut self) {
        let _ = self.1.send(self.0.failure().is_some());
    }
}

#[test]
fn a_callback_that_panics_stops_the_journal() {
    let place = tempfile::tempdir().unwrap();
    let recovered = Folder::open(place.path(), TAG).unwrap().recover().unwrap();
    let writer = Writer::start(recovered.records.finish().unwrap(), Durability::Os, SMALL).unwrap();
    let release = hold(writer.handle()).unwrap();
    writer.handle().barrier(|| std::panic::panic_any("a fault of the caller")).unwrap();
    let (dropped, failed) = channel();
    let seen = Seen(writer.handle().clone(), dropped);
    writer.handle().append(b"later", move || drop(seen)).unwrap();
    release.send(()).unwrap();
    // Whoever is dropped for it can ask why.
    assert!(failed.recv().unwrap());
    assert!(matches!(writer.write(b"too late"), Err(AppendError::Failed(_))));
    assert!(writer.close().is_err());
    // All threads have ended, and the folder is free.
    Folder::open(place.path(), TAG).unwrap();
}

#[test]
fn a_panic_of_who_is_told_of_a_snapshot_stops_the_journal() {
    let disk = SimDisk::default();
    let writer = start(&disk, Durability::Fsync, SMALL);
    writer.write(&payload(1)).unwrap();
    let state_of_one = 1_u64.to_le_bytes().to_vec();
    writer.handle().snapshot(1, state_of_one, |_| std::panic::panic_any("a fault of the caller")).unwrap();
    assert_eq!(writer.close(), Err(Failed("its thread has panicked".to_owned())));
    assert_eq!(state(&disk).unwrap(), (1, 1, None));
}

#[test]
fn nobody_waits_for_a_segment_whose_maker_has_panicked() {
    for durability in [Durability::Fsync, Durability::Os] {
        let disk = SimDisk::default();
        let writer = start(&disk, durability, SMALL);
        disk.lock().panics_at_names = true;
        let (said, heard) = channel();
        let writing = std::thread::spawn(move || {
            let mut kept = 0;
            while let Ok(number) = writer.write(&payload(kept + 1)) {
                kept = number;
            }
            said.send((kept, writer.close())).unwrap();
        });
        let (kept, closed) = heard.recv_timeout(Duration::from_secs(60)).expect("it waits for ever");
        assert_eq!(closed, Err(Failed("its thread has panicked".to_owned())));
        writing.join().unwrap();
        let found = state(&disk.copy()).unwrap().1;
        assert!(found >= kept, "{durability:?}: {kept} was acknowledged, {found} is the last");
    }
}
