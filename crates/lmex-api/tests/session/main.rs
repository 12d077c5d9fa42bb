//! A stream session, told what happens and asked what to do.

#![allow(clippy::unwrap_used, reason = "a test that fails by a panic says where")]

mod account;
mod public;
mod told;
