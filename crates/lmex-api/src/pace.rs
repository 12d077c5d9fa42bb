//! When a request may leave, so that the venue never has to say no.

use std::collections::VecDeque;

use lmex_types::TimeMs;

/// Requests a second that the venue allows, and what is kept back for cancels.
///
/// The defaults are the documented limits: 15 queries for each API key, 30 for each user, 75 orders, 5 transfers. Lower
/// them to leave room for other programs that use the same account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Queries a second with one key.
    pub queries_per_key: u32,
    /// Queries a second for the user, over all keys.
    pub queries_per_user: u32,
    /// Order requests (create, amend, cancel, close) a second.
    pub orders: u32,
    /// How many of `orders` only cancels may use.
    pub reserved_for_cancels: u32,
    /// Transfers between wallets a second for the user.
    pub transfers: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { queries_per_key: 15, queries_per_user: 30, orders: 75, reserved_for_cancels: 5, transfers: 5 }
    }
}

impl Limits {
    /// At most this many order requests a second.
    #[must_use]
    pub fn orders(self, orders: u32) -> Self {
        Self { orders, reserved_for_cancels: self.reserved_for_cancels.min(orders / 2), ..self }
    }

    /// At most this many queries a second.
    #[must_use]
    pub fn queries(self, queries: u32) -> Self {
        Self { queries_per_key: queries, queries_per_user: self.queries_per_user.max(queries), ..self }
    }
}

/// What a request competes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RateClass {
    /// Takes risk off the table: overtakes everything else and may use the whole order budget.
    Cancel,
    /// Creates, amends, closes.
    Order,
    /// Reads.
    Query,
    /// Moves money between wallets.
    Transfer,
}

/// What the pacer says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may leave now, and has been counted.
    Now,
    /// Ask again at this moment: the budget is used up until then.
    At(TimeMs),
    /// The venue has blocked this client until then: nothing may leave.
    Blocked(TimeMs),
}

/// Counts what has left in the last second and decides what may leave next.
///
/// Sliding windows: in no period of one second do more requests leave than allowed, whichever way the venue
/// counts. Ask again when told; nothing is reserved by asking. The state is plain data.
///
/// ```
/// use lmex_api::{Admission, Limits, Pacer, RateClass};
/// use lmex_types::TimeMs;
/// let mut pacer = Pacer::new(Limits::default().queries(1));
/// let now = TimeMs::from_millis(0);
/// assert_eq!(pacer.decide(now, RateClass::Query), Admission::Now);
/// assert_eq!(pacer.decide(now, RateClass::Query), Admission::At(TimeMs::from_millis(1_020)));
/// ```
#[derive(Debug, Clone)]
pub struct Pacer {
    limits: Limits,
    queries: Window,
    orders: Window,
    transfers: Window,
    blocked_until: Option<TimeMs>,
}

impl Pacer {
    /// A pacer that has sent nothing yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            queries: Window::default(),
            orders: Window::default(),
            transfers: Window::default(),
            blocked_until: None,
        }
    }

    /// Whether a request of this class may leave at `now`; counts it if so.
    pub fn decide(&mut self, now: TimeMs, class: RateClass) -> Admission {
        if let Some(until) = self.blocked_until(now) {
            return Admission::Blocked(until);
        }
        let limits = self.limits;
        let (window, most) = match class {
            RateClass::Query => (&mut self.queries, limits.queries_per_key.min(limits.queries_per_user)),
            RateClass::Order => (&mut self.orders, limits.orders.saturating_sub(limits.reserved_for_cancels)),
            RateClass::Cancel => (&mut self.orders, limits.orders),
            RateClass::Transfer => (&mut self.transfers, limits.transfers),
        };
        window.admit(now, most.max(1) as usize)
    }

    /// Lets nothing leave until `until`, as the venue has asked.
    pub fn block(&mut self, until: TimeMs) {
        self.blocked_until = self.blocked_until.max(Some(until));
    }

    /// When the venue's block ends, if one is in force.
    pub fn blocked_until(&self, now: TimeMs) -> Option<TimeMs> {
        self.blocked_until.filter(|until| *until > now)
    }

    /// The limits it keeps.
    pub fn limits(&self) -> Limits {
        self.limits
    }
}

