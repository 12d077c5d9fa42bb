//! The wire types, proven on what was recorded of the venue.
//!
//! One team writes both the client and the local exchange, so that they agree proves nothing. Each payload here comes
//! from elsewhere: recorded from LMEX, recorded from BTSE (which runs the same engine), or printed in the official
//! documents. Each is read to values that were written down by hand, and written again to the same JSON.
//!
//! What is no evidence of version 2.3 is left out: files that somebody made up, spot, and BTSE's newer interfaces
//! (`/public-api/…`, and orders with `orderSide` or `orderSize`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helper functions are tests too"
)]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod book;
mod candles;
mod completeness;
mod coverage;
mod errors;
mod exceptions;
mod fills;
mod funding;
mod json;
mod leniency;
mod markets;
mod older;
mod open_orders;
mod orders;
mod payload;
mod positions;
mod private_streams;
mod requests;
mod settings;
mod streams;
mod wallets;
