//! What every source of market data has in common.

use std::io;
use std::path::PathBuf;

use lmex_engine::Command;
use lmex_tape::TapeError;
use lmex_types::{Decimal, TimeMs};

/// A market that goes on by itself.
///
/// The caller steps it when `next_at` is due, and carries the commands out in their order, at the time it stepped with.
pub trait MarketSource: Send {
    /// When there is something to do; a moment in the past means now. `None` when the source has ended for good.
    fn next_at(&self) -> Option<TimeMs>;

    /// Appends the commands that are due at `now` to `out`. The work and the number of commands are bounded: after a
    /// long sleep `next_at` may still be in the past, and the caller steps again.
    ///
    /// After an error the part that failed has ended: `next_at` tells whether anything goes on.
    fn step(&mut self, now: TimeMs, out: &mut Vec<Command>) -> Result<(), SourceError>;

    /// Where the data comes from and whether it goes on, for a human: `simulated, seed 7`.
    fn describe(&self) -> String;
}

/// Why a source can't start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The tape can't be read.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// No thread to read the tape.
    #[error("can't start the thread that reads the tape: {0}")]
    Thread(#[source] io::Error),
    /// The thread that reads the tape ended before the tape did.
    #[error("the thread that reads the tape has failed: start the exchange again")]
    ReaderGone,
    /// A replay that would never move, or faster than time can be counted.
    #[error(
        "speed {0} can't be used: give more than 0 and at most 1000000, where 1 is the speed of the recording"
    )]
    Speed(Decimal),
    /// Nothing to trade.
    #[error("there is no market to open")]
    NoMarkets,
    /// A tape without any price near its start.
    #[error("{} has no price in its first messages: replay a tape with order book changes", path.display())]
    NoPrice {
        /// The tape.
        path: PathBuf,
    },
    /// A tape whose market can't be opened here.
    #[error("market {symbol} of {} can't be replayed: {reason}", path.display())]
    Market {
        /// The tape.
        path: PathBuf,
        /// The market, as the tape calls it.
        symbol: String,
        /// What is in the way.
        reason: String,
    },
}
