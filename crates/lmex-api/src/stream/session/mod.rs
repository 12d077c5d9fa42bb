//! The life of a stream, decided without a socket: log in, subscribe, notice what is missing, ask again.

mod action;
mod config;
mod login;
mod subscription;

use std::collections::BTreeMap;

use lmex_types::{Symbol, TimeMs};

use super::book::OrderBook;
use super::book_update::{BookUpdate, DecodeError};
use super::message::{DataFrame, Event, Incoming};
use super::topic::Topic;
use crate::dialect::Dialect;

pub use action::{Action, LoginOperation, Notice};
pub use config::SessionConfig;
use login::Login;
use subscription::Subscription;
pub use subscription::TopicState;

/// One connection's worth of decisions for a set of topics of one stream path; outlives the connection.
///
/// Feed it what happens ([`on_open`](Self::on_open), [`on_text`](Self::on_text), [`on_frame`](Self::on_frame),
/// [`on_closed`](Self::on_closed)) and call [`on_timeout`](Self::on_timeout) no later than
/// [`next_timeout`](Self::next_timeout). Each appends to the actions you pass in. Private topics are asked for after the
/// login, which is made anew on every connection.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    dialect: Dialect,
    topics: BTreeMap<Topic, Subscription>,
    login: Login,
    login_refused: bool,
    open_since: Option<TimeMs>,
    heard: TimeMs,
    pinged: TimeMs,
    /// When data came last, of any topic.
    told: TimeMs,
    failures: u32,
    update: BookUpdate,
}