/// A second, and a little more for requests that arrive closer together than they left.
const WINDOW_MS: i64 = 1_020;

#[derive(Debug, Clone, Default)]
struct Window {
    /// When each request of the last second left, oldest first: never more than the limit.
    left: VecDeque<TimeMs>,
}

impl Window {
    fn admit(&mut self, now: TimeMs, most: usize) -> Admission {
        // A clock that was set back must not stop the client for as long as it went back.
        if self.left.back().is_some_and(|last| *last > now) {
            self.left.iter_mut().for_each(|left| *left = now.min(*left));
        }
        while self.left.front().is_some_and(|left| now.ms_since(*left) >= WINDOW_MS) {
            self.left.pop_front();
        }
        if self.left.len() < most {
            self.left.push_back(now);
            return Admission::Now;
        }
        // There is room again once all but `most - 1` have left the window.
        let decisive = self.left.get(self.left.len() - most).copied().unwrap_or(now);
        Admission::At(decisive.plus_ms(WINDOW_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> TimeMs {
        TimeMs::from_millis(1_000_000 + millis)
    }

    /// Sends as fast as the pacer allows and returns when each request left.
    fn leave(pacer: &mut Pacer, class: RateClass, count: usize) -> Vec<i64> {
        let mut now = at(0);
        let mut left = Vec::new();
        while left.len() < count {
            match pacer.decide(now, class) {
                Admission::Now => left.push(now.ms_since(at(0))),
                Admission::At(then) | Admission::Blocked(then) => now = then,
            }
        }
        left
    }

    #[test]
    fn no_second_holds_more_than_the_limit() {
        for (class, limit) in [
            (RateClass::Query, 15),
            (RateClass::Order, 70),
            (RateClass::Cancel, 75),
            (RateClass::Transfer, 5),
        ] {
            let left = leave(&mut Pacer::new(Limits::default()), class, 400);
            for window in left.windows(limit + 1) {
                assert!(window[limit] - window[0] >= 1_000, "{class:?}: {} in under a second", limit + 1);
            }
        }
    }

    #[test]
    fn cancels_have_room_when_orders_have_none() {
        let mut pacer = Pacer::new(Limits::default());
        let admitted = (0..100).filter(|_| pacer.decide(at(0), RateClass::Order) == Admission::Now).count();
        assert_eq!(admitted, 70);
        let cancels = (0..100).filter(|_| pacer.decide(at(0), RateClass::Cancel) == Admission::Now).count();
        assert_eq!(cancels, 5);
    }

    #[test]
    fn nothing_leaves_while_blocked() {
        let mut pacer = Pacer::new(Limits::default());
        pacer.block(at(300_000));
        pacer.block(at(1_000));
        assert_eq!(pacer.decide(at(5_000), RateClass::Cancel), Admission::Blocked(at(300_000)));
        assert_eq!(pacer.decide(at(300_000), RateClass::Cancel), Admission::Now);
    }

    #[test]
    fn the_tutorials_limit_can_be_set() {
        let left = leave(&mut Pacer::new(Limits::default().orders(10)), RateClass::Cancel, 30);
        assert!(left[10] >= 1_000 && left[20] >= 2_000);
    }

    #[test]
    fn a_clock_set_back_does_not_stop_the_client() {
        let mut pacer = Pacer::new(Limits::default().queries(1));
        assert_eq!(pacer.decide(at(3_600_000), RateClass::Query), Admission::Now);
        assert_eq!(pacer.decide(at(0), RateClass::Query), Admission::At(at(WINDOW_MS)));
    }

    proptest::proptest! {
        #[test]
        fn waiting_as_told_is_always_enough(steps in proptest::collection::vec(0_i64..400, 1..200), limit in 1_u32..20) {
            let mut pacer = Pacer::new(Limits::default().queries(limit));
            let mut now = at(0);
            for step in steps {
                now = now.plus_ms(step);
                if let Admission::At(then) = pacer.decide(now, RateClass::Query) {
                    proptest::prop_assert!(then > now);
                    proptest::prop_assert_eq!(pacer.decide(then, RateClass::Query), Admission::Now);
                    now = then;
                }
            }
        }
    }
}
