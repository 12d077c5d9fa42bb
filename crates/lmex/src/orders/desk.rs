//! What a client knows about its own orders: which are on their way, and which are unresolved.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lmex_api::Signer;
use lmex_types::{ClientOrderId, Symbol, TimeMs};

use super::close::LONGEST_ID_BYTES;
use super::journal::{Durability, Intent, Journal, JournalError, Settled, Written};
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::environment::Endpoints;
use crate::tracker::{Appointed, Witness};

/// The intents of one client, in memory and on disk.
#[derive(Debug, Clone)]
pub(crate) struct OrderDesk {
    state: Arc<Mutex<State>>,
    durability: Durability,
    clock: Clock,
    witness: Witness,
}

#[derive(Debug)]
struct State {
    folder: Option<PathBuf>,
    journal: Option<Journal>,
    unresolved: BTreeMap<ClientOrderId, Unresolved>,
    in_flight: BTreeMap<ClientOrderId, Symbol>,
    /// Orders that exist, the latest last: none of them is sent again.
    placed: Placed,
}

/// The ids of orders that exist, as many as are remembered.
#[derive(Debug, Default)]
struct Placed {
    ids: BTreeSet<ClientOrderId>,
    oldest_first: VecDeque<ClientOrderId>,
}

impl Placed {
    fn contains(&self, client_id: &ClientOrderId) -> bool {
        self.ids.contains(client_id)
    }

    fn insert(&mut self, client_id: ClientOrderId) {
        if !self.ids.insert(client_id) {
            return;
        }
        self.oldest_first.push_back(client_id);
        if self.oldest_first.len() > PLACED_KEPT
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}

/// How many placed orders are remembered.
const PLACED_KEPT: usize = 10_000;

/// An order that may exist.
#[derive(Debug, Clone)]
pub(crate) struct Unresolved {
    pub(crate) intent: Intent,
    /// No byte of it has left later than this (wall time).
    pub(crate) left_by: TimeMs,
    /// The same as this process counts time, if it was this one that sent it, or if that was not long before this one
    /// found it.
    pub(crate) waits_since: Option<TimeMs>,
    /// When the venue first said that it knows nothing of it.
    pub(crate) first_absent: Option<TimeMs>,
}

impl OrderDesk {
    /// Nothing is read or made on disk before the first order.
    pub(crate) fn new(folder: Option<PathBuf>, durability: Durability, clock: Clock) -> Self {
        let state = State {
            folder,
            journal: None,
            unresolved: BTreeMap::new(),
            in_flight: BTreeMap::new(),
            placed: Placed::default(),
        };
        Self { state: Arc::new(Mutex::new(state)), durability, clock, witness: Witness::default() }
    }

    /// Whoever is told what becomes of orders.
    pub(crate) fn witness(&self) -> &Witness {
        &self.witness
    }

    /// Has a tracker told of everything from now on, and of what is open now. Whether there was none yet.
    pub(crate) fn appoint(&self, tracker: &Appointed) -> bool {
        let state = self.state();
        if !self.witness.appoint(tracker) {
            return false;
        }
        self.witness.placed(state.placed.oldest_first.iter().copied());
        for (client_id, symbol) in &state.in_flight {
            self.witness.intended(*client_id, *symbol);
            self.witness.left(*client_id);
        }
        for unresolved in state.unresolved.values() {
            self.witness.unknown(unresolved.intent.client_id, unresolved.intent.symbol);
        }
        true
    }

    /// Whether an order is on its way, unresolved or placed, as far as this client knows.
    pub(crate) fn knows(&self, client_id: ClientOrderId) -> bool {
        self.state().refuse_repetition(client_id).is_err()
    }

    /// What is unresolved in a market, first adopting what processes that died have left.
    pub(crate) async fn unresolved(&self, symbol: Symbol) -> Result<Vec<Unresolved>, JournalError> {
        self.adopt_if_any().await?;
        let state = self.state();
        Ok(state.unresolved.values().filter(|known| known.intent.symbol == symbol).cloned().collect())
    }

    /// One order, if it is unresolved; adopting as above.
    pub(crate) async fn unresolved_order(
        &self,
        client_id: ClientOrderId,
    ) -> Result<Option<Unresolved>, JournalError> {
        self.adopt_if_any().await?;
        Ok(self.state().unresolved.get(&client_id).cloned())
    }

