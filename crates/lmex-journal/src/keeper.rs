//! The thread that writes snapshots, and removes what they make superfluous.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::disk::Disk;
use crate::error::SnapshotError;
use crate::queue::{FailWhenDropped, Queue};
use crate::snapshot;

/// A snapshot to be written.
pub(crate) struct Job {
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) done: Box<dyn FnOnce(Result<(), SnapshotError>) + Send>,
}

/// Dropped, it does what was handed over, and ends.
pub(crate) struct Keeper {
    queue: Arc<Queue>,
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub(crate) fn start(disk: Arc<dyn Disk>, queue: Arc<Queue>, good: Vec<u64>) -> io::Result<Self> {
        let (jobs, received) = sync_channel(1);
        let name = "journal-keeper".to_owned();
        let theirs = Arc::clone(&queue);
        let thread = Builder::new().name(name).spawn(move || {
            let panicked = FailWhenDropped(&theirs);
            run(disk.as_ref(), &theirs, good, &received);
            std::mem::forget(panicked);
        })?;
        Ok(Self { queue, jobs: Some(jobs), thread: Some(thread) })
    }

    /// Hands a job over; the queue takes one at a time, so there is room. Its records are on the disk.
    pub(crate) fn take(&self, job: Job) {
        // Fails only where the thread has panicked; the job's `done` is dropped then.
        if self.jobs.as_ref().is_none_or(|jobs| jobs.send(job).is_err()) {
            self.queue.snapshot_ended(None);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(disk: &dyn Disk, queue: &Queue, mut good: Vec<u64>, jobs: &Receiver<Job>) {
    for Job { number, bytes, done } in jobs {
        let ended = keep(disk, number, bytes, &mut good);
        queue.snapshot_ended(good.last().copied());
        done(ended);
    }
}

fn keep(disk: &dyn Disk, number: u64, bytes: Vec<u8>, good: &mut Vec<u64>) -> Result<(), SnapshotError> {
    snapshot::write(disk, number, &bytes)?;
    drop(bytes);
    good.push(number);
    snapshot::remove_superfluous(disk, good).map_err(SnapshotError::NotRemoved)
}
