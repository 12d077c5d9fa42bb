//! When a request may leave, so that the venue never has to say no.

mod limits;
mod window;

use lmex_types::TimeMs;

pub use limits::{Limits, RateClass};
use window::Window;

use crate::unlock::LONGEST_BLOCK_MS;

/// What the pacer says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may leave now, and has been counted.
    Now,
    /// Ask again at this moment: until then the budget is used up, or the trickle after a block has no place.
    At(TimeMs),
    /// The venue has blocked this key until then: nothing may leave.
    Blocked(TimeMs),
}

/// Counts what has left in the last second and decides what may leave next.
///
/// Sliding windows: in no period of 1,020 ms do more requests leave than allowed, whichever way the venue counts its
/// second, and with a little more for requests that arrive closer together than they left. Time is counted in slots of
/// 20 ms, so a place becomes free up to 20 ms later than it might. Ask again when told; nothing is reserved by asking.
///
/// After a block comes a trickle, for [three seconds](Limits::trickle_ms): one request of whatever kind each 100 ms if it is a cancel, later if
/// it is anything else, so that cancels are first, then closes, then orders, also among processes that do not know of
/// each other's queues.
///
/// The state is plain data of a fixed size, whatever the limits are, which are no part of it: processes that
/// [share](Self::to_bytes) it may each keep limits of their own.
///
/// ```
/// use lmex_api::{Admission, Limits, Pacer, RateClass};
/// use lmex_types::TimeMs;
/// let (mut pacer, limits) = (Pacer::new(), Limits::default().queries(1));
/// let now = TimeMs::from_millis(0);
/// assert_eq!(pacer.decide(now, RateClass::Query, &limits), Admission::Now);
/// assert_eq!(pacer.decide(now, RateClass::Query, &limits), Admission::At(TimeMs::from_millis(1_040)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pacer {
    /// The newest slot; the windows begin with it.
    newest: Slot,
    orders: Window,
    queries: Window,
    transfers: Window,
    /// Kept until the trickle after it is over.
    blocked_until: Option<TimeMs>,
}

/// A period of [`SLOT_MS`], counted from time zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Slot(i64);

const SLOT_MS: i64 = 20;
/// Any 1,020 ms lie within so many slots.
const WINDOW_SLOTS: usize = 52;
/// How long a trickle may last.
const LONGEST_TRICKLE_MS: i64 = 10_000;

impl Slot {
    fn of(time: TimeMs) -> Self {
        Self(time.as_millis().div_euclid(SLOT_MS))
    }

    fn start(self) -> TimeMs {
        TimeMs::from_millis(self.0.saturating_mul(SLOT_MS))
    }

    fn plus(self, slots: i64) -> Self {
        Self(self.0.saturating_add(slots))
    }

    fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Pacer {
    /// How long its [bytes](Self::to_bytes) are.
    pub const BYTES: usize = 16 + 3 * Window::BYTES;

    /// A pacer of which nothing has left yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a request of this class may leave at `now`; counts it if so.
    ///
    /// Time that goes back by less than a window counts as standing still. If it goes back further, as when the state is
    /// another machine's or was kept over a restart of this one, what has left counts as leaving now, and a block lasts
    /// 15 minutes at most: neither stops a client for long, nor lets it flood.
    pub fn decide(&mut self, now: TimeMs, class: RateClass, limits: &Limits) -> Admission {
        self.advance(now);
        if let Some(until) = self.blocked_until(now) {
            return Admission::Blocked(until);
        }
        let full = self.window(class).room_from(self.newest, limits.most(class)).map(Slot::start);
        match full.max(self.trickles_until(now, class, limits)) {
            Some(then) if then > now => Admission::At(then),
            _ => {
                self.window_mut(class).count();
                Admission::Now
            }
        }
    }

    /// Counts a request that leaves at `now`, by whatever decision.
    pub fn count(&mut self, now: TimeMs, class: RateClass) {
        self.advance(now);
        self.window_mut(class).count();
    }

    /// Lets nothing leave until `until`, as the venue has asked.
    pub fn block(&mut self, until: TimeMs) {
        self.blocked_until = self.blocked_until.max(Some(until));
    }

    /// When the venue's block ends, if one is in force.
    pub fn blocked_until(&self, now: TimeMs) -> Option<TimeMs> {
        self.blocked_until.filter(|until| *until > now)
    }

    /// Takes over what another one has counted and this one has not, as after this one was lost, and the later block.
    pub fn merge(&mut self, other: &Self, now: TimeMs) {
        let mut other = *other;
        self.advance(now);
        other.advance(self.newest.start());
        self.orders.merge(&other.orders);
        self.queries.merge(&other.queries);
        self.transfers.merge(&other.transfers);
        self.blocked_until = self.blocked_until.max(other.blocked_until);
    }

    /// Whether it knows of requests that leave in the future, by more than clocks of one machine differ: it was not
    /// counted by this clock.
    pub fn is_ahead_of(&self, now: TimeMs) -> bool {
        self.newest.since(Slot::of(now)) > WINDOW_SLOTS as i64
    }

    /// The state in a fixed layout, little-endian: the number of the newest slot of 20 ms (8 bytes); the end of the block in
    /// milliseconds, or the lowest number if there is none (8); then, for orders, queries and transfers, what has left in
    /// each of 52 slots, the newest first (2 each).
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let until = self.blocked_until.map_or(i64::MIN, TimeMs::as_millis);
        let (head, counts) = bytes.split_at_mut(16);
        for (place, number) in head.chunks_exact_mut(8).zip([self.newest.0, until]) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        let windows = [&self.orders, &self.queries, &self.transfers];
        for (place, window) in counts.chunks_exact_mut(Window::BYTES).zip(windows) {
            window.write(place);
        }
        bytes
    }

