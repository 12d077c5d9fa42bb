//! What the tasks of a tracker, its reader and its client share.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lmex_api::stream::Topic;
use tokio::sync::{Notify, watch};

use super::ledger::Ledger;
use super::update::Update;

/// Whether what is known was compared with the exchange since it last could have gone wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncState {
    /// It was, and the streams tell what has happened since.
    InSync,
    /// It was not, for this reason.
    OutOfSync(String),
}

#[derive(Debug)]
pub(crate) struct Shared {
    ledger: Mutex<Ledger>,
    standing: Mutex<Standing>,
    sync: watch::Sender<SyncState>,
    /// The latest comparison that has succeeded.
    compared: watch::Sender<u64>,
    /// Updates wait for the reader.
    told: Notify,
    /// A comparison is wanted before its time.
    nudged: Notify,
    is_over: AtomicBool,
}

/// Whether the streams can be relied on.
#[derive(Debug)]
struct Standing {
    /// Topics that this connection still owes.
    owed: BTreeSet<Topic>,
    /// How often something may have been missed.
    misses: u64,
}

impl Shared {
    pub(super) fn new(topics: impl IntoIterator<Item = Topic>) -> Self {
        let sync = watch::channel(SyncState::OutOfSync("it has just begun".to_owned())).0;
        Self {
            ledger: Mutex::default(),
            standing: Mutex::new(Standing { owed: topics.into_iter().collect(), misses: 0 }),
            sync,
            compared: watch::channel(0).0,
            told: Notify::new(),
            nudged: Notify::new(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Nobody reads it any more.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&Ledger) -> T) -> T {
        read(&self.ledger())
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Ledger) -> T) -> T {
        let result = change(&mut self.ledger());
        self.told.notify_one();
        result
    }

    pub(super) fn sync(&self) -> watch::Receiver<SyncState> {
        self.sync.subscribe()
    }

    /// Waits until a comparison that begins from now on has succeeded.
    pub(super) async fn compared_anew(&self) {
        let mut compared = self.compared.subscribe();
        let present = self.read(Ledger::round);
        self.nudge();
        let _ = compared.wait_for(|round| *round > present).await;
    }

    /// What happened until now may not all have been told. `lost` is a topic that has to be acknowledged again first.
    pub(super) fn missed(&self, why: &str, lost: impl IntoIterator<Item = Topic>) {
        let mut standing = self.standing();
        standing.misses += 1;
        standing.owed.extend(lost);
        let state = SyncState::OutOfSync(why.to_owned());
        if self.sync.send_replace(state) == SyncState::InSync {
            self.change(|ledger| ledger.updates.push(Update::OutOfSync(why.to_owned())));
        }
    }

    /// From now on a topic tells everything, or will never tell anything.
    pub(super) fn settled(&self, topic: Topic) {
        let mut standing = self.standing();
        standing.misses += 1;
        standing.owed.remove(&topic);
        if standing.owed.is_empty() {
            self.nudge();
        }
    }

    pub(super) fn misses(&self) -> u64 {
        self.standing().misses
    }

    /// A comparison has succeeded, which began when so much had been missed.
    pub(super) fn compared(&self, round: u64, misses: u64) {
        let standing = self.standing();
        let is_whole = standing.owed.is_empty() && standing.misses == misses;
        if is_whole && self.sync.send_replace(SyncState::InSync) != SyncState::InSync {
            self.change(|ledger| ledger.updates.push(Update::InSync));
        }
        let is_outdated = standing.misses != misses;
        drop(standing);
        self.compared.send_replace(round);
        if is_outdated {
            self.nudge();
        }
    }

    /// Asks for a comparison now.
    pub(super) fn nudge(&self) {
        self.nudged.notify_one();
    }

    pub(super) async fn nudged(&self) {
        self.nudged.notified().await;
    }

    /// The next update. Cancel safe.
    pub(super) async fn next(&self) -> Update {
        loop {
            let told = self.told.notified();
            if let Some(update) = self.ledger().updates.pop() {
                return update;
            }
            told.await;
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