    /// All that is unresolved, adopting as above.
    pub(crate) async fn all_unresolved(&self) -> Result<Vec<ClientOrderId>, JournalError> {
        self.adopt_if_any().await?;
        Ok(self.state().unresolved.keys().copied().collect())
    }

    async fn adopt_if_any(&self) -> Result<(), JournalError> {
        if self.state().has_nothing_to_adopt() { Ok(()) } else { self.adopt().await }
    }

    /// Writes the intent to disk. Until the guard is told that the order leaves, dropping it means that it never did,
    /// also if nobody waits for the disk any more.
    pub(crate) async fn intend(&self, intent: Intent) -> Result<InFlight, JournalError> {
        if self.state().lacks_journal() {
            self.adopt().await?;
        }
        let written = self.state().intend(&intent)?;
        self.witness.intended(intent.client_id, intent.symbol);
        let client_id = intent.client_id;
        let in_flight = InFlight { desk: self.clone(), client_id, intent: Some(intent), leaves: false };
        if let Some(written) = written.filter(|_| self.durability == Durability::Fsync) {
            written.synced().await?;
        }
        Ok(in_flight)
    }

    /// Notes what became of an order.
    pub(crate) fn settle(&self, client_id: ClientOrderId, how: Settled) {
        match how {
            // The witness is told of the order itself.
            Settled::Done => {}
            Settled::Refused => self.witness.refused(client_id, String::new()),
            Settled::Absent => self.witness.absent(client_id),
        }
        let mut state = self.state();
        state.unresolved.remove(&client_id);
        state.in_flight.remove(&client_id);
        if how == Settled::Done {
            state.placed.insert(client_id);
        }
        if let Some(Err(error)) = state.journal.as_mut().map(|journal| journal.settle(client_id, how)) {
            // The order's fate is known; a lost note only means that it is asked for once more.
            tracing::warn!(%client_id, %error, "what became of an order could not be noted");
        }
    }

    fn note_unresolved(&self, mut intent: Intent) -> Unresolved {
        let left_by = self.clock.wall();
        intent.left_by = Some(left_by.as_millis());
        let waits_since = Some(self.clock.waited());
        let unresolved = Unresolved { intent, left_by, waits_since, first_absent: None };
        let mut state = self.state();
        if let Some(Err(error)) = state.journal.as_mut().map(|journal| journal.note_left(&unresolved.intent))
        {
            tracing::warn!(client_id = %unresolved.intent.client_id, %error, "an unresolved order could not be noted");
        }
        state.in_flight.remove(&unresolved.intent.client_id);
        state.unresolved.insert(unresolved.intent.client_id, unresolved.clone());
        drop(state);
        self.witness.unknown(unresolved.intent.client_id, unresolved.intent.symbol);
        unresolved
    }

    /// Notes that the venue knows nothing of an order, and since when.
    pub(crate) fn note_absent(&self, client_id: ClientOrderId, now: TimeMs) {
        if let Some(known) = self.state().unresolved.get_mut(&client_id) {
            known.first_absent.get_or_insert(now);
        }
    }

    /// Looks for what processes that died have left, off the runtime's threads.
    async fn adopt(&self) -> Result<(), JournalError> {
        let (desk, now, waited) = (self.clone(), self.clock.wall(), self.clock.waited());
        let done = tokio::task::spawn_blocking(move || {
            let adopted = desk.state().adopt(now, waited);
            let left: Vec<_> = desk.state().unresolved.values().map(|left| left.intent.clone()).collect();
            left.iter().for_each(|intent| desk.witness.unknown(intent.client_id, intent.symbol));
            adopted
        })
        .await;
        done.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => {
                let path = self.folder().unwrap_or_default();
                let source = std::io::Error::other("the program is shutting down");
                Err(JournalError::Io { path, action: "read", source })
            }
        })
    }

    /// Where the intents are, if they are on disk.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.state().folder.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Without looking through the folder. A process may die at any time, so this is asked before every order.
    fn has_nothing_to_adopt(&self) -> bool {
        self.folder.is_none() || self.journal.as_ref().is_some_and(Journal::is_alone)
    }

    fn lacks_journal(&self) -> bool {
        self.folder.is_some() && self.journal.is_none()
    }

    fn adopt(&mut self, now: TimeMs, waited: TimeMs) -> Result<(), JournalError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let journal = match &mut self.journal {
            Some(journal) => journal,
            none => {
                let session = format!("{}-{:016x}", std::process::id(), rand::random::<u64>());
                none.insert(Journal::create(folder, &session)?)
            }
        };
        let mut adopted = Vec::new();
        let result = journal.adopt(now, &mut adopted);
        for intent in adopted {
            let left_by = intent.left_by.map_or(now, TimeMs::from_millis);
            // Counted from now on, it does not depend on the wall's clock any more.
            let waits_since = (left_by >= now).then_some(waited);
            let unresolved = Unresolved { intent, left_by, waits_since, first_absent: None };
            self.unresolved.insert(unresolved.intent.client_id, unresolved);
        }
        result
    }

    fn intend(&mut self, intent: &Intent) -> Result<Option<Written>, JournalError> {
        self.refuse_repetition(intent.client_id)?;
        let written = self.journal.as_mut().map(|journal| journal.intend(intent.clone())).transpose()?;
        self.in_flight.insert(intent.client_id, intent.symbol);
        Ok(written)
    }

    /// An order is sent once: the same id again would be the same order twice.
    fn refuse_repetition(&self, client_id: ClientOrderId) -> Result<(), JournalError> {
        let known = self.in_flight.contains_key(&client_id)
            || self.unresolved.contains_key(&client_id)
            || self.placed.contains(&client_id);
        if known { Err(JournalError::AlreadySent(client_id)) } else { Ok(()) }
    }
}

