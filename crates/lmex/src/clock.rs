//! The two times a client needs: the wall's for nonces, a steady one for pace.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant as StdInstant, SystemTime, UNIX_EPOCH};

use lmex_types::TimeMs;
use tokio::time::Instant;

/// Tells wall time. The nonce of a request is taken from it; tests and machines with a known skew can bring another.
#[derive(Clone)]
pub struct Clock {
    wall: Arc<dyn Fn() -> TimeMs + Send + Sync>,
    is_system: bool,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { is_system: true, ..Self::from_fn(system_time) }
    }

    /// A clock that asks a function for wall time.
    pub fn from_fn(wall: impl Fn() -> TimeMs + Send + Sync + 'static) -> Self {
        Self { wall: Arc::new(wall), is_system: false }
    }

    /// Wall time.
    pub fn wall(&self) -> TimeMs {
        (self.wall)()
    }

    /// Time that never goes back, whatever happens to the wall's: the same for all clocks of this process, and on Unix of
    /// all processes on this machine since it was started.
    pub(crate) fn steady(&self) -> TimeMs {
        let (anchor, now) = (anchor(), Instant::now().into_std());
        let since = |later: StdInstant, earlier| nanos(later.saturating_duration_since(earlier));
        let steady = anchor.nanos.saturating_add(since(now, anchor.instant) - since(anchor.instant, now));
        TimeMs::from_millis(steady.div_euclid(NANOS_PER_MS))
    }

    /// Time that tells how long ago something in this process was. Corrections of the machine's clock don't move it; a
    /// clock that was brought is believed, since whoever brings one decides about time.
    pub(crate) fn waited(&self) -> TimeMs {
        if self.is_system { self.steady() } else { self.wall() }
    }

    /// The steady time as tokio's, for sleeping until it.
    pub(crate) fn instant(&self, steady: TimeMs) -> Instant {
        let anchor = anchor();
        let from_anchor = steady.as_millis().saturating_mul(NANOS_PER_MS).saturating_sub(anchor.nanos);
        let apart = Duration::from_nanos(from_anchor.unsigned_abs());
        let instant = if from_anchor < 0 {
            anchor.instant.checked_sub(apart)
        } else {
            anchor.instant.checked_add(apart)
        };
        instant.map_or_else(|| Instant::now() + FAR, Instant::from_std)
    }
}

/// What can't be told as an instant is this far away.
const FAR: Duration = Duration::from_secs(86_400);

/// One moment, as this process tells it and as all processes do. Instants are read by tokio, so that tests move them.
#[derive(Clone, Copy)]
struct Anchor {
    instant: StdInstant,
    nanos: i64,
}

fn anchor() -> Anchor {
    static ANCHOR: OnceLock<Anchor> = OnceLock::new();
    *ANCHOR.get_or_init(|| {
        // Between the two readings the process may be stopped; the two that are closest are those of one moment.
        let readings = (0..5).map(|_| {
            let instant = StdInstant::now();
            let nanos = since_start_of_machine();
            (instant.elapsed(), Anchor { instant, nanos })
        });
        let closest = readings.min_by_key(|(apart, _)| *apart);
        closest.map_or(Anchor { instant: StdInstant::now(), nanos: 0 }, |(_, anchor)| anchor)
    })
}

const NANOS_PER_MS: i64 = 1_000_000;

#[cfg(unix)]
fn since_start_of_machine() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec.saturating_mul(1_000 * NANOS_PER_MS).saturating_add(time.tv_nsec)
}

/// The wall's, as it was when this process first asked: processes differ by what it was set by in between.
#[cfg(not(unix))]
fn since_start_of_machine() -> i64 {
    system_time().as_millis().saturating_mul(NANOS_PER_MS)
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the one place where the SDK reads the machine's clock")]
fn system_time() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimeMs::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn steady_time_is_one_for_all_clocks_and_goes_with_the_runtimes() {
        let (first, begun) = (Clock::system(), Clock::system().steady());
        tokio::time::advance(Duration::from_millis(1_500)).await;
        let second = Clock::from_fn(|| TimeMs::from_millis(0));
        assert_eq!((first.steady(), second.steady()), (begun.plus_ms(1_500), begun.plus_ms(1_500)));
        let later = begun.plus_ms(5_000);
        let ahead_us = first.instant(later).duration_since(Instant::now()).as_micros();
        assert!((3_499_000..3_501_000).contains(&ahead_us), "{ahead_us}");
    }

    #[cfg(unix)]
    #[test]
    fn steady_time_is_that_of_other_processes() {
        Clock::system().steady();
        let (before, steady) = (since_start_of_machine(), Clock::system().steady().as_millis());
        let [before, after] = [before, since_start_of_machine()].map(|nanos| nanos / NANOS_PER_MS);
        assert!((before - 1..=after + 1).contains(&steady), "{before} {steady} {after}");
    }

    #[test]
    fn a_moment_out_of_reach_is_far_away() {
        let clock = Clock::system();
        for millis in [i64::MAX, 1 << 62, i64::MIN] {
            let (instant, now) = (clock.instant(TimeMs::from_millis(millis)), Instant::now());
            assert!(instant > now + FAR / 2 || millis < 0, "{millis}");
        }
    }
}
