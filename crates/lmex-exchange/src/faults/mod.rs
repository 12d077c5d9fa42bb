//! Faults on demand: what goes wrong, for whom, and how often.
//!
//! Whether a fault hits is decided by one pure function alone (`register.rs`), from facts and a seeded
//! draw: the same faults, seed and requests give the same hits. Thin layers do what was decided: `requests` around the
//! router, `messages` before the socket of a stream. The engine knows of no faults; whatever goes wrong, what it is asked
//! to do it does by its rules. Without a fault in place each request and message costs one load of a number.

mod kind;
mod messages;
mod pattern;
mod reach;
mod register;
mod requests;
mod spec;

pub use kind::{Kind, Setting, Target};
pub(crate) use messages::{Bent, Login, StreamFaults};
pub use register::FaultStatus;
pub(crate) use requests::{Again, Cut, ForcedBlock};
pub use spec::{Execution, FaultError, FaultSpec};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lmex_types::Decimal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use register::{Decision, Facts, Register};

/// Requests that are held back at once, unless [`Faults::holding`] says otherwise; more are carried out without delay.
const MOST_HELD: usize = 256;
/// How long a connection stays open on which nothing will be answered.
const UNANSWERED: Duration = Duration::from_secs(600);

/// The faults of an exchange. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Faults(Arc<Shared>);

struct Shared {
    register: Mutex<Register>,
    /// How many faults are in place.
    in_place: AtomicUsize,
    clock_offset_ms: AtomicI64,
    /// Changes with the faults, for connections that have to look again.
    changed: watch::Sender<u64>,
    held: Arc<Semaphore>,
    unanswered: Duration,
    /// Whose each key is.
    owners: BTreeMap<String, String>,
}

impl Faults {
    /// None yet. `owners` are the usernames by API key.
    pub(crate) fn new(seed: u64, owners: BTreeMap<String, String>, timeout_scale: Decimal) -> Self {
        Self(Arc::new(Shared {
            register: Mutex::new(Register::new(seed)),
            in_place: AtomicUsize::new(0),
            clock_offset_ms: AtomicI64::new(0),
            changed: watch::channel(0).0,
            held: Arc::new(Semaphore::new(MOST_HELD)),
            unanswered: scaled(UNANSWERED, timeout_scale),
            owners,
        }))
    }

    /// At most so many requests are held back at once. For a new one, of which there is no clone.
    pub(crate) fn holding(mut self, most: usize) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.0) {
            shared.held = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
        }
        self
    }

    /// Puts a fault in place, as the last one: of two that match, the earlier one hits. What could never hit, by its
    /// path, topic, key or account, is refused.
    pub fn add(&self, spec: FaultSpec) -> Result<FaultStatus, FaultError> {
        spec.check()?;
        spec.check_reach(&self.0.owners)?;
        let mut register = self.register();
        let added = register.add(spec)?;
        self.note(&register);
        Ok(added)
    }

    /// All that are in place, those that will not hit again too.
    pub fn list(&self) -> Vec<FaultStatus> {
        self.register().list()
    }

    /// Takes one away; `None` if there is none of this number.
    pub fn remove(&self, id: u64) -> Option<FaultStatus> {
        let mut register = self.register();
        let removed = register.remove(id);
        self.note(&register);
        removed
    }

    /// Takes all away.
    pub fn clear(&self) -> Vec<FaultStatus> {
        let mut register = self.register();
        let removed = register.clear();
        self.note(&register);
        removed
    }

    /// Whether nothing goes wrong.
    pub(crate) fn is_idle(&self) -> bool {
        self.0.in_place.load(Ordering::Relaxed) == 0
    }

    /// How far the venue's wall clock is ahead, in milliseconds.
    pub(crate) fn clock_offset_ms(&self) -> i64 {
        self.0.clock_offset_ms.load(Ordering::Relaxed)
    }

    /// When a connection is to be closed after it was opened, if it is to be.
    pub(crate) fn closes_after(&self, path: &str, key: Option<&str>) -> Option<Duration> {
        if self.is_idle() {
            return None;
        }
        let millis = self.register().closes_after(&Facts::Connection { path }, self.caller(key))?;
        Some(Duration::from_millis(millis))
    }

    /// Whether a connection that is due to be closed is.
    pub(crate) fn closes(&self, path: &str, key: Option<&str>) -> bool {
        self.decide(&Facts::Connection { path }, key).is_some()
    }

    /// Changes whenever faults are put in place or taken away.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// Room to hold a request back: without a bound, a long delay would keep everybody out, and whoever would end it too.
    fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.held).try_acquire_owned().ok()
    }

    fn decide(&self, facts: &Facts<'_>, key: Option<&str>) -> Option<Decision> {
        self.register().decide(facts, self.caller(key))
    }

    fn caller<'a>(&'a self, key: Option<&'a str>) -> register::Caller<'a> {
        let account = key.and_then(|key| self.0.owners.get(key)).map(String::as_str);
        register::Caller { key, account }
    }

    fn note(&self, register: &Register) {
        self.0.in_place.store(register.len(), Ordering::Relaxed);
        self.0.clock_offset_ms.store(register.clock_offset_ms(), Ordering::Relaxed);
        self.0.changed.send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.0.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("in_place", &self.0.in_place).finish_non_exhaustive()
    }
}

/// A time-out, made shorter or longer for tests: at least a millisecond, at most a year.
pub(crate) fn scaled(time: Duration, scale: Decimal) -> Duration {
    const YEAR_MS: u64 = 365 * 86_400_000;
    let millis = u64::try_from(time.as_millis()).unwrap_or(YEAR_MS).min(YEAR_MS);
    let scaled =
        Decimal::from(millis).checked_mul(scale).and_then(|millis| u64::try_from(millis.trunc()).ok());
    Duration::from_millis(scaled.unwrap_or(millis).clamp(1, YEAR_MS))
}
