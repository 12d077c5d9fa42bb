//! What a client knows about its own orders: which are on their way, and which are unresolved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lmex_api::Signer;
use lmex_types::{ClientOrderId, Symbol, TimeMs};

use super::journal::{Intent, Journal, JournalError, Settled};
use crate::credentials::Credentials;
use crate::environment::Endpoints;

/// The intents of one client, in memory and on disk.
#[derive(Debug, Clone)]
pub(crate) struct OrderDesk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    folder: Option<PathBuf>,
    journal: Option<Journal>,
    unresolved: BTreeMap<ClientOrderId, Unresolved>,
}

/// An order that may exist.
#[derive(Debug, Clone)]
pub(crate) struct Unresolved {
    pub(crate) intent: Intent,
    /// When the venue first said that it knows nothing of it.
    pub(crate) first_absent: Option<TimeMs>,
}

impl OrderDesk {
    /// Nothing is read or made on disk before the first order.
    pub(crate) fn open(
        folder: Option<&Path>,
        endpoints: &Endpoints,
        credentials: Option<&Credentials>,
    ) -> Result<Self, JournalError> {
        let scope = |folder: &Path| folder.join(scope(endpoints, credentials));
        let state = State { folder: folder.map(scope), journal: None, unresolved: BTreeMap::new() };
        Ok(Self { state: Arc::new(Mutex::new(state)) })
    }

    /// What is unresolved in a market, first adopting what processes that died have left.
    pub(crate) async fn unresolved(&self, symbol: Symbol) -> Result<Vec<Unresolved>, JournalError> {
        self.on_disk(move |state| {
            state.open_journal()?;
            Ok(state.unresolved.values().filter(|known| known.intent.symbol == symbol).cloned().collect())
        })
        .await
    }

    /// Writes the intent to disk. The order is on its way until the guard is settled.
    pub(crate) async fn intend(&self, intent: Intent) -> Result<InFlight, JournalError> {
        let written = intent.clone();
        self.on_disk(move |state| {
            state.open_journal()?;
            state.journal.as_mut().map_or(Ok(()), |journal| journal.intend(written))
        })
        .await?;
        Ok(InFlight { desk: self.clone(), intent: Some(intent) })
    }

    /// Notes what became of an order.
    pub(crate) fn settle(&self, client_id: ClientOrderId, how: Settled) {
        let mut state = self.state();
        state.unresolved.remove(&client_id);
        if let Some(Err(error)) = state.journal.as_mut().map(|journal| journal.settle(client_id, how)) {
            // The order's fate is known; a lost note only means that it is asked for once more.
            tracing::warn!(%client_id, %error, "what became of an order could not be noted");
        }
    }

    /// Notes that the venue knows nothing of an order, and since when.
    pub(crate) fn note_absent(&self, client_id: ClientOrderId, now: TimeMs) {
        if let Some(known) = self.state().unresolved.get_mut(&client_id) {
            known.first_absent.get_or_insert(now);
        }
    }

    /// Disk work happens off the runtime's threads.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut State) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        if self.state().folder.is_none() {
            return work(&mut self.state());
        }
        let desk = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&mut desk.state())).await;
        done.unwrap_or_else(|_| {
            let source = std::io::Error::other("the program is shutting down");
            Err(JournalError::Io { path: PathBuf::new(), action: "written", source })
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn open_journal(&mut self) -> Result<(), JournalError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        if self.journal.is_some() {
            return Ok(());
        }
        let session = format!("{}-{:016x}", std::process::id(), rand::random::<u64>());
        let mut journal = Journal::create(folder, &session)?;
        for intent in journal.adopt()? {
            self.unresolved.insert(intent.client_id, Unresolved { intent, first_absent: None });
        }
        self.journal = Some(journal);
        Ok(())
    }
}

/// An order on its way. Dropped unsettled, as when its future is cancelled, it is unresolved.
#[derive(Debug)]
pub(crate) struct InFlight {
    desk: OrderDesk,
    intent: Option<Intent>,
}

impl InFlight {
    /// Its fate is known.
    pub(crate) fn settle(mut self, how: Settled) {
        if let Some(intent) = self.intent.take() {
            self.desk.settle(intent.client_id, how);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(intent) = self.intent.take() {
            let unresolved = Unresolved { intent: intent.clone(), first_absent: None };
            self.desk.state().unresolved.insert(intent.client_id, unresolved);
        }
    }
}

/// Orders of different exchanges or keys have nothing to do with each other. The key is not written down.
fn scope(endpoints: &Endpoints, credentials: Option<&Credentials>) -> String {
    let key = credentials.map(Credentials::key).unwrap_or_default();
    let mark = Signer::new(key.as_bytes()).sign_login(endpoints.rest(), "order journal");
    format!("{}-{}", endpoints.environment(), mark.as_str().get(..16).unwrap_or_default())
}
