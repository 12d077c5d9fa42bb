//! Records of all accounts, of which the latest so many are kept.

use std::collections::{BTreeMap, VecDeque};

use lmex_engine::AccountId;
use serde::{Deserialize, Serialize};

/// Room that an account's list may have beyond what it holds: below it, giving memory back is not worth the copying.
const SPARE: usize = 64;

/// Each account's records, oldest first, and at most `MOST` of all accounts together: with one more, the oldest of all
/// goes. A bound for each account alone would let memory grow with the number of accounts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Latest<T, const MOST: usize> {
    of: BTreeMap<AccountId, VecDeque<T>>,
    /// Whose each record is, in the order in which they came.
    owners: VecDeque<AccountId>,
}

impl<T, const MOST: usize> Default for Latest<T, MOST> {
    fn default() -> Self {
        Self { of: BTreeMap::new(), owners: VecDeque::new() }
    }
}

impl<T, const MOST: usize> Latest<T, MOST> {
    /// Keeps a record, and forgets the oldest where there is no room.
    pub(super) fn push(&mut self, account: AccountId, record: T) {
        while self.owners.len() >= MOST {
            self.forget_oldest();
        }
        self.of.entry(account).or_default().push_back(record);
        self.owners.push_back(account);
    }

    /// The account's records, newest first.
    pub(super) fn of(&self, account: AccountId) -> impl Iterator<Item = &T> {
        self.of.get(&account).into_iter().flat_map(|records| records.iter().rev())
    }

    fn forget_oldest(&mut self) {
        let Some(account) = self.owners.pop_front() else { return };
        let Some(records) = self.of.get_mut(&account) else { return };
        records.pop_front();
        if records.is_empty() {
            self.of.remove(&account);
        } else if records.capacity() > 4 * records.len() + SPARE {
            records.shrink_to(2 * records.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_all_goes_and_its_memory_with_it() {
        let (quiet, busy) = (AccountId(1), AccountId(2));
        let mut latest = Latest::<_, 1_000>::default();
        (0..900).for_each(|record| latest.push(quiet, record));
        (0..150).for_each(|record| latest.push(busy, record));
        assert_eq!((latest.of(quiet).count(), latest.of(quiet).last()), (850, Some(&50)));
        assert_eq!(latest.of(busy).next(), Some(&149), "newest first");
        (150..990).for_each(|record| latest.push(busy, record));
        assert_eq!((latest.of(quiet).count(), latest.of(busy).count()), (10, 990));
        assert!(latest.of[&quiet].capacity() <= 4 * 11 + SPARE, "{}", latest.of[&quiet].capacity());
        (990..1_000).for_each(|record| latest.push(busy, record));
        assert!(!latest.of.contains_key(&quiet));
        assert_eq!(latest.owners.len(), 1_000);
    }
}
