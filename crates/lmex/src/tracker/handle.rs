//! The reader's end of a tracker.

use std::sync::Arc;
use std::time::Duration;

use lmex_api::stream::SessionConfig;
use lmex_types::ClientOrderId;
use tokio::task::JoinHandle;

use super::follow::{TOPICS, follow};
use super::order::TrackedOrder;
use super::position::TrackedPosition;
use super::reconcile::reconcile;
use super::shared::{Shared, SyncState};
use super::update::Update;
use crate::client::Client;
use crate::error::Error;

/// How a tracker works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackerConfig {
    /// How often what is known is compared with the exchange although nothing seems wrong (default 30 s). A stream may
    /// leave something out while it answers. Each comparison asks three questions, and one for every order that is
    /// missing.
    pub every: Duration,
    /// How often it is compared at most, however much seems wrong (default 1 s): the questions use up the rate limit of
    /// everything else.
    pub at_most_every: Duration,
    /// How patient its streams are.
    pub streams: SessionConfig,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(30),
            at_most_every: Duration::from_secs(1),
            streams: SessionConfig::default(),
        }
    }
}

/// Knows every order, fill and position of the account, until it is dropped.
///
/// It hears what this client does (from the intent in the journal to the answer), what the exchange tells on the account's
/// streams, and what it answers when asked; in any order, twice or not at all, that comes to the same. What others do with
/// the account is adopted, and labelled by its [`Origin`](super::Origin): other programs, the website, liquidation and
/// auto-deleveraging. It compares what it knows with the exchange at the start, after every new connection, whenever a
/// stream has left something out, and from time to time ([`TrackerConfig::every`]); [`in_sync`](Self::in_sync) waits for
/// that, and [`SyncState`] says where it stands. Trade on what it knows while it is in sync only.
///
/// ```no_run
/// # async fn run(client: lmex::Client) -> Result<(), lmex::Error> {
/// use lmex::{NewOrder, Side, Size, Update};
/// let tracker = client.track()?;
/// tracker.in_sync().await;
/// let bid = NewOrder::limit("BTC-PERP".parse().unwrap(), Side::Buy, Size::Contracts(100), "60000".parse().unwrap());
/// client.place(&bid).await?;
/// loop {
///     match tracker.next().await {
///         Update::Order(order) => println!("{:?}: {}, {} filled", order.client_id, order.state, order.filled),
///         Update::Fill(fill) => println!("{} at {}", fill.size, fill.price),
///         Update::OutOfSync(why) => println!("wait: {why}"),
///         _ => {}
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct OrderTracker {
    shared: Arc<Shared>,
    tasks: [JoinHandle<()>; 2],
}

impl Client {
    /// Follows all orders, fills and positions of the account. Must be called within a tokio runtime; returns at once.
    ///
    /// # Errors
    /// [`Error::NoCredentials`] without a key, and [`Error::Tracked`] if this client has a tracker already.
    pub fn track(&self) -> Result<OrderTracker, Error> {
        self.track_with(TrackerConfig::default())
    }

    /// Follows the account with time limits of one's own.
    pub fn track_with(&self, config: TrackerConfig) -> Result<OrderTracker, Error> {
        let stream = self.subscribe_with(TOPICS, config.streams)?;
        let shared = Arc::new(Shared::new(TOPICS));
        if !self.orders().appoint(&shared) {
            return Err(Error::Tracked);
        }
        let tasks = [
            tokio::spawn(follow(stream, Arc::clone(&shared))),
            tokio::spawn(reconcile(self.clone(), Arc::clone(&shared), config)),
        ];
        Ok(OrderTracker { shared, tasks })
    }
}

impl OrderTracker {
    /// The next piece of news. What was read is not told again.
    ///
    /// Cancel safe: no update is lost by dropping the future.
    pub async fn next(&self) -> Update {
        self.shared.next().await
    }

    /// Whether what is known was compared with the exchange since it last could have gone wrong.
    pub fn sync_state(&self) -> SyncState {
        self.shared.sync().borrow().clone()
    }

    /// Waits until it is. Cancel safe.
    pub async fn in_sync(&self) {
        let mut sync = self.shared.sync();
        // The sender lives as long as this value does.
        let _ = sync.wait_for(|state| *state == SyncState::InSync).await;
    }

    /// Compares with the exchange now, and waits until a comparison that began after this call has succeeded.
    ///
    /// Cancel safe.
    pub async fn reconcile(&self) {
        self.shared.compared_anew().await;
    }

    /// All orders that are known: those that are open, and the last ten thousand that have ended.
    pub fn orders(&self) -> Vec<TrackedOrder> {
        self.shared.read(|ledger| ledger.orders().cloned().collect())
    }

    /// Orders that may trade.
    pub fn open_orders(&self) -> Vec<TrackedOrder> {
        self.shared.read(|ledger| ledger.open_orders().cloned().collect())
    }

    /// An order by one's own id; of a pair the one that was heard of first.
    pub fn order(&self, client_id: ClientOrderId) -> Option<TrackedOrder> {
        self.shared.read(|ledger| ledger.order(client_id).cloned())
    }

    /// An order by the exchange's id.
    pub fn order_by_id(&self, order_id: &str) -> Option<TrackedOrder> {
        self.shared.read(|ledger| ledger.order_by_id(order_id).cloned())
    }

    /// Positions that are open.
    pub fn positions(&self) -> Vec<TrackedPosition> {
        self.shared.read(|ledger| ledger.positions().cloned().collect())
    }
}

impl Drop for OrderTracker {
    fn drop(&mut self) {
        self.shared.end();
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
