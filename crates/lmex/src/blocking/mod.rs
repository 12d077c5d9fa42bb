//! The same client for programs without an async runtime: each call waits for its answer.
//!
//! A [`Client`] brings a thread of its own, on which everything goes on that must go on between two calls: streams stay
//! connected, and a dead man's switch is renewed, also while the program sleeps or calculates.
//!
//! # Inside an async runtime
//!
//! A call that waits would stop everything else on that runtime's thread. So inside one, also on the threads of its
//! `spawn_blocking`, no call waits: each returns [`Error::InsideRuntime`], and nothing is sent. Use [`lmex::Client`](crate::Client)
//! there, or a thread of `std`.
//!
//! # Example
//!
//! ```no_run
//! use lmex::{Client, Endpoints, Environment, StreamEvent, Topic};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoints = Endpoints::new(
//!     Environment::Local,
//!     Some("http://127.0.0.1:9090"),
//!     Some("ws://127.0.0.1:9090"),
//!     &[],
//! )?;
//! let client = Client::builder(endpoints).build_blocking()?;
//! let btc = "BTC-PERP".parse()?;
//! println!("{}", client.price(btc)?.last_price);
//!
//! let topic = Topic::Book(btc);
//! let mut stream = client.subscribe([topic])?;
//! while let Some(event) = stream.next() {
//!     if event? == StreamEvent::Book(topic) {
//!         println!("{:?}", stream.book(topic).map(|book| book.mid()));
//!         break;
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod calls;
mod engine;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
pub use stream::Subscription;

use crate::client::ClientBuilder;
use crate::clock::Clock;
use crate::dead_man::DeadMansSwitch;
use crate::environment::{Endpoints, Environment};
use crate::error::Error;
use crate::tracker::OrderTracker;
use crate::{ClientOrderId, SessionConfig, Topic};

/// A client whose calls wait for their answers. Cloning it shares everything, the thread included.
///
/// The calls are those of [`lmex::Client`](crate::Client), and each says there what it does.
#[derive(Debug, Clone)]
pub struct Client {
    client: crate::Client,
    engine: Arc<Engine>,
}

impl ClientBuilder {
    /// Builds a client whose calls wait. May be called anywhere.
    ///
    /// # Errors
    /// Those of [`build`](Self::build), and where the thread can't be started.
    pub fn build_blocking(self) -> Result<Client, Error> {
        Ok(Client { client: self.build()?, engine: Arc::new(Engine::start()?) })
    }
}

impl Client {
    /// Waits for what this client's parts offer as a future, such as [`OrderTracker::next`] or
    /// [`DeadMansSwitch::call_off`].
    ///
    /// # Errors
    /// [`Error::InsideRuntime`] inside an async runtime; the future is not begun then.
    pub fn wait<F: Future>(&self, work: F) -> Result<F::Output, Error> {
        self.engine.wait(work)
    }

    /// Follows topics; see [`lmex::Client::subscribe`](crate::Client::subscribe).
    pub fn subscribe(
        &self,
        topics: impl IntoIterator<Item = impl Into<Topic>>,
    ) -> Result<Subscription, Error> {
        self.subscribe_with(topics, SessionConfig::default())
    }

    /// Follows topics with time limits of one's own.
    pub fn subscribe_with(
        &self,
        topics: impl IntoIterator<Item = impl Into<Topic>>,
        config: SessionConfig,
    ) -> Result<Subscription, Error> {
        let inner = self.engine.within(|| self.client.subscribe_with(topics, config))?;
        Ok(Subscription::new(inner, Arc::clone(&self.engine)))
    }

    /// Follows all orders, fills and positions of the account; [`wait`](Self::wait) for what it tells. It lives as long as
    /// this client or a clone of it. See [`lmex::Client::track`](crate::Client::track).
    pub fn track(&self) -> Result<OrderTracker, Error> {
        self.engine.within(|| self.client.track())
    }

    /// Arms the dead man's switch, which is renewed as long as it and this client live; see
    /// [`lmex::Client::dead_mans_switch`](crate::Client::dead_mans_switch).
    pub fn dead_mans_switch(&self, timeout: Duration) -> Result<DeadMansSwitch, Error> {
        self.wait(self.client.dead_mans_switch(timeout))?
    }

    /// Which exchange it talks to.
    pub fn environment(&self) -> Environment {
        self.client.environment()
    }

    /// Where the exchange is.
    pub fn endpoints(&self) -> &Endpoints {
        self.client.endpoints()
    }

    /// The clock nonces are taken from.
    pub fn clock(&self) -> &Clock {
        self.client.clock()
    }

    /// For how long the venue has blocked this client, if it has.
    pub fn blocked_for(&self) -> Option<Duration> {
        self.client.blocked_for()
    }

    /// Whether this client has sent an order with this id.
    pub fn has_sent(&self, client_id: ClientOrderId) -> bool {
        self.client.has_sent(client_id)
    }
}
