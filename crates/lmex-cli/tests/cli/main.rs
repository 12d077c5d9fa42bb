//! What a user of `lmex` sees: every verb in every format, refusals with their exit codes, signals, secrets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod amend_cancel_close;
mod api;
mod catalog;
mod controls;
mod data;
mod demo;
mod doctor;
mod endpoints;
mod environments;
mod exchange;
mod help;
mod interrupted;
mod live;
mod market;
mod orders;
mod output;
mod refusals;
mod secrets;
mod sign;
mod stream;
mod terminal;
mod verify;
