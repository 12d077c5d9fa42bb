//! What the tests ask of a journal: records whose content follows from their number, and waits for acknowledgements.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use lmex_journal::{
    Bounds, Cut, Disk, Durability, Folder, Handle, RecoverError, Recovered, SnapshotError, Writer,
};

pub(crate) const TAG: &str = "test/1";

/// Segments of a few records each.
pub(crate) const SMALL: Bounds =
    Bounds { segment_bytes: 1024, record_bytes: 4096, queue_bytes: 4096, queue_records: 64 };

/// The next of a row of numbers that look random.
pub(crate) fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 27)
}

/// What record `number` holds in all tests.
pub(crate) fn payload(number: u64) -> Vec<u8> {
    let mut seed = number;
    let length = random(&mut seed) % 120;
    (0..length).map(|_| random(&mut seed) as u8).collect()
}

pub(crate) fn recover(disk: &(impl Disk + Clone + 'static)) -> Result<Recovered, RecoverError> {
    Folder::on(Arc::new(disk.clone()), TAG).unwrap().recover()
}

/// What is in a journal, its records checked: the snapshot's number, the last record's, and what was cut off.
pub(crate) fn state(disk: &(impl Disk + Clone + 'static)) -> Result<(u64, u64, Option<Cut>), RecoverError> {
    let mut recovered = recover(disk)?;
    let snapshot = checked_snapshot(&recovered);
    let last = checked_records(&mut recovered, snapshot)?;
    assert_eq!(recovered.records.finish()?.last(), last);
    Ok((snapshot, last, recovered.cut))
}

/// The snapshot's number, which is also its content in all tests.
pub(crate) fn checked_snapshot(recovered: &Recovered) -> u64 {
    let Some(snapshot) = &recovered.snapshot else { return 0 };
    assert_eq!(snapshot.bytes, snapshot.number.to_le_bytes());
    snapshot.number
}

/// Reads all records; the last one's number.
pub(crate) fn checked_records(recovered: &mut Recovered, after: u64) -> Result<u64, RecoverError> {
    let mut last = after;
    for record in &mut recovered.records {
        let record = record?;
        assert_eq!(record.number, last + 1);
        assert_eq!(record.payload, payload(record.number), "record {}", record.number);
        last += 1;
    }
    Ok(last)
}

pub(crate) fn start(disk: &(impl Disk + Clone + 'static), durability: Durability, bounds: Bounds) -> Writer {
    Writer::start(recover(disk).unwrap().records.finish().unwrap(), durability, bounds).unwrap()
}

/// Appends the next record; the receiver hears its number when it is kept, and hangs up if it never will be.
pub(crate) fn append(handle: &Handle) -> Receiver<u64> {
    let (kept, heard) = channel();
    let next = handle.last() + 1;
    let appended = handle.append(&payload(next), move || kept.send(next).unwrap_or_default());
    assert!(appended.is_err() || appended == Ok(next));
    heard
}

/// Appends records that the writer takes all at once; it is held up meanwhile.
pub(crate) fn append_batch(handle: &Handle, records: usize) -> Vec<Receiver<u64>> {
    let Some(release) = hold(handle) else { return Vec::new() };
    let heard = (0..records).map(|_| append(handle)).collect();
    release.send(()).unwrap();
    heard
}

/// Holds the writer up until something is sent; none where the journal has failed.
pub(crate) fn hold(handle: &Handle) -> Option<SyncSender<()>> {
    let (release, released) = sync_channel(1);
    let (entered, has_entered) = channel();
    let barrier = handle.barrier(move || {
        entered.send(()).unwrap();
        let _ = released.recv();
    });
    barrier.ok()?;
    has_entered.recv().ok()?;
    Some(release)
}

/// Takes a snapshot of all that was appended, and waits for it.
pub(crate) fn take_snapshot(handle: &Handle) -> Result<(), SnapshotError> {
    let number = handle.last();
    let (done, heard) = channel();
    handle.snapshot(number, number.to_le_bytes().to_vec(), move |result| done.send(result).unwrap())?;
    heard.recv().unwrap_or(Err(SnapshotError::Busy))
}

/// Fills a journal with batches of three records and closes it.
pub(crate) fn fill(disk: &(impl Disk + Clone + 'static), batches: usize, bounds: Bounds) {
    let writer = start(disk, Durability::Fsync, bounds);
    for _ in 0..batches {
        append_batch(writer.handle(), 3).iter().for_each(|heard| assert!(heard.recv().is_ok()));
    }
    writer.close().unwrap();
}
