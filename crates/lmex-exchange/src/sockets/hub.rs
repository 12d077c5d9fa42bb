//! The task that hears every batch and tells every client.

mod own;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use lmex_api::stream::StreamPath;
use lmex_engine::{AccountId, Event, MarketId};
use lmex_types::TimeMs;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::audience::Audience;
use super::channel::{Channel, MarketTopic};
use super::config::SocketConfig;
use super::market_feed::{MarketFeed, trades_data};
use super::own_orders::{OwnOrders, Tidings};
use super::reply::{self, Complaint};
use super::standing::Standing;
use super::switchboard::{Client, ConnectionId, Switchboard};
use crate::Batch;
use crate::desk::{DeskGone, WeakDeskHandle};
use crate::dialect::{Dialect, Manners as _};
use crate::feed::PositionNews;
use crate::grouping::Grouping;

/// Requests of connections that wait for the hub. When there are more, connections wait: the hub never does.
const MAX_WAITING_REQUESTS: usize = 1_024;

/// What connections talk to. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct HubHandle {
    requests: mpsc::Sender<HubRequest>,
    next_id: Arc<AtomicU64>,
    /// Whom it hears; it knows why it has ended.
    desk: Option<WeakDeskHandle>,
    /// Who listens to what costs something to make up.
    pub(super) audience: Audience,
}

/// The hub is over: the exchange is shutting down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the exchange is shutting down: connect again when it is back")]
pub(super) struct HubGone;

/// What a connection asks of the hub.
#[derive(Debug)]
pub(super) enum HubRequest {
    Join(ConnectionId, Client),
    Subscribe(ConnectionId, Vec<String>),
    Unsubscribe(ConnectionId, Vec<String>),
    LogIn(ConnectionId, AccountId),
    Leave(ConnectionId),
    /// All open positions of all users, for who wants to hear them, as they were after a command.
    AllPositions(u64, Vec<PositionNews>),
}

impl HubHandle {
    /// The same, of an exchange with a desk.
    pub(crate) fn of(self, desk: WeakDeskHandle) -> Self {
        Self { desk: Some(desk), ..self }
    }

    /// Why the hub is over, if the desk says so in time.
    pub(super) async fn end_within(&self, patience: Duration) -> Option<DeskGone> {
        self.desk.as_ref()?.end_within(patience).await
    }

    pub(super) fn new_id(&self) -> ConnectionId {
        ConnectionId(self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) async fn ask(&self, request: HubRequest) -> Result<(), HubGone> {
        self.requests.send(request).await.map_err(|_| HubGone)
    }
}

/// Books, trades, open orders and clients. Runs as one task, see [`Hub::spawn`].
#[derive(Debug)]
pub(crate) struct Hub {
    markets: BTreeMap<MarketId, MarketFeed>,
    own_orders: OwnOrders,
    board: Switchboard,
    pace: Pace,
    id_seed: u64,
    dialect: Dialect,
    now: TimeMs,
    /// Markets with changes in the present batch. Kept for its memory.
    touched: BTreeSet<MarketId>,
    /// What owners of orders are told of the present batch. Kept for its memory.
    tidings: Tidings,
    /// The last command after which an account was told of a position.
    told_positions: BTreeMap<AccountId, u64>,
}

impl Hub {
    /// Starts the hub. It ends when the sender of batches is dropped.
    pub(crate) fn spawn(
        standing: Standing,
        batches: mpsc::Receiver<Arc<Batch>>,
        config: SocketConfig,
        audience: Audience,
    ) -> HubHandle {
        let (sender, requests) = mpsc::channel(MAX_WAITING_REQUESTS);
        tokio::spawn(Self::new(standing, config, audience.clone()).run(batches, requests));
        HubHandle { requests: sender, next_id: Arc::new(AtomicU64::new(1)), desk: None, audience }
    }

    fn new(standing: Standing, config: SocketConfig, audience: Audience) -> Self {
        let Standing { markets, orders } = standing;
        let now = markets.iter().map(|depth| depth.at).max().unwrap_or_default();
        Self {
            own_orders: OwnOrders::resume(orders),
            markets: markets.into_iter().map(|depth| (depth.market, MarketFeed::resume(depth))).collect(),
            board: Switchboard::new(config.max_subscriptions, audience),
            pace: Pace::new(config.book_interval_ms),
            id_seed: config.id_seed,
            dialect: config.dialect,
            now,
            touched: BTreeSet::new(),
            tidings: Tidings::default(),
            told_positions: BTreeMap::new(),
        }
    }

