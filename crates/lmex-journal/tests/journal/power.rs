//! The power is lost at every step of a journal's life.

use lmex_journal::{Durability, Folder, RecoverError, Writer};
use std::sync::{Arc, Mutex};

use crate::ask::{SMALL, TAG, append, checked_records, checked_snapshot, payload, recover, take_snapshot};
use crate::disk::SimDisk;

/// A life: records that are written and such that are appended beside them, segments, snapshots, a second start; the
/// number of the last record that was acknowledged. It ends at the first refusal.
fn live(disk: &SimDisk, durability: Durability) -> u64 {
    let mut acknowledged = 0;
    for _ in 0..2 {
        let Some(writer) = begin(disk, durability) else { return acknowledged };
        for round in 0..9 {
            acknowledged = acknowledged.max(live_round(&writer, round));
            if writer.handle().failure().is_some() {
                return acknowledged;
            }
        }
        if writer.close().is_err() {
            return acknowledged;
        }
    }
    acknowledged
}

fn begin(disk: &SimDisk, durability: Durability) -> Option<Writer> {
    let recovered = Folder::on(Arc::new(disk.clone()), TAG).ok()?.recover().ok()?;
    Writer::start(recovered.records.finish().ok()?, durability, SMALL).ok()
}

/// Writes one record or seven as the exchange's desk does it, by their caller; another thread appends some and takes
/// a snapshot meanwhile. The last that was acknowledged to either.
fn live_round(writer: &Writer, round: u32) -> u64 {
    let (records, handle) = (if round.is_multiple_of(2) { 1 } else { 7 }, writer.handle());
    // A record holds its number, so nobody may come between who asks for it and its record.
    let turn = Mutex::new(());
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            let appended: Vec<_> = (0..round % 4)
                .map(|_| {
                    let _mine = turn.lock().unwrap();
                    append(handle)
                })
                .collect();
            // A snapshot that fails is told, and the journal goes on.
            let _ = (round % 3 == 2).then(|| take_snapshot(handle));
            appended.iter().map_while(|heard| heard.recv().ok()).last()
        });
        let written = (0..records).map_while(|_| {
            let _mine = turn.lock().unwrap();
            writer.write(&payload(handle.last() + 1)).ok()
        });
        let written = written.last();
        written.max(beside.join().unwrap()).unwrap_or_default()
    })
}

#[test]
fn nothing_acknowledged_is_lost_wherever_the_power_goes() {
    let whole = SimDisk::default();
    let (written, appended) = (5 + 4 * 7, 2 * (1 + 2 + 3));
    assert_eq!(live(&whole, Durability::Fsync), 2 * (written + appended));
    let operations = whole.lock().operations;
    assert!(operations > 100);
    for step in 0..operations {
        let disk = SimDisk::default();
        disk.lock().power = Some(step);
        let acknowledged = live(&disk, Durability::Fsync);
        for mut seed in 0..20 {
            let after = disk.after_power_loss(&mut seed);
            survives(&after, acknowledged, &format!("power lost at step {step}, seed {seed}"));
        }
    }
}

/// All that was acknowledged is there, also after a second loss during the recovery, and the journal goes on.
fn survives(disk: &SimDisk, acknowledged: u64, when: &str) {
    for step in 0..12 {
        let again = disk.copy();
        again.lock().power = Some(step);
        if let Ok(folder) = Folder::on(Arc::new(again.clone()), TAG) {
            let _ = folder.recover().and_then(|recovered| recovered.records.finish());
        }
        let after = again.after_power_loss(&mut (step as u64));
        assert!(last(&after, when) >= acknowledged, "{when}, and at step {step} of the recovery");
    }
    let found = last(disk, when);
    assert!(found >= acknowledged, "{when}: {acknowledged} was acknowledged, {found} is the last");
    let writer = begin(disk, Durability::Fsync).unwrap();
    append(writer.handle()).recv().unwrap();
    drop(writer);
    let after = disk.after_power_loss(&mut 0);
    assert_eq!(last(&after, when), found + 1, "{when}");
}

fn last(disk: &SimDisk, when: &str) -> u64 {
    let mut recovered = recover(disk).unwrap_or_else(|error| panic!("{when}: {error}"));
    assert_eq!(recovered.passed_over, [], "{when}");
    let snapshot = checked_snapshot(&recovered);
    let last = checked_records(&mut recovered, snapshot).unwrap_or_else(|error| panic!("{when}: {error}"));
    recovered.records.finish().unwrap_or_else(|error| panic!("{when}: {error}"));
    last
}

#[test]
fn what_was_never_synced_is_never_shown_wrong() {
    for durability in [Durability::Os, Durability::None] {
        let disk = SimDisk::default();
        live(&disk, durability);
        for step in 0..disk.lock().operations {
            let disk = SimDisk::default();
            disk.lock().power = Some(step);
            live(&disk, durability);
            for mut seed in 0..20 {
                let after = disk.after_power_loss(&mut seed);
                // What is there is checked where it is read; refused may be that a batch is missing before another.
                let refused = recover(&after).and_then(|mut recovered| {
                    let snapshot = checked_snapshot(&recovered);
                    checked_records(&mut recovered, snapshot)
                });
                match refused {
                    Ok(_) => {}
                    Err(RecoverError::Corrupt(error)) if !error.fault.contains("snapshot") => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
}

#[test]
fn a_killed_process_loses_nothing_acknowledged_by_the_system() {
    let whole = SimDisk::default();
    live(&whole, Durability::Os);
    for step in 0..whole.lock().operations {
        let disk = SimDisk::default();
        disk.lock().power = Some(step);
        let acknowledged = live(&disk, Durability::Os);
        // The machine lives on: all that was written is there, and what a start has shown outlives the next loss.
        let disk = disk.copy();
        let found = last(&disk, "killed");
        assert!(found >= acknowledged, "killed at step {step}");
        for mut seed in 0..5 {
            assert_eq!(last(&disk.after_power_loss(&mut seed), "killed, then power lost"), found);
        }
    }
}
