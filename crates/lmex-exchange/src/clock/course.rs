//! Venue time: a clock that can be paused, set forward and run at another speed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lmex_types::TimeMs;

use super::Clock;
use super::speed::Flow;

/// The clock of the venue. Cheap to clone; all clones are one clock. It never goes back.
#[derive(Debug, Clone)]
pub(crate) struct VenueTime(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Clock,
    /// Whether it may differ from its base: until then nobody waits for the lock.
    is_bent: AtomicBool,
    course: Mutex<Course>,
}

/// Where time stood at some moment of the base clock, and how it went on from there.
#[derive(Debug, Clone, Copy)]
struct Course {
    flow: Flow,
    base_at: TimeMs,
    venue_at: TimeMs,
}

impl Course {
    fn at(&self, base: TimeMs) -> TimeMs {
        match self.flow.running() {
            None => self.venue_at,
            Some(speed) => self.venue_at.plus_ms(speed.venue_ms(base.ms_since(self.base_at).max(0))),
        }
    }
}

impl VenueTime {
    /// Begins at what the base clock shows.
    pub(crate) fn new(base: Clock, flow: Flow) -> Self {
        let now = base.now();
        let course = Course { flow, base_at: now, venue_at: now };
        let is_bent = AtomicBool::new(flow != Flow::REAL);
        Self(Arc::new(Inner { base, is_bent, course: Mutex::new(course) }))
    }

    /// The same clock, for whoever only reads it.
    pub(crate) fn clock(&self) -> Clock {
        let own = self.clone();
        Clock::new(move || own.now())
    }

    /// The present moment at the venue.
    pub(crate) fn now(&self) -> TimeMs {
        let base = self.0.base.now();
        if self.0.is_bent.load(Ordering::Acquire) { self.course().at(base) } else { base }
    }

    /// How it passes.
    pub(crate) fn flow(&self) -> Flow {
        self.course().flow
    }

    /// From now on it passes so.
    pub(crate) fn set_flow(&self, flow: Flow) {
        self.bend(|_| flow, |now| now);
    }

    /// It is at least this moment now.
    pub(crate) fn set_forward(&self, at: TimeMs) {
        self.bend(|flow| flow, |now| now.max(at));
    }

    /// How long to wait in real time until it is this moment; `None` while it stands still.
    pub(crate) fn wait(&self, until: TimeMs) -> Option<Duration> {
        let speed = self.flow().running()?;
        let venue_ms = until.ms_since(self.now()).max(0);
        Some(Duration::from_millis(u64::try_from(speed.real_ms(venue_ms)).unwrap_or(0)))
    }

    fn bend(&self, flow: impl FnOnce(Flow) -> Flow, now: impl FnOnce(TimeMs) -> TimeMs) {
        let mut course = self.course();
        let base_at = self.0.base.now();
        let present = if self.0.is_bent.load(Ordering::Acquire) { course.at(base_at) } else { base_at };
        *course = Course { flow: flow(course.flow), base_at, venue_at: now(present) };
        self.0.is_bent.store(true, Ordering::Release);
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.0.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use super::*;

    fn hand() -> (Arc<AtomicI64>, Clock) {
        let hand = Arc::new(AtomicI64::new(1_000));
        let read = Arc::clone(&hand);
        (hand, Clock::new(move || TimeMs::from_millis(read.load(Ordering::SeqCst))))
    }

    #[test]
    fn it_pauses_steps_and_runs() {
        let (hand, base) = hand();
        let time = VenueTime::new(base, Flow::REAL);
        let pass = |ms| {
            hand.fetch_add(ms, Ordering::SeqCst);
            time.now().as_millis()
        };
        assert_eq!(pass(5), 1_005);
        time.set_flow(Flow::PAUSED);
        assert_eq!(pass(100), 1_005, "it stands still");
        time.set_forward(TimeMs::from_millis(5_000));
        assert_eq!(pass(100), 5_000, "a step does not set it going");
        time.set_forward(TimeMs::from_millis(4_000));
        assert_eq!(pass(0), 5_000, "it never goes back");
        time.set_flow(Flow { is_paused: false, speed: "10".parse().unwrap() });
        assert_eq!(pass(7), 5_070);
        assert_eq!(time.wait(TimeMs::from_millis(5_101)), Some(Duration::from_millis(4)));
        time.set_flow(Flow::REAL);
        assert_eq!(pass(7), 5_077);
        assert_eq!(pass(-1_000), 5_070, "the wall's clock may be set back");
    }

    #[test]
    fn paused_from_the_start_it_stands_where_it_began() {
        let (hand, base) = hand();
        let time = VenueTime::new(base, Flow::PAUSED);
        hand.fetch_add(500, Ordering::SeqCst);
        assert_eq!(time.now().as_millis(), 1_000);
        assert_eq!(time.wait(TimeMs::from_millis(2_000)), None);
    }
}