    async fn run(
        mut self,
        mut batches: mpsc::Receiver<Arc<Batch>>,
        mut requests: mpsc::Receiver<HubRequest>,
    ) {
        loop {
            let due = self.pace.due();
            tokio::select! {
                batch = batches.recv() => match batch {
                    Some(batch) => self.on_batch(&batch),
                    None => return,
                },
                Some(request) = requests.recv() => {
                    self.catch_up(&mut batches);
                    self.on_request(request);
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.publish_books(),
            }
        }
    }

    /// Hears the batches that were there before a request, so that nobody is answered from an older state than the
    /// desk has told already.
    fn catch_up(&mut self, batches: &mut mpsc::Receiver<Arc<Batch>>) {
        for _ in 0..batches.len() {
            match batches.try_recv() {
                Ok(batch) => self.on_batch(&batch),
                Err(_) => return,
            }
        }
    }

    fn on_batch(&mut self, batch: &Batch) {
        self.now = batch.at;
        for event in &batch.events {
            self.on_event(event);
            self.own_orders.apply(event, self.now, &mut self.tidings, self.board.listeners());
        }
        self.publish_tops_and_trades();
        self.publish_news();
        self.publish_open_orders();
        self.publish_positions(batch.seq, &batch.positions);
    }

    fn on_event(&mut self, event: &Event) {
        if let Event::MarketOpened(opened) = event {
            let feed = MarketFeed::new(opened.instrument.clone(), self.now, &[], &[]);
            self.markets.entry(opened.market).or_insert(feed);
        }
        if let Some(change) = event.level_change()
            && let Some(market) = self.markets.get_mut(&change.market)
        {
            market.set_level(change);
            self.touched.insert(change.market);
        }
        if let Event::Fill(lmex_engine::Fill { market, .. }) | Event::Trade { market, .. } = event
            && let Some(feed) = self.markets.get_mut(market)
        {
            feed.keep_trade(event, self.now);
            self.touched.insert(*market);
        }
    }

    fn publish_tops_and_trades(&mut self) {
        let mut touched = std::mem::take(&mut self.touched);
        let changed = !touched.is_empty();
        for id in &touched {
            let Some(market) = self.markets.get_mut(id) else { continue };
            let symbol = market.symbol();
            let board = &self.board;
            let is_heard = |grouping| {
                MarketTopic::tops(grouping).any(|topic| board.is_heard(Channel::Market(*id, topic)))
            };
            for (grouping, data) in market.take_tops(self.now, is_heard) {
                let topics = MarketTopic::tops(grouping);
                publish((&mut self.board, self.dialect), *id, symbol.as_str(), topics, |_| data.clone());
            }
            let trades = market.take_trades();
            if !trades.is_empty() {
                let data = |topic| trades_data(topic, &trades);
                let topics = MarketTopic::TRADES.into_iter();
                publish((&mut self.board, self.dialect), *id, symbol.as_str(), topics, data);
            }
        }
        touched.clear();
        self.touched = touched;
        if changed && self.pace.changed(Instant::now()) {
            self.publish_books();
        }
    }

    fn publish_books(&mut self) {
        self.pace.published(Instant::now());
        for (id, market) in &mut self.markets {
            let board = &self.board;
            let is_heard = |grouping| {
                MarketTopic::books(grouping).any(|topic| board.is_heard(Channel::Market(*id, topic)))
            };
            for (grouping, data) in market.take_deltas(self.now, is_heard) {
                let (symbol, topics) = (market.symbol(), MarketTopic::books(grouping));
                publish((&mut self.board, self.dialect), *id, symbol.as_str(), topics, |_| data.clone());
            }
        }
    }

    fn on_request(&mut self, request: HubRequest) {
        match request {
            HubRequest::Join(id, client) => self.board.join(id, client),
            HubRequest::Leave(id) => self.board.leave(id),
            HubRequest::LogIn(id, account) => {
                let is_another = self.board.log_in(id, account);
                self.board.send(id, reply::login(true));
                if is_another {
                    self.send_all_open_orders(id);
                }
            }
            HubRequest::AllPositions(seq, all) => self.publish_all_positions(seq, all),
            HubRequest::Subscribe(id, topics) => self.subscribe(id, &topics),
            HubRequest::Unsubscribe(id, topics) => self.unsubscribe(id, &topics),
        }
    }

    /// Acknowledges, then sends what a new listener starts from. Asking again for a book gives a new snapshot.
    fn subscribe(&mut self, id: ConnectionId, topics: &[String]) {
        // Whoever comes in the first moments of a market would get an empty book and wait for the first round.
        if self.markets.values().any(MarketFeed::is_untold) {
            self.publish_books();
        }
        let mut understood = Vec::new();
        let mut channels = Vec::new();
        for topic in topics {
            // A topic that is named twice in a message is answered once: its first message may be a whole book.
            if let Some(channel) = self.find(id, topic)
                && !channels.contains(&channel)
                && self.board.subscribe(id, channel)
            {
                understood.push(topic.as_str());
                channels.push(channel);
            }
        }
        self.board.send(id, reply::acknowledgement("subscribe", &understood));
        self.complain(id, topics);
        for channel in channels {
            if let Channel::OpenOrders(market, settlement) = channel {
                self.send_open_orders(id, market, settlement);
            } else if let Some(message) = self.first_message(channel) {
                self.board.send(id, message);
            }
        }
    }

    /// Says what is wrong with topics that are left out of the acknowledgement, where the dialect does.
    fn complain(&mut self, id: ConnectionId, topics: &[String]) {
        if self.board.path(id) != Some(StreamPath::Book) || !self.dialect.complains_of_topics() {
            return;
        }
        let any_market = |_: &str| self.markets.keys().next().copied();
        let complaint = |topic: &String| {
            let known = Channel::find(StreamPath::Book, topic, any_market)
                .filter(|found| found.is_known_in(self.dialect));
            match known {
                Some(_) => Complaint::UnknownMarket(topic.clone()),
                None => Complaint::UnknownTopic(topic.clone()),
            }
        };
        let unknown = topics.iter().filter(|topic| self.find(id, topic).is_none());
        let complaints: Vec<_> = unknown.map(complaint).collect();
        complaints.iter().for_each(|complaint| self.board.send(id, complaint.text()));
    }

    fn unsubscribe(&mut self, id: ConnectionId, topics: &[String]) {
        let mut given_up = Vec::new();
        for topic in topics {
            if self.find(id, topic).is_some_and(|channel| self.board.unsubscribe(id, channel)) {
                given_up.push(topic.as_str());
            }
        }
        self.board.send(id, reply::acknowledgement("unsubscribe", &given_up));
    }

    fn find(&self, id: ConnectionId, topic: &str) -> Option<Channel> {
        let market = |symbol: &str| {
            let mut markets = self.markets.iter();
            markets.find(|(_, market)| market.symbol().as_str() == symbol).map(|(id, _)| *id)
        };
        let found = Channel::find(self.board.path(id)?, topic, market)?;
        found.is_known_in(self.dialect).then_some(found)
    }

    fn first_message(&mut self, channel: Channel) -> Option<Utf8Bytes> {
        let Channel::Market(id, topic) = channel else { return None };
        let market = self.markets.get_mut(&id)?;
        let data = match topic {
            MarketTopic::Book(grouping) => market.snapshot(grouping, self.now),
            MarketTopic::BookUngrouped => market.snapshot(Grouping::NONE, self.now),
            MarketTopic::TopGrouped(grouping) => market.top(grouping, self.now),
            MarketTopic::Top => market.top(Grouping::NONE, self.now),
            MarketTopic::TradesLegacy | MarketTopic::TradesV2 | MarketTopic::TradesV3 => return None,
        };
        Some(reply::data(&topic.reply_name(market.symbol().as_str(), self.dialect), &data))
    }
}

/// Writes a message once for each name that somebody listens to, and sends it to all who do.
fn publish(
    (board, dialect): (&mut Switchboard, Dialect),
    market: MarketId,
    symbol: &str,
    topics: impl Iterator<Item = MarketTopic>,
    data: impl Fn(MarketTopic) -> String,
) {
    for topic in topics {
        let channel = Channel::Market(market, topic);
        if board.is_heard(channel) {
            board.publish(channel, &reply::data(&topic.reply_name(symbol, dialect), &data(topic)));
        }
    }
}

/// How often the books go out: the first change at once, then no more than one round per interval.
#[derive(Debug)]
struct Pace {
    interval: Duration,
    last: Option<Instant>,
    due: Option<Instant>,
}

impl Pace {
    fn new(interval_ms: u64) -> Self {
        Self { interval: Duration::from_millis(interval_ms), last: None, due: None }
    }

    /// When the books have to go out, if something has changed.
    fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Something has changed: whether the books go out right now.
    fn changed(&mut self, now: Instant) -> bool {
        let due = self.last.map_or(now, |last| last + self.interval);
        self.due = Some(due);
        due <= now
    }

    fn published(&mut self, now: Instant) {
        (self.last, self.due) = (Some(now), None);
    }
}
