//! The streams: `/ws/oss/futures` for order books, `/ws/futures` for trades and what concerns one account.
//!
//! # How to use it
//!
//! ```text
//! let config = SocketConfig { id_seed: seed, ..SocketConfig::default() };
//! let hub: HubHandle = Hub::spawn(Standing::default(), batches: mpsc::Receiver<Arc<Batch>>, config, audience);
//! // An Authenticator, or a closure |path, key, nonce, signature| -> Result<AccountId, LoginRefused>:
//! let auth: Arc<dyn Authenticator> = Arc::new(…);
//! let app = axum::Router::new().merge(sockets::router(hub, auth, config));
//! ```
//!
//! `Hub::spawn` must run inside a tokio runtime. What stands may be nothing: a market also comes to the hub with its
//! `MarketOpened` event. Then let nobody connect before the batches that open the markets are sent (await one
//! `DeskHandle::read` before serving): a topic of a market that is not open yet is unknown. Every batch goes to the
//! hub once, in order, and before any request that comes after it. When the sender of batches is dropped the hub ends
//! and closes every connection. Set `TCP_NODELAY` on accepted sockets.
//!
//! # How it works
//!
//! One task, the hub, hears every batch of the desk. It keeps a book per market, writes each message once and puts
//! it into the outbox of whoever subscribed. It never waits for a client: an outbox that is full is closed, with
//! error 1007 and a close frame that says why for a farewell, and nobody else notices. Answers to pings are counted
//! there too. What concerns one account is looked up and made up for that account's listeners alone. Each connection
//! has a task that empties its outbox into the
//! socket and hands what the client asks to the hub, which answers in order: acknowledgement first, then data. A client
//! that asks for more topics a second than [`SocketConfig`] allows waits alone, and the hub hears all batches that are
//! there before each request.
//!
//! # What is served
//!
//! | topic | where | data |
//! |---|---|---|
//! | `update:SYM_0`, `update:SYM` | `/ws/oss/futures` | best 50 levels a side: a snapshot, then deltas |
//! | `snapshotL1:SYM`, `snapshotL1:SYM_0` | `/ws/oss/futures` | best bid and offer at once, then at each change |
//! | `tradeHistoryApi:SYM`, `…V2:SYM`, `…V3:SYM` | `/ws/futures` | public trades as they happen |
//! | `fillsV2`, `notificationApiV3`, `notificationApiV4` | `/ws/futures`, after login | one's own fills, and what becomes of one's orders |
//! | `allPositionV3`, `allPositionV4` | `/ws/futures`, after login | all open positions, every 5 seconds of real time |
//! | `positionsV2`, `positionsV3` | `/ws/futures`, after login | each position that changes; one that is closed comes once more, with no contracts |
//! | `open-order:SYM-USD`, `…:SYM-USDT`, `…:SYM` | `/ws/futures`, after login | all open orders, then changes, numbered for each listener |
//!
//! Sources: LMEX's stream documentation for topics, acknowledgements, login and keep-alive; BTSE's for error codes,
//! text `ping` and the fields of version 2.3; a capture of LMEX for the legacy trade topic, which answers under
//! `tradeHistoryApi` with the old name `BTCPFC`.

mod all_positions;
mod allowance;
mod audience;
mod auth;
mod book_feed;
mod book_message;
mod channel;
mod config;
mod connection;
mod hub;
mod ladder;
mod listeners;
mod market_feed;
mod open_orders;
mod outbox;
mod own_orders;
mod position_message;
mod private_message;
mod reply;
mod request;
mod route;
mod standing;
mod switchboard;

#[cfg(test)]
mod tests;

pub(crate) use all_positions::tell_all_positions;
pub(crate) use audience::Audience;
pub(crate) use auth::LoginRefused;
pub(crate) use channel::topic_patterns;
pub(crate) use config::SocketConfig;
pub(crate) use hub::{Hub, HubHandle};
pub(crate) use route::router;
pub(crate) use standing::Standing;
