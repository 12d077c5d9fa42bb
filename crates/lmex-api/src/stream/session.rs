//! The life of a stream, decided without a socket: subscribe, notice what is missing, ask again.

use std::collections::BTreeMap;

use lmex_types::{Symbol, TimeMs};

use super::book::{BookError, OrderBook};
use super::book_update::{BookUpdate, DecodeError};
use super::message::{ClientFrame, Event, Incoming, StreamTrade, TopOfBook};
use super::topic::Topic;
use crate::retry::Retry;

/// How patient a session is. All times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionConfig {
    /// A ping frame is sent after so much silence of ours.
    pub ping_every_ms: i64,
    /// Without any frame for so long, the connection counts as dead.
    pub dead_after_ms: i64,
    /// A subscription that is not acknowledged by then is asked for again.
    pub ack_within_ms: i64,
    /// A topic without data for so long is stale: reported, and asked for again. Without data of any topic for twice as
    /// long, the connection is left for another.
    pub stale_after_ms: i64,
    /// A connection that lasted so long was a good one: the back-off starts over.
    pub settled_after_ms: i64,
    /// The back-off between connections.
    pub reconnect: Retry,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            ping_every_ms: 15_000,
            dead_after_ms: 40_000,
            ack_within_ms: 5_000,
            stale_after_ms: 30_000,
            settled_after_ms: 10_000,
            reconnect: Retry { attempts: u32::MAX, base_ms: 250, cap_ms: 30_000 },
        }
    }
}

/// What the owner of the socket has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send this text.
    Send(String),
    /// Send a ping frame.
    Ping,
    /// Close the connection; then [`Session::on_closed`].
    Close(&'static str),
    /// Tell the reader.
    Notify(Notice),
}

/// News for the reader of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The book of this topic has changed: look at [`Session::book`].
    Book(Topic),
    /// New best bid and offer.
    Top(Topic, TopOfBook),
    /// New trades, in the order the venue sent them.
    Trades(Topic, Vec<StreamTrade>),
    /// The venue has acknowledged a topic.
    Subscribed(Topic),
    /// The venue knows the topic under none of its names.
    Refused(Topic),
    /// The book was wrong and is asked for anew; it is empty until then.
    Resync(Topic, String),
    /// No data for longer than [`SessionConfig::stale_after_ms`].
    Stale(Topic),
    /// A message that can't be read was passed over.
    Unreadable(String),
    /// The venue complains.
    Complaint(String),
}

/// Where a topic stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicState {
    /// Not asked for on this connection yet.
    Wanted,
    /// Asked for at this moment.
    Asked(TimeMs),
    /// Acknowledged or delivering.
    Live,
    /// Unknown to the venue.
    Refused,
}

#[derive(Debug)]
struct Subscription {
    state: TopicState,
    spelling: usize,
    sent: Option<TimeMs>,
    heard: TimeMs,
    stale: bool,
    /// Whether the latest request is acknowledged. A book is live only once its snapshot has come.
    acknowledged: bool,
    book: Option<OrderBook>,
}

/// One connection's worth of decisions for a set of topics of one stream path; outlives the connection.
///
/// Feed it what happens ([`on_open`](Self::on_open), [`on_text`](Self::on_text), [`on_frame`](Self::on_frame),
/// [`on_closed`](Self::on_closed)) and call [`on_timeout`](Self::on_timeout) no later than
/// [`next_timeout`](Self::next_timeout). Each appends to the actions you pass in.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    topics: BTreeMap<Topic, Subscription>,
    open_since: Option<TimeMs>,
    heard: TimeMs,
    pinged: TimeMs,
    /// When data came last, of any topic.
    told: TimeMs,
    failures: u32,
    update: BookUpdate,
}

impl Session {
    /// A session that wants these topics.
    pub fn new(config: SessionConfig, topics: impl IntoIterator<Item = Topic>) -> Self {
        let start = TimeMs::default();
        let topics = topics.into_iter().map(|topic| (topic, Subscription::new(topic))).collect();
        Self {
            config,
            topics,
            open_since: None,
            heard: start,
            pinged: start,
            told: start,
            failures: 0,
            update: BookUpdate::default(),
        }
    }

    /// The maintained book of a book topic, if it is one of this session's.
    pub fn book(&self, topic: Topic) -> Option<&OrderBook> {
        self.topics.get(&topic)?.book.as_ref()
    }

