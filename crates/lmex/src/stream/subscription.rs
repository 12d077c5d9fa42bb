//! The reader's end of streams.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lmex_api::stream::{OrderBook, Session, SessionConfig, StreamPath, Topic};
use tokio::task::JoinHandle;

use super::driver::Driver;
use super::event::StreamEvent;
use super::mailbox::Mailbox;
use crate::client::Client;
use crate::error::Error;

/// A set of topics, followed until this value is dropped.
///
/// Connections are made in the background, one for each stream path, and made again with back-off when they fail;
/// every topic is asked for again then. A slow reader costs no memory: unread book and best-price events are merged,
/// and trades are dropped oldest first, which [`StreamEvent::Lagged`] tells.
///
/// ```no_run
/// # async fn run(client: lmex::Client) -> Result<(), lmex::Error> {
/// use lmex::{StreamEvent, Topic};
/// let topic = Topic::Book("BTC-PERP".parse().unwrap());
/// let mut stream = client.subscribe([topic])?;
/// while let Some(event) = stream.next().await {
///     if event == StreamEvent::Book(topic) {
///         if let Some(book) = stream.book(topic) {
///             println!("{:?} {:?}", book.best_bid(), book.best_ask());
///         }
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Subscription {
    mailbox: Arc<Mailbox>,
    sessions: BTreeMap<StreamPath, Arc<Mutex<Session>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Client {
    /// Follows topics. Must be called within a tokio runtime; returns at once.
    pub fn subscribe(&self, topics: impl IntoIterator<Item = Topic>) -> Result<Subscription, Error> {
        self.subscribe_with(topics, SessionConfig::default())
    }

    /// Follows topics with time limits of one's own.
    pub fn subscribe_with(
        &self,
        topics: impl IntoIterator<Item = Topic>,
        config: SessionConfig,
    ) -> Result<Subscription, Error> {
        let origin = self.endpoints().ws()?;
        let mut by_path: BTreeMap<StreamPath, Vec<Topic>> = BTreeMap::new();
        for topic in topics {
            by_path.entry(topic.path()).or_default().push(topic);
        }
        let mailbox = Arc::new(Mailbox::default());
        let mut sessions = BTreeMap::new();
        let mut tasks = Vec::new();
        for (path, topics) in by_path {
            let session = Arc::new(Mutex::new(Session::new(config, topics)));
            sessions.insert(path, Arc::clone(&session));
            let url = format!("{origin}{}", path.as_str());
            let driver = Driver {
                url,
                session,
                mailbox: Arc::clone(&mailbox),
                clock: self.clock().clone(),
                trust: self.trust().clone(),
            };
            tasks.push(tokio::spawn(driver.run()));
        }
        if tasks.is_empty() {
            mailbox.close();
        }
        Ok(Subscription { mailbox, sessions, tasks })
    }
}

impl Subscription {
    /// The next event. `None` only if there was nothing to subscribe to.
    ///
    /// Cancel safe: no event is lost by dropping the future.
    pub async fn next(&mut self) -> Option<StreamEvent> {
        self.mailbox.next().await
    }

    /// A copy of the maintained book of a topic; `None` while there is none that can be trusted.
    pub fn book(&self, topic: Topic) -> Option<OrderBook> {
        self.with_book(topic, OrderBook::clone)
    }

    /// Reads the maintained book in place; `None` while there is none that can be trusted. Don't linger: the stream
    /// waits meanwhile.
    pub fn with_book<T>(&self, topic: Topic, read: impl FnOnce(&OrderBook) -> T) -> Option<T> {
        let session = self.sessions.get(&topic.path())?.lock().unwrap_or_else(PoisonError::into_inner);
        session.book(topic).filter(|book| book.in_sync()).map(read)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
