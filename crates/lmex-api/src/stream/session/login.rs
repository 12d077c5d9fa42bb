//! Saying who we are, under a name that the sources don't agree on.

use lmex_types::TimeMs;

use super::action::{Action, LoginOperation, Notice};
use crate::dialect::Dialect;

/// Where the login of a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Login {
    /// Nothing private is wanted.
    NotNeeded,
    /// No connection yet.
    Wanted,
    /// Asked under the first name of the dialect, or under the second, at this moment.
    Asked(Attempt, TimeMs),
    /// The venue said yes.
    Done,
    /// The venue said nothing at all: private topics are asked for, and show by their data whether it did.
    Unanswered,
    /// The venue said no.
    Refused,
}

/// Which of the two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    First,
    Second,
}

impl Attempt {
    fn operation(self, dialect: Dialect) -> LoginOperation {
        let [first, second] = dialect.order(LoginOperation::Login, LoginOperation::AuthKeyExpires);
        match self {
            Self::First => first,
            Self::Second => second,
        }
    }
}

impl Login {
    /// The connection is up.
    pub(super) fn on_open(&mut self, dialect: Dialect, now: TimeMs, actions: &mut Vec<Action>) {
        if *self != Self::NotNeeded {
            self.ask(Attempt::First, dialect, now, actions);
        }
    }

    /// The connection is gone.
    pub(super) fn on_closed(&mut self) {
        if *self != Self::NotNeeded {
            *self = Self::Wanted;
        }
    }

    /// The venue said yes or no. Whether private topics are to be asked for now. A no is not tried again on this
    /// connection: the other name would be signed in the same way.
    pub(super) fn on_answer(&mut self, success: bool, actions: &mut Vec<Action>) -> bool {
        let was_done = *self == Self::Done;
        if success {
            *self = Self::Done;
            actions.push(Action::Notify(Notice::LoggedIn));
            return !was_done;
        }
        *self = Self::Refused;
        actions.push(Action::Notify(Notice::LoginRefused));
        actions.push(Action::Close("the login was refused"));
        false
    }

    /// The venue has complained about something; if that was the login, it may know it by the other name.
    pub(super) fn on_complaint(&mut self, dialect: Dialect, now: TimeMs, actions: &mut Vec<Action>) {
        if let Self::Asked(Attempt::First, _) = *self {
            self.ask(Attempt::Second, dialect, now, actions);
        }
    }

    /// Time has passed. Whether private topics are to be asked for now.
    pub(super) fn on_timeout(
        &mut self,
        dialect: Dialect,
        now: TimeMs,
        within_ms: i64,
        actions: &mut Vec<Action>,
    ) -> bool {
        let Self::Asked(attempt, since) = *self else { return false };
        if now.ms_since(since) < within_ms {
            return false;
        }
        match attempt {
            Attempt::First => {
                self.ask(Attempt::Second, dialect, now, actions);
                false
            }
            Attempt::Second => {
                *self = Self::Unanswered;
                actions.push(Action::Notify(Notice::LoginUnanswered));
                true
            }
        }
    }

    pub(super) fn deadline(&self, within_ms: i64) -> Option<TimeMs> {
        match self {
            Self::Asked(_, since) => Some(since.plus_ms(within_ms)),
            _ => None,
        }
    }

    fn ask(&mut self, attempt: Attempt, dialect: Dialect, now: TimeMs, actions: &mut Vec<Action>) {
        *self = Self::Asked(attempt, now);
        actions.push(Action::Login(attempt.operation(dialect)));
    }
}
