//! What the exchange costs where it is served: orders a second beside a bare axum echo, latency, streams, memory.
//!
//! `cargo bench -p lmex-exchange --bench served -- orders|latency|streams|cancelled|filled`; without a word all of them.
//! Servers run in processes of their own on the machine that the load comes from, and are started anew for each
//! measurement. Rows of a table in Markdown go to standard output, progress to standard error.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic,
    reason = "a benchmark prints figures, and ratios of times are no money"
)]

mod child;
mod connection;
mod kind;
mod latency;
mod load;
mod memory;
mod orders;
mod others;
mod pace;
mod requests;
mod server;
mod streams;
mod summary;

use std::error::Error;

/// As `lmex` has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What anything here fails with: a benchmark that fails says why and ends.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A part and what measures it.
type Part = (&'static str, fn() -> Outcome);

/// Each takes two minutes or less.
const PARTS: [Part; 5] = [
    ("orders", orders::measure),
    ("latency", latency::measure),
    ("streams", streams::measure),
    ("cancelled", memory::measure_cancelled),
    ("filled", memory::measure_filled),
];

fn main() -> Outcome {
    // cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["serve", what @ ..] = words.as_slice() {
        return server::run(what);
    }
    if let Some(unknown) = words.iter().find(|word| PARTS.iter().all(|(name, _)| name != *word)) {
        return Err(
            format!("{unknown:?} is no part: use orders, latency, streams, cancelled or filled").into()
        );
    }
    let is_wanted = |name| words.is_empty() || words.contains(&name);
    PARTS.iter().filter(|(name, _)| is_wanted(name)).try_for_each(|(_, measure)| measure())
}
