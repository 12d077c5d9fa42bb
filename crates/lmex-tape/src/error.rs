//! What can go wrong with a tape, and what to do about it.

use std::path::PathBuf;

use lmex_types::Decimal;

/// Why a tape can't be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TapeError {
    /// There is a file already.
    #[error("{} exists: choose another name, or replace it", path.display())]
    Exists {
        /// The file that is in the way.
        path: PathBuf,
    },
    /// The name can't be that of a file.
    #[error("{} can't be a tape: name a file, not a folder", path.display())]
    NotAFile {
        /// As given.
        path: PathBuf,
    },
    /// The folder of the new file is missing.
    #[error("folder {} does not exist: create it first", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("can't {action} {}: {source}", path.display())]
    Io {
        /// What was tried: `create`, `open`, …
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Parquet can't encode or decode.
    #[error("can't {action} {}: {source}", path.display())]
    Parquet {
        /// `read` or `write`.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// The decoder's reason.
        source: parquet::errors::ParquetError,
    },
    /// Not one of ours.
    #[error("{} is not a tape: {reason}; make one by importing a capture", path.display())]
    NotATape {
        /// Which file.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
    /// One of ours, from another time.
    #[error("{} is a tape of format {found:?}, this program reads {:?}: update it, or record again", path.display(), crate::FORMAT)]
    Version {
        /// Which file.
        path: PathBuf,
        /// What it says of itself.
        found: String,
    },
    /// A tape whose content contradicts itself.
    #[error("{} is damaged at message {message}: {reason}; restore it from its source", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// The number of the message.
        message: u64,
        /// What is wrong.
        reason: String,
    },
    /// A header with a field that can't be used.
    #[error("tape header: {field} {reason}")]
    Header {
        /// Which field.
        field: &'static str,
        /// What is wrong and what to give instead.
        reason: String,
    },
    /// A message that can't be kept exactly.
    #[error("{field} {value} can't be kept: {reason}")]
    Value {
        /// `price`, `size`, …
        field: &'static str,
        /// As given.
        value: Decimal,
        /// What is allowed.
        reason: String,
    },
    /// A message without levels has no row to stand for it.
    #[error("a depth message without levels can't be kept: leave it out")]
    NoLevels,
    /// More levels than a reader holds in memory.
    #[error("a depth message of {levels} levels can't be kept: at most {} are", crate::schema::MAX_LEVELS)]
    TooManyLevels {
        /// How many there are.
        levels: usize,
    },
    /// Time goes back within a stream.
    #[error("{field} of the {stream} stream goes back from {before} to {now} ns: write messages in order")]
    TimeBack {
        /// `time` or `received`.
        field: &'static str,
        /// Which stream.
        stream: crate::Stream,
        /// The latest so far.
        before: i64,
        /// As given.
        now: i64,
    },
    /// An earlier write failed half-way.
    #[error("{} can't be finished: an earlier write failed; start again", path.display())]
    Broken {
        /// The file that will not appear.
        path: PathBuf,
    },
    /// A tape with nothing on it.
    #[error("{} would be empty: nothing was written to it", path.display())]
    Empty {
        /// The file that will not appear.
        path: PathBuf,
    },
}
