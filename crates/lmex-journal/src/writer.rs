//! The thread that writes: takes all that waits, writes it at once, syncs once, then says so.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use crate::bounds::{Bounds, Durability};
use crate::error::{DiskError, Failed};
use crate::handle::Handle;
use crate::keeper::Keeper;
use crate::queue::{Pending, Queue};
use crate::records::Ready;
use crate::tail::Tail;

/// A journal being written. Dropped or closed, it writes and syncs what waits, and then frees the folder.
pub struct Writer {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
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
        let thread = spawn(move || run(&queue, tail, durability, keeper)).map_err(no_thread)?;
        Ok(Self { handle, thread: Some(thread) })
    }

    /// What other threads append with.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
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

fn run(queue: &Queue, mut tail: Tail, durability: Durability, keeper: Keeper) {
    let panicked = FailWhenDropped(queue);
    let mut empty = Pending::new();
    while let Some(mut pending) = queue.take(empty) {
        if let Err(error) = commit(queue, &mut tail, durability, &keeper, &mut pending) {
            // Before what waits is dropped: whoever sees that can ask why.
            queue.fail(Failed(error.to_string()));
            break;
        }
        pending.draft.clear();
        empty = pending;
    }
    if queue.failure().is_none()
        && let Err(error) = tail.sync()
    {
        queue.fail(Failed(error.to_string()));
    }
    std::mem::forget(panicked);
    keeper.stop();
}

fn commit(
    queue: &Queue,
    tail: &mut Tail,
    durability: Durability,
    keeper: &Keeper,
    pending: &mut Pending,
) -> Result<(), DiskError> {
    if durability == Durability::None {
        pending.done.drain(..).for_each(|done| done());
    }
    if pending.draft.records() > 0 {
        tail.append(&mut pending.draft)?;
        queue.keep(tail.last());
    }
    pending.done.drain(..).for_each(|done| done());
    if let Some(job) = pending.snapshot.take() {
        // A snapshot on the disk says that its records are there too, whatever else was promised.
        tail.sync()?;
        keeper.take(job);
    }
    Ok(())
}

/// A `done` that panics ends the thread: nobody may wait for it then.
struct FailWhenDropped<'a>(&'a Queue);

impl Drop for FailWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.fail(Failed("its thread has panicked".to_owned()));
    }
}
