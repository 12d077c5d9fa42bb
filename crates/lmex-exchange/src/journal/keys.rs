//! The keys of an exchange, kept so that they are the same after a restart.

use lmex_api::Permission;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::accounts::DEMO_ACCOUNT;
use crate::config::{AccountConfig, ExchangeConfig, KeyConfig};
use crate::secret::Secret;

/// The file `keys.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptKeys {
    accounts: Vec<KeptAccount>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptAccount {
    name: String,
    keys: Vec<KeptKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptKey {
    key: String,
    secret: Zeroizing<String>,
    #[serde(default)]
    is_random: bool,
    permissions: Vec<Word>,
}

/// A permission, as it is written.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Public,
    Read,
    Trade,
    Transfer,
    Wallet,
}

impl KeptKeys {
    /// The keys of these accounts.
    pub(super) fn of<'a>(accounts: impl IntoIterator<Item = &'a AccountConfig>) -> Self {
        let kept = |account: &AccountConfig| KeptAccount {
            name: account.name.clone(),
            keys: account.keys.iter().map(KeptKey::of).collect(),
        };
        Self { accounts: accounts.into_iter().map(kept).collect() }
    }

    /// Gives a configuration the keys that it leaves open or to chance, and the accounts that it doesn't name.
    pub(super) fn complete(self, config: &mut ExchangeConfig) {
        for account in self.accounts {
            let mut keys = account.keys.into_iter().map(KeptKey::config);
            let given = config.accounts.iter_mut().find(|given| given.name == account.name);
            if account.name == DEMO_ACCOUNT {
                if config.api_key.is_none()
                    && config.api_secret.is_none()
                    && let Some(kept) = keys.next()
                {
                    (config.api_key, config.api_secret) = (Some(kept.key), Some(kept.secret));
                }
            } else if let Some(given) = given {
                stay(keys.collect(), &mut given.keys);
            } else {
                let (name, keys) = (account.name, keys.collect());
                config.accounts.push(AccountConfig { keys, ..AccountConfig::known(name) });
            }
        }
    }
}

/// Kept keys take the place of those that are left open; random ones that of random ones that may do the same.
fn stay(mut kept: Vec<KeyConfig>, given: &mut Vec<KeyConfig>) {
    if given.is_empty() {
        *given = kept;
        return;
    }
    for key in given.iter_mut().filter(|key| key.is_random) {
        let same = |kept: &KeyConfig| kept.is_random && kept.permissions == key.permissions;
        if let Some(at) = kept.iter().position(same) {
            *key = kept.remove(at);
        }
    }
}

impl KeptKey {
    fn of(key: &KeyConfig) -> Self {
        Self {
            key: key.key.clone(),
            secret: Zeroizing::new(key.secret.expose().to_owned()),
            is_random: key.is_random,
            permissions: key.permissions.iter().copied().map(Word::of).collect(),
        }
    }

    fn config(self) -> KeyConfig {
        let permissions = self.permissions.into_iter().map(Word::permission).collect();
        let secret = Secret::new(self.secret.as_str());
        KeyConfig { key: self.key, secret, permissions, is_random: self.is_random }
    }
}

impl Word {
    fn of(permission: Permission) -> Self {
        match permission {
            Permission::Public => Self::Public,
            Permission::Read => Self::Read,
            Permission::Trade => Self::Trade,
            Permission::Transfer => Self::Transfer,
            Permission::Wallet => Self::Wallet,
        }
    }

    fn permission(self) -> Permission {
        match self {
            Self::Public => Permission::Public,
            Self::Read => Permission::Read,
            Self::Trade => Permission::Trade,
            Self::Transfer => Permission::Transfer,
            Self::Wallet => Permission::Wallet,
        }
    }
}
