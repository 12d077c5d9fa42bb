//! One topic of a session, from asking to hearing, and asking again.

use lmex_types::TimeMs;

use super::super::book::{BookError, OrderBook};
use super::super::book_update::BookUpdate;
use super::super::message::ClientFrame;
use super::super::open_order::OpenOrderUpdate;
use super::super::topic::Topic;
use super::action::{Action, Notice};
use super::config::SessionConfig;
use crate::dialect::Dialect;

/// Asking anew more often than this would be a storm of our making.
const RESYNC_AT_MOST_EVERY_MS: i64 = 1_000;

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
pub(super) struct Subscription {
    topic: Topic,
    dialect: Dialect,
    pub(super) state: TopicState,
    spelling: usize,
    sent: Option<TimeMs>,
    heard: TimeMs,
    stale: bool,
    /// Whether the latest request is acknowledged. A book is live only once its snapshot has come.
    acknowledged: bool,
    /// A topic that may be silent for long was asked for once more at this moment, to see whether it lives.
    probed: Option<TimeMs>,
    pub(super) book: Option<OrderBook>,
    /// The latest number of a topic whose messages are numbered.
    serial: Option<i64>,
}

impl Subscription {
    pub(super) fn new(topic: Topic, dialect: Dialect) -> Self {
        let book = matches!(topic, Topic::Book(_)).then(OrderBook::default);
        Self {
            topic,
            dialect,
            state: TopicState::Wanted,
            spelling: 0,
            sent: None,
            heard: TimeMs::default(),
            stale: false,
            acknowledged: false,
            probed: None,
            book,
            serial: None,
        }
    }

    /// A connection is up, or the login on it: the first name is tried.
    pub(super) fn begin(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        self.spelling = 0;
        self.ask(now, actions);
    }

    /// The connection is gone: what was known is not maintained any more.
    pub(super) fn on_closed(&mut self) {
        self.state = TopicState::Wanted;
        self.probed = None;
        self.forget();
    }

    /// Since when the venue owes an acknowledgement.
    pub(super) fn unacknowledged_since(&self) -> Option<TimeMs> {
        match self.state {
            TopicState::Asked(since) if !self.acknowledged => Some(since),
            TopicState::Live => self.probed,
            _ => None,
        }
    }

    /// A book's snapshot is still owed then, within the same time.
    pub(super) fn acknowledge(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        match self.state {
            TopicState::Asked(_) => {
                self.acknowledged = true;
                if self.book.is_none() {
                    self.hear(now, actions);
                }
            }
            TopicState::Live if self.probed.take().is_some() => self.heard = now,
            _ => {}
        }
    }

    /// The venue does not know the name it was asked for. One that was known until now is asked for by all names again.
    pub(super) fn on_unknown_name(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        if self.probed.is_some() {
            return self.begin(now, actions);
        }
        self.spelling += 1;
        if self.spelling < self.topic.spellings(self.dialect).len() {
            return self.ask(now, actions);
        }
        self.state = TopicState::Refused;
        actions.push(Action::Notify(Notice::Refused(self.topic)));
    }

    /// Data came, which is as good as an acknowledgement that was lost.
    pub(super) fn hear(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        if self.state != TopicState::Live {
            self.state = TopicState::Live;
            actions.push(Action::Notify(Notice::Subscribed(self.topic)));
        }
        self.heard = now;
        self.stale = false;
        self.probed = None;
    }

    pub(super) fn apply_book(&mut self, update: &BookUpdate, now: TimeMs, actions: &mut Vec<Action>) {
        match self.book.as_mut().map_or(Ok(()), |book| book.apply(update)) {
            Ok(()) => {
                self.hear(now, actions);
                actions.push(Action::Notify(Notice::Book(self.topic)));
            }
            // A change that was on its way while the book was asked for anew is no news, and no sign of life either:
            // the snapshot is still owed.
            Err(BookError::NoSnapshot) => {}
            Err(error) => self.resync(now, &error.to_string(), actions),
        }
    }

