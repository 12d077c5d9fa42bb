//! The journal as the desk writes it: entries become records, and what shows them waits until they are kept.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lmex_engine::{AccountId, Event, Money, Stamped};
use lmex_journal::{AppendError, DiskError, Durability, Handle, Ready, SnapshotError, Writer};

use super::bounds::KeepingBounds;
use super::entry::{Entry, Unreadable};
use super::snapshot;
use crate::auth::Believed;
use crate::desk::DeskState;

/// After a snapshot that failed, the next one is tried after such a part of the usual bytes.
const RETRIES: u64 = 8;
/// So many bytes are kept for the next record, not those of one huge record.
const DRAFT_KEPT: usize = 8 << 20;

/// Why nothing is kept any more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error("an event can't be written: {0}")]
    Write(#[from] Unreadable),
}

/// The desk's end of the journal.
#[derive(Debug)]
pub(crate) struct Journal {
    writer: Writer,
    /// The record under way.
    draft: Vec<u8>,
    /// An entry that could not be written: the record is never appended.
    fault: Option<Unreadable>,
    /// The last record appended.
    last: u64,
    promise: Durability,
    believed: Arc<Believed>,
    bounds: KeepingBounds,
    bytes_since_snapshot: u64,
    pace: Arc<Mutex<Pace>>,
    records_since_digest: u64,
}

impl Journal {
    /// Goes on where a journal was read to.
    pub(crate) fn start(
        ready: Ready,
        durability: Durability,
        bounds: KeepingBounds,
        believed: Arc<Believed>,
    ) -> Result<Self, DiskError> {
        let last = ready.last();
        Ok(Self {
            writer: Writer::start(ready, durability, bounds.of_journal())?,
            draft: Vec::new(),
            fault: None,
            last,
            promise: durability,
            believed,
            bounds,
            bytes_since_snapshot: 0,
            pace: Arc::new(Mutex::new(Pace::of(bounds.snapshot_bytes))),
            records_since_digest: 0,
        })
    }

    /// For whoever wants to know why it has stopped.
    pub(crate) fn handle(&self) -> &Handle {
        self.writer.handle()
    }

