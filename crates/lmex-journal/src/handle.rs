//! What other threads hold of the journal.

use std::fmt;
use std::sync::Arc;

use crate::bounds::Durability;
use crate::error::{AppendError, Failed, SnapshotError};
use crate::keeper::Job;
use crate::queue::Queue;

/// Appends to the journal, from any thread. Clones are the same journal.
///
/// What is given to be called afterwards is called on the journal's own thread, in order: it must be short, and must not
/// append or close. After a failure it is dropped without being called.
#[derive(Clone)]
pub struct Handle {
    pub(crate) queue: Arc<Queue>,
    pub(crate) promise: Durability,
}

impl Handle {
    /// Appends a record and gives its number. `done` is called when it is kept as the chosen
    /// [`crate::Durability`] promises. Waits while the queue is full.
    ///
    /// # Errors
    /// Where the record is too long, or the journal has failed or is closed.
    pub fn append(&self, payload: &[u8], done: impl FnOnce() + Send + 'static) -> Result<u64, AppendError> {
        self.queue.push(payload, Box::new(done))
    }

    /// Calls `done` when all that was appended before is kept: for answers that show what others have appended.
    /// Waits while the queue is full.
    ///
    /// # Errors
    /// Where the journal has failed or is closed.
    pub fn barrier(&self, done: impl FnOnce() + Send + 'static) -> Result<(), AppendError> {
        self.queue.push_barrier(Box::new(done))
    }

    /// Keeps the state that holds all records up to `number`, once these are on the disk; a thread of its own writes
    /// it. Then `done` is called with what became of it. The last two snapshots are kept, and the segments that
    /// begin a recovery from the older of them; the others are removed.
    ///
    /// A snapshot that can't be written does not stop the journal. On a full disk a record may wait until one is given
    /// up.
    ///
    /// # Errors
    /// Where one is being written still, the number is not that of a record after the last snapshot, or the
    /// journal has failed or is closed.
    pub fn snapshot(
        &self,
        number: u64,
        bytes: Vec<u8>,
        done: impl FnOnce(Result<(), SnapshotError>) + Send + 'static,
    ) -> Result<(), SnapshotError> {
        self.queue.push_snapshot(Job { number, bytes, done: Box::new(done) })
    }

    /// What is promised of a record that is kept.
    #[must_use]
    pub fn promise(&self) -> Durability {
        self.promise
    }

    /// Why the journal has stopped, if it has.
    #[must_use]
    pub fn failure(&self) -> Option<Failed> {
        self.queue.failure()
    }

    /// The number of the last record that is kept as promised (with [`crate::Durability::None`]: that was written); 0
    /// where there is none.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.queue.kept()
    }

    /// The number of the last record appended; 0 where there is none.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.queue.last()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("kept", &self.kept()).field("last", &self.last()).finish()
    }
}
