//! The thread that writes snapshots, and removes what they make superfluous.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::disk::Disk;
use crate::error::{DiskError, SnapshotError};
use crate::queue::Queue;
use crate::snapshot;

/// A snapshot to be written.
pub(crate) struct Job {
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) done: Box<dyn FnOnce(Result<(), SnapshotError>) + Send>,
}

pub(crate) struct Keeper {
    jobs: SyncSender<Job>,
    thread: JoinHandle<()>,
}

impl Keeper {
    pub(crate) fn start(disk: Arc<dyn Disk>, queue: Arc<Queue>, good: Vec<u64>) -> io::Result<Self> {
        let (jobs, received) = sync_channel(1);
        let name = "journal-keeper".to_owned();
        let thread = Builder::new().name(name).spawn(move || run(disk.as_ref(), &queue, good, &received))?;
        Ok(Self { jobs, thread })
    }

    /// Hands a job over; the queue takes one at a time, so there is room. Its records are on the disk.
    pub(crate) fn take(&self, job: Job) {
        // Fails only where the thread has panicked in a `done`; the job's `done` is dropped then.
        let _ = self.jobs.send(job);
    }

    /// Waits until what was handed over is done.
    pub(crate) fn stop(self) {
        drop(self.jobs);
        let _ = self.thread.join();
    }
}

fn run(disk: &dyn Disk, queue: &Queue, mut good: Vec<u64>, jobs: &Receiver<Job>) {
    for Job { number, bytes, done } in jobs {
        let written = snapshot::write(disk, number, &bytes);
        drop(bytes);
        if written.is_ok() {
            good.push(number);
        }
        let tidied = written.and_then(|()| snapshot::remove_superfluous(disk, &mut good));
        queue.snapshot_ended(good.last().copied());
        done(tidied.map_err(|error: DiskError| error.into()));
    }
}
