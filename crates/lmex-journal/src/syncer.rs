//! The thread that waits for the disk, so that who writes needn't: it brings to the disk what only the system has, makes
//! the next segment ahead, and gives it its name once it is begun.

use std::io::{self, ErrorKind};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::disk::{Disk, DiskFile, open};
use crate::error::{DiskError, Failed};
use crate::keeper::{Job, Keeper};
use crate::names;
use crate::queue::{FailWhenDropped, Queue};

/// Dropped, it does what is due, and ends with the thread that writes snapshots.
pub(crate) struct Syncer {
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    disk: Arc<dyn Disk>,
    thread: Option<JoinHandle<()>>,
}

/// A segment made ahead: a file on the disk, without a header or a name of its own.
pub(crate) struct Prepared {
    pub(crate) file: Box<dyn DiskFile>,
    /// The room that was made in it.
    pub(crate) length: u64,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    next: Next,
    due: Due,
    is_closed: bool,
}

/// The next segment.
#[derive(Default)]
enum Next {
    /// It is to be made.
    #[default]
    Wanted,
    Ready(Prepared),
    /// It was taken.
    Taken,
    /// What was taken was begun. Another is made when that one has its name.
    Begun,
    Failed(DiskError),
}

/// What is to be done. There is one of each at most.
#[derive(Default)]
struct Due {
    /// The first number of the segment that was begun in the file that was taken.
    begun: Option<u64>,
    sync: bool,
    snapshot: Option<Job>,
}

impl Syncer {
    /// Makes a segment ahead with so much room, then starts the thread. Who writes is in `segment`.
    pub(crate) fn start(
        disk: Arc<dyn Disk>,
        queue: Arc<Queue>,
        keeper: Keeper,
        segment: u64,
        room: u64,
    ) -> Result<Self, DiskError> {
        let current = open(disk.as_ref(), &names::segment(segment))?;
        let path = disk.path("");
        let shared = Arc::<Shared>::default();
        let (theirs, its_queue, its_disk) = (Arc::clone(&shared), Arc::clone(&queue), Arc::clone(&disk));
        let mut worker =
            Worker { disk: its_disk, queue: its_queue, keeper, room, segment, current, prepared: None };
        worker.prepare(&shared);
        let thread = Builder::new().name("journal-syncer".to_owned()).spawn(move || {
            let queue = Arc::clone(&worker.queue);
            let panicked = EndWhenDropped(&queue, &theirs);
            worker.run(&theirs);
            mem::forget(panicked);
        });
        let thread = thread.map_err(|source| DiskError { path, action: "given a thread", source })?;
        Ok(Self { shared, queue, disk, thread: Some(thread) })
    }

    /// The next segment's file, if it lies ready.
    pub(crate) fn next_if_ready(&self) -> Option<Prepared> {
        let mut state = self.shared.lock();
        match mem::replace(&mut state.next, Next::Taken) {
            Next::Ready(prepared) => return Some(prepared),
            other => state.next = other,
        }
        None
    }

    /// The next segment's file. Waits while it is being made; where that fails, it is tried once more.
    pub(crate) fn next(&self) -> Result<Prepared, DiskError> {
        let mut may_try_again = true;
        loop {
            let mut state = self.wait_for_next();
            match mem::replace(&mut state.next, Next::Taken) {
                Next::Ready(prepared) => return Ok(prepared),
                Next::Failed(_) if may_try_again => {
                    drop(state);
                    may_try_again = false;
                    // It may have taken the room.
                    self.queue.wait_for_snapshot();
                    self.shared.ask(|state| state.next = Next::Wanted);
                }
                Next::Failed(error) => return Err(error),
                // Nobody makes it any more.
                other => {
                    state.next = other;
                    return Err(stopped(self.disk.as_ref()));
                }
            }
        }
    }

    /// Waits until nothing else that the journal keeps is being written: what could not be completed has given its room
    /// back by then.
    pub(crate) fn wait_for_others(&self) {
        drop(self.wait_for_next());
        self.queue.wait_for_snapshot();
    }

