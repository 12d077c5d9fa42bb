//! The SDK against the local exchange, over sockets that fail in every way that users have reported, and against
//! scripted answers where time has to be moved by hand.
//!
//! Nothing here sleeps to wait for something: tests wait for what happened, or on a clock that they move.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "all of it is tests")]

mod absence;
mod account_streams;
mod authentication;
mod calls;
mod changes;
mod closes;
mod conditional;
mod dead_man;
mod examples;
mod faults;
mod journal;
mod lost_answers;
mod never_sent;
mod observability;
mod on_demand;
mod processes;
mod rate_limits;
mod reliability;
mod rig;
mod scenarios;
mod script;
mod script_server;
mod scripted_streams;
mod settings;
mod streams;
mod tracker;
