//! Captures of other recorders, turned into tapes.
//!
//! [`binance`] reads what recorders of Binance streams write: text, usually gzipped, with a line
//! `<local receive time, ns> <json>` per message, where the JSON is a combined-stream message
//! (`{"stream":…,"data":{…}}` with `depthUpdate`, `trade` or `bookTicker`) or an answer of the REST depth endpoint.
//!
//! Three rules decide what becomes of a capture:
//!
//! * **Order.** Messages keep the order in which they were received.
//! * **Book.** Depth changes are joined to the snapshot by the rule that Binance documents ("How to manage a local
//!   order book correctly"): what the snapshot has already is dropped, what came before the snapshot but is newer
//!   follows it, with the snapshot's receive time. At the start and after a gap changes wait for a snapshot for up to
//!   30 s, and without one go on the tape as they are. Every gap is counted, in the summary and on the tape.
//! * **Time.** A message has the venue's transaction time (`T`, else the event time `E`). Spot best prices and
//!   snapshots have none: theirs is the receive time, moved by what the last message with both showed the clocks to
//!   differ by.

mod assembly;
mod clock;
mod error;
mod lines;
mod market;
mod run;
mod sequence;
mod summary;
mod wire;

use std::path::{Path, PathBuf};

use lmex_types::Decimal;

pub use error::{ImportError, LineProblem, Place};
pub use market::Family;
pub use summary::{Gap, ImportSummary};

use crate::Existing;

/// How to import. Start from `BinanceOptions::default()`.
#[derive(Debug, Clone)]
pub struct BinanceOptions {
    /// What to do when the output exists.
    pub existing: Existing,
    /// Where the data comes from, for the tape's header. `None` names market and day.
    pub source: Option<String>,
    /// Quote currency in one contract of a coin-margined future. `None` is 100 USD for BTC and 10 USD for others,
    /// as Binance lists them; ignored for the other families, whose sizes are in base currency.
    pub contract_value: Option<Decimal>,
    /// How far a time may go back, in nanoseconds, before the input is refused; less than that is evened out and
    /// counted. One second unless told otherwise.
    pub tolerance_ns: i64,
    /// The longest line that is read, in bytes. 64 MiB unless told otherwise.
    pub max_line_bytes: u64,
}

impl Default for BinanceOptions {
    fn default() -> Self {
        Self {
            existing: Existing::Refuse,
            source: None,
            contract_value: None,
            tolerance_ns: 1_000_000_000,
            max_line_bytes: 64 << 20,
        }
    }
}

/// Makes one tape of captures of one market, given in the order of time: a file continues the one before it.
///
/// Reads USD-M futures, coin-margined futures and spot, gzipped or plain. `progress` is told how many bytes of the
/// files are read and how many there are. On any error there is no output, and an older file stays as it was.
pub fn binance(
    inputs: &[PathBuf],
    output: &Path,
    options: &BinanceOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ImportSummary, ImportError> {
    run::import(inputs, output, options, progress)
}
