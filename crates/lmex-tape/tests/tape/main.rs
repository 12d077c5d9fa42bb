//! Tapes as files: written, read back, refused, imported.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helper functions are tests too")]

mod captures;
mod foreign_files;
mod import_book;
mod import_families;
mod import_refusals;
mod real_captures;
mod round_trip;
mod scanning;
mod writing;
