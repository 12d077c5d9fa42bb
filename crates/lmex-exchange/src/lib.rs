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
//! task on a thread of its own that owns the engine and the `views`; after every command it tells the `sockets`.

mod accounts;
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
mod journal;
mod limits;
mod routes;
mod secret;
mod server;
mod sockets;
mod translate;
pub mod views;

pub use accounts::{AccountError, DEMO_ACCOUNT};
pub use clock::{Clock, Clocks};
pub use config::{AccountConfig, ExchangeConfig, Fees, KeyConfig, Source};
pub use desk::{DeskGone, DeskHandle, DeskState};
pub use exchange::{Exchange, Handle, StartError};
pub use feed::Batch;
pub use journal::{
    BadSnapshot, DataDir, DataError, Difference, JournalDisk, KeepingBounds, Recovery, RestoreError,
    Unreadable, Verified, VerifyError, seed_of, verify,
};
pub use limits::LimitsMode;
pub use lmex_api::Permission;
pub use lmex_journal::Durability;
pub use secret::Secret;
pub use server::ConnectionBounds;
