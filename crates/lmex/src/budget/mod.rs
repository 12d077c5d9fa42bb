//! What all clients of one key on this machine share: the venue's rate limits, its blocks, and the nonces.
//!
//! Within a process they meet in memory; processes meet in a file in the folder of the key, if they were given one. The
//! file is locked for some microseconds, once for each request: it is let through and gets its nonce in one go.

mod file;
mod in_process;
mod left;
mod record;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use lmex_api::{Admission, Limits, Pacer, RateClass};
use lmex_types::TimeMs;

use crate::clock::Clock;
use file::KeyFile;
pub(crate) use in_process::{InProcess, Ticket};

/// One client's access to what it shares with others of its key.
#[derive(Debug)]
pub(crate) struct Budget {
    in_process: Arc<InProcess>,
    file: Option<Mutex<KeyFile>>,
}

/// A request's turn: whether it may leave, and the nonce that it leaves with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) admission: Admission,
    /// Drawn if it may leave and has asked for one, and processes were asked.
    pub(crate) nonce: Option<i64>,
}

impl Budget {
    /// Of a key (none for public calls) at an exchange; shared with other processes if there is a folder to do it in.
    pub(crate) fn new(origin: &str, key: Option<&str>, folder: Option<&Path>) -> Self {
        Self::of(InProcess::of_key(origin, key.unwrap_or_default()), folder)
    }

    fn of(in_process: Arc<InProcess>, folder: Option<&Path>) -> Self {
        Self { in_process, file: folder.map(KeyFile::new).map(Mutex::new) }
    }

    /// As of a process of its own: it shares nothing in memory.
    #[cfg(test)]
    pub(crate) fn of_another_process(folder: Option<&Path>) -> Self {
        Self::of(Arc::new(InProcess::new(Arc::default())), folder)
    }

    /// What is shared within the process. Its pacer counts what this process sends; [`decide`](Self::decide) takes it.
    pub(crate) fn in_process(&self) -> &InProcess {
        &self.in_process
    }

    /// Whether a request may leave now; counts it if so, here and for the others.
    ///
    /// If the file can't be used, or another process does not let go of it within 40 ms, this process counts for itself:
    /// a rare refusal is better than none of the calls. What it has sent meanwhile comes into the file later.
    pub(crate) fn decide(
        &self,
        own: &mut Pacer,
        class: RateClass,
        limits: &Limits,
        clock: &Clock,
        wants_nonce: bool,
    ) -> Decision {
        let Some(file) = &self.file else {
            return Decision { admission: own.decide(clock.steady(), class, limits), nonce: None };
        };
        let shared = lock(file).with(clock, |record, now| {
            record.pacer.merge(own, now.steady);
            let admission = record.pacer.decide(now.steady, class, limits);
            let draws = wants_nonce && admission == Admission::Now;
            let nonce = draws.then(|| record.draw(&self.in_process.nonces, now.wall));
            (Decision { admission, nonce }, now.steady)
        });
        let Ok((decision, now)) = shared else {
            return Decision { admission: own.decide(clock.steady(), class, limits), nonce: None };
        };
        match decision.admission {
            Admission::Now => own.count(now, class),
            Admission::Blocked(until) => own.block(until),
            Admission::At(_) => {}
        }
        decision
    }

    /// The next nonce. If the file can't be used, this process counts for itself, as above.
    pub(crate) fn nonce(&self, clock: &Clock) -> i64 {
        let nonces = &self.in_process.nonces;
        let shared = self
            .file
            .as_ref()
            .and_then(|file| lock(file).with(clock, |record, now| record.draw(nonces, now.wall)).ok());
        shared.unwrap_or_else(|| nonces.next(clock.wall()))
    }

    /// How far the nonces of this process have run ahead of its clock, in milliseconds.
    pub(crate) fn nonces_ahead_ms(&self, now: TimeMs) -> i64 {
        self.in_process.nonces.ahead_ms(now)
    }

    /// Lets nothing leave, of no process, for so long from now on.
    pub(crate) fn block_for(&self, millis: i64, clock: &Clock) {
        self.in_process.state().pacer.block(clock.steady().plus_ms(millis));
        if let Some(file) = &self.file {
            // Without it the others find out for themselves.
            let _ = lock(file).with(clock, |record, now| record.block(now, millis));
        }
        self.in_process.moved.notify_waiters();
    }

    /// When the present block ends, on the steady clock, whichever process met it.
    pub(crate) fn blocked_until(&self, clock: &Clock) -> Option<TimeMs> {
        let own = self.in_process.state().pacer.blocked_until(clock.steady());
        let file = self.file.as_ref();
        let shared = file.and_then(|file| {
            lock(file).with(clock, |record, now| record.pacer.blocked_until(now.steady)).ok()
        });
        own.max(shared.flatten())
    }
}

fn lock(file: &Mutex<KeyFile>) -> std::sync::MutexGuard<'_, KeyFile> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
