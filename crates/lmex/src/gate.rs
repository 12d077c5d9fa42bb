//! The queue in front of the venue: bounded, cancels first, with a deadline for each request.

use std::sync::Arc;
use std::time::Duration;

use lmex_api::{Admission, Limits, RateClass};
use lmex_types::TimeMs;

use crate::budget::{Budget, InProcess, Ticket};
use crate::clock::Clock;
use crate::error::Error;

/// How the client waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Requests a second, of all clients of this key together.
    pub limits: Limits,
    /// How long a query may wait for its turn.
    pub query_deadline: Duration,
    /// How long an order that may add risk, or a transfer, may wait for its turn; after that it is reported as never sent. A late order is worse than
    /// none.
    pub order_deadline: Duration,
    /// How long a cancel may wait for its turn, or what can only close a position.
    pub cancel_deadline: Duration,
    /// How many requests of this key may wait at once in this process; cancels and closes are let in until there are
    /// twice as many.
    pub queue: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            query_deadline: Duration::from_secs(10),
            order_deadline: Duration::from_secs(1),
            cancel_deadline: Duration::from_secs(5),
            queue: 1_000,
        }
    }
}

impl Pace {
    fn deadline(&self, class: RateClass) -> Duration {
        match class {
            RateClass::Query => self.query_deadline,
            // What moves money late is as unwelcome as a late order.
            RateClass::Order | RateClass::Transfer => self.order_deadline,
            RateClass::Cancel | RateClass::Close => self.cancel_deadline,
        }
    }
}

/// Lets requests through at the venue's pace, which all clients of a key on this machine keep together.
#[derive(Debug)]
pub(crate) struct Gate {
    pace: Pace,
    budget: Arc<Budget>,
}

/// A request that wants to leave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaving {
    pub(crate) class: RateClass,
    /// When it began to wait, on the steady clock: its deadline counts from then.
    pub(crate) since: TimeMs,
    /// Whether it is signed with a nonce.
    pub(crate) is_signed: bool,
}

impl Gate {
    pub(crate) fn new(pace: Pace, budget: Arc<Budget>) -> Self {
        Self { pace, budget }
    }

    /// Waits until a request may leave; the nonce that it leaves with if one was drawn with its turn. An error means that
    /// it must not leave, and has not.
    ///
    /// Dropping the future gives the place in the queue up.
    pub(crate) async fn pass(&self, leaving: Leaving, clock: &Clock) -> Result<Option<i64>, Error> {
        let since = leaving.since;
        let place = self.enqueue(leaving.class)?;
        let deadline =
            since.plus_ms(i64::try_from(self.patience(leaving.class).as_millis()).unwrap_or(i64::MAX));
        loop {
            // Before looking, so that a move between looking and waiting is not missed.
            let moved = self.budget.in_process().moved.notified();
            let now = clock.steady();
            if now > deadline {
                return Err(Error::Expired { waited_ms: now.ms_since(since) });
            }
            let again = match self.ask(place.ticket, leaving.is_signed, clock) {
                Turn::Go(nonce) => return Ok(nonce),
                Turn::NotYours => deadline,
                Turn::At(then) => then,
                Turn::Blocked(unlock) if unlock > deadline => return Err(Error::Blocked { unlock, now }),
                Turn::Blocked(unlock) => unlock,
            };
            // A turn that comes after the deadline is not worth waiting for: no at once is kinder than no late.
            if now >= deadline || again > deadline {
                return Err(Error::Expired { waited_ms: now.ms_since(since) });
            }
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep_until(clock.instant(again.min(deadline))) => {}
            }
        }
    }

    /// How long a request of this class may wait for its turn.
    pub(crate) fn patience(&self, class: RateClass) -> Duration {
        self.pace.deadline(class)
    }

    /// Lets nothing leave for so long from now on, of no client of the key.
    pub(crate) fn block_for(&self, millis: i64, clock: &Clock) {
        self.budget.block_for(millis, clock);
    }

    /// When the present block ends, on the steady clock.
    pub(crate) fn blocked_until(&self, clock: &Clock) -> Option<TimeMs> {
        self.budget.blocked_until(clock)
    }

    fn enqueue(&self, class: RateClass) -> Result<Place<'_>, Error> {
        // What takes risk away is let in even when the queue is full of other things.
        let longest = match class {
            RateClass::Cancel | RateClass::Close => self.pace.queue.saturating_mul(2),
            RateClass::Order | RateClass::Query | RateClass::Transfer => self.pace.queue,
        };
        let most = self.pace.limits.most(class);
        let shared = self.budget.in_process();
        let ticket = shared.state().queue.join(class, most, longest).map_err(Error::QueueFull)?;
        Ok(Place { shared, ticket })
    }

    fn ask(&self, ticket: Ticket, is_signed: bool, clock: &Clock) -> Turn {
        let shared = self.budget.in_process();
        let mut state = shared.state();
        let blocked = state.pacer.blocked_until(clock.steady());
        if !state.queue.is_first(ticket) {
            return blocked.map_or(Turn::NotYours, Turn::Blocked);
        }
        let limits = &self.pace.limits;
        let decision = self.budget.decide(&mut state.pacer, ticket.0, limits, clock, is_signed);
        match decision.admission {
            Admission::Now => Turn::Go(decision.nonce),
            Admission::At(then) => Turn::At(then),
            Admission::Blocked(unlock) => {
                if blocked != Some(unlock) {
                    // Another process has met it: those behind need not wait for their turn to learn of it.
                    shared.moved.notify_waiters();
                }
                Turn::Blocked(unlock)
            }
        }
    }
}

enum Turn {
    Go(Option<i64>),
    NotYours,
    At(TimeMs),
    Blocked(TimeMs),
}

/// Leaves the queue when dropped, whether it was served or given up.
struct Place<'a> {
    shared: &'a InProcess,
    ticket: Ticket,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.state().queue.leave(self.ticket);
        self.shared.moved.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
