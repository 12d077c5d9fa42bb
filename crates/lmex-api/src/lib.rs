//! What LMEX says on the wire, as values: every endpoint, message and signature, and the decisions a polite client
//! makes about pace and retry.
//!
//! This crate decides how bytes and meanings correspond. It never opens a socket, reads a clock or draws a random
//! number: time, jitter and bytes are arguments, so that the same code serves the SDK, the local exchange and
//! their tests.
//!
//! # One call, without a network
//!
//! ```
//! use lmex_api::{Signer, futures::OpenOrders, prepare};
//!
//! let request = prepare(&OpenOrders { symbol: Some("BTC-PERP".parse()?), order: None })?;
//! assert_eq!(request.target(), "/futures/api/v2.3/user/open_orders?symbol=BTC-PERP");
//! // The signature covers the path without `/futures` and without the query.
//! assert_eq!(request.signed_path(), "/api/v2.3/user/open_orders");
//! let signature = Signer::new(b"secret").sign_request(request.signed_path(), "1624985375123", request.body());
//! assert_eq!(signature.as_str().len(), 96);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod catalog;
mod code;
mod dialect;
mod endpoint;
mod error;
pub mod futures;
mod header;
mod nonce;
mod pace;
mod request;
mod retry;
mod sign;
pub mod stream;
mod unlock;
pub mod wire;

pub use answer::{MAX_SHOWN_BODY, answer, answer_to};
pub use catalog::CATALOG;
pub use code::{OrderKind, Status};
pub use dialect::{Dialect, UnknownDialect};
pub use endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
pub use error::{ApiError, ErrorKind};
pub use header::MARKET_SOURCE;
pub use nonce::Nonces;
pub use pace::{Admission, Limits, Pacer, RateClass};
pub use request::{PrepareError, Query, Request, prepare};
pub use retry::{Outcome, Retry, RetryDecision};
pub use sign::{Signature, Signer};
pub use unlock::unlock_time;
