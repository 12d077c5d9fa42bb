//! An LMEX of one's own: serves the futures REST API and streams on loopback, over the pure engine.
//!
//! This crate decides how requests become engine commands and how engine events become answers and streams. It never
//! decides a trade: that is the engine's, and it never sends anything to another machine.

mod auth;
mod call;
mod clock;
mod config;
pub mod crowd;
mod desk;
mod error_body;
mod exchange;
mod feed;
mod fields;
pub mod history;
mod ids;
mod limits;
mod routes;
mod secret;
mod server;
mod sockets;
mod translate;
pub mod views;

pub use clock::{Clock, Clocks};
pub use config::{ExchangeConfig, Source};
pub use desk::{DeskGone, DeskHandle, DeskState};
pub use exchange::{Exchange, Handle, StartError};
pub use feed::Batch;
pub use limits::LimitsMode;
pub use secret::Secret;
