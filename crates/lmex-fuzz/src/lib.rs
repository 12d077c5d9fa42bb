//! Bad input for every decoder of outside data: what a fuzzer calls, and the laws that must hold whatever it sends.
//!
//! This crate decides what counts as a fault: a panic, a law that is broken, or more memory than the input accounts for.
//! It never decides which input comes next: that is libFuzzer's part (`fuzz/`, started by `.ci/fuzz`), and on every test
//! run a few seconds of seeded [mutations](mutated) of the same [seeds](Target::seeds).
//!
//! Each [`Target`] is a plain function of bytes, so that what libFuzzer found is run again by `cargo run -p lmex-fuzz -- run
//! TARGET FILE`, in a debugger or in a test.

mod input;
mod memory;
mod mutation;
mod rest_answers;
mod seeds;
mod stream_messages;
mod stream_session;
mod tapes;
mod target;

pub use mutation::mutated;
pub use seeds::{dictionary, shared_folder};
pub use target::{TARGETS, Target, target};
