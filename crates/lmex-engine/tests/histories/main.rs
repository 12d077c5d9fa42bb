//! Laws that hold on every history, tried on random ones. A failing history is shrunk and printed by proptest.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helper functions are tests too")]

mod conditions;
mod generate;
mod laws;
mod twin;