    fn wait_for_next(&self) -> MutexGuard<'_, State> {
        let mut state = self.shared.lock();
        while state.is_next_under_way() && self.queue.failure().is_none() {
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    /// A segment was begun in the file that was taken: it is to get its name.
    pub(crate) fn begun(&self, first: u64) {
        self.shared.ask(|state| {
            state.due.begun = Some(first);
            state.next = Next::Begun;
        });
    }

    /// There is something to bring to the disk. What failed to be made is tried again then: the disk may be well again, and
    /// nobody need wait for it yet.
    pub(crate) fn sync_soon(&self) {
        self.shared.ask(|state| {
            state.due.sync = true;
            if matches!(state.next, Next::Failed(_)) {
                state.next = Next::Wanted;
            }
        });
    }

    /// A snapshot, to be written once all that was written before is on the disk: it says that its records are there,
    /// whatever else was promised.
    pub(crate) fn take(&self, job: Job) {
        self.queue.snapshot_begun();
        self.shared.ask(|state| state.due.snapshot = Some(job));
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn ask(&self, change: impl FnOnce(&mut State)) {
        // The lock is held even where nothing changes: who is about to wait has seen what was before, or hears of it.
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits for something to do; none at the end.
    fn wait(&self) -> Option<Due> {
        let mut state = self.lock();
        loop {
            let due = mem::take(&mut state.due);
            if due.begun.is_some() || due.sync || due.snapshot.is_some() || state.is_next_wanted() {
                return Some(due);
            }
            if state.is_closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_next_under_way(&self) -> bool {
        matches!(self.next, Next::Wanted | Next::Begun)
    }

    fn is_next_wanted(&self) -> bool {
        matches!(self.next, Next::Wanted) && !self.is_closed
    }
}

/// What the thread has.
struct Worker {
    disk: Arc<dyn Disk>,
    queue: Arc<Queue>,
    keeper: Keeper,
    /// What is made ahead in a segment, in bytes.
    room: u64,
    /// The first number of the segment that is being written.
    segment: u64,
    /// That segment, and the next one: handles of its own, so that nobody stands in another's way.
    current: Box<dyn DiskFile>,
    prepared: Option<Box<dyn DiskFile>>,
}

impl Worker {
    fn run(mut self, shared: &Shared) {
        while let Some(due) = shared.wait() {
            let done = match self.queue.failure() {
                // Nothing that is on the disk then says anything of what should be.
                Some(_) => Err(None),
                None => self.catch_up(due).map_err(Some),
            };
            match done {
                Ok(()) => self.prepare_if_wanted(shared),
                Err(error) => {
                    if let Some(error) = error {
                        self.queue.fail(Failed(error.to_string()));
                    }
                    self.give_up(shared);
                }
            }
        }
        let is_unused = matches!(shared.lock().next, Next::Ready(_));
        if is_unused && self.queue.failure().is_none() {
            // A start makes it anew; where this fails, it finds an empty one.
            let _ = self.disk.remove(names::NEXT);
        }
    }

    fn catch_up(&mut self, due: Due) -> Result<(), DiskError> {
        if due.begun.is_some() || due.sync || due.snapshot.is_some() {
            self.sync_current()?;
        }
        if let Some(first) = due.begun {
            self.name(first)?;
        }
        if let Some(job) = due.snapshot {
            self.keeper.take(job);
        }
        Ok(())
    }

    fn sync_current(&mut self) -> Result<(), DiskError> {
        let name = names::segment(self.segment);
        self.current.sync_data().map_err(DiskError::of(self.disk.as_ref(), &name, "synced"))
    }

    /// The segment before is on the disk. What was begun is brought there too before it is called a segment.
    fn name(&mut self, first: u64) -> Result<(), DiskError> {
        let Some(begun) = self.prepared.take() else { return Ok(()) };
        (self.segment, self.current) = (first, begun);
        self.sync_current()?;
        let (disk, name) = (self.disk.as_ref(), names::segment(first));
        disk.rename(names::NEXT, &name).map_err(DiskError::of(disk, &name, "made"))?;
        disk.sync_folder().map_err(DiskError::of(disk, "", "synced"))
    }

    fn prepare_if_wanted(&mut self, shared: &Shared) {
        let mut state = shared.lock();
        let was_named = matches!(state.next, Next::Begun) && self.prepared.is_none();
        if was_named {
            state.next = Next::Wanted;
        }
        let is_wanted = state.is_next_wanted();
        drop(state);
        if is_wanted {
            self.prepare(shared);
        }
    }

    fn prepare(&mut self, shared: &Shared) {
        let made = self.make_next();
        if made.is_err() {
            // What it has taken of a full disk is given back.
            let _ = self.disk.remove(names::NEXT);
        }
        shared.lock().next = made.map_or_else(Next::Failed, Next::Ready);
        shared.changed.notify_all();
    }

    fn make_next(&mut self) -> Result<Prepared, DiskError> {
        let (disk, name) = (self.disk.as_ref(), names::NEXT);
        let mut file = disk.create(name).map_err(DiskError::of(disk, name, "made"))?;
        let length = make_room(file.as_mut(), self.room).map_err(DiskError::of(disk, name, "written"))?;
        file.sync_data().map_err(DiskError::of(disk, name, "synced"))?;
        disk.sync_folder().map_err(DiskError::of(disk, "", "synced"))?;
        self.prepared = Some(open(disk, name)?);
        Ok(Prepared { file, length })
    }

    /// Whoever waits for the next segment is told that there will be none.
    fn give_up(&mut self, shared: &Shared) {
        self.prepared = None;
        shared.lock().next = Next::Failed(stopped(self.disk.as_ref()));
        shared.changed.notify_all();
    }
}

/// A panic ends the journal, and whoever waits for the next segment hears of it.
struct EndWhenDropped<'a>(&'a Queue, &'a Shared);

impl Drop for EndWhenDropped<'_> {
    fn drop(&mut self) {
        drop(FailWhenDropped(self.0));
        self.1.ask(|_| ());
    }
}

fn stopped(disk: &dyn Disk) -> DiskError {
    let source = io::Error::other("the journal has stopped");
    DiskError { path: disk.path(names::NEXT), action: "made", source }
}

/// Makes room in an empty file, where the disk has any; its length.
fn make_room(file: &mut dyn DiskFile, bytes: u64) -> io::Result<u64> {
    if bytes == 0 {
        return Ok(0);
    }
    match file.write_at(&vec![0; usize::try_from(bytes).unwrap_or_default()], 0) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::StorageFull => file.truncate(0).map(|()| 0),
        Err(error) => Err(error),
    }
}
