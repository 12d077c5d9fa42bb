//! What waits for the disk: filled by any thread, emptied by the writer.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::batch::Draft;
use crate::bounds::Bounds;
use crate::error::{AppendError, Failed, SnapshotError};
use crate::keeper::Job;

/// Called once what it was given with is kept as promised; dropped if that never comes.
pub(crate) type Done = Box<dyn FnOnce() + Send>;

pub(crate) struct Queue {
    state: Mutex<State>,
    /// Something came, or the end.
    work: Condvar,
    /// There is room again, or nothing will be taken any more.
    room: Condvar,
    /// A snapshot has ended, or the journal has failed.
    snapshot_ended: Condvar,
    bounds: Bounds,
}

struct State {
    pending: Pending,
    /// The number of the next record.
    next: u64,
    kept: u64,
    /// The newest snapshot's number.
    snapshot: u64,
    stage: Stage,
    is_closed: bool,
    failure: Option<Failed>,
    // Waking costs a call of the system, so it is done only where someone waits.
    is_writer_waiting: bool,
    callers_waiting: usize,
}

/// How far the snapshot is that was asked for last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Ended,
    /// Records before it may be unwritten still.
    Waiting,
    /// Whoever writes it waits for no record.
    Writing,
}

/// What the writer takes at once.
pub(crate) struct Pending {
    pub(crate) draft: Draft,
    pub(crate) done: Vec<Done>,
    pub(crate) snapshot: Option<Job>,
}

impl Pending {
    pub(crate) fn new() -> Self {
        Self { draft: Draft::new(), done: Vec::new(), snapshot: None }
    }

    fn is_empty(&self) -> bool {
        self.draft.records() == 0 && self.done.is_empty() && self.snapshot.is_none()
    }

    /// Whether this many bytes more are too many. Without a record waiting there is room for any one.
    fn is_full(&self, bytes: usize, bounds: &Bounds) -> bool {
        let is_heavy = self.draft.records() > 0 && self.draft.len() + bytes > bounds.queue_bytes;
        is_heavy || self.done.len().max(self.draft.records() as usize) >= bounds.queue_records
    }
}

impl Queue {
    pub(crate) fn new(bounds: Bounds, next: u64, snapshot: u64) -> Self {
        let state = State {
            pending: Pending::new(),
            next,
            kept: next - 1,
            snapshot,
            stage: Stage::Ended,
            is_closed: false,
            failure: None,
            is_writer_waiting: false,
            callers_waiting: 0,
        };
        let (work, room, snapshot_ended) = (Condvar::new(), Condvar::new(), Condvar::new());
        Self { state: Mutex::new(state), work, room, snapshot_ended, bounds }
    }

    /// Adds a record; its number. Waits for room.
    pub(crate) fn push(&self, payload: &[u8], done: Done) -> Result<u64, AppendError> {
        let mut state = self.with_record(payload)?;
        state.pending.done.push(done);
        self.wake_writer(&mut state);
        Ok(state.next - 1)
    }

    /// The same for who writes it himself.
    pub(crate) fn push_unheard(&self, payload: &[u8]) -> Result<u64, AppendError> {
        Ok(self.with_record(payload)?.next - 1)
    }

