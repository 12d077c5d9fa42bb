//! What was recorded? This crate keeps market data (order book changes, trades, best prices) as a file, gives it
//! back message by message, and imports captures of Binance. It never decides anything about the market: no price
//! is rounded, no gap is filled, and what a message means for a book is left to who reads it.
//!
//! # The file
//!
//! A tape is one Parquet file with zstd compression, a row per book level, per trade, and per side of a best bid
//! and ask. Any tool that reads Parquet reads it; prices and sizes are `DECIMAL` columns, exact everywhere.
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `time` | timestamp, ns, UTC | when the venue says that it happened |
//! | `received` | timestamp, ns, UTC | when the recorder saw it, on the recorder's clock |
//! | `message` | u64 | rows of one source message share it; counts from 0 without a hole |
//! | `kind` | string | `snapshot` and `depth` (book levels), `trade`, `top` (best bid and ask: two rows) |
//! | `side` | string | `buy` or `sell`: the side of the book; of a trade, the aggressor |
//! | `price` | decimal(28, scale) | quote currency for one base |
//! | `size` | decimal(28, scale) | in the tape's size unit; of a `snapshot` or `depth` row the level's new total, 0 = gone |
//!
//! A `snapshot` replaces the whole book, a `depth` message the levels it names. The file's key-value metadata
//! (`tape.format` = `lmex-tape/1`, `tape.source`, `tape.symbol`, `tape.size_unit`, counts and times) says what it is.
//!
//! # Order and time
//!
//! Messages stand in the order in which they were received, because that is what a trader could have seen, and
//! `received` never goes back. Venues deliver depth, trades and best prices over separate streams, some sooner
//! than others, so `time` never goes back *within* one of the three streams but may between them (by up to 170 ms in
//! Binance's). To run a single clock over a tape, take `received`, or the largest `time` so far.

mod book;
mod columns;
mod error;
pub mod import;
mod info;
mod message;
mod place;
mod quiet;
mod reader;
mod rows;
mod scan;
mod schema;
mod writer;

pub use error::TapeError;
pub use info::{TapeHeader, TapeInfo};
pub use message::{Quote, SizeUnit, Stream, TapeBody, TapeLevel, TapeMessage};
pub use reader::TapeReader;
pub use scan::{BookCheck, PriceRange, TapeScan, scan};
pub use schema::FORMAT;
pub use writer::{Existing, TapeWriter};
