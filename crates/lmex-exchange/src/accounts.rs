//! The accounts of an exchange: who they are, how they start, which keys they have.

use std::collections::{BTreeMap, BTreeSet};

use lmex_engine::{AccountId, Command, Event, Money, Rate};
use lmex_types::Decimal;

use crate::auth::{Caller, Grants, NewKey};
use crate::config::{AccountConfig, ExchangeConfig, Fees, KeyConfig};
use crate::desk::{Desk, Owners};
use crate::secret::{Secret, random_hex};

/// The username of the account that is always there.
pub const DEMO_ACCOUNT: &str = "demo";
/// Its number; the others follow.
const FIRST: u32 = 1;

/// Accounts or keys that can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// A balance that can't be counted.
    #[error("balance can't be used: {0}")]
    Balance(String),
    /// A fee beyond the whole notional.
    #[error("fees of account {0:?} can't be used: give fractions of the notional with at most 12 decimals")]
    Fees(String),
    /// A key or secret that can't be sent.
    #[error("{field} must be 1 to 128 printable ASCII characters without spaces")]
    Credential {
        /// Which of the two.
        field: &'static str,
    },
    /// A name that is not one.
    #[error("account name {0:?} must be 1 to 64 printable ASCII characters without spaces")]
    Name(String),
    /// Two accounts with one name.
    #[error("account name {0:?} is taken: every account has a name of its own, and demo is always there")]
    NameTaken(String),
    /// Two keys that are the same.
    #[error("an API key of account {0:?} is in use already: give every key a name of its own")]
    KeyTaken(String),
}

/// All accounts, the demo account first, with their numbers.
#[derive(Debug)]
pub(crate) struct Accounts(Vec<(AccountId, AccountConfig)>);

impl Accounts {
    /// The accounts of a configuration, if they can be.
    pub(crate) fn of(config: &ExchangeConfig) -> Result<Self, AccountError> {
        let key = KeyConfig::full(
            config.api_key.clone().unwrap_or_else(random_hex),
            config.api_secret.clone().unwrap_or_else(|| Secret::new(random_hex())),
        );
        let demo = AccountConfig {
            name: DEMO_ACCOUNT.to_owned(),
            balance: config.balance,
            fees: None,
            keys: vec![key],
        };
        if config.balance.is_zero() {
            return Err(AccountError::Balance("amount 0 must be above zero".to_owned()));
        }
        let with_key = |account: &AccountConfig| {
            let mut account = account.clone();
            if account.keys.is_empty() {
                account.keys.push(KeyConfig::generated(KeyConfig::ALL.to_vec()));
            }
            account
        };
        let accounts: Vec<_> = std::iter::once(demo).chain(config.accounts.iter().map(with_key)).collect();
        check(&accounts)?;
        Ok(Self((FIRST..).map(AccountId).zip(accounts).collect()))
    }

    /// Gives those that an exchange knows their numbers back; the others get the next ones.
    pub(crate) fn number_by(&mut self, owners: &Owners) {
        let mut next = owners.last().map_or(FIRST, |last| last.0 + 1);
        for (id, account) in &mut self.0 {
            *id = owners.named(&account.name).unwrap_or_else(|| {
                next += 1;
                AccountId(next - 1)
            });
        }
    }

    /// Opens those at a desk that it doesn't know, with their money, and sets the fees of the others where they are given.
    pub(crate) fn open(&self, desk: &mut Desk) -> Result<(), AccountError> {
        for (id, account) in &self.0 {
            let id = *id;
            let is_known = desk.state.owners.named(&account.name).is_some();
            if !is_known {
                desk.add_owner(id, &account.name);
            }
            let fees = if is_known { account.fees } else { Some(account.fees.unwrap_or_default()) };
            if let Some(fees) = fees {
                set_fees(desk, id, fees).ok_or_else(|| AccountError::Fees(account.name.clone()))?;
            }
            if !is_known {
                endow(desk, id, account.balance)?;
            }
        }
        Ok(())
    }

