//! The life of a stream session, as a sequence of what can happen to it.
//!
//! An input is the set of topics and the dialect (2 bytes), then steps: a number ([`STEPS`]) and what it needs.

use std::collections::BTreeMap;
use std::path::Path;

use lmex_api::Dialect;
use lmex_api::stream::{
    AccountTopic, Action, BookUpdate, BookUpdateKind, Notice, OrderBook, Session, SessionConfig, Topic,
    TopicState,
};
use lmex_types::{Decimal, Symbol, TimeMs};

use crate::input::{Input, text};
use crate::seeds;
use crate::stream_messages::check_levels;

/// More steps than this tell nothing new.
const MOST_STEPS: usize = 2_000;

pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let Some(mut life) = Life::new(input.number::<2>()) else { return };
    for _ in 0..MOST_STEPS {
        if input.is_used_up() {
            break;
        }
        let step = STEPS[input.index(STEPS.len())];
        life.step(step, &mut input);
    }
}

/// What can happen.
const STEPS: [fn(&mut Life, &mut Input<'_>); 12] = [
    |life, input| life.wait(i64::from(input.byte()) * 50),
    |life, input| life.wait(i64::try_from(input.number::<2>()).unwrap_or_default() * 100),
    |life, _| life.open(),
    |life, input| life.close(u32::try_from(input.number::<4>()).unwrap_or_default()),
    |life, _| life.session.on_frame(life.now),
    |life, _| life.sleep(),
    |life, input| life.hear(&text(input.part::<2>())),
    |life, input| life.acknowledge(input.byte()),
    |life, _| life.hear(r#"{"event":"subscribe","channel":[]}"#),
    |life, input| life.book("snapshot", input),
    |life, input| life.book("delta", input),
    |life, input| life.other(input),
];

/// The numbers of those steps that seeds are made of.
const OPEN: u8 = 2;
const HEAR: u8 = 6;
const SLEEP: u8 = 5;

/// A session, and what is known about it from outside.
struct Life {
    session: Session,
    topics: Vec<Topic>,
    dialect: Dialect,
    now: TimeMs,
    is_open: bool,
    /// How often a connection was opened, and when the first one was.
    opened: (i64, TimeMs),
    sent: i64,
    /// The number of the latest book message.
    seq_num: i64,
    /// The books, kept in the plainest way.
    twins: BTreeMap<Topic, Twin>,
    actions: Vec<Action>,
}

/// A book as its messages tell it.
#[derive(Debug, Default)]
struct Twin {
    seq_num: i64,
    bids: BTreeMap<Decimal, Decimal>,
    asks: BTreeMap<Decimal, Decimal>,
}

impl Life {
    fn new(chosen: u64) -> Option<Self> {
        let (btc, eth): (Symbol, Symbol) = ("BTC-PERP".parse().ok()?, "ETH-PERP".parse().ok()?);
        let public =
            [btc, eth].map(|market| [Topic::Book(market), Topic::Top(market), Topic::Trades(market)]);
        let account = [
            AccountTopic::Notifications,
            AccountTopic::Fills,
            AccountTopic::AllPositions,
            AccountTopic::Positions,
            AccountTopic::OpenOrders(btc),
        ];
        let all = public.into_iter().flatten().chain(account.map(Topic::Account)).enumerate();
        let topics: Vec<_> =
            all.filter(|(at, _)| chosen == 0 || chosen >> at & 1 == 1).map(|(_, topic)| topic).collect();
        let dialect = if chosen >> 15 == 0 { Dialect::Lmex } else { Dialect::Btse };
        let now = TimeMs::from_millis(1_000_000);
        Some(Self {
            session: Session::new(SessionConfig::default(), dialect, topics.iter().copied()),
            topics,
            dialect,
            now,
            is_open: false,
            opened: (0, now),
            sent: 0,
            seq_num: 0,
            twins: BTreeMap::new(),
            actions: Vec::new(),
        })
    }

    fn step(&mut self, step: fn(&mut Self, &mut Input<'_>), input: &mut Input<'_>) {
        step(self, input);
        self.act("");
        self.check();
    }

    fn wait(&mut self, millis: i64) {
        self.now = self.now.plus_ms(millis);
        self.on_timeout();
    }

    /// Sleeps as a driver does: until there is something to do.
    fn sleep(&mut self) {
        if let Some(until) = self.session.next_timeout() {
            self.now = self.now.max(until);
            self.on_timeout();
        }
    }

    /// Time goes on only when the session has nothing more to do at this moment, else its driver would turn without end.
    fn on_timeout(&mut self) {
        let is_due = |session: &Session, now| session.next_timeout().is_some_and(|next| next <= now);
        let mut turns = 0;
        loop {
            self.session.on_timeout(self.now, &mut self.actions);
            self.act("");
            assert_eq!(self.session.next_timeout().is_some(), self.is_open);
            if !is_due(&self.session, self.now) {
                return;
            }
            turns += 1;
            assert!(turns < MOST_TURNS, "{:?} is not after {}", self.session.next_timeout(), self.now);
        }
    }

    fn is_given_up(&self) -> bool {
        self.actions.iter().any(|action| matches!(action, Action::Close(_)))
    }

    fn open(&mut self) {
        if !self.is_open {
            self.is_open = true;
            self.opened.0 += 1;
            self.session.on_open(self.now, &mut self.actions);
        }
    }

    fn close(&mut self, jitter: u32) {
        if self.is_open {
            self.is_open = false;
            let again = self.session.on_closed(self.now, jitter);
            let pause = again.ms_since(self.now);
            assert!((0..=30_000).contains(&pause), "the next try is in {pause} ms");
            assert!(
                self.topics.iter().all(|topic| !self.is_in_sync(*topic)),
                "a book outlived its connection"
            );
        }
    }

    fn hear(&mut self, text: &str) {
        if self.is_open {
            self.session.on_text(self.now, text, &mut self.actions);
            self.act(text);
        }
    }

    fn acknowledge(&mut self, which: u8) {
        let Some(topic) = self.topic(which) else { return };
        let spellings = topic.spellings(self.dialect);
        let Some(name) = spellings.get(usize::from(which >> 4) % spellings.len().max(1)) else { return };
        self.hear(&format!(r#"{{"event":"subscribe","channel":["{name}"]}}"#));
    }

    fn topic(&self, which: u8) -> Option<Topic> {
        self.topics.get(usize::from(which & 15) % self.topics.len().max(1)).copied()
    }

    /// A book message of one level on each side, in sequence or not.
    fn book(&mut self, kind: &str, input: &mut Input<'_>) {
        let Some(topic) = self.topic(input.byte()) else { return };
        let (skipped, bid, ask) = (i64::from(input.byte() & 3), input.byte(), input.byte());
        let (before, Some(market)) = (self.seq_num + skipped, topic.symbol()) else { return };
        self.seq_num = before + 1;
        self.hear(&format!(
            r#"{{"topic":"update:{market}_0","data":{{"bids":[["{}","{}"]],"asks":[["{}.5","{}"]],"seqNum":{},"prevSeqNum":{before},"type":"{kind}","timestamp":1,"symbol":"{market}"}}}}"#,
            bid >> 2,
            bid & 3,
            ask >> 2,
            ask & 3,
            self.seq_num,
        ));
    }

    fn other(&mut self, input: &mut Input<'_>) {
        let Some(topic) = self.topic(input.byte()) else { return };
        let market = topic.symbol().map(|symbol| symbol.to_string()).unwrap_or_default();
        self.hear(&match input.index(10) {
            0 => format!(r#"{{"topic":"snapshotL1:{market}","data":{{"bids":[],"asks":[["1","2"]],"type":"snapshotL1","symbol":"{market}","timestamp":1}}}}"#),
            1 => format!(r#"{{"topic":"tradeHistoryApiV3:{market}","data":[{{"price":1,"size":2,"side":"SELL","symbol":"{market}","tradeId":3,"timestamp":4}}]}}"#),
            2 => r#"{"errors":[{"error":{"code":1005,"message":"topic does not exist"}}]}"#.to_owned(),
            3 => "pong".to_owned(),
            4 => r#"{"event":"login","success":true}"#.to_owned(),
            5 => r#"{"event":"authKeyExpires","success":false}"#.to_owned(),
            6 => format!(r#"{{"topic":"open-order:{market}-USDT","serialId":{},"type":"delta","data":[]}}"#, input.byte()),
            7 => format!(r#"{{"topic":"open-order:{market}-USDT","serialId":{},"type":"snapshot","data":[]}}"#, input.byte()),
            8 => r#"{"topic":"fillsV2","data":[]}"#.to_owned(),
            _ => format!(r#"{{"topic":"update:{market}_0","data":{{}}}}"#),
        });
    }

    /// Does what the session asks for, and looks at it. `text` is the message that it answers.
    fn act(&mut self, text: &str) {
        let most = 4 * self.topics.len() + 4;
        assert!(self.actions.len() <= most, "{} actions at once", self.actions.len());
        if self.is_given_up() {
            self.close(7);
        }
        for action in std::mem::take(&mut self.actions) {
            match action {
                Action::Send(_) | Action::Login(_) => self.sent += 1,
                Action::Notify(Notice::Book(topic)) => self.follow(topic, text),
                Action::Notify(Notice::Resync(topic, why)) => {
                    assert!(!self.is_in_sync(topic), "a book that is asked for anew is shown");
                    assert!(why.len() <= MOST_WORDS_BYTES, "{} bytes of reason", why.len());
                }
                Action::Notify(Notice::Stale(topic)) => {
                    assert!(!self.is_in_sync(topic), "a stale book is shown");
                }
                Action::Notify(Notice::Unreadable(words) | Notice::Complaint(words)) => {
                    assert!(words.len() <= MOST_WORDS_BYTES, "{} bytes of warning", words.len());
                }
                _ => {}
            }
        }
    }

    /// The session says that this message has changed the book: the twin follows, if it may.
    fn follow(&mut self, topic: Topic, text: &str) {
        let mut update = BookUpdate::default();
        assert_eq!(update.decode(text), Ok(()), "a book has changed by {text}");
        let twin = if update.kind == Some(BookUpdateKind::Snapshot) {
            self.twins.insert(topic, Twin::default());
            self.twins.entry(topic).or_default()
        } else {
            let twin = self.twins.get_mut(&topic);
            assert!(twin.is_some(), "a change without a book: {text}");
            let twin = twin.unwrap_or_else(|| unreachable!());
            assert_eq!(update.prev_seq_num, twin.seq_num, "a gap: {text}");
            twin
        };
        twin.seq_num = update.seq_num;
        for (levels, side) in [(&update.bids, &mut twin.bids), (&update.asks, &mut twin.asks)] {
            for level in levels {
                if level.size.is_zero() {
                    side.remove(&level.price.to_decimal());
                } else {
                    side.insert(level.price.to_decimal(), level.size.to_decimal());
                }
            }
        }
    }

    fn is_in_sync(&self, topic: Topic) -> bool {
        self.session.book(topic).is_some_and(OrderBook::in_sync)
    }

    fn check(&mut self) {
        for topic in self.topics.clone() {
            self.check_topic(topic);
        }
        let topics = i64::try_from(self.topics.len()).unwrap_or(i64::MAX);
        let seconds = self.now.ms_since(self.opened.1) / 1_000 + 1;
        let most = topics * (6 * self.opened.0 + 2 * seconds);
        assert!(self.sent <= most, "{} messages in {seconds} s and {} connections", self.sent, self.opened.0);
    }

    /// What is shown is what came, without a gap, over this connection.
    fn check_topic(&mut self, topic: Topic) {
        let state = self.session.state(topic);
        assert!(self.is_open || matches!(state, Some(TopicState::Wanted)), "{topic} is {state:?}");
        let Some(book) = self.session.book(topic) else { return };
        check_levels(book);
        if !book.in_sync() {
            self.twins.remove(&topic);
            return;
        }
        let twin = self.twins.get(&topic);
        assert!(self.is_open && twin.is_some(), "the book of {topic} is shown without a snapshot");
        let Some(twin) = twin else { return };
        assert_eq!(book.seq_num(), Some(twin.seq_num));
        assert!(book.bids().eq(twin.bids.iter().rev().map(|(price, size)| (*price, *size))));
        assert!(book.asks().eq(twin.asks.iter().map(|(price, size)| (*price, *size))));
    }
}

/// What is found stale at one moment may lead to the end of the connection in the same moment.
const MOST_TURNS: usize = 3;

/// A thousand warnings may wait for a reader.
const MOST_WORDS_BYTES: usize = 4_096;

/// Each payload as a message to an open session; and a life with all kinds of steps.
pub(crate) fn seeds(shared: Option<&Path>) -> Vec<Vec<u8>> {
    let hear = |text: &[u8]| {
        let length = u16::try_from(text.len()).unwrap_or_default();
        [&[HEAR], &length.to_be_bytes()[..], text].concat()
    };
    let life = |text: Vec<u8>| [&[0, 0, OPEN][..], &hear(&text), &[SLEEP, SLEEP, OPEN]].concat();
    let mut seeds: Vec<_> = seeds::payloads(shared).into_iter().map(life).collect();
    seeds.push(vec![
        0, 0, 2, 7, 0, 7, 1, 9, 0, 0, 4, 40, 10, 0, 0, 9, 41, 10, 0, 1, 9, 41, 0, 250, 9, 0, 0, 60, 4, 8, 5,
    ]);
    seeds.push(vec![0, 1, 2, 8, 8, 8, 5, 5, 3, 0, 0, 0, 9, 2, 9, 0, 0, 5, 6, 1, 1, 44, 11, 0, 4, 5, 5, 5, 5]);
    seeds.push(vec![0, 63, 2, 11, 1, 0, 11, 2, 1, 11, 0, 2, 11, 0, 3, 4, 1, 255, 255, 2, 5, 5, 5, 5]);
    seeds.push(vec![
        135, 192, 2, 11, 0, 4, 7, 0, 7, 1, 7, 4, 11, 4, 7, 5, 11, 4, 6, 6, 11, 4, 6, 9, 11, 0, 8, 5, 5, 5, 8,
        5,
    ]);
    seeds.push(vec![4, 0, 2, 5, 5, 5, 11, 0, 2, 5, 11, 0, 5, 5, 2, 11, 0, 4, 5, 5, 5, 5]);
    seeds
}
