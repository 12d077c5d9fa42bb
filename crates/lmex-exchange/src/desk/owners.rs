//! Who the accounts belong to, and what they have outside of the futures engine: their spot wallets, in play money.

use std::collections::BTreeMap;

use lmex_engine::{AccountId, Money};
use serde::{Deserialize, Serialize};

/// The owner of each account.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Owners(BTreeMap<AccountId, Owner>);

#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    name: String,
    /// USDT in the spot wallet, never below zero.
    spot: Money,
}

impl Owners {
    /// Adds an account with an empty spot wallet.
    pub(crate) fn add(&mut self, account: AccountId, name: &str) {
        self.0.insert(account, Owner { name: name.to_owned(), spot: Money::ZERO });
    }

    /// The username of an account; empty if it is not known.
    pub(crate) fn name(&self, account: AccountId) -> &str {
        self.0.get(&account).map_or("", |owner| &owner.name)
    }

    /// The account with this username.
    pub(crate) fn named(&self, name: &str) -> Option<AccountId> {
        self.0.iter().find(|(_, owner)| owner.name == name).map(|(account, _)| *account)
    }

    /// The last account.
    pub(crate) fn last(&self) -> Option<AccountId> {
        self.0.last_key_value().map(|(account, _)| *account)
    }

    /// Takes what they are and have into a digest (FNV-1a): the same on every machine.
    pub(crate) fn digest(&self, start: u64) -> u64 {
        let add = |digest: u64, byte: &u8| (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        self.0.iter().fold(start, |digest, (account, owner)| {
            let length = (owner.name.len() as u64).to_le_bytes();
            let (account, spot) = (account.0.to_le_bytes(), owner.spot.units().to_le_bytes());
            let parts = [&account[..], &length, owner.name.as_bytes(), &spot];
            parts.into_iter().flatten().fold(digest, add)
        })
    }

    /// What is in the spot wallet of an account.
    pub(crate) fn spot(&self, account: AccountId) -> Money {
        self.0.get(&account).map_or(Money::ZERO, |owner| owner.spot)
    }

    /// Adds to the spot wallet of an account, or takes away from it; false, and nothing changed, where that would
    /// leave less than nothing.
    pub(crate) fn change_spot(&mut self, account: AccountId, by: Money) -> bool {
        let Some(owner) = self.0.get_mut(&account) else { return false };
        match owner.spot.checked_add(by).filter(|spot| *spot >= Money::ZERO) {
            Some(spot) => owner.spot = spot,
            None => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_wallet_never_holds_less_than_nothing() {
        let mut owners = Owners::default();
        let account = AccountId(1);
        owners.add(account, "demo");
        assert!(owners.change_spot(account, Money::from_quote(5)));
        assert!(!owners.change_spot(account, Money::from_quote(-6)));
        assert!(!owners.change_spot(AccountId(2), Money::from_quote(1)));
        assert_eq!((owners.spot(account), owners.named("demo")), (Money::from_quote(5), Some(account)));
    }

    #[test]
    fn a_digest_tells_names_and_money() {
        let owners = |list: &[(u32, &str, i64)]| {
            let mut owners = Owners::default();
            for &(account, name, spot) in list {
                owners.add(AccountId(account), name);
                owners.change_spot(AccountId(account), Money::from_quote(spot));
            }
            owners.digest(7)
        };
        let digests = [
            owners(&[]),
            owners(&[(1, "demo", 0)]),
            owners(&[(1, "demo", 1)]),
            owners(&[(2, "demo", 0)]),
            owners(&[(1, "dem", 0)]),
            owners(&[(1, "demo", 0), (2, "bob", 0)]),
        ];
        for (at, digest) in digests.iter().enumerate() {
            assert!(!digests[..at].contains(digest), "number {at} equals an earlier one");
        }
    }
}
