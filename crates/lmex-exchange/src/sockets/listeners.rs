//! Who listens to what.

use std::collections::BTreeMap;

use lmex_engine::AccountId;

use super::channel::Channel;
use super::switchboard::ConnectionId;

/// Connections by what they hear: of a market all who listen to it, of an account its own alone, so that news of one
/// costs nothing for the listeners of the others.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    public: Lists,
    private: BTreeMap<AccountId, Lists>,
    /// How many accounts hear a private channel.
    accounts: BTreeMap<Channel, usize>,
}

type Lists = BTreeMap<Channel, Vec<ConnectionId>>;

impl Listeners {
    /// Lists a connection that was not listed there. What is private is heard by nobody without an account.
    pub(super) fn add(&mut self, channel: Channel, account: Option<AccountId>, id: ConnectionId) {
        if !channel.is_private() {
            self.public.entry(channel).or_default().push(id);
        } else if let Some(account) = account {
            let own = self.private.entry(account).or_default().entry(channel).or_default();
            if own.is_empty() {
                *self.accounts.entry(channel).or_default() += 1;
            }
            own.push(id);
        }
    }

    /// Takes a connection off a list, if it is there.
    pub(super) fn remove(&mut self, channel: Channel, account: Option<AccountId>, id: ConnectionId) {
        if !channel.is_private() {
            remove_from(&mut self.public, channel, id);
        } else if let Some(account) = account
            && let Some(own) = self.private.get_mut(&account)
        {
            let was_last = remove_from(own, channel, id);
            if own.is_empty() {
                self.private.remove(&account);
            }
            if was_last {
                self.one_account_less(channel);
            }
        }
    }

    fn one_account_less(&mut self, channel: Channel) {
        if let Some(accounts) = self.accounts.get_mut(&channel) {
            *accounts -= 1;
            if *accounts == 0 {
                self.accounts.remove(&channel);
            }
        }
    }

    /// Who hears what is of a market.
    pub(super) fn of_market(&self, channel: Channel) -> &[ConnectionId] {
        self.public.get(&channel).map_or(&[], Vec::as_slice)
    }

    /// Who hears what is of an account.
    pub(super) fn of_account(&self, account: AccountId, channel: Channel) -> &[ConnectionId] {
        self.private.get(&account).and_then(|own| own.get(&channel)).map_or(&[], Vec::as_slice)
    }

    /// Whether anybody hears a channel, of whatever account.
    pub(super) fn is_heard(&self, channel: Channel) -> bool {
        self.public.contains_key(&channel) || self.accounts.contains_key(&channel)
    }

    /// Whether anybody hears anything that is of an account alone.
    pub(super) fn has_private(&self, account: AccountId) -> bool {
        self.private.contains_key(&account)
    }

    /// The accounts that hear a channel.
    pub(super) fn accounts(&self, channel: Channel) -> impl Iterator<Item = AccountId> {
        let hear = self.private.iter().filter(move |(_, own)| own.contains_key(&channel));
        hear.map(|(account, _)| *account)
    }
}

/// Whether nobody is left on the list.
fn remove_from(lists: &mut Lists, channel: Channel, id: ConnectionId) -> bool {
    let Some(list) = lists.get_mut(&channel) else { return false };
    list.retain(|other| *other != id);
    let is_empty = list.is_empty();
    if is_empty {
        lists.remove(&channel);
    }
    is_empty
}

#[cfg(test)]
mod tests {
    use lmex_engine::MarketId;

    use super::super::channel::{AccountTopic, MarketTopic};
    use super::*;

    const FILLS: Channel = Channel::Account(AccountTopic::FillsV2);
    const POSITIONS: Channel = Channel::Account(AccountTopic::AllPositionV4);
    const TRADES: Channel = Channel::Market(MarketId(0), MarketTopic::TradesV3);

    /// A list is all that is looked at for a message.
    #[test]
    fn among_thousands_who_listen_only_those_of_the_account_are_looked_at() {
        let mut listeners = Listeners::default();
        for number in 0..5_000 {
            let account = Some(AccountId(1 + number % 1_000));
            listeners.add(FILLS, account, ConnectionId(u64::from(number)));
        }
        let own: Vec<_> = (0..5).map(|round| ConnectionId(6 + 1_000 * round)).collect();
        assert_eq!(listeners.of_account(AccountId(7), FILLS), own);
        assert!(listeners.has_private(AccountId(7)));
        assert!(!listeners.has_private(AccountId(5_000)), "nothing is made up for it");
    }

    #[test]
    fn who_leaves_is_on_no_list_and_an_account_without_listeners_hears_nothing() {
        let mut listeners = Listeners::default();
        let (ann, bob) = (Some(AccountId(1)), Some(AccountId(2)));
        listeners.add(FILLS, ann, ConnectionId(1));
        listeners.add(FILLS, ann, ConnectionId(2));
        listeners.add(FILLS, bob, ConnectionId(3));
        listeners.add(POSITIONS, bob, ConnectionId(3));
        listeners.remove(FILLS, ann, ConnectionId(1));
        assert_eq!(listeners.of_account(AccountId(1), FILLS), [ConnectionId(2)]);
        listeners.remove(FILLS, ann, ConnectionId(2));
        assert!(!listeners.has_private(AccountId(1)));
        assert!(listeners.is_heard(FILLS), "by the other account still");
        listeners.remove(FILLS, bob, ConnectionId(3));
        assert!(!listeners.is_heard(FILLS));
        assert_eq!(listeners.accounts(POSITIONS).collect::<Vec<_>>(), [AccountId(2)]);
    }

    #[test]
    fn what_is_private_is_heard_with_an_account_only_and_what_is_public_without_one() {
        let mut listeners = Listeners::default();
        for channel in [FILLS, TRADES] {
            listeners.add(channel, None, ConnectionId(1));
        }
        assert!(!listeners.is_heard(FILLS));
        assert_eq!(listeners.of_market(TRADES), [ConnectionId(1)]);
        listeners.remove(FILLS, Some(AccountId(1)), ConnectionId(1));
        listeners.remove(TRADES, Some(AccountId(1)), ConnectionId(1));
        assert!(!listeners.is_heard(TRADES));
    }
}
