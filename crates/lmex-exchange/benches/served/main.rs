//! What the exchange costs where it is served: orders a second beside a bare axum echo, latency, streams, memory.
//!
//! `cargo bench -p lmex-exchange --bench served -- orders|streams|memory`; without a word all of them. Servers run in
//! processes of their own on the machine that the load comes from, and are started anew for each measurement. Rows of
//! a table in Markdown go to standard output, progress to standard error.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic,
    reason = "a benchmark prints figures, and ratios of times are no money"
)]

mod child;
mod connection;
mod load;
mod memory;
mod orders;
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

fn main() -> Outcome {
    // cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", what @ ..] => server::run(what),
        [] => {
            orders::measure()?;
            streams::measure()?;
            memory::measure()
        }
        ["orders"] => orders::measure(),
        ["streams"] => streams::measure(),
        ["memory"] => memory::measure(),
        _ => Err("use: served [orders|streams|memory]".into()),
    }
}
