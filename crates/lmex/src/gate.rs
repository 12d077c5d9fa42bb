//! The queue in front of the venue: bounded, cancels first, with a deadline for each request.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lmex_api::{Admission, Limits, Pacer, RateClass};
use lmex_types::TimeMs;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::error::Error;

/// How the client waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Requests a second.
    pub limits: Limits,
    /// How long a query may wait for its turn.
    pub query_deadline: Duration,
    /// How long an order or a transfer may wait for its turn; after that it is reported as never sent. A late order is worse than
    /// none.
    pub order_deadline: Duration,
    /// How long a cancel may wait for its turn.
    pub cancel_deadline: Duration,
    /// How many requests may wait at once; cancels are let in until there are twice as many.
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
            RateClass::Cancel => self.cancel_deadline,
        }
    }
}

/// Lets requests through at the venue's pace.
#[derive(Debug)]
pub(crate) struct Gate {
    pace: Pace,
    state: Mutex<State>,
    moved: Notify,
}

#[derive(Debug)]
struct State {
    pacer: Pacer,
    waiting: BTreeSet<Ticket>,
    issued: u64,
}

/// A place in the queue. Tickets order by class first, so cancels stand before orders of any age.
type Ticket = (RateClass, u64);

impl Gate {
    pub(crate) fn new(pace: Pace) -> Self {
        let state = State { pacer: Pacer::new(pace.limits), waiting: BTreeSet::new(), issued: 0 };
        Self { pace, state: Mutex::new(state), moved: Notify::new() }
    }

    #[cfg(test)]
    async fn pass(&self, class: RateClass, clock: &Clock) -> Result<(), Error> {
        self.pass_since(class, clock, clock.steady()).await
    }

