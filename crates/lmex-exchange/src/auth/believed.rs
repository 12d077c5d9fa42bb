//! Which nonces were believed: what a later run must know, so that it carries no request out again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use lmex_engine::AccountId;
use lmex_types::TimeMs;

/// The highest nonce of each account, by the clock on the wall as it is without faults: a clock that a fault sets wrong
/// would otherwise shut an account out for as long as it was wrong by.
#[derive(Debug, Default)]
pub(crate) struct Believed(Mutex<BTreeMap<AccountId, TimeMs>>);

impl Believed {
    pub(super) fn note(&self, account: AccountId, nonce: TimeMs) {
        let mut highest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let highest = highest.entry(account).or_insert(nonce);
        *highest = nonce.max(*highest);
    }

    /// Those that are above what is known already.
    pub(crate) fn above(&self, known: &BTreeMap<AccountId, TimeMs>) -> Vec<(AccountId, TimeMs)> {
        let highest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |(account, nonce): &(&AccountId, &TimeMs)| known.get(account) < Some(nonce);
        highest.iter().filter(is_new).map(|(account, nonce)| (*account, *nonce)).collect()
    }
}

/// Up to where nonces may have been used in an earlier run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Floor {
    /// Of every account: when this run began. `None` in a first run.
    pub(crate) begun: Option<TimeMs>,
    /// Of accounts that were ahead of that.
    pub(crate) believed: BTreeMap<AccountId, TimeMs>,
}

impl Floor {
    pub(super) fn of(&self, account: AccountId) -> Option<TimeMs> {
        self.begun.max(self.believed.get(&account).copied())
    }
}
