//! Who writes takes all that waits, writes it at once, syncs once where that was promised, then says so: the journal's own
//! thread, or a caller who would else wait for it.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::batch::Draft;
use crate::bounds::{Bounds, Durability};
use crate::error::{AppendError, DiskError, Failed};
use crate::handle::Handle;
use crate::keeper::Keeper;
use crate::queue::{Done, FailWhenDropped, Pending, Queue};
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
    /// Empty, and kept for its memory.
    draft: Draft,
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
        let keeper = Keeper::start(Arc::clone(&disk), Arc::clone(&queue), good).map_err(no_thread)?;
        let tail = Tail::open(ready, durability, bounds.segment_bytes, Arc::clone(&queue), keeper)?;
        let handle = Handle { queue: Arc::clone(&queue), promise: durability };
        let committer = Committer { tail, durability, draft: Draft::new() };
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

    /// Appends a record, and writes on the calling thread it and all records before it: its number, once it is kept as
    /// promised. Where no sync is promised, the caller doesn't wait for the disk, unless a segment is twice its length
    /// and the next one still not made; and to wake another thread takes longer than to write. What others have given
    /// to be called is called by the journal's own thread.
    ///
    /// # Errors
    /// Where the record is too long, it can't be kept, or the journal has failed or is closed.
    pub fn write(&self, payload: &[u8]) -> Result<u64, AppendError> {
        let queue = &self.handle.queue;
        let number = queue.push_unheard(payload)?;
        let mut committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        let committer = committer.as_mut().ok_or(AppendError::Closed)?;
        committer.commit_waiting(queue);
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
        let queue = &self.handle.queue;
        queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        // However that thread has ended: the others end here, and with them what holds the folder.
        let committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut committer) = committer
            && queue.failure().is_none()
            && let Err(error) = committer.tail.sync()
        {
            queue.fail(Failed(error.to_string()));
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
    let mut pending = Pending::new();
    while queue.wait() && commit(queue, committer, &mut pending) {
        // Without the committer: whoever writes by himself needn't wait until others are told of what is kept.
        tell(queue, &mut pending.done);
        pending.draft.clear();
    }
    std::mem::forget(panicked);
}

/// Takes all that waits, and writes it; whether it is kept.
fn commit(queue: &Queue, committer: &Mutex<Option<Committer>>, pending: &mut Pending) -> bool {
    let mut committer = committer.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(Committer { tail, durability, .. }) = committer.as_mut() else { return false };
    queue.take(pending);
    if *durability == Durability::None {
        tell(queue, &mut pending.done);
    }
    let is_kept = tail.append_or_fail(queue, &mut pending.draft);
    if let Some(job) = pending.snapshot.take().filter(|_| is_kept) {
        tail.keep_snapshot(job);
    }
    is_kept
}

/// Tells who waits. One that panics ends the journal before the others see that they are dropped.
fn tell(queue: &Queue, done: &mut Vec<Done>) {
    let mut waiting = done.drain(..);
    let panicked = FailWhenDropped(queue);
    waiting.by_ref().for_each(|done| done());
    std::mem::forget(panicked);
}

impl Committer {
    /// Writes the records that wait.
    fn commit_waiting(&mut self, queue: &Queue) {
        queue.take_records(&mut self.draft);
        self.tail.append_or_fail(queue, &mut self.draft);
        self.draft.clear();
    }
}

impl Tail {
    /// Whether the records are kept. A failure is said before who waits for them is dropped: whoever sees that can ask
    /// why.
    fn append_or_fail(&mut self, queue: &Queue, draft: &mut Draft) -> bool {
        if queue.failure().is_some() {
            return false;
        }
        let panicked = FailWhenDropped(queue);
        let appended = if draft.records() > 0 { self.append(draft) } else { Ok(()) };
        std::mem::forget(panicked);
        match appended {
            Ok(()) => queue.keep(self.last()),
            Err(error) => {
                queue.fail(Failed(error.to_string()));
                return false;
            }
        }
        true
    }
}
