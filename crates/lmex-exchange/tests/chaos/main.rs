//! Orders of several clients at once while requests, answers and streams fail at random, and while the processes that send
//! them are killed: no order is doubled, none is lost, and what the trackers know at the end is what the exchange knows.
//!
//! A short form runs with all tests; the long ones have a command each, which `docs/RELIABILITY.md` names.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "all of it is tests")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the long forms tell their figures")]

mod audit;
mod dice;
mod killed;
mod running;
mod trader;
mod venue;
