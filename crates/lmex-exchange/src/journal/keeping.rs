//! The journal as the desk writes it: entries become records, and what shows them waits until they are kept.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lmex_engine::{AccountId, Event, Money, Stamped};
use lmex_journal::{AppendError, DiskError, Durability, Handle, Ready, SnapshotError, Writer};

use super::bounds::KeepingBounds;
use super::entry::{Entry, Unreadable};
use super::snapshot;
use crate::auth::Believed;
use crate::desk::DeskState;

/// More than is ever written: no snapshot is due.
const UNDER_WAY: u64 = u64::MAX;
/// After a snapshot that failed, the next one is tried after such a part of the bytes.
const RETRIES: u64 = 8;

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
    /// Of how many such bytes a snapshot is due. None is while one is under way.
    due_after: Arc<AtomicU64>,
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
            due_after: Arc::new(AtomicU64::new(bounds.snapshot_bytes)),
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
        let enough = self.due_after.load(Ordering::Acquire);
        if self.bytes_since_snapshot < enough {
            return;
        }
        self.due_after.store(UNDER_WAY, Ordering::Release);
        self.bytes_since_snapshot = 0;
        let then = enough.max(self.bounds.snapshot_bytes) / RETRIES;
        let try_again = Try { due_after: Arc::clone(&self.due_after), then };
        match snapshot::write(state) {
            Ok(bytes) => self.snapshot(bytes, try_again),
            Err(error) => tracing::error!("the state can't be written: {error}: the journal grows"),
        }
    }

    fn snapshot(&self, bytes: Vec<u8>, mut tried: Try) {
        let next =
            self.bounds.snapshot_bytes.max(self.bounds.snapshot_times.saturating_mul(bytes.len() as u64));
        let done = move |result: Result<(), SnapshotError>| match result {
            Ok(()) => tried.next_after(next),
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

/// A snapshot under way. However it ends, dropped it says when the next one is due.
struct Try {
    due_after: Arc<AtomicU64>,
    then: u64,
}

impl Try {
    fn next_after(&mut self, bytes: u64) {
        self.then = bytes;
    }
}

impl Drop for Try {
    fn drop(&mut self) {
        self.due_after.store(self.then, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_a_snapshot_ends_another_becomes_due() {
        let due_after = Arc::new(AtomicU64::new(UNDER_WAY));
        let tried = || Try { due_after: Arc::clone(&due_after), then: 5 };
        drop(tried());
        assert_eq!(due_after.load(Ordering::Acquire), 5);
        tried().next_after(70);
        assert_eq!(due_after.load(Ordering::Acquire), 70);
    }
}
