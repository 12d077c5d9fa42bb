//! The journal on a simulated disk that fails in every way a disk can, and on the real one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helper functions are tests too")]

mod ask;
mod disk;
mod faults;
mod folder;
mod kill;
mod power;
mod read_only;
mod round_trip;
mod segments;
mod torn;
mod waiting;
