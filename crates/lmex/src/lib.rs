//! The LMEX SDK: talk to LMEX, its testnet, or an exchange of your own, by REST and stream, and never lose or double an
//! order.
//!
//! This crate decides how to talk to the venue: when a request may leave, what is signed, what is sent again and what
//! never is. It never decides what to trade, never prints, and never reads a file of yours that it was not given.
//!
//! Unofficial; trading risks money; it has never yet been run against the real LMEX.
//!
//! # First order
//!
//! ```no_run
//! use lmex::{Client, Credentials, Endpoints, Environment, NewOrder, OrderOutcome, Side, Size};
//!
//! # async fn first_order() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoints = Endpoints::new(Environment::Local, Some("http://127.0.0.1:9090"), None, &[])?;
//! let client = Client::builder(endpoints)
//!     .credentials(Credentials::from_env(Environment::Local)?)
//!     .journal("journal") // intents are on disk before an order is sent
//!     .build()?;
//!
//! let btc = "BTC-PERP".parse()?;
//! let bid = client.orderbook_l2(btc, 1).await?.buy_quote[0].price;
//! let order = NewOrder::limit(btc, Side::Buy, Size::Contracts(100), bid).post_only();
//! match client.place(&order).await? {
//!     OrderOutcome::Done(done) => println!("{} {}", done.order.order_id, done.order.status),
//!     OrderOutcome::Refused(refusal) => println!("refused: {refusal}"),
//!     OrderOutcome::Unknown(order) => println!("{order}; resolve it before the next one"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Examples
//!
//! Whole programs, each named by what it shows, are in `crates/lmex/examples`: `first_order`, `quoting_both_sides`,
//! `three_books`, `surviving_a_disconnect`, `moving_to_testnet`, `blocking_script`.
//!
//! # Where to look
//!
//! - [`Client`]: every call; [`Reply`]: an answer with status, headers and latency.
//! - [`NewOrder`] and [`OrderOutcome`]: orders and what can become of them; [`Trigger`] and [`Exits`]: what they wait for,
//!   and what closes what they open.
//! - [`DeadMansSwitch`]: all orders are cancelled when the program dies.
//! - [`OrderTracker`]: what has become of every order, fill and position of the account, whoever caused it.
//! - [`Subscription`]: streams, with a maintained [`OrderBook`]; [`AccountTopic`]: those about one's own account.
//! - [`blocking`]: the same for programs without an async runtime.
//! - [`Endpoints`] and [`Credentials`]: where, and as whom.
//! - [`observability`]: spans and metrics.
//! - [`Pace`]: rate limits. [`Error`]: what can go wrong, and whether anything was sent.

mod account;
pub mod blocking;
mod budget;
mod call;
mod client;
mod clock;
mod credentials;
mod dead_man;
mod environment;
mod error;
mod gate;
mod http_date;
mod instruments;
mod local;
mod market;
pub mod observability;
mod orders;
mod private;
mod reply;
mod secret;
mod settings;
mod stream;
mod tls;
mod tracker;
mod transport;
mod wallets;

pub use client::{Client, ClientBuilder};
pub use clock::Clock;
pub use credentials::{Credentials, CredentialsError};
pub use dead_man::{DeadMansSwitch, SwitchState};
pub use environment::{EndpointError, Endpoints, Environment};
pub use error::Error;
pub use gate::Pace;
pub use lmex_api::futures;
pub use lmex_api::stream::{
    AccountTopic, LoginOperation, Notification, OpenOrderUpdate, OrderBook, SessionConfig, StreamFill,
    StreamOrder, StreamPath, StreamPosition, StreamTrade, TopOfBook, Topic,
};
pub use lmex_api::{ApiError, Dialect, ErrorKind, Limits, OrderKind, Retry, Signature, Signer, Status};
pub use lmex_types::{
    ClientOrderId, Decimal, Grid, GridError, IdError, Instrument, OrderId, OrderType, Side, Size, SizeError,
    SizeParseError, Symbol, SymbolError, TimeInForce, TimeMs,
};
pub use local::{AdminError, LocalAdmin, LocalExchange, LocalState};
pub use market::MarkedCandle;
pub use orders::{
    CheckedOrder, DoneOrder, Durability, Exits, JournalError, NewAlgoOrder, NewOrder, OrderError,
    OrderOutcome, OrderPrice, Refusal, Resolution, Trigger, UnknownOrder, new_client_id,
};
pub use reply::Reply;
pub use secret::{MalformedKey, Secret};
pub use stream::{RawStream, StreamEvent, Subscription};
pub use tls::TlsError;
pub use tracker::{
    OrderState, OrderTracker, Origin, SyncState, TrackedFill, TrackedOrder, TrackedPosition, TrackerConfig,
    Update,
};
pub use transport::{Transport, TransportError, TransportFuture};