    /// A message that can't be read. If it was a change, the book is wrong from here on: it is not shown until it is
    /// whole again. Whether it was.
    pub(super) fn on_unreadable_book(&mut self, now: TimeMs, why: &str, actions: &mut Vec<Action>) -> bool {
        let was_whole = self.book.as_ref().is_some_and(OrderBook::in_sync);
        if was_whole {
            self.forget();
            self.resync(now, why, actions);
        }
        was_whole
    }

    pub(super) fn apply_open_orders(
        &mut self,
        update: OpenOrderUpdate,
        now: TimeMs,
        actions: &mut Vec<Action>,
    ) {
        let expected = self.serial.map(|serial| serial.saturating_add(1)).filter(|_| !update.is_snapshot());
        if let Some(expected) = expected.filter(|expected| *expected != update.serial_id) {
            self.serial = None;
            let why = format!("out of sequence: {} came instead of {expected}", update.serial_id);
            return self.resync(now, &why, actions);
        }
        self.serial = Some(update.serial_id);
        self.hear(now, actions);
        actions.push(Action::Notify(Notice::OpenOrders(self.topic, update)));
    }

    pub(super) fn deadline(&self, config: &SessionConfig) -> Option<TimeMs> {
        match self.state {
            TopicState::Wanted | TopicState::Refused => None,
            TopicState::Asked(since) => Some(since.plus_ms(config.ack_within_ms)),
            TopicState::Live => Some(match self.probed {
                Some(since) => since.plus_ms(config.ack_within_ms),
                None => self.heard.plus_ms(config.stale_after_ms),
            }),
        }
    }

    pub(super) fn on_timeout(&mut self, now: TimeMs, config: &SessionConfig, actions: &mut Vec<Action>) {
        if self.deadline(config).is_none_or(|deadline| deadline > now) {
            return;
        }
        if self.state == TopicState::Live {
            // Nothing need be wrong with a topic of events: see whether it lives, and lose none of them meanwhile.
            if !self.topic.is_continuous() && self.probed.is_none() {
                self.probed = Some(now);
                return self.subscribe(actions);
            }
            if !self.stale {
                self.stale = true;
                actions.push(Action::Notify(Notice::Stale(self.topic)));
            }
            self.forget();
        }
        self.ask_anew(now, actions);
    }

    /// Whether data should have come: the topic is stale, or its snapshot does not follow the acknowledgement.
    pub(super) fn is_owed(&self) -> bool {
        self.stale || (self.acknowledged && matches!(self.state, TopicState::Asked(_)))
    }

    fn resync(&mut self, now: TimeMs, why: &str, actions: &mut Vec<Action>) {
        actions.push(Action::Notify(Notice::Resync(self.topic, why.to_owned())));
        if self.sent.is_some_and(|sent| now.ms_since(sent) < RESYNC_AT_MOST_EVERY_MS) {
            // Asked for again when the acknowledgement is overdue.
            self.state = TopicState::Asked(now);
        } else {
            self.ask_anew(now, actions);
        }
    }

    fn ask_anew(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        if let Some(name) = self.name() {
            actions.push(Action::Send(ClientFrame::unsubscribe([name]).to_json()));
        }
        self.ask(now, actions);
    }

    fn ask(&mut self, now: TimeMs, actions: &mut Vec<Action>) {
        self.subscribe(actions);
        self.state = TopicState::Asked(now);
        self.acknowledged = false;
        self.probed = None;
        self.sent = Some(now);
        self.heard = now;
    }

    fn subscribe(&self, actions: &mut Vec<Action>) {
        if let Some(name) = self.name() {
            actions.push(Action::Send(ClientFrame::subscribe([name]).to_json()));
        }
    }

    fn name(&self) -> Option<String> {
        self.topic.spellings(self.dialect).into_iter().nth(self.spelling)
    }

    fn forget(&mut self) {
        self.serial = None;
        if let Some(book) = &mut self.book {
            book.clear();
        }
    }
}