    /// Waits until a request of this class, which began at `since`, may leave. An error means that it must not, and has
    /// not.
    ///
    /// Dropping the future gives the place in the queue up.
    pub(crate) async fn pass_since(
        &self,
        class: RateClass,
        clock: &Clock,
        since: TimeMs,
    ) -> Result<(), Error> {
        let place = self.enqueue(class)?;
        let deadline =
            since.plus_ms(i64::try_from(self.pace.deadline(class).as_millis()).unwrap_or(i64::MAX));
        loop {
            // Before looking, so that a move between looking and waiting is not missed.
            let moved = self.moved.notified();
            let now = clock.steady();
            if now > deadline {
                return Err(Error::Expired { waited_ms: now.ms_since(since) });
            }
            let again = match self.ask(place.ticket, now) {
                Turn::Go => return Ok(()),
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

    /// Lets nothing leave until then, on the steady clock.
    pub(crate) fn block(&self, until: TimeMs) {
        self.state().pacer.block(until);
        self.moved.notify_waiters();
    }

    /// When the present block ends, on the steady clock.
    pub(crate) fn blocked_until(&self, now: TimeMs) -> Option<TimeMs> {
        self.state().pacer.blocked_until(now)
    }

    #[cfg(test)]
    fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    fn enqueue(&self, class: RateClass) -> Result<Place<'_>, Error> {
        let mut state = self.state();
        // A cancel takes risk away: it is let in even when the queue is full of other things.
        let most = match class {
            RateClass::Cancel => self.pace.queue.saturating_mul(2),
            RateClass::Order | RateClass::Query | RateClass::Transfer => self.pace.queue,
        };
        if state.waiting.len() >= most {
            return Err(Error::QueueFull(state.waiting.len()));
        }
        state.issued += 1;
        let ticket = (class, state.issued);
        state.waiting.insert(ticket);
        Ok(Place { gate: self, ticket })
    }

    fn ask(&self, ticket: Ticket, now: TimeMs) -> Turn {
        let mut state = self.state();
        if !state.is_first(ticket) {
            return match state.pacer.blocked_until(now) {
                Some(unlock) => Turn::Blocked(unlock),
                None => Turn::NotYours,
            };
        }
        match state.pacer.decide(now, ticket.0) {
            Admission::Now => Turn::Go,
            Admission::At(then) => Turn::At(then),
            Admission::Blocked(unlock) => Turn::Blocked(unlock),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whoever draws on the same budget does not stand before it.
    fn is_first(&self, ticket: Ticket) -> bool {
        self.waiting.iter().find(|other| budget(other.0) == budget(ticket.0)) == Some(&ticket)
    }
}

/// Queries and transfers have budgets of their own; cancels and orders share one.
fn budget(class: RateClass) -> RateClass {
    match class {
        RateClass::Cancel | RateClass::Order => RateClass::Order,
        RateClass::Query | RateClass::Transfer => class,
    }
}

enum Turn {
    Go,
    NotYours,
    At(TimeMs),
    Blocked(TimeMs),
}

/// Leaves the queue when dropped, whether it was served or given up.
struct Place<'a> {
    gate: &'a Gate,
    ticket: Ticket,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.state().waiting.remove(&self.ticket);
        self.gate.moved.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::Arc;

    fn gate(limits: Limits, queue: usize) -> (Arc<Gate>, Clock) {
        let pace = Pace { limits, queue, ..Pace::default() };
        (Arc::new(Gate::new(pace)), Clock::from_fn(|| TimeMs::from_millis(0)))
    }

    #[tokio::test(start_paused = true)]
    async fn orders_that_wait_too_long_are_never_sent() {
        let (gate, clock) = gate(Limits::default().orders(10), 1_000);
        let calls = (0..40).map(|_| gate.pass(RateClass::Order, &clock));
        let results = join_all(calls).await;
        let sent = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(sent, 5, "half of ten is kept for cancels, and a second is not over before the deadline");
        assert!(results.iter().any(|result| matches!(result, Err(Error::Expired { .. }))));
        assert_eq!(gate.waiting(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn cancels_overtake_orders_that_came_first() {
        let (gate, clock) = gate(Limits { reserved_for_cancels: 0, ..Limits::default().orders(1) }, 1_000);
        gate.pass(RateClass::Order, &clock).await.unwrap();
        let order = {
            let (gate, clock) = (Arc::clone(&gate), clock.clone());
            tokio::spawn(async move { gate.pass(RateClass::Order, &clock).await.map(|()| clock.steady()) })
        };
        tokio::task::yield_now().await;
        gate.pass(RateClass::Cancel, &clock).await.unwrap();
        assert!(
            matches!(order.await.unwrap(), Err(Error::Expired { .. })),
            "the cancel took the order's turn"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn transfers_do_not_stand_behind_orders_nor_orders_behind_transfers() {
        let limits = Limits { transfers: 1, reserved_for_cancels: 0, ..Limits::default().orders(1) };
        for (full, free) in [(RateClass::Order, RateClass::Transfer), (RateClass::Transfer, RateClass::Order)]
        {
            let pace = Pace { limits, order_deadline: Duration::from_secs(5), ..Pace::default() };
            let (gate, clock) = (Gate::new(pace), Clock::from_fn(|| TimeMs::from_millis(0)));
            gate.pass(full, &clock).await.unwrap();
            let waiting =
                async { tokio::time::timeout(Duration::from_millis(10), gate.pass(full, &clock)).await };
            let passing = async { (gate.pass(free, &clock).await.is_ok(), clock.steady()) };
            let before = clock.steady();
            let (waited, passed) = tokio::join!(waiting, passing);
            assert!(waited.is_err(), "the second {full:?} has to wait");
            assert_eq!(passed, (true, before), "{free:?} has a budget of its own");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_refuses_all_but_cancels() {
        let (gate, clock) = gate(Limits::default().queries(1), 2);
        let calls = (0..5).map(|_| gate.pass(RateClass::Query, &clock));
        let results = join_all(calls).await;
        assert_eq!(results.iter().filter(|result| matches!(result, Err(Error::QueueFull(_)))).count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_passes_while_blocked() {
        let (gate, clock) = gate(Limits::default(), 10);
        gate.block(clock.steady().plus_ms(300_000));
        assert!(matches!(gate.pass(RateClass::Order, &clock).await, Err(Error::Blocked { .. })));
        gate.block(clock.steady().plus_ms(300_000));
        tokio::time::advance(Duration::from_secs(301)).await;
        gate.pass(RateClass::Query, &clock).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn queries_are_spread_over_time() {
        let (gate, clock) = gate(Limits::default(), 100);
        let calls = (0..45).map(|_| gate.pass(RateClass::Query, &clock));
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert!(clock.steady().as_millis() >= 2_000, "45 queries take two seconds: {}", clock.steady());
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_call_gives_its_place_up() {
        let (gate, clock) = gate(Limits::default().queries(1), 10);
        gate.pass(RateClass::Query, &clock).await.unwrap();
        let waiting =
            tokio::time::timeout(Duration::from_millis(10), gate.pass(RateClass::Query, &clock)).await;
        assert!(waiting.is_err());
        assert_eq!(gate.waiting(), 0);
    }
}
