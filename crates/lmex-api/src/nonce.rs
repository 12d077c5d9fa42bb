//! Nonces: milliseconds since 1970, unique and rising for each key.

use std::sync::atomic::{AtomicI64, Ordering};

use lmex_types::TimeMs;

/// Hands out the nonces of one key.
///
/// A nonce is the present millisecond, or one more than the last if that has been used: a thousand calls in one
/// millisecond run a second ahead of the clock, well inside the window the venue is assumed to allow, and a clock
/// that is set back a little repeats none. One that was wrong by more than a minute starts anew: nonces so far ahead
/// were never accepted, and would not be for as long as it was wrong. Share one value among all users of a key in a process.
///
/// ```
/// use lmex_api::Nonces;
/// use lmex_types::TimeMs;
/// let nonces = Nonces::new();
/// let now = TimeMs::from_millis(1_000);
/// assert_eq!((nonces.next(now), nonces.next(now)), (1_000, 1_001));
/// ```
#[derive(Debug, Default)]
pub struct Nonces {
    last: AtomicI64,
}

/// Nonces further ahead than this come from a clock that was wrong.
const TRUSTED_AHEAD_MS: i64 = 60_000;

impl Nonces {
    /// Starts with the clock.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next nonce at this moment.
    pub fn next(&self, now: TimeMs) -> i64 {
        let now = now.as_millis();
        let after = |last: i64| match last.saturating_sub(now) {
            ahead if ahead > TRUSTED_AHEAD_MS => now,
            _ => now.max(last.saturating_add(1)),
        };
        let previous = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
        after(previous.unwrap_or(now))
    }

    /// How far the nonces have run ahead of the clock, in milliseconds.
    pub fn ahead_ms(&self, now: TimeMs) -> i64 {
        (self.last.load(Ordering::Relaxed) - now.as_millis()).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_thousand_calls_in_one_millisecond_from_many_threads_are_unique_and_rising() {
        let nonces = Nonces::new();
        let now = TimeMs::from_millis(1_700_000_000_000);
        let each: Vec<Vec<i64>> = std::thread::scope(|scope| {
            let calls = || (0..125).map(|_| nonces.next(now)).collect::<Vec<_>>();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(calls)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(each.iter().all(|nonces| nonces.is_sorted_by(|a, b| a < b)), "each thread sees them rise");
        assert_eq!(each.concat().into_iter().collect::<BTreeSet<_>>().len(), 1_000);
        assert_eq!(nonces.ahead_ms(now), 999);
    }

    #[test]
    fn a_clock_that_was_an_hour_ahead_is_forgotten() {
        let nonces = Nonces::new();
        nonces.next(TimeMs::from_millis(10_000_000));
        assert_eq!(nonces.next(TimeMs::from_millis(6_400_000)), 6_400_000);
    }

    #[test]
    fn a_clock_set_back_repeats_nothing() {
        let nonces = Nonces::new();
        let first = nonces.next(TimeMs::from_millis(5_000));
        assert_eq!(nonces.next(TimeMs::from_millis(0)), first + 1);
    }
}