    /// The state from [bytes](Self::to_bytes). Any bytes are one; see [`decide`](Self::decide) for how little harm a wrong
    /// one does.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let (head, counts) = bytes.split_at(16);
        let mut numbers = head.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes));
        let newest = Slot(numbers.next().unwrap_or_default());
        let until = numbers.next().filter(|until| *until != i64::MIN);
        let mut windows = counts.chunks_exact(Window::BYTES).map(Window::read);
        let mut next = || windows.next().unwrap_or_default();
        Self {
            newest,
            orders: next(),
            queries: next(),
            transfers: next(),
            blocked_until: until.map(TimeMs::from_millis),
        }
    }

    /// Comes to the present, and forgets what is over.
    fn advance(&mut self, now: TimeMs) {
        let slots = Slot::of(now).since(self.newest);
        if slots > 0 {
            for window in [&mut self.orders, &mut self.queries, &mut self.transfers] {
                window.age(slots);
            }
        }
        if slots > 0 || self.is_ahead_of(now) {
            self.newest = Slot::of(now);
        }
        let over = |until: &TimeMs| now.ms_since(*until) >= LONGEST_TRICKLE_MS;
        self.blocked_until =
            self.blocked_until.filter(|until| !over(until)).min(Some(now.plus_ms(LONGEST_BLOCK_MS)));
    }

    /// From when on the trickle after a block lets a request of this class through; none where there is no trickle.
    fn trickles_until(&self, now: TimeMs, class: RateClass, limits: &Limits) -> Option<TimeMs> {
        let began = self.blocked_until.filter(|until| now.ms_since(*until) < i64::from(limits.trickle_ms))?;
        // A cancel may leave at once, everything else as if one just had.
        let first = began.plus_ms(trickle_gap_ms(class) - trickle_gap_ms(RateClass::Cancel));
        let windows = [&self.orders, &self.queries, &self.transfers];
        let last = windows.iter().filter_map(|window| window.newest_age()).min();
        let after_last = last.map(|age| {
            let left = self.newest.plus(-(age as i64));
            left.plus(1).start().plus_ms(trickle_gap_ms(class))
        });
        Some(first).max(after_last)
    }

    fn window(&self, class: RateClass) -> &Window {
        match class {
            RateClass::Cancel | RateClass::Close | RateClass::Order => &self.orders,
            RateClass::Query => &self.queries,
            RateClass::Transfer => &self.transfers,
        }
    }

    fn window_mut(&mut self, class: RateClass) -> &mut Window {
        match class {
            RateClass::Cancel | RateClass::Close | RateClass::Order => &mut self.orders,
            RateClass::Query => &mut self.queries,
            RateClass::Transfer => &mut self.transfers,
        }
    }
}

/// In a trickle, how long after the last request one of this class may leave. So far apart that a process on a busy
/// machine is in time for its cancel.
fn trickle_gap_ms(class: RateClass) -> i64 {
    match class {
        RateClass::Cancel => 100,
        RateClass::Close => 200,
        RateClass::Order => 300,
        RateClass::Query | RateClass::Transfer => 400,
    }
}

#[cfg(test)]
mod tests;
