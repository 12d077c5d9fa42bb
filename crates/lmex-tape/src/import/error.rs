//! What can be wrong with a capture, and where.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Stream, TapeError};

/// A line of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<Path>,
    /// The line, counted from 1.
    pub line: u64,
    /// Where the line starts, in bytes of the *uncompressed* text counted from 0.
    pub byte: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, line {} (from byte {} of the uncompressed text)",
            self.file.display(),
            self.line,
            self.byte
        )
    }
}

/// Why captures can't become a tape. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// No file was given.
    #[error("no input: name one capture or more, in the order of time")]
    NoInput,
    /// An input can't be opened.
    #[error("can't open {}: {source}", file.display())]
    Open {
        /// Which input.
        file: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// An input is a folder or a device.
    #[error("{} is not a file: name the captures one by one", file.display())]
    NotAFile {
        /// Which input.
        file: PathBuf,
    },
    /// An input has no line.
    #[error("{} is empty: leave it out, or fetch it again", file.display())]
    EmptyFile {
        /// Which input.
        file: PathBuf,
    },
    /// The output would replace an input.
    #[error("{} is an input and the output: choose another output", file.display())]
    OutputIsInput {
        /// Which input.
        file: PathBuf,
    },
    /// No input names a market.
    #[error("no depthUpdate, trade or bookTicker of Binance in the input: is it a capture of its streams?")]
    NoMarket,
    /// A line can't be used.
    #[error("{place}: {problem}")]
    Line {
        /// Where.
        place: Place,
        /// What is wrong.
        problem: LineProblem,
    },
    /// The tape can't be written.
    #[error(transparent)]
    Tape(#[from] TapeError),
}

/// What is wrong with one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineProblem {
    /// The compressed data stops early.
    #[error(
        "the gzip stream ends in the middle: fetch the file again, or unpack what there is and drop its last line"
    )]
    Truncated,
    /// The compressed data is damaged, or the disk is.
    #[error("can't read on: {0}")]
    Read(std::io::Error),
    /// Longer than allowed.
    #[error("longer than {limit} bytes: not a capture, or raise the limit")]
    TooLong {
        /// The limit, in bytes.
        limit: u64,
    },
    /// Not text.
    #[error("not UTF-8 text")]
    NotText,
    /// No time before the JSON.
    #[error("{found:?} is not a receive time: a line is `<nanoseconds since 1970> <json>`")]
    NoTime {
        /// What the line starts with.
        found: String,
    },
    /// Not the JSON that was expected.
    #[error("bad JSON: {0}")]
    Json(serde_json::Error),
    /// A number that is none, or is out of range.
    #[error("{field} {text:?} is not a number that fits: expected digits with at most one point")]
    Number {
        /// The field's name in the message.
        field: &'static str,
        /// As given, cut short.
        text: String,
    },
    /// Ids that contradict each other.
    #[error("update ids U {first} and u {last} are the wrong way round")]
    Ids {
        /// `U`.
        first: u64,
        /// `u`.
        last: u64,
    },
    /// Another market than before.
    #[error(
        "symbol {found:?}, but the lines before are {expected:?}: import each market into a tape of its own"
    )]
    Symbol {
        /// Of this line.
        found: String,
        /// Of the lines before.
        expected: String,
    },
    /// Another family of markets than before.
    #[error(
        "a message of Binance {found}, but the lines before are {expected}: import each into a tape of its own"
    )]
    Family {
        /// Of this line.
        found: super::Family,
        /// Of the lines before.
        expected: super::Family,
    },
    /// The recorder's clock goes back.
    #[error("receive time goes back by {by_ns} ns: give the files in the order of time")]
    ReceivedBack {
        /// How far.
        by_ns: i64,
    },
    /// The venue's clock goes back.
    #[error("venue time of the {stream} stream goes back by {by_ns} ns: give the files in the order of time")]
    VenueBack {
        /// In which stream.
        stream: Stream,
        /// How far.
        by_ns: i64,
    },
    /// The message can't be kept on a tape.
    #[error(transparent)]
    Tape(TapeError),
}

impl LineProblem {
    pub(super) fn at(self, place: &Place) -> ImportError {
        ImportError::Line { place: place.clone(), problem: self }
    }

    pub(super) fn number(field: &'static str, text: &str) -> Self {
        Self::Number { field, text: shortened(text) }
    }
}

/// Enough of a text to recognise it by.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