    fn with_record(&self, payload: &[u8]) -> Result<MutexGuard<'_, State>, AppendError> {
        let (bytes, most) = (payload.len(), self.bounds.record_bytes);
        if bytes > most {
            return Err(AppendError::TooLong { bytes, most });
        }
        let mut state = self.with_room(bytes)?;
        state.pending.draft.push(payload);
        state.next += 1;
        Ok(state)
    }

    /// Adds what waits only. Waits for room.
    pub(crate) fn push_barrier(&self, done: Done) -> Result<(), AppendError> {
        let mut state = self.with_room(0)?;
        state.pending.done.push(done);
        self.wake_writer(&mut state);
        Ok(())
    }

    /// Adds a snapshot, to be written when the records it holds are.
    pub(crate) fn push_snapshot(&self, job: Job) -> Result<(), SnapshotError> {
        let mut state = self.lock();
        state.usable()?;
        let (number, over, up_to) = (job.number, state.snapshot, state.next - 1);
        if state.stage != Stage::Ended {
            return Err(SnapshotError::Busy);
        }
        if number <= over || number > up_to {
            return Err(SnapshotError::OutOfRange { number, over, up_to });
        }
        state.stage = Stage::Waiting;
        state.pending.snapshot = Some(job);
        self.wake_writer(&mut state);
        Ok(())
    }

    /// Waits until something waits; `false` once the queue is closed and empty.
    pub(crate) fn wait(&self) -> bool {
        let mut state = self.lock();
        while state.pending.is_empty() && !state.is_closed {
            state.is_writer_waiting = true;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_writer_waiting = false;
        !state.pending.is_empty()
    }

    /// Puts all that waits in the place of `empty`.
    pub(crate) fn take(&self, empty: &mut Pending) {
        let mut state = self.lock();
        self.announce_room(&state);
        std::mem::swap(&mut state.pending, empty);
    }

    /// The records only: who waits for them is told by the thread that takes the rest.
    pub(crate) fn take_records(&self, empty: &mut Draft) {
        let mut state = self.lock();
        self.announce_room(&state);
        std::mem::swap(&mut state.pending.draft, empty);
    }

    fn announce_room(&self, state: &State) {
        if state.callers_waiting > 0 {
            self.room.notify_all();
        }
    }

    pub(crate) fn keep(&self, number: u64) {
        self.lock().kept = number;
    }

    /// The number up to which records are kept as promised.
    pub(crate) fn kept(&self) -> u64 {
        self.lock().kept
    }

    /// The number of the last record appended.
    pub(crate) fn last(&self) -> u64 {
        self.lock().next - 1
    }

    /// The records before a snapshot are written, and it is handed over.
    pub(crate) fn snapshot_begun(&self) {
        self.lock().stage = Stage::Writing;
    }

    /// A snapshot is written, or could not be.
    pub(crate) fn snapshot_ended(&self, written: Option<u64>) {
        let mut state = self.lock();
        state.stage = Stage::Ended;
        state.snapshot = written.unwrap_or(state.snapshot);
        self.snapshot_ended.notify_all();
    }

    /// Waits until no snapshot is being written. One that waits for its records is not waited for.
    pub(crate) fn wait_for_snapshot(&self) {
        let mut state = self.lock();
        while state.stage == Stage::Writing && state.failure.is_none() {
            state = self.snapshot_ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Nothing is taken any more; what waits is still written.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.work.notify_all();
        self.room.notify_all();
    }

    /// The end, for good: what waits is dropped. The first failure is kept.
    pub(crate) fn fail(&self, why: Failed) {
        let mut state = self.lock();
        state.failure.get_or_insert(why);
        state.is_closed = true;
        let dropped = std::mem::replace(&mut state.pending, Pending::new());
        drop(state);
        // Outside the lock: what is dropped may ask this queue.
        drop(dropped);
        self.work.notify_all();
        self.room.notify_all();
        self.snapshot_ended.notify_all();
    }

    pub(crate) fn failure(&self) -> Option<Failed> {
        self.lock().failure.clone()
    }

    fn with_room(&self, bytes: usize) -> Result<MutexGuard<'_, State>, AppendError> {
        let mut state = self.lock();
        while !state.is_closed && state.pending.is_full(bytes, &self.bounds) {
            state.callers_waiting += 1;
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.callers_waiting -= 1;
        }
        state.usable()?;
        Ok(state)
    }

    fn wake_writer(&self, state: &mut State) {
        if std::mem::take(&mut state.is_writer_waiting) {
            self.work.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A panic of any of its threads ends the journal: nobody may wait for that one then.
pub(crate) struct FailWhenDropped<'a>(pub(crate) &'a Queue);

impl Drop for FailWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.fail(Failed("its thread has panicked".to_owned()));
    }
}

impl State {
    fn usable(&self) -> Result<(), AppendError> {
        match &self.failure {
            Some(failure) => Err(failure.clone().into()),
            None if self.is_closed => Err(AppendError::Closed),
            None => Ok(()),
        }
    }
}