impl Session {
    /// A session that wants these topics. The dialect says which of their names is tried first.
    pub fn new(config: SessionConfig, dialect: Dialect, topics: impl IntoIterator<Item = Topic>) -> Self {
        let start = TimeMs::default();
        let topics: BTreeMap<_, _> =
            topics.into_iter().map(|topic| (topic, Subscription::new(topic, dialect))).collect();
        let is_private = topics.keys().any(|topic| topic.is_private());
        Self {
            config,
            dialect,
            topics,
            login: if is_private { Login::Wanted } else { Login::NotNeeded },
            login_refused: false,
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

    /// Where every topic stands.
    pub fn states(&self) -> impl Iterator<Item = (Topic, TopicState)> {
        self.topics.iter().map(|(topic, subscription)| (*topic, subscription.state))
    }

    /// Whether the venue has said no to the latest login that it answered.
    pub fn is_login_refused(&self) -> bool {
        self.login_refused
    }

    /// The connection is up: asks for every public topic, and logs in if there are others.
    pub fn on_open(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        self.open_since = Some(now);
        (self.heard, self.pinged, self.told) = (now, now, now);
        self.login.on_open(self.dialect, now, actions);
        for (topic, subscription) in &mut self.topics {
            if !topic.is_private() {
                subscription.begin(now, actions);
            }
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
            Ok(Incoming::Event(Event::Login { success })) => self.on_login(now, success, actions),
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
            Ok(Incoming::Error(error)) => {
                actions.push(Action::Notify(Notice::Complaint(error.message)));
                self.login.on_complaint(self.dialect, now, actions);
            }
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
        self.login.on_closed();
        self.topics.values_mut().for_each(Subscription::on_closed);
        now.plus_ms(self.config.reconnect.backoff(self.failures, jitter))
    }

    /// When [`on_timeout`](Self::on_timeout) has something to do at the latest; `None` without a connection.
    pub fn next_timeout(&self) -> Option<TimeMs> {
        self.open_since?;
        let config = &self.config;
        let keep_alive =
            [self.pinged.plus_ms(config.ping_every_ms), self.heard.plus_ms(config.dead_after_ms)];
        let topics = self.topics.values().filter_map(|subscription| subscription.deadline(config));
        let login = self.login.deadline(config.ack_within_ms);
        keep_alive.into_iter().chain(topics).chain(login).chain(self.silent_at()).min()
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
        if self.login.on_timeout(self.dialect, now, self.config.ack_within_ms, actions) {
            self.ask_for_private(now, actions);
        }
        for subscription in self.topics.values_mut() {
            subscription.on_timeout(now, &self.config, actions);
        }
    }

    fn on_login(&mut self, now: TimeMs, success: bool, actions: &mut Vec<Action>) {
        if self.login == Login::NotNeeded {
            return;
        }
        self.login_refused = !success;
        if self.login.on_answer(success, actions) {
            self.ask_for_private(now, actions);
        }
    }

    fn ask_for_private(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        for (topic, subscription) in &mut self.topics {
            if topic.is_private() {
                subscription.begin(now, actions);
            }
        }
    }

    fn on_ack(&mut self, now: TimeMs, channel: &[String], actions: &mut Vec<Action>) {
        if channel.is_empty() {
            return self.on_empty_ack(now, actions);
        }
        for name in channel {
            for (topic, subscription) in &mut self.topics {
                if topic.matches(name, None) {
                    subscription.acknowledge(now, actions);
                }
            }
        }
    }

    /// An empty acknowledgement does not say which topic it is about. Requests are sent one topic each and answered in
    /// order, so it is the one asked for first.
    fn on_empty_ack(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        let asked = self.topics.iter_mut().filter_map(|(topic, subscription)| {
            subscription.unacknowledged_since().map(|since| (since, *topic, subscription))
        });
        if let Some((_, _, first)) = asked.min_by_key(|(since, topic, _)| (*since, *topic)) {
            first.on_unknown_name(now, actions);
        }
    }

    fn on_data(
        &mut self,
        now: TimeMs,
        frame: &DataFrame<'_>,
        actions: &mut Vec<Action>,
    ) -> Result<(), DecodeError> {
        let kind = frame.topic.split(':').next().unwrap_or_default();
        match kind {
            "snapshotL1" => {
                let top = frame.top()?;
                self.tell(now, &frame.topic, Some(top.symbol), actions, |topic| Notice::Top(topic, top));
            }
            "fillsV2" => {
                let fills = frame.fills()?;
                self.tell(now, &frame.topic, None, actions, |_| Notice::Fills(fills));
            }
            "open-order" => {
                let update = frame.open_orders()?;
                if let Some((_, subscription)) = self.find(&frame.topic, None) {
                    subscription.apply_open_orders(update, now, actions);
                }
            }
            _ if kind.starts_with("tradeHistoryApi") => {
                let trades = frame.trades()?;
                let symbol = trades.first().map(|trade| trade.symbol);
                self.tell(now, &frame.topic, symbol, actions, |topic| Notice::Trades(topic, trades));
            }
            _ if kind.starts_with("notificationApi") => {
                let news = frame.notifications()?;
                self.tell(now, &frame.topic, None, actions, |_| Notice::Notifications(news));
            }
            _ if kind.starts_with("allPosition") || kind.starts_with("positionsV") => {
                let positions = frame.positions()?;
                self.tell(now, &frame.topic, None, actions, |topic| Notice::Positions(topic, positions));
            }
            _ => {}
        }
        Ok(())
    }

    /// Passes data on, if it is of a topic that is wanted.
    fn tell(
        &mut self,
        now: TimeMs,
        name: &str,
        symbol: Option<Symbol>,
        actions: &mut Vec<Action>,
        notice: impl FnOnce(Topic) -> Notice,
    ) {
        if let Some((topic, subscription)) = self.find(name, symbol) {
            subscription.hear(now, actions);
            actions.push(Action::Notify(notice(topic)));
        }
    }

    fn on_book_message(&mut self, now: TimeMs, text: &str, actions: &mut Vec<Action>) {
        let decoded = self.update.decode(text);
        let symbol = decoded.is_ok().then_some(self.update.symbol).flatten();
        let subscription = book_of(&mut self.topics, topic_name(text), symbol);
        match (decoded, subscription) {
            (Ok(()), Some(subscription)) => subscription.apply_book(&self.update, now, actions),
            (Ok(()), None) => {}
            (Err(error), subscription) => {
                let why = error.to_string();
                let is_told = subscription
                    .is_some_and(|subscription| subscription.on_unreadable_book(now, &why, actions));
                if !is_told {
                    actions.push(Action::Notify(Notice::Unreadable(why)));
                }
            }
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
) -> Option<&'a mut Subscription> {
    let is_meant = |topic: &Topic| match topic {
        Topic::Book(market) => symbol.map_or_else(|| topic.matches(name, None), |symbol| symbol == *market),
        _ => false,
    };
    topics.iter_mut().find(|(topic, _)| is_meant(topic)).map(|(_, subscription)| subscription)
}
