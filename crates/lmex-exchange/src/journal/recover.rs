//! The way back: the newest snapshot, and the events of the records after it.

use lmex_journal::{Records, RecoverError, Recovered};

use super::entry::{Entry, Unreadable};
use super::snapshot::{self, BadSnapshot};
use crate::desk::DeskState;

/// What a start found in a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// The last record that the snapshot holds; 0 where there is none.
    pub snapshot: u64,
    /// Records read after it.
    pub records: u64,
    /// Their length.
    pub bytes: u64,
    /// Commands in them.
    pub commands: u64,
    /// Their events, by which the state was made again.
    pub events: u64,
    /// Digests that were compared, the snapshot's among them.
    pub digests: u64,
    /// What was not as it should be, and was mended: a torn end that was cut off, a bad snapshot that was passed over.
    pub mended: Vec<String>,
}

/// Why the state can't be made again from what was kept.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The journal's files.
    #[error(transparent)]
    Journal(#[from] RecoverError),
    /// A snapshot whose checksum is right.
    #[error("snapshot {number} can't be used: {why}; nothing was changed: use the program that wrote it")]
    Snapshot {
        /// Its number.
        number: u64,
        /// What is wrong with it.
        why: BadSnapshot,
    },
    /// A record whose checksum is right.
    #[error("record {number} can't be read: {why}; nothing was changed: use the program that wrote it")]
    Record {
        /// Its number.
        number: u64,
        /// What is wrong with it.
        why: Unreadable,
    },
    /// The records don't begin with a beginning.
    #[error(
        "record {number} comes before any state: the data folder is not whole, bring it back from a copy"
    )]
    NoBeginning {
        /// The record's number.
        number: u64,
    },
    /// A spot wallet would hold less than nothing.
    #[error(
        "record {number} takes more out of a spot wallet than is in it: nothing was changed; bring the data folder back from \
         a copy"
    )]
    Overdrawn {
        /// The record's number.
        number: u64,
    },
    /// The state is another one than the one that was kept.
    #[error(
        "after command {command} (record {number}) the state's digest is {found:016x} where {kept:016x} was kept: \
         this is another program than the one that wrote the folder, or a fault of it. Nothing was changed; \
         `lmex exchange verify` tells where they part"
    )]
    Digest {
        /// The last command before the digest.
        command: u64,
        /// The record that it stands in.
        number: u64,
        /// What the state comes to.
        found: u64,
        /// What it came to when it was kept.
        kept: u64,
    },
}

/// A state on its way through the records.
#[derive(Debug)]
pub(super) struct Restored {
    pub(super) state: Option<DeskState>,
    pub(super) told: Recovery,
}

/// The last state that was kept; none in a new folder. All records are read; the journal goes on behind them.
pub(crate) fn restore(recovered: &mut Recovered) -> Result<Option<(DeskState, Recovery)>, RestoreError> {
    let mut restored = Restored::begin(recovered)?;
    restored.follow(&mut recovered.records)?;
    Ok(restored.state.map(|state| (state, restored.told)))
}

impl Restored {
    /// Where the records begin: at the snapshot, or before the first of them.
    pub(super) fn begin(recovered: &Recovered) -> Result<Self, RestoreError> {
        let passed_over = recovered.passed_over.iter().map(|error| format!("passed over: {error}"));
        let cut = recovered.cut.iter().map(ToString::to_string);
        let mut told = Recovery { mended: passed_over.chain(cut).collect(), ..Recovery::default() };
        let mut state = None;
        if let Some(kept) = &recovered.snapshot {
            let number = kept.number;
            let read = snapshot::take(&mut kept.bytes.as_slice());
            let read = read.map_err(|why| RestoreError::Snapshot { number, why })?;
            (told.snapshot, told.digests, state) = (number, 1, Some(read));
        }
        Ok(Self { state, told })
    }

    fn follow(&mut self, records: &mut Records) -> Result<(), RestoreError> {
        while let Some((number, mut record)) = records.read()? {
            self.told.records += 1;
            self.told.bytes += record.len() as u64;
            while let Some(entry) =
                Entry::read(&mut record).map_err(|why| RestoreError::Record { number, why })?
            {
                match entry {
                    Entry::Begun => {
                        self.state = Some(beginning(number, &mut record)?);
                        self.told.digests += 1;
                    }
                    entry => self.entry(number, entry)?,
                }
            }
        }
        Ok(())
    }

    fn entry(&mut self, number: u64, entry: Entry<'static>) -> Result<(), RestoreError> {
        let state = self.state.as_mut().ok_or(RestoreError::NoBeginning { number })?;
        match entry {
            Entry::Command { stamped, events } => {
                self.told.commands += 1;
                self.told.events += events.len() as u64;
                state.go_through(&stamped, &events);
            }
            Entry::Digest(kept) => {
                self.told.digests += 1;
                let found = state.digest();
                if found != kept {
                    return Err(RestoreError::Digest { command: state.seq, number, found, kept });
                }
            }
            other if state.go_past(&other) => {}
            _ => return Err(RestoreError::Overdrawn { number }),
        }
        Ok(())
    }
}

/// The state that a record begins with.
pub(super) fn beginning(number: u64, record: &mut &[u8]) -> Result<DeskState, RestoreError> {
    snapshot::take(record).map_err(|why| RestoreError::Snapshot { number, why })
}
