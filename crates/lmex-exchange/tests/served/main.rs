//! What is served as a whole: each endpoint and topic of the lists, in both dialects, to several accounts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helper functions are tests too")]

mod adl;
mod conformance;
mod cross_account;
mod dialect;
mod evidence;
mod hedge;
mod modes;
mod oddities;
mod openapi;
mod own_money;
mod quiet;
mod reduce_only;
mod stream;
#[path = "../exchange/venue/mod.rs"]
mod venue;
mod walk;
