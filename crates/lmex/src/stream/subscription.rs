//! The reader's end of streams.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lmex_api::stream::{OrderBook, Session, SessionConfig, StreamPath, Topic, TopicState};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::driver::Driver;
use super::event::StreamEvent;
use super::mailbox::Mailbox;
use crate::client::Client;
use crate::error::Error;

/// A set of topics, followed until this value is dropped.
///
/// Connections are made in the background, one for each stream path, and made again with back-off when they fail;
/// every topic is asked for again then, after a new login if some are private. A slow reader costs no memory: unread book
/// and best-price events are merged, and trades are dropped oldest first, which [`StreamEvent::Lagged`] tells.
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
    moved: watch::Receiver<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl Client {
    /// Follows topics. Must be called within a tokio runtime; returns at once.
    ///
    /// # Errors
    /// [`Error::NoCredentials`] where a topic is private and the client has no key.
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
        let origin = self.endpoints().ws()?;
        let mut by_path: BTreeMap<StreamPath, Vec<Topic>> = BTreeMap::new();
        for topic in topics.into_iter().map(Into::into) {
            if topic.is_private() && self.signer().is_none() {
                return Err(Error::NoCredentials);
            }
            by_path.entry(topic.path()).or_default().push(topic);
        }
        let (moved, has_moved) = watch::channel(());
        let mailbox = Arc::new(Mailbox::default());
        let mut sessions = BTreeMap::new();
        let mut tasks = Vec::new();
        for (path, topics) in by_path {
            let session = Arc::new(Mutex::new(Session::new(config, self.dialect(), topics)));
            sessions.insert(path, Arc::clone(&session));
            let url = format!("{origin}{}", path.as_str());
            let (client, mailbox) = (self.clone(), Arc::clone(&mailbox));
            let driver = Driver { client, url, path, session, mailbox, moved: moved.clone() };
            tasks.push(tokio::spawn(driver.run()));
        }
        if tasks.is_empty() {
            mailbox.close();
        }
        Ok(Subscription { mailbox, sessions, moved: has_moved, tasks })
    }
}

impl Subscription {
    /// The next event. `None` only if there was nothing to subscribe to.
    ///
    /// Cancel safe: no event is lost by dropping the future.
    pub async fn next(&mut self) -> Option<StreamEvent> {
        self.mailbox.next().await
    }

    /// Waits until the exchange has acknowledged every topic; a book only once there is one. Connections that fail are
    /// made again meanwhile, so give it a time-out of your own.
    ///
    /// Cancel safe, and no event is lost by it.
    ///
    /// # Errors
    /// [`Error::TopicRefused`] where the exchange acknowledges none of a topic's names, which it does with an empty list;
    /// [`Error::LoginRefused`] where it does not take the login.
    pub async fn ready(&mut self) -> Result<(), Error> {
        loop {
            self.moved.borrow_and_update();
            if self.are_all_live()? {
                return Ok(());
            }
            if self.moved.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    fn are_all_live(&self) -> Result<bool, Error> {
        let mut are_live = true;
        for session in self.sessions.values() {
            let session = session.lock().unwrap_or_else(PoisonError::into_inner);
            if session.is_login_refused() {
                return Err(Error::LoginRefused);
            }
            for (topic, state) in session.states() {
                match state {
                    TopicState::Live => {}
                    TopicState::Refused => return Err(Error::TopicRefused(topic)),
                    TopicState::Wanted | TopicState::Asked(_) => are_live = false,
                }
            }
        }
        Ok(are_live)
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
