//! Dead man's switches: orders that are cancelled unless their owner keeps in touch.

use std::collections::BTreeMap;

use lmex_engine::AccountId;
use lmex_types::TimeMs;

/// The deadline of each account that has set one.
#[derive(Debug, Default)]
pub(super) struct Switches(BTreeMap<AccountId, TimeMs>);

impl Switches {
    /// Sets, moves or (`None`) takes away an account's deadline.
    pub(super) fn set(&mut self, account: AccountId, deadline: Option<TimeMs>) {
        match deadline {
            Some(deadline) => self.0.insert(account, deadline),
            None => self.0.remove(&account),
        };
    }

    /// The accounts whose deadline has come; each is named once.
    pub(super) fn due(&mut self, now: TimeMs) -> Vec<AccountId> {
        let due: Vec<_> = self.0.iter().filter(|(_, at)| **at <= now).map(|(account, _)| *account).collect();
        for account in &due {
            self.0.remove(account);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_fires_once_and_only_if_it_is_not_renewed() {
        let at = TimeMs::from_millis;
        let (one, two) = (AccountId(1), AccountId(2));
        let mut switches = Switches::default();
        switches.set(one, Some(at(100)));
        switches.set(two, Some(at(100)));
        switches.set(two, Some(at(200)));
        assert_eq!(switches.due(at(99)), []);
        assert_eq!(switches.due(at(100)), [one]);
        assert_eq!(switches.due(at(150)), []);
        switches.set(two, None);
        assert_eq!(switches.due(at(300)), []);
    }
}
