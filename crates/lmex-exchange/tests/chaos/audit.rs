//! What really happened, as told to a key for which nothing fails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lmex::futures::OrderRef;
use lmex::{AccountTopic, Client, ClientOrderId, Decimal, OrderState, OrderTracker, StreamEvent};
use lmex_exchange::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::venue::{AUDITOR, client};

/// Hears of every order of the account from the beginning.
pub(crate) struct Audit {
    client: Client,
    heard: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
    /// How many pieces of news there were.
    news: watch::Receiver<usize>,
    hearing: JoinHandle<()>,
}

/// Nothing is held back longer.
const QUIET: Duration = Duration::from_millis(600);
/// Something is placed by then, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of orders that were sent.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) placed: usize,
    pub(crate) refused: usize,
    pub(crate) never_sent: usize,
    pub(crate) unknown: usize,
}

/// What a client was told about an order that it wanted to place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The exchange has it.
    Placed,
    /// Nothing of it exists.
    Refused,
    /// It has not left.
    NeverSent,
    /// Nothing for certain.
    Unknown,
}

impl Audit {
    pub(crate) async fn start(exchange: &Handle) -> Self {
        let client = client(&exchange.rest_url(), &exchange.ws_url(), AUDITOR);
        let client = client.timeout(Duration::from_secs(20)).build().unwrap();
        let mut stream = client.subscribe([AccountTopic::Notifications]).unwrap();
        stream.ready().await.unwrap();
        let heard = Arc::new(Mutex::new(BTreeMap::<String, BTreeSet<String>>::new()));
        let (count, news_heard) = watch::channel(0);
        let hearing = {
            let heard = Arc::clone(&heard);
            tokio::spawn(async move {
                while let Some(event) = stream.next().await {
                    match event {
                        StreamEvent::Notifications(news) => {
                            count.send_modify(|count| *count += news.len());
                            let mut heard = heard.lock().unwrap();
                            for news in news.into_iter().filter(|news| !news.status.is_refusal()) {
                                heard.entry(news.cl_order_id).or_default().insert(news.order_id);
                            }
                        }
                        StreamEvent::Lagged(_) | StreamEvent::Disconnected { .. } => {
                            panic!("the auditor has missed something: {event:?}")
                        }
                        _ => {}
                    }
                }
            })
        };
        Self { client, heard, news: news_heard, hearing }
    }

    /// Waits for so many more pieces of news.
    pub(crate) async fn more(&self, count: usize) {
        let mut news = self.news.clone();
        let present = *news.borrow_and_update();
        let heard = news.wait_for(|all| *all >= present + count);
        tokio::time::timeout(PATIENCE, heard).await.expect("they trade").expect("the auditor hears");
    }

    /// Waits until nothing happens any more.
    pub(crate) async fn quiet(&self) {
        let mut news = self.news.clone();
        while tokio::time::timeout(QUIET, news.changed()).await.is_ok() {}
    }

    /// Nothing is doubled, what was said of every order is true, and nothing is lost.
    pub(crate) fn check(&self, told: &BTreeMap<ClientOrderId, Told>) -> Counts {
        assert!(!self.hearing.is_finished(), "the auditor has ended");
        let heard = self.heard.lock().unwrap();
        let mut counts = Counts::default();
        for (id, orders) in heard.iter().filter(|(id, _)| !id.is_empty()) {
            assert_eq!(orders.len(), 1, "order {id} exists {} times", orders.len());
            assert!(told.contains_key(&id.parse().unwrap()), "order {id} exists and was sent by nobody");
        }
        for (id, told) in told {
            let exists = heard.contains_key(id.as_str());
            match told {
                Told::Placed => counts.placed += 1,
                Told::Refused => counts.refused += 1,
                Told::NeverSent => counts.never_sent += 1,
                Told::Unknown => counts.unknown += 1,
            }
            let is_true = match told {
                Told::Placed => exists,
                Told::Refused | Told::NeverSent => !exists,
                Told::Unknown => true,
            };
            assert!(is_true, "order {id} was said to be {told:?}, and exists: {exists}");
        }
        counts
    }

    /// The tracker knows what the exchange knows: each of these orders, all open ones, all positions.
    pub(crate) async fn compare(
        &self,
        tracker: &OrderTracker,
        ids: impl Iterator<Item = &ClientOrderId>,
        is_lasting: bool,
    ) {
        let open = self.client.open_orders(None).await.unwrap().into_data();
        let mut theirs: Vec<_> = open
            .into_iter()
            .map(|order| (order.order_id, order.price, order.current_order_size, order.total_filled_size))
            .collect();
        let mut ours: Vec<_> = tracker
            .open_orders()
            .into_iter()
            .map(|order| (order.order_id.unwrap(), order.price, order.size, order.filled))
            .collect();
        theirs.sort();
        ours.sort();
        assert_eq!(ours, theirs, "open orders");
        let held = self.client.positions(None).await.unwrap().into_data();
        let mut theirs: Vec<_> = held.iter().map(|held| (held.symbol, Some(held.side), held.size)).collect();
        let mut ours: Vec<_> =
            tracker.positions().iter().map(|held| (held.symbol, held.side, held.contracts)).collect();
        theirs.sort();
        ours.sort();
        assert_eq!(ours, theirs, "positions");
        if is_lasting {
            for id in ids {
                self.compare_order(tracker, *id).await;
            }
        }
    }

    async fn compare_order(&self, tracker: &OrderTracker, id: ClientOrderId) {
        let exists = self.heard.lock().unwrap().contains_key(id.as_str());
        let ours = tracker.order(id);
        if !exists {
            let state = ours.map_or(OrderState::Absent, |order| order.state);
            assert!(
                matches!(state, OrderState::Absent | OrderState::Refused),
                "{id} does not exist and is {state}"
            );
            return;
        }
        let ours = ours.unwrap_or_else(|| panic!("{id} exists and is not known"));
        let theirs = self.client.order(OrderRef::Client(id)).await.unwrap().into_data();
        let state = match theirs.status {
            lmex::Status::FULLY_TRANSACTED => OrderState::Filled,
            lmex::Status::CANCELLED | lmex::Status::REFUNDED => OrderState::Cancelled,
            _ if theirs.total_filled_size > Decimal::ZERO => OrderState::PartlyFilled,
            _ => OrderState::Open,
        };
        assert_eq!((ours.state, ours.filled), (state, theirs.total_filled_size), "{id}: {theirs:?}");
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        self.hearing.abort();
    }
}
