//! The words of the house: what a symbol, a side, a size, a price grid, an id and a moment are.
//!
//! This crate decides what is well-formed and how decimals become whole ticks and contracts. It never reads a
//! clock, a socket, a file or a random number, and it knows nothing of JSON or of any other crate of ours.
//!
//! Types that the engine's messages hold can be stored (`serde`, for records on disk in formats such as postcard). That
//! form is no wire form: LMEX spells all of it otherwise, and `lmex-api` knows how.

pub mod exact_decimal;
mod grid;
mod id;
mod instrument;
mod order;
mod side;
mod size;
mod symbol;
mod text;
mod time;

pub use grid::{Grid, GridError};
pub use id::{ClientOrderId, IdError, OrderId};
pub use instrument::{Instrument, SizeError};
pub use order::{OrderType, TimeInForce, UnknownWord};
pub use rust_decimal::Decimal;
pub use side::Side;
pub use size::{Size, SizeParseError};
pub use symbol::{Symbol, SymbolError};
pub use time::TimeMs;