    /// Where a topic stands.
    pub fn state(&self, topic: Topic) -> Option<TopicState> {
        self.topics.get(&topic).map(|subscription| subscription.state)
    }

    /// The connection is up: asks for every topic.
    pub fn on_open(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        self.open_since = Some(now);
        (self.heard, self.pinged, self.told) = (now, now, now);
        for (topic, subscription) in &mut self.topics {
            subscription.spelling = 0;
            subscription.ask(*topic, now, actions);
        }
    }

    /// A frame of any kind came, so the connection lives.
    pub fn on_frame(&mut self, now: TimeMs) {
        self.heard = now;
    }

    /// A text message came.
    pub fn on_text(&mut self, now: TimeMs, text: &str, actions: &mut Vec<Action>) {
        self.on_frame(now);
        if looks_like_book(text) {
            self.told = now;
            return self.on_book_message(now, text, actions);
        }
        match Incoming::read(text) {
            Ok(Incoming::Event(Event::Subscribed(ack))) => self.on_ack(now, &ack.channel, actions),
            Ok(Incoming::Data(frame)) if frame.topic.starts_with("update:") => {
                self.told = now;
                self.on_book_message(now, text, actions);
            }
            Ok(Incoming::Data(frame)) => {
                self.told = now;
                if let Err(error) = self.on_data(now, &frame, actions) {
                    actions.push(Action::Notify(Notice::Unreadable(error.to_string())));
                }
            }
            Ok(Incoming::Error(error)) => actions.push(Action::Notify(Notice::Complaint(error.message))),
            Ok(Incoming::Event(_) | Incoming::Pong) => {}
            Err(error) => actions.push(Action::Notify(Notice::Unreadable(error.to_string()))),
        }
    }

    /// The connection is gone, or could not be made: when to try again. `jitter` is a fresh random number.
    pub fn on_closed(&mut self, now: TimeMs, jitter: u32) -> TimeMs {
        let settled =
            self.open_since.is_some_and(|since| now.ms_since(since) >= self.config.settled_after_ms);
        self.failures = if settled { 1 } else { self.failures.saturating_add(1) };
        self.open_since = None;
        for subscription in self.topics.values_mut() {
            subscription.state = TopicState::Wanted;
            if let Some(book) = &mut subscription.book {
                book.clear();
            }
        }
        now.plus_ms(self.config.reconnect.backoff(self.failures, jitter))
    }

    /// When [`on_timeout`](Self::on_timeout) has something to do at the latest; `None` without a connection.
    pub fn next_timeout(&self) -> Option<TimeMs> {
        self.open_since?;
        let config = &self.config;
        let keep_alive =
            [self.pinged.plus_ms(config.ping_every_ms), self.heard.plus_ms(config.dead_after_ms)];
        let topics = self.topics.values().filter_map(|subscription| subscription.deadline(config));
        keep_alive.into_iter().chain(topics).chain(self.silent_at()).min()
    }

    /// When a connection that answers, but brings no data of any topic, is given up: a topic that was asked for again has
    /// had its time by then. `None` while no data is owed: quiet trades are not.
    fn silent_at(&self) -> Option<TimeMs> {
        let is_owed = self.topics.values().any(Subscription::is_owed);
        is_owed.then(|| self.told.plus_ms(self.config.stale_after_ms.saturating_mul(2)))
    }

    /// Time has passed: pings, gives dead connections up, asks again for what is missing.
    pub fn on_timeout(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        if self.open_since.is_none() {
            return;
        }
        if now.ms_since(self.heard) >= self.config.dead_after_ms {
            actions.push(Action::Close("nothing was heard for too long"));
            return;
        }
        if self.silent_at().is_some_and(|silent_at| silent_at <= now) {
            actions.push(Action::Close("no data came, though it was asked for again"));
            return;
        }
        if now.ms_since(self.pinged) >= self.config.ping_every_ms {
            self.pinged = now;
            actions.push(Action::Ping);
        }
        for (topic, subscription) in &mut self.topics {
            subscription.on_timeout(*topic, now, &self.config, actions);
        }
    }

    fn on_ack(&mut self, now: TimeMs, channel: &[String], actions: &mut Vec<Action>) {
        if channel.is_empty() {
            return self.on_empty_ack(now, actions);
        }
        for name in channel {
            for (topic, subscription) in &mut self.topics {
                if topic.matches(name, None) && matches!(subscription.state, TopicState::Asked(_)) {
                    subscription.acknowledge(*topic, now, actions);
                }
            }
        }
    }

