//! A session with its clock, told what happens.

use lmex_api::Dialect;
use lmex_api::stream::{Action, Session, SessionConfig, Topic};
use lmex_types::{Symbol, TimeMs};

pub(crate) fn btc() -> Symbol {
    "BTC-PERP".parse().unwrap()
}

pub(crate) fn at(millis: i64) -> TimeMs {
    TimeMs::from_millis(1_000_000 + millis)
}

/// A session with its clock and the actions of the last call.
pub(crate) struct Told {
    pub(crate) session: Session,
    pub(crate) now: i64,
}

impl Told {
    pub(crate) fn open(topics: &[Topic]) -> (Self, Vec<Action>) {
        Self::open_as(Dialect::Lmex, topics)
    }

    pub(crate) fn open_as(dialect: Dialect, topics: &[Topic]) -> (Self, Vec<Action>) {
        let session = Session::new(SessionConfig::default(), dialect, topics.iter().copied());
        let mut told = Self { session, now: 0 };
        let mut actions = Vec::new();
        told.session.on_open(at(0), &mut actions);
        (told, actions)
    }

    /// Another connection.
    pub(crate) fn open_again(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        self.session.on_open(at(self.now), &mut actions);
        actions
    }

    pub(crate) fn text(&mut self, text: &str) -> Vec<Action> {
        let mut actions = Vec::new();
        self.session.on_text(at(self.now), text, &mut actions);
        actions
    }

    pub(crate) fn wait(&mut self, millis: i64) -> Vec<Action> {
        self.now += millis;
        let mut actions = Vec::new();
        self.session.on_timeout(at(self.now), &mut actions);
        actions
    }
}

pub(crate) fn subscribe(name: &str) -> Action {
    Action::Send(format!(r#"{{"op":"subscribe","args":["{name}"]}}"#))
}

pub(crate) fn unsubscribe(name: &str) -> Action {
    Action::Send(format!(r#"{{"op":"unsubscribe","args":["{name}"]}}"#))
}