/// An order on its way. Dropped unsettled, as when its future is cancelled, it is unresolved.
#[derive(Debug)]
pub(crate) struct InFlight {
    desk: OrderDesk,
    client_id: ClientOrderId,
    intent: Option<Intent>,
    leaves: bool,
}

impl InFlight {
    /// From now on, the venue may see it.
    pub(crate) fn leaves(&mut self) {
        self.leaves = true;
        if let Some(intent) = &self.intent {
            self.desk.witness.left(intent.client_id);
        }
    }

    /// Our own id of it; of a close the venue does not learn it.
    pub(crate) fn client_id(&self) -> ClientOrderId {
        self.client_id
    }

    /// What was written to disk; `None` once settled.
    pub(crate) fn intent(&self) -> Option<&Intent> {
        self.intent.as_ref()
    }

    /// The venue has named a closing order, without knowing what became of it.
    pub(crate) fn named(&mut self, order_id: &str) {
        if let Some(closing) = self.intent.as_mut().and_then(|intent| intent.closing.as_mut())
            && (1..=LONGEST_ID_BYTES).contains(&order_id.len())
        {
            closing.order_id = Some(order_id.to_owned());
        }
    }

    /// Its fate is known.
    pub(crate) fn settle(mut self, how: Settled) {
        if let Some(intent) = self.intent.take() {
            self.desk.settle(intent.client_id, how);
        }
    }

    /// Its fate is not known: what is to be asked for.
    pub(crate) fn unknown(mut self) -> Option<Unresolved> {
        self.intent.take().map(|intent| self.desk.note_unresolved(intent))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        match self.intent.take() {
            Some(intent) if self.leaves => {
                self.desk.note_unresolved(intent);
            }
            Some(intent) => self.desk.settle(intent.client_id, Settled::Absent),
            None => {}
        }
    }
}

/// Orders of different exchanges or keys have nothing to do with each other. The key is not written down.
pub(crate) fn scope(endpoints: &Endpoints, credentials: Option<&Credentials>) -> String {
    let key = credentials.map(Credentials::key).unwrap_or_default();
    let mark = Signer::new(key.as_bytes()).sign_login(endpoints.rest(), "order journal");
    format!("{}-{}", endpoints.environment(), mark.as_str().get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_intent_of_tomorrow_counts_from_when_it_was_found() {
        let (folder, now) = (tempfile::tempdir().unwrap(), TimeMs::from_millis(1_000_000));
        let line = r#"{"intended":{"at":87400000,"symbol":"BTC-PERP","client_id":"a","left_by":87400000}}"#;
        std::fs::write(folder.path().join("left.ndjson"), format!("{line}\n")).unwrap();
        let clock = Clock::from_fn(move || now);
        let desk = OrderDesk::new(Some(folder.path().to_owned()), Durability::Os, clock);
        let unresolved = desk.unresolved("BTC-PERP".parse().unwrap()).await.unwrap();
        assert_eq!((unresolved[0].left_by, unresolved[0].waits_since), (now, Some(now)));
    }
}
