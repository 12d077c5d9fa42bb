//! What clients of one key share within a process: the SDK's only process-wide state.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lmex_api::{Nonces, Pacer, RateClass};
use tokio::sync::Notify;

/// Of one key at one exchange.
#[derive(Debug)]
pub(crate) struct InProcess {
    /// Of the key, wherever it is used: the venue refuses a repeated nonce whoever sends it.
    pub(crate) nonces: Arc<Nonces>,
    state: Mutex<State>,
    /// Somebody has left the queue, or a block has become known.
    pub(crate) moved: Notify,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// What this process has sent.
    pub(crate) pacer: Pacer,
    pub(crate) queue: Queue,
}

/// Those of no client any more, beyond which they are forgotten.
const MOST_UNUSED: usize = 1_000;

impl InProcess {
    /// Clients of one key must not count each for itself, nor begin anew where one ended a moment ago.
    pub(super) fn of_key(origin: &str, key: &str) -> Arc<Self> {
        static BY_KEY: Mutex<BTreeMap<(String, String), Arc<InProcess>>> = Mutex::new(BTreeMap::new());
        entry(&BY_KEY, (origin.to_owned(), key.to_owned()), || Self::new(nonces_of_key(key)))
    }

    pub(super) fn new(nonces: Arc<Nonces>) -> Self {
        Self { nonces, state: Mutex::default(), moved: Notify::new() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nonces_of_key(key: &str) -> Arc<Nonces> {
    static BY_KEY: Mutex<BTreeMap<String, Arc<Nonces>>> = Mutex::new(BTreeMap::new());
    entry(&BY_KEY, key.to_owned(), Nonces::new)
}

fn entry<K: Ord, V>(map: &Mutex<BTreeMap<K, Arc<V>>>, key: K, new: impl FnOnce() -> V) -> Arc<V> {
    let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
    if map.len() > MOST_UNUSED {
        map.retain(|other, value| *other == key || Arc::strong_count(value) > 1);
    }
    Arc::clone(map.entry(key).or_insert_with(|| Arc::new(new())))
}

/// A place in the queue. Tickets order by class first, so cancels stand before orders of any age.
pub(crate) type Ticket = (RateClass, u64);

/// Who waits for a turn, and how many others may fill the budget before it can't have one.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: BTreeMap<Ticket, u32>,
    issued: u64,
}

impl Queue {
    /// The last place among those of its class; the number of those that wait if that is `longest` already.
    pub(crate) fn join(&mut self, class: RateClass, most: u32, longest: usize) -> Result<Ticket, usize> {
        if self.waiting.len() >= longest {
            return Err(self.waiting.len());
        }
        self.issued += 1;
        let ticket = (class, self.issued);
        self.waiting.insert(ticket, most);
        Ok(ticket)
    }

    pub(crate) fn leave(&mut self, ticket: Ticket) {
        self.waiting.remove(&ticket);
    }

    /// Whether nobody stands before it. Whoever draws on another budget does not; nor does a client that keeps lower
    /// limits, since it may have to wait where this one need not.
    pub(crate) fn is_first(&self, ticket: Ticket) -> bool {
        let Some(most) = self.waiting.get(&ticket) else { return false };
        let is_before = |(other, others): (&Ticket, &u32)| other.0.shares_budget(ticket.0) && others >= most;
        !self.waiting.range(..ticket).any(is_before)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}
