//! A stream that is read by waiting.

use std::sync::Arc;
use std::time::Duration;

use lmex_api::stream::{OrderBook, Topic};

use super::engine::Engine;
use crate::error::Error;
use crate::stream::StreamEvent;

/// A set of topics, followed until this value is dropped: an iterator of events.
///
/// It goes on between two calls, on the client's thread; what an unread event is worth, and that a slow reader costs no
/// memory, is said at [`lmex::Subscription`](crate::Subscription). An item is an error only inside an async runtime.
#[derive(Debug)]
pub struct Subscription {
    inner: crate::Subscription,
    engine: Arc<Engine>,
}

impl Subscription {
    pub(super) fn new(inner: crate::Subscription, engine: Arc<Engine>) -> Self {
        Self { inner, engine }
    }

    /// The next event, if one comes within so long.
    ///
    /// # Errors
    /// [`Error::InsideRuntime`] inside an async runtime.
    pub fn next_within(&mut self, patience: Duration) -> Result<Option<StreamEvent>, Error> {
        let next = async { tokio::time::timeout(patience, self.inner.next()).await };
        self.engine.wait(next).map(|event| event.ok().flatten())
    }

    /// Waits until the exchange has acknowledged every topic, at most so long: whether it has. No event is lost by it.
    ///
    /// # Errors
    /// Those of [`lmex::Subscription::ready`](crate::Subscription::ready), and [`Error::InsideRuntime`] inside an async runtime.
    pub fn ready_within(&mut self, patience: Duration) -> Result<bool, Error> {
        let ready = async { tokio::time::timeout(patience, self.inner.ready()).await };
        match self.engine.wait(ready)? {
            Ok(result) => result.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// A copy of the maintained book of a topic; `None` while there is none that can be trusted.
    pub fn book(&self, topic: Topic) -> Option<OrderBook> {
        self.inner.book(topic)
    }

    /// Reads the maintained book in place; `None` while there is none that can be trusted. Don't linger: the stream
    /// waits meanwhile.
    pub fn with_book<T>(&self, topic: Topic, read: impl FnOnce(&OrderBook) -> T) -> Option<T> {
        self.inner.with_book(topic, read)
    }
}

impl Iterator for Subscription {
    type Item = Result<StreamEvent, Error>;

    /// Waits for the next event. `None` only if there was nothing to subscribe to.
    fn next(&mut self) -> Option<Self::Item> {
        self.engine.wait(self.inner.next()).transpose()
    }
}