    /// All keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = NewKey<'_>> {
        self.0.iter().flat_map(|(account, config)| {
            let account = *account;
            config.keys.iter().map(move |key| {
                let caller = Caller { account, grants: Grants::of(&key.permissions) };
                NewKey { key: &key.key, secret: &key.secret, caller }
            })
        })
    }

    /// The username of each key's account.
    pub(crate) fn owners(&self) -> BTreeMap<String, String> {
        let keys =
            self.0.iter().flat_map(|(_, account)| account.keys.iter().map(|key| (&key.key, &account.name)));
        keys.map(|(key, name)| (key.clone(), name.clone())).collect()
    }

    /// Key and secret of the demo account.
    pub(crate) fn demo_key(&self) -> (String, Secret) {
        let first = self.configs().flat_map(|account| &account.keys).next();
        first.map_or_else(|| (String::new(), Secret::new("")), |key| (key.key.clone(), key.secret.clone()))
    }

    /// All of them, the demo account first.
    pub(crate) fn into_all(self) -> Vec<AccountConfig> {
        self.0.into_iter().map(|(_, account)| account).collect()
    }

    /// How they were set up.
    pub(crate) fn configs(&self) -> impl Iterator<Item = &AccountConfig> {
        self.0.iter().map(|(_, account)| account)
    }
}

/// `None` where they can't be.
fn set_fees(desk: &mut Desk, account: AccountId, fees: Fees) -> Option<()> {
    let (maker_fee, taker_fee) = (Rate::try_from(fees.maker).ok()?, Rate::try_from(fees.taker).ok()?);
    if desk.state.engine.fees(account) == Some((maker_fee, taker_fee)) {
        return Some(());
    }
    is_refused(desk, Command::OpenAccount { account, maker_fee, taker_fee }).is_none().then_some(())
}

fn endow(desk: &mut Desk, account: AccountId, balance: Decimal) -> Result<(), AccountError> {
    let amount = Money::try_from(balance).map_err(|error| AccountError::Balance(error.to_string()))?;
    if amount == Money::ZERO {
        return Ok(());
    }
    match is_refused(desk, Command::Deposit { account, amount }) {
        Some(refusal) => Err(AccountError::Balance(refusal)),
        None => Ok(()),
    }
}

/// Why a command is refused, if it is.
fn is_refused(desk: &mut Desk, command: Command) -> Option<String> {
    let batch = desk.apply(command);
    batch.events.iter().find_map(|event| match event {
        Event::CommandRefused { refusal, .. } => Some(refusal.to_string()),
        _ => None,
    })
}

fn check(accounts: &[AccountConfig]) -> Result<(), AccountError> {
    let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for account in accounts {
        if !is_sendable(&account.name, 64) {
            return Err(AccountError::Name(account.name.clone()));
        }
        if !names.insert(&account.name) {
            return Err(AccountError::NameTaken(account.name.clone()));
        }
        for key in &account.keys {
            for (field, value) in [("api_key", key.key.as_str()), ("api_secret", key.secret.expose())] {
                if !is_sendable(value, 128) {
                    return Err(AccountError::Credential { field });
                }
            }
            if !keys.insert(&key.key) {
                return Err(AccountError::KeyTaken(account.name.clone()));
            }
        }
    }
    Ok(())
}

fn is_sendable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(name: &str, key: &str) -> AccountConfig {
        let keys = vec![KeyConfig::full(key, Secret::new("secret"))];
        AccountConfig { name: name.to_owned(), balance: Decimal::ZERO, fees: None, keys }
    }

    fn refused(accounts: Vec<AccountConfig>) -> AccountError {
        let config =
            ExchangeConfig { api_key: Some("taken".to_owned()), accounts, ..ExchangeConfig::default() };
        Accounts::of(&config).unwrap_err()
    }

    #[test]
    fn names_and_keys_are_each_accounts_own() {
        assert_eq!(refused(vec![second("demo", "a")]), AccountError::NameTaken("demo".to_owned()));
        let twice = vec![second("one", "a"), second("two", "a")];
        assert_eq!(refused(twice), AccountError::KeyTaken("two".to_owned()));
        assert_eq!(refused(vec![second("one", "taken")]), AccountError::KeyTaken("one".to_owned()));
        assert_eq!(refused(vec![second("", "a")]), AccountError::Name(String::new()));
        assert_eq!(refused(vec![second("one", "a b")]), AccountError::Credential { field: "api_key" });
    }

    #[test]
    fn accounts_are_numbered_in_their_order() {
        let accounts = vec![second("one", "a"), second("two", "b")];
        let config = ExchangeConfig { accounts, ..ExchangeConfig::default() };
        let accounts = Accounts::of(&config).unwrap();
        let keys: Vec<_> = accounts.keys().map(|key| (key.caller.account.0, key.key.to_owned())).collect();
        assert_eq!(keys[1..], [(2, "a".to_owned()), (3, "b".to_owned())]);
    }
}