    /// Notes the state before the first command.
    pub(crate) fn begun(&mut self, state: &DeskState) {
        match snapshot::write(state) {
            Ok(bytes) => {
                self.note(&Entry::Begun);
                self.draft.extend_from_slice(&bytes);
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// Notes what a state that was recovered from so many bytes of records comes to: whoever decides the commands again
    /// must come to the same.
    pub(crate) fn resumed(&mut self, state: &DeskState, bytes: u64) {
        self.bytes_since_snapshot = bytes;
        self.note(&Entry::Digest(state.digest()));
    }

    /// Notes a command and its events.
    pub(crate) fn command(&mut self, stamped: &Stamped, events: &[Event]) {
        self.note(&Entry::command(stamped, events));
    }

    /// Notes whose an account is.
    pub(crate) fn owner(&mut self, account: AccountId, name: &str) {
        self.note(&Entry::Owner { account, name: Cow::Borrowed(name) });
    }

    /// Notes a change of a spot wallet.
    pub(crate) fn spot(&mut self, account: AccountId, by: Money) {
        self.note(&Entry::Spot { account, by });
    }

    /// What a record that is kept has survived.
    pub(crate) fn promise(&self) -> Durability {
        self.promise
    }

    /// Has the record under way written some time, if there is one. Waits while too much waits for the disk.
    pub(crate) fn append(&mut self, state: &mut DeskState) -> Result<(), KeepError> {
        if self.has_draft() {
            self.complete(state)?;
            self.last = self.writer.handle().append(&self.draft, || ())?;
            self.appended(state);
        }
        Ok(())
    }

    /// Writes the record under way, if there is one: once this is done it is kept as promised, with all before it.
    pub(crate) fn write(&mut self, state: &mut DeskState) -> Result<(), KeepError> {
        if self.has_draft() {
            self.complete(state)?;
            self.last = self.writer.write(&self.draft)?;
            self.appended(state);
        }
        Ok(())
    }

    fn has_draft(&self) -> bool {
        !self.draft.is_empty() || self.fault.is_some()
    }

    fn appended(&mut self, state: &DeskState) {
        self.bytes_since_snapshot += self.draft.len() as u64;
        self.draft.clear();
        self.draft.shrink_to(DRAFT_KEPT);
        self.snapshot_if_due(state);
    }

    /// Writes what is left with the digest of the last state, and ends.
    pub(crate) fn close(mut self, state: &mut DeskState) -> Result<(), KeepError> {
        self.note(&Entry::Digest(state.digest()));
        self.append(state)?;
        let closed = self.writer.close();
        closed.map(drop).map_err(|failed| AppendError::from(failed).into())
    }

    fn note(&mut self, entry: &Entry<'_>) {
        if let Err(fault) = entry.write(&mut self.draft) {
            self.fault.get_or_insert(fault);
        }
    }

    /// What every record says beside what happened. A request's nonce is believed before its command comes to the desk,
    /// so no command is kept without its nonce.
    fn complete(&mut self, state: &mut DeskState) -> Result<(), Unreadable> {
        for (account, up_to) in self.believed.above(&state.nonces_up_to) {
            state.nonces_up_to.insert(account, up_to);
            self.note(&Entry::Nonces { account, up_to });
        }
        self.records_since_digest += 1;
        if self.records_since_digest >= self.bounds.digest_records {
            self.records_since_digest = 0;
            self.note(&Entry::Digest(state.digest()));
        }
        self.fault.take().map_or(Ok(()), Err)
    }

    fn snapshot_if_due(&mut self, state: &DeskState) {
        if !locked(&self.pace).begin_if_due(self.bytes_since_snapshot) {
            return;
        }
        self.bytes_since_snapshot = 0;
        let tried = Try { pace: Arc::clone(&self.pace), kept: None };
        match snapshot::write(state) {
            Ok(bytes) => self.snapshot(bytes, tried),
            Err(error) => tracing::error!("the state can't be written: {error}: the journal grows"),
        }
    }

    fn snapshot(&self, bytes: Vec<u8>, mut tried: Try) {
        let usual =
            self.bounds.snapshot_bytes.max(self.bounds.snapshot_times.saturating_mul(bytes.len() as u64));
        let done = move |result: Result<(), SnapshotError>| match result {
            Ok(()) => tried.is_kept(usual),
            Err(error @ SnapshotError::NotRemoved(_)) => {
                tried.is_kept(usual);
                tracing::warn!("{error}");
            }
            Err(error) => {
                tracing::error!("a snapshot could not be kept: {error}: the journal grows until one can");
            }
        };
        if let Err(error) = self.writer.handle().snapshot(self.last, bytes, done) {
            // The journal has failed, and says so by itself.
            tracing::debug!("no snapshot was taken: {error}");
        }
    }
}

/// Of how many bytes of records since the last try a snapshot is due.
#[derive(Debug, PartialEq, Eq)]
struct Pace {
    /// None while one is under way.
    due_after: Option<u64>,
    /// What the last one that was kept made due.
    usual: u64,
    /// What the next failure makes due.
    retry: u64,
}

impl Pace {
    fn of(usual: u64) -> Self {
        Self { due_after: Some(usual), usual, retry: (usual / RETRIES).max(1) }
    }

    fn begin_if_due(&mut self, bytes: u64) -> bool {
        self.due_after.take_if(|enough| bytes >= *enough).is_some()
    }

    /// Each try costs the desk the time to write the state down, so one failure after the other makes them rarer.
    fn failed(&mut self) {
        self.due_after = Some(self.retry);
        self.retry = self.retry.saturating_mul(2).min(self.usual);
    }
}

/// A snapshot under way. However it ends, dropped it says when the next one is due.
struct Try {
    pace: Arc<Mutex<Pace>>,
    /// What it makes due, where it was kept.
    kept: Option<u64>,
}

impl Try {
    fn is_kept(&mut self, usual: u64) {
        self.kept = Some(usual);
    }
}

impl Drop for Try {
    fn drop(&mut self) {
        let mut pace = locked(&self.pace);
        match self.kept {
            Some(usual) => *pace = Pace::of(usual),
            None => pace.failed(),
        }
    }
}

fn locked(pace: &Mutex<Pace>) -> MutexGuard<'_, Pace> {
    pace.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{Candles, Fundings};
    use lmex_journal::Folder;

    #[test]
    fn a_snapshot_that_is_kept_makes_the_next_one_due_by_its_length() {
        let dir = tempfile::tempdir().unwrap();
        let ready = Folder::open(dir.path(), "test/1").unwrap().recover().unwrap().records.finish().unwrap();
        let bounds = KeepingBounds { snapshot_bytes: 5, ..KeepingBounds::default() };
        let mut journal = Journal::start(ready, Durability::Os, bounds, Arc::default()).unwrap();
        let mut state = DeskState::new(Candles::default(), Fundings::default());
        journal.begun(&state);
        journal.write(&mut state).unwrap();
        let pace = Arc::clone(&journal.pace);
        journal.close(&mut state).unwrap();
        let kept = Folder::open(dir.path(), "test/1").unwrap().recover().unwrap().snapshot.unwrap();
        assert_eq!(*locked(&pace), Pace::of(bounds.snapshot_times * kept.bytes.len() as u64));
    }

    /// Tries that end in turn; what each makes due.
    fn due_after(tries: &[Option<u64>]) -> Vec<u64> {
        let pace = Arc::new(Mutex::new(Pace::of(400)));
        let ended = |kept: &Option<u64>| {
            let enough = locked(&pace).due_after.unwrap();
            assert!(!locked(&pace).begin_if_due(enough - 1) && locked(&pace).begin_if_due(enough));
            assert!(!locked(&pace).begin_if_due(u64::MAX), "two at once");
            drop(Try { pace: Arc::clone(&pace), kept: *kept });
            locked(&pace).due_after.unwrap()
        };
        tries.iter().map(ended).collect()
    }

    #[test]
    fn however_a_snapshot_ends_another_becomes_due() {
        assert_eq!(due_after(&[None, Some(70), None]), [50, 70, 8]);
    }

    #[test]
    fn snapshots_that_fail_become_rarer_up_to_what_is_usual() {
        assert_eq!(due_after(&[None; 6]), [50, 100, 200, 400, 400, 400]);
        assert_eq!(due_after(&[None, None, Some(800), None, None]), [50, 100, 800, 100, 200]);
    }
}
