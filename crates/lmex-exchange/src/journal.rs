//! What an exchange keeps of itself, and how it comes back: the folder that `--data-dir` names.
//!
//! | in the folder | what it is |
//! |---|---|
//! | `journal/` | the records and snapshots, as `lmex-journal` keeps them; its lock is the lock of the whole folder |
//! | `exchange.json` | the format's version, and the seed and dialect that the exchange was made with |
//! | `keys.json` | the accounts' keys and secrets, readable by the owner only |
//!
//! A record is what happened between two answers: commands with their events, as they are applied. A start reads the
//! newest snapshot and takes the state past the events of the records after it, which decides nothing anew; `verify`
//! carries the commands out again and compares.

mod bounds;
mod data_folder;
mod entry;
mod file;
mod keeping;
mod keys;
#[cfg(test)]
mod pinned;
mod recover;
mod snapshot;
mod verify;

pub use bounds::KeepingBounds;
pub use data_folder::{DataDir, DataError, JournalDisk, Made, made_as};
pub(crate) use data_folder::{DataFolder, Papers};
pub(crate) use entry::Entry;
pub use entry::Unreadable;
pub(crate) use keeping::Journal;
pub(crate) use recover::restore;
pub use recover::{Recovery, RestoreError};
pub use snapshot::BadSnapshot;
pub use verify::{Disagreement, Verified, VerifyError, verify};

/// The folder of the journal within the data folder.
const JOURNAL: &str = "journal";
/// What the records are, and their version.
const TAG: &str = "lmex-exchange/1";
