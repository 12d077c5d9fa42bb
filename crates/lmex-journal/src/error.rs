//! What can go wrong, and what to do then.

use std::io;
use std::path::PathBuf;

/// The disk says no.
#[derive(Debug, thiserror::Error)]
#[error("{path} can't be {action}: {source}", path = path.display())]
pub struct DiskError {
    /// Which file or folder.
    pub path: PathBuf,
    /// What was tried.
    pub action: &'static str,
    /// What the system says.
    pub source: io::Error,
}

/// Why a folder can't be opened as a journal.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{folder} is in use by another process: stop that one, or name another folder", folder = folder.display())]
    InUse {
        /// Which folder.
        folder: PathBuf,
    },
    /// Its files were written in another format, or by another program.
    #[error(
        "{file} says \"{found}\" where this program keeps \"{wanted}\": use the program that wrote it, \
         or name another folder",
        file = file.display()
    )]
    OtherFormat {
        /// The file that says so.
        file: PathBuf,
        /// What it says.
        found: String,
        /// What it must say.
        wanted: String,
    },
    /// There is something in the folder that the journal didn't put there.
    #[error("{file} is no file of a journal: name an empty or a new folder, or move the file away", file = file.display())]
    Foreign {
        /// Which file.
        file: PathBuf,
    },
    /// There are records in the folder, but not the file that says what they are.
    #[error("{file} is missing beside the journal's other files: bring it back, or name another folder", file = file.display())]
    NoFormat {
        /// Which file.
        file: PathBuf,
    },
    /// The disk says no.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// A file of the journal is damaged: what was acknowledged is not all there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{file} is damaged at byte {offset}: {fault}; nothing was changed: bring the folder back from a copy, \
     or move it away to begin anew",
    file = file.display()
)]
pub struct CorruptError {
    /// Which file.
    pub file: PathBuf,
    /// Where in it, in bytes.
    pub offset: u64,
    /// What is wrong there.
    pub fault: String,
}

/// Why a journal can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// A file is damaged.
    #[error(transparent)]
    Corrupt(#[from] CorruptError),
    /// The disk says no.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// The journal has stopped, for good, with what it said then. Nothing later was or will be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the journal has stopped: {0}; see to the disk, then start again")]
pub struct Failed(pub String);

/// Why a record was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// It is longer than [`crate::Bounds::record_bytes`].
    #[error("a record of {bytes} bytes is too long: at most {most} are taken")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The longest taken.
        most: usize,
    },
    /// A write or a sync failed before.
    #[error(transparent)]
    Failed(#[from] Failed),
    /// The writer was closed.
    #[error("the journal is closed")]
    Closed,
}

/// Why a snapshot was not taken, or not written, or what it makes superfluous not removed: only after
/// [`SnapshotError::NotRemoved`] it is kept all the same.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// One is being written.
    #[error("a snapshot is being written already: ask again when it is done")]
    Busy,
    /// Nothing has that number yet, or a snapshot has it or a later one already.
    #[error("a snapshot of {number} is not between the last one, {over}, and the last record, {up_to}")]
    OutOfRange {
        /// The number asked for.
        number: u64,
        /// The last snapshot's.
        over: u64,
        /// The last record's.
        up_to: u64,
    },
    /// The journal has stopped.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The disk says no. The journal itself goes on.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The snapshot is kept, but files that nobody needs any more are still there. After the next snapshot it is tried
    /// again.
    #[error("the snapshot is kept, but {0}: until that is mended the folder takes more room")]
    NotRemoved(#[source] DiskError),
}
