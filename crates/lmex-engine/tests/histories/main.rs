//! Laws that hold on every history, tried on random ones. A failing history is shrunk and printed by proptest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helper functions are tests too")]

mod bookkeeper;
mod conditions;
mod fund;
mod generate;
mod hush;
mod kinds;
mod laws;
mod odd;
mod plain;
mod seeds;
mod server;
mod shrink;
mod storage;
mod tally;
mod twin;

use proptest::test_runner::Config;

/// 400 histories for each law, or what `PROPTEST_CASES` says.
fn config() -> Config {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let default = Config::default();
    if asked { default } else { Config { cases: 400, ..default } }
}