    /// An empty acknowledgement does not say which topic it is about. Requests are sent one topic each and answered in
    /// order, so it is the one asked for first.
    fn on_empty_ack(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        let asked = |subscription: &Subscription| match subscription.state {
            TopicState::Asked(since) if !subscription.acknowledged => Some(since),
            _ => None,
        };
        let first = self
            .topics
            .iter_mut()
            .filter_map(|(topic, subscription)| {
                asked(subscription).map(|since| (since, *topic, subscription))
            })
            .min_by_key(|(since, topic, _)| (*since, *topic));
        if let Some((_, topic, subscription)) = first {
            subscription.try_next_spelling(topic, now, actions);
        }
    }

    fn on_data(
        &mut self,
        now: TimeMs,
        frame: &super::message::DataFrame<'_>,
        actions: &mut Vec<Action>,
    ) -> Result<(), DecodeError> {
        let kind = frame.topic.split(':').next().unwrap_or_default();
        if kind == "snapshotL1" {
            let top = frame.top()?;
            if let Some((topic, subscription)) = self.find(&frame.topic, Some(top.symbol)) {
                subscription.hear(topic, now, actions);
                actions.push(Action::Notify(Notice::Top(topic, top)));
            }
        } else if kind.starts_with("tradeHistoryApi") {
            let trades = frame.trades()?;
            let symbol = trades.first().map(|trade| trade.symbol);
            if let Some((topic, subscription)) = self.find(&frame.topic, symbol) {
                subscription.hear(topic, now, actions);
                actions.push(Action::Notify(Notice::Trades(topic, trades)));
            }
        }
        Ok(())
    }

    fn on_book_message(&mut self, now: TimeMs, text: &str, actions: &mut Vec<Action>) {
        if let Err(error) = self.update.decode(text) {
            return self.on_unreadable_book(now, text, &error, actions);
        }
        let Some((topic, subscription)) = book_of(&mut self.topics, topic_name(text), self.update.symbol)
        else {
            return;
        };
        match subscription.apply(&self.update) {
            Ok(()) => {
                subscription.hear(topic, now, actions);
                actions.push(Action::Notify(Notice::Book(topic)));
            }
            // A change that was on its way while the book was asked for anew is no news, and no sign of life either:
            // the snapshot is still owed.
            Err(BookError::NoSnapshot) => {}
            Err(error) => subscription.resync(topic, now, &error.to_string(), actions),
        }
    }

    /// If it was a change, the book is wrong from here on: it is not shown until it is whole again.
    fn on_unreadable_book(
        &mut self,
        now: TimeMs,
        text: &str,
        error: &DecodeError,
        actions: &mut Vec<Action>,
    ) {
        match book_of(&mut self.topics, topic_name(text), None) {
            Some((topic, subscription)) if subscription.has_book() => {
                subscription.forget();
                subscription.resync(topic, now, &error.to_string(), actions);
            }
            _ => actions.push(Action::Notify(Notice::Unreadable(error.to_string()))),
        }
    }

    fn find(&mut self, name: &str, symbol: Option<Symbol>) -> Option<(Topic, &mut Subscription)> {
        self.topics
            .iter_mut()
            .find(|(topic, _)| topic.matches(name, symbol))
            .map(|(topic, subscription)| (*topic, subscription))
    }
}

/// Book messages name their topic first, so they are known without reading them twice.
fn looks_like_book(text: &str) -> bool {
    text.as_bytes().get(..32).is_some_and(|head| head.windows(8).any(|bytes| bytes == b"\"update:"))
}

/// The topic that a book message names, as far as it can be found without reading the message.
fn topic_name(text: &str) -> &str {
    let after = text.find("\"update:").map_or("", |at| &text[at + 1..]);
    after.split('"').next().unwrap_or_default()
}

/// The book that a message is about: by its symbol and by its topic, which agree or one is missing.
fn book_of<'a>(
    topics: &'a mut BTreeMap<Topic, Subscription>,
    name: &str,
    symbol: Option<Symbol>,
) -> Option<(Topic, &'a mut Subscription)> {
    let is_meant = |topic: &Topic| match topic {
        Topic::Book(market) => symbol.map_or_else(|| topic.matches(name, None), |symbol| symbol == *market),
        _ => false,
    };
    topics.iter_mut().find(|(topic, _)| is_meant(topic)).map(|(topic, subscription)| (*topic, subscription))
}

/// Asking anew more often than this would be a storm of our making.
const RESYNC_AT_MOST_EVERY_MS: i64 = 1_000;

