//! An LMEX of one's own: serves the futures REST API and streams on loopback, over the pure engine.
//!
//! This crate decides how requests become engine commands and how engine events become answers and streams. It never
//! decides a trade: that is the engine's, and it never sends anything to another machine.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use lmex_exchange::{Exchange, ExchangeConfig};
//! let mut config = ExchangeConfig::default();
//! config.listen.set_port(0); // a free one
//! let exchange = Exchange::start(config).await?;
//! assert!(exchange.rest_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(exchange.market_source(), "simulated, seed 1");
//! exchange.shutdown().await;
//! # Ok::<(), lmex_exchange::StartError>(())
//! # }).unwrap();
//! ```
//!
//! # The way of a request
//!
//! A handler in `routes` gets a `call`: counted by `limits`, and for private endpoints proven by `auth`. It reads its
//! `fields` strictly, acts at the `desk`, and answers what `translate` makes of the engine's state. The desk is one
//! task on a thread of its own that owns the engine and the `views`; after every command it tells the `sockets`. What goes
//! wrong on demand is put in around the routes and before the sockets by [`faults`]; `admin` is how whoever runs the
//! exchange asks for it, and moves the venue's time.

mod accounts;
mod admin;
mod auth;
mod call;
mod clock;
mod config;
pub mod crowd;
mod desk;
mod dialect;
mod error_body;
mod exchange;
pub mod faults;
mod feed;
mod fields;
mod grouping;
pub mod history;
mod ids;
mod journal;
mod limits;
pub mod openapi;
mod routes;
mod secret;
mod server;
mod sockets;
mod table;
mod translate;
pub mod views;

pub use accounts::{AccountError, DEMO_ACCOUNT};
pub use clock::{Clock, Clocks, Flow, Speed, SpeedError, TimeControl, TimeError, TimeStatus};
pub use config::{AccountConfig, ExchangeConfig, Fees, KeyConfig, Source};
pub use desk::{DeskGone, DeskHandle, DeskState, StepError};
pub use dialect::{DIFFERENCES, Dialect, Difference};
pub use exchange::{Exchange, Handle, StartError};
pub use feed::Batch;
pub use journal::{
    BadSnapshot, DataDir, DataError, Disagreement, JournalDisk, KeepingBounds, Made, Recovery, RestoreError,
    Unreadable, Verified, VerifyError, made_as, verify,
};
pub use limits::LimitsMode;
pub use lmex_api::Permission;
pub use lmex_journal::Durability;
pub use secret::Secret;
pub use server::ConnectionBounds;
