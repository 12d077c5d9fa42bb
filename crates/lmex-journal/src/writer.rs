//! The thread that writes: takes all that waits, writes it at once, syncs once, then says so.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::bounds::{Bounds, Durability};
use crate::error::{AppendError, DiskError, Failed};
use crate::handle::Handle;
use crate::keeper::Keeper;
use crate::queue::{Pending, Queue};
use crate::records::Ready;
use crate::tail::Tail;

/// A journal being written. Dropped or closed, it writes and syncs what waits, and then frees the folder.
pub struct Writer {
    handle: Handle,
    committer: Arc<Mutex<Option<Committer>>>,
    thread: Option<JoinHandle<()>>,
}

/// What writes. One at a time: whoever has it takes all that waits, so that what is taken first is written first.
struct Committer {
    tail: Tail,
    durability: Durability,
    keeper: Keeper,
    /// Kept for its memory.
    empty: Pending,
}

impl Writer {
    /// Starts the thread that writes.
    ///
    /// # Errors
    /// Where the last segment can't be opened, or no thread be started.
    pub fn start(mut ready: Ready, durability: Durability, bounds: Bounds) -> Result<Self, DiskError> {
        let bounds = bounds.clamped();
        let good = std::mem::take(&mut ready.snapshots);
        let disk = Arc::clone(&ready.disk);
        let no_thread = |source| DiskError { path: disk.path(""), action: "given a thread", source };
        let queue = Arc::new(Queue::new(bounds, ready.next, good.last().copied().unwrap_or_default()));
        let tail = Tail::open(ready, durability, bounds.segment_bytes)?;
        let keeper = Keeper::start(Arc::clone(&disk), Arc::clone(&queue), good).map_err(no_thread)?;
        let handle = Handle { queue: Arc::clone(&queue) };
        let committer = Committer { tail, durability, keeper, empty: Pending::new() };
        let committer = Arc::new(Mutex::new(Some(committer)));
        let writing = Arc::clone(&committer);
        let thread = spawn(move || run(&queue, &writing)).map_err(no_thread)?;
        Ok(Self { handle, committer, thread: Some(thread) })
    }

    /// What other threads append with.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Appends a record, and writes on the calling thread it and all that waits before it: its number, once it is kept as
    /// promised. Where little is promised the disk is seldom waited for, and to wake another thread takes longer than
    /// to write.
    ///
    /// # Errors
    /// Where the record is too long, it can't be kept, or the journal has failed or is closed.
    pub fn write(&self, payload: &[u8]) -> Result<u64, AppendError> {
        let queue = &self.handle.queue;
        let number = queue.push_unheard(payload)?;
        let mut committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        let committer = committer.as_mut().ok_or(AppendError::Closed)?;
        let pending = queue.take_records(&mut committer.empty);
        committer.commit_or_fail(queue, pending);
        match queue.failure() {
            Some(failed) => Err(failed.into()),
            None => Ok(number),
        }
    }

    /// Writes and syncs what waits, ends the threads and frees the folder; the number of the last record on the disk.
    ///
    /// # Errors
    /// Where the journal has failed, now or before.
    pub fn close(mut self) -> Result<u64, Failed> {
        self.stop();
        self.handle.failure().map_or_else(|| Ok(self.handle.kept()), Err)
    }

    fn stop(&mut self) {
        self.handle.queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writer").field(&self.handle).finish()
    }
}

fn spawn(run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    Builder::new().name("journal-writer".to_owned()).spawn(run)
}

fn run(queue: &Queue, committer: &Mutex<Option<Committer>>) {
    let panicked = FailWhenDropped(queue);
    while queue.wait() {
        let mut committer = committer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(committer) = committer.as_mut() else { break };
        let pending = queue.take(&mut committer.empty);
        committer.commit_or_fail(queue, pending);
    }
    let last = committer.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(Committer { mut tail, keeper, .. }) = last {
        if queue.failure().is_none()
            && let Err(error) = tail.sync()
        {
            queue.fail(Failed(error.to_string()));
        }
        keeper.stop();
    }
    std::mem::forget(panicked);
}

impl Committer {
    fn commit_or_fail(&mut self, queue: &Queue, mut pending: Pending) {
        match self.commit(queue, &mut pending) {
            Ok(()) => {
                pending.draft.clear();
                self.empty = pending;
            }
            // Before what waits is dropped: whoever sees that can ask why.
            Err(error) => queue.fail(Failed(error.to_string())),
        }
    }

    fn commit(&mut self, queue: &Queue, pending: &mut Pending) -> Result<(), DiskError> {
        if self.durability == Durability::None {
            pending.done.drain(..).for_each(|done| done());
        }
        if pending.draft.records() > 0 {
            self.tail.append(&mut pending.draft)?;
            queue.keep(self.tail.last());
        }
        pending.done.drain(..).for_each(|done| done());
        if let Some(job) = pending.snapshot.take() {
            // A snapshot on the disk says that its records are there too, whatever else was promised.
            self.tail.sync()?;
            self.keeper.take(job);
        }
        Ok(())
    }
}

/// A `done` that panics ends the thread: nobody may wait for it then.
struct FailWhenDropped<'a>(&'a Queue);

impl Drop for FailWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.fail(Failed("its thread has panicked".to_owned()));
    }
}
