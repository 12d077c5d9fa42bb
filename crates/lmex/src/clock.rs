//! The two times a client needs: the wall's for nonces, a steady one for pace.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use lmex_types::TimeMs;
use tokio::time::Instant;

/// Tells wall time. The nonce of a request is taken from it; tests and machines with a known skew can bring another.
#[derive(Clone)]
pub struct Clock {
    wall: Arc<dyn Fn() -> TimeMs + Send + Sync>,
    start: Instant,
    is_system: bool,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { is_system: true, ..Self::from_fn(system_time) }
    }

    /// A clock that asks a function for wall time.
    pub fn from_fn(wall: impl Fn() -> TimeMs + Send + Sync + 'static) -> Self {
        Self { wall: Arc::new(wall), start: Instant::now(), is_system: false }
    }

    /// Wall time.
    pub fn wall(&self) -> TimeMs {
        (self.wall)()
    }

    /// Milliseconds since the clock was made; never goes back, whatever happens to the wall's.
    pub(crate) fn steady(&self) -> TimeMs {
        TimeMs::from_millis(i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    /// Time that tells how long ago something in this process was. Corrections of the machine's clock don't move it; a
    /// clock that was brought is believed, since whoever brings one decides about time.
    pub(crate) fn waited(&self) -> TimeMs {
        if self.is_system { self.steady() } else { self.wall() }
    }

    /// The steady time as tokio's, for sleeping until it.
    pub(crate) fn instant(&self, steady: TimeMs) -> Instant {
        let millis = u64::try_from(steady.as_millis()).unwrap_or(0);
        self.start + std::time::Duration::from_millis(millis)
    }
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