impl Subscription {
    fn new(topic: Topic) -> Self {
        let book = matches!(topic, Topic::Book(_)).then(OrderBook::default);
        Self {
            state: TopicState::Wanted,
            spelling: 0,
            sent: None,
            heard: TimeMs::default(),
            stale: false,
            acknowledged: false,
            book,
        }
    }

    fn ask(&mut self, topic: Topic, now: TimeMs, actions: &mut Vec<Action>) {
        if let Some(name) = topic.spellings().into_iter().nth(self.spelling) {
            actions.push(Action::Send(ClientFrame::subscribe([name]).to_json()));
        }
        self.state = TopicState::Asked(now);
        self.acknowledged = false;
        self.sent = Some(now);
        self.heard = now;
    }

    fn ask_anew(&mut self, topic: Topic, now: TimeMs, actions: &mut Vec<Action>) {
        if let Some(name) = topic.spellings().into_iter().nth(self.spelling) {
            actions.push(Action::Send(ClientFrame::unsubscribe([name]).to_json()));
        }
        self.ask(topic, now, actions);
    }

    fn try_next_spelling(&mut self, topic: Topic, now: TimeMs, actions: &mut Vec<Action>) {
        self.spelling += 1;
        if self.spelling < topic.spellings().len() {
            return self.ask(topic, now, actions);
        }
        self.state = TopicState::Refused;
        actions.push(Action::Notify(Notice::Refused(topic)));
    }

    /// A book's snapshot is still owed then, within the same time.
    fn acknowledge(&mut self, topic: Topic, now: TimeMs, actions: &mut Vec<Action>) {
        self.acknowledged = true;
        if self.book.is_none() {
            self.go_live(topic, now, actions);
        }
    }

    /// Whether data should have come: the topic is stale, or its snapshot does not follow the acknowledgement.
    fn is_owed(&self) -> bool {
        self.stale || (self.acknowledged && matches!(self.state, TopicState::Asked(_)))
    }

    fn has_book(&self) -> bool {
        self.book.as_ref().is_some_and(OrderBook::in_sync)
    }

    fn forget(&mut self) {
        if let Some(book) = &mut self.book {
            book.clear();
        }
    }

    fn go_live(&mut self, topic: Topic, now: TimeMs, actions: &mut Vec<Action>) {
        if self.state != TopicState::Live {
            self.state = TopicState::Live;
            self.heard = now;
            actions.push(Action::Notify(Notice::Subscribed(topic)));
        }
    }

    fn hear(&mut self, topic: Topic, now: TimeMs, actions: &mut Vec<Action>) {
        // Data is as good as an acknowledgement that was lost.
        self.go_live(topic, now, actions);
        self.heard = now;
        self.stale = false;
    }

    fn apply(&mut self, update: &BookUpdate) -> Result<(), BookError> {
        self.book.as_mut().map_or(Ok(()), |book| book.apply(update))
    }

    fn resync(&mut self, topic: Topic, now: TimeMs, why: &str, actions: &mut Vec<Action>) {
        actions.push(Action::Notify(Notice::Resync(topic, why.to_owned())));
        if self.sent.is_some_and(|sent| now.ms_since(sent) < RESYNC_AT_MOST_EVERY_MS) {
            // Asked for again when the acknowledgement is overdue.
            self.state = TopicState::Asked(now);
        } else {
            self.ask_anew(topic, now, actions);
        }
    }

    fn deadline(&self, config: &SessionConfig) -> Option<TimeMs> {
        match self.state {
            TopicState::Wanted | TopicState::Refused => None,
            TopicState::Asked(since) => Some(since.plus_ms(config.ack_within_ms)),
            TopicState::Live => Some(self.heard.plus_ms(config.stale_after_ms)),
        }
    }

    fn on_timeout(&mut self, topic: Topic, now: TimeMs, config: &SessionConfig, actions: &mut Vec<Action>) {
        if self.deadline(config).is_none_or(|deadline| deadline > now) {
            return;
        }
        if self.state == TopicState::Live {
            // A quiet market sends no trades: nothing is wrong with a topic of trades that is acknowledged.
            if matches!(topic, Topic::Trades(_)) {
                self.heard = now;
                return;
            }
            if !self.stale {
                self.stale = true;
                actions.push(Action::Notify(Notice::Stale(topic)));
            }
            if let Some(book) = &mut self.book {
                book.clear();
            }
        }
        self.ask_anew(topic, now, actions);
    }
}
