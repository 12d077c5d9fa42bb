//! Nonces: milliseconds since 1970, unique and rising for each key.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lmex_types::TimeMs;

/// Hands out the nonces of one key.
///
/// A nonce is the present millisecond, or one more than the last if that has been used: a thousand calls in one
/// millisecond run a second ahead of the clock, well inside the window the venue is assumed to allow, and a clock
/// that is set back a little repeats none. One that is set back by more than two seconds starts the nonces anew:
/// those it gave before are about to leave the window, and their successors would be refused until it has caught up.
/// Share one value among all users of a key in a process.
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
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The last nonce.
    last: i64,
    /// The latest that the clock has shown since the nonces were begun (anew).
    clock: i64,
}

/// What is further ahead of the clock than this comes from a clock that was wrong. Half of the ±4 s that venues are
/// assumed to allow: the other half is for the clock's own error, and for bursts.
const TRUSTED_AHEAD_MS: i64 = 2_000;

impl Nonces {
    /// Starts with the clock.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next nonce at this moment.
    pub fn next(&self, now: TimeMs) -> i64 {
        self.next_after(now, i64::MIN)
    }

    /// The next nonce at this moment, higher than one that somebody else has used. One that is more than two seconds
    /// ahead of the present was taken from a clock that was wrong, and is passed over.
    pub fn next_after(&self, now: TimeMs, used: i64) -> i64 {
        let now = now.as_millis();
        let trusted = |moment: &i64| moment.saturating_sub(now) <= TRUSTED_AHEAD_MS;
        let mut state = self.state();
        if !trusted(&state.clock) {
            *state = State { last: now.saturating_sub(1), clock: now };
        }
        let used = Some(used).filter(trusted).unwrap_or(i64::MIN);
        state.last = now.max(state.last.max(used).saturating_add(1));
        state.clock = state.clock.max(now);
        state.last
    }

    /// How far the nonces have run ahead of the clock, in milliseconds.
    pub fn ahead_ms(&self, now: TimeMs) -> i64 {
        self.state().last.saturating_sub(now.as_millis()).max(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn a_clock_set_back_a_little_repeats_nothing_and_stays_in_the_window() {
        let nonces = Nonces::new();
        let first = nonces.next(TimeMs::from_millis(5_000));
        assert_eq!(nonces.next(TimeMs::from_millis(3_000)), first + 1);
        assert_eq!(nonces.next(TimeMs::from_millis(2_999)), 2_999, "two steps back are one large one");
        assert_eq!(nonces.next(TimeMs::from_millis(2_999)), 3_000);
    }

    #[test]
    fn what_others_have_used_is_passed_unless_their_clock_was_wrong() {
        let (nonces, now) = (Nonces::new(), TimeMs::from_millis(10_000));
        for (used, expected) in [(12_001, 10_000), (i64::MAX, 10_001), (9_000, 10_002), (12_000, 12_001)] {
            assert_eq!(nonces.next_after(now, used), expected, "{used}");
        }
    }

    #[test]
    fn a_burst_runs_ahead_rather_than_repeat_itself() {
        let (nonces, now) = (Nonces::new(), TimeMs::from_millis(10_000));
        assert!((0..6_000).map(|_| nonces.next(now)).is_sorted_by(|a, b| a < b));
        assert_eq!((nonces.ahead_ms(now), nonces.ahead_ms(TimeMs::from_millis(20_000))), (5_999, 0));
    }
}
