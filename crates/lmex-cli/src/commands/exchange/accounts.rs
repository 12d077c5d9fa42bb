//! The accounts of a local exchange beside the demo account: from the command line, or from a file.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use lmex::Decimal;
use lmex_exchange::{AccountConfig, Fees, KeyConfig, Permission, Secret};
use serde::{Deserialize, Serialize};

use crate::error::CliError;

/// The largest file of accounts, in bytes.
const LARGEST_FILE: u64 = 1_024 * 1_024;
/// What a new account has to play with unless its balance is said, in USDT.
const USUAL_BALANCE: i64 = 100_000;

/// An account of the command line, `NAME` or `NAME:BALANCE`, with the keys that a data folder has of it, or else a random
/// one that may do everything.
pub fn named(text: &str) -> Result<AccountConfig, String> {
    let (name, balance) = match text.split_once(':') {
        None => (text, Decimal::from(USUAL_BALANCE)),
        Some((name, balance)) => {
            let balance = balance.parse().map_err(|_| {
                format!("the balance {balance:?} is not a number: write NAME:5000, or NAME for 100000 USDT")
            })?;
            (name, balance)
        }
    };
    Ok(AccountConfig { name: name.to_owned(), balance, fees: None, keys: Vec::new() })
}

/// The accounts of a file.
pub fn of_file(path: &Path) -> Result<Vec<AccountConfig>, CliError> {
    let shown = path.display();
    let failed = |error| CliError::io(&format!("read accounts from {shown}"), &error).hint(EXAMPLE);
    let file = File::open(path).map_err(failed)?;
    let mut text = zeroize::Zeroizing::new(String::new());
    file.take(LARGEST_FILE).read_to_string(&mut text).map_err(failed)?;
    let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let why = slip(&error.to_string())
            .map_or("it is not a list of accounts".to_owned(), |slip| slip.to_owned());
        CliError::new("config", format!("{shown}, line {line}, column {column}: {why}")).hint(EXAMPLE)
    })?;
    let has_secrets = entries.iter().flat_map(|entry| &entry.keys).any(|key| key.api_secret.is_some());
    if has_secrets && is_open_to_others(path).map_err(failed)? {
        let message = format!("{shown} holds secrets and others may read it");
        return Err(CliError::new("config", message).hint(format!("chmod 600 {shown}")));
    }
    entries.into_iter().map(|entry| entry.account(path)).collect()
}

/// What the reader says of a name that is not known or missing, with those that are. All else may quote a value, and so a
/// secret; a name that does not look like one may be a secret in the wrong place.
fn slip(said: &str) -> Option<&str> {
    let said = said.rsplit_once(" at line ").map_or(said, |(said, _)| said);
    let (what, rest) = said.split_once('`')?;
    let (name, _) = rest.split_once('`')?;
    let is_name = name.len() <= 20 && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    let is_slip =
        ["unknown field ", "unknown variant ", "missing field ", "duplicate field "].contains(&what);
    (is_slip && is_name).then_some(said)
}

const EXAMPLE: &str = r#"such as [{"name":"bob","balance":5000,"maker_fee":0.0002,"taker_fee":0.0005,"keys":[{"permissions":["read","trade"]}]}]; permissions are read, trade, transfer and wallet; a key without api_key and api_secret gets random ones"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default, with = "lmex_api::wire::decimal::option")]
    balance: Option<Decimal>,
    #[serde(default, with = "lmex_api::wire::decimal::option")]
    maker_fee: Option<Decimal>,
    #[serde(default, with = "lmex_api::wire::decimal::option")]
    taker_fee: Option<Decimal>,
    /// One key that may do everything if there is no list.
    #[serde(default)]
    keys: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    api_key: Option<String>,
    api_secret: Option<zeroize::Zeroizing<String>>,
    permissions: Option<Vec<Granted>>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Granted {
    Read,
    Trade,
    Transfer,
    Wallet,
}

impl Entry {
    fn account(self, path: &Path) -> Result<AccountConfig, CliError> {
        let usual = Fees::default();
        let is_said = self.maker_fee.is_some() || self.taker_fee.is_some();
        let fees = is_said.then(|| Fees {
            maker: self.maker_fee.unwrap_or(usual.maker),
            taker: self.taker_fee.unwrap_or(usual.taker),
        });
        let balance = self.balance.unwrap_or(Decimal::from(USUAL_BALANCE));
        let keys = self.keys.into_iter().map(|key| key.config(&self.name, path)).collect::<Result<_, _>>()?;
        Ok(AccountConfig { name: self.name, balance, fees, keys })
    }
}

impl Key {
    fn config(self, account: &str, path: &Path) -> Result<KeyConfig, CliError> {
        let granted = self.permissions.map(|list| list.into_iter().map(Permission::from).collect());
        let permissions = granted.unwrap_or_else(|| KeyConfig::ALL.to_vec());
        match (self.api_key, self.api_secret) {
            (None, None) => Ok(KeyConfig::generated(permissions)),
            (Some(key), Some(secret)) => {
                let secret = Secret::new(secret.as_str());
                Ok(KeyConfig { key, secret, permissions, is_random: false })
            }
            _ => Err(CliError::new(
                "config",
                format!(
                    "a key of account {account:?} in {} has only one of api_key and api_secret",
                    path.display()
                ),
            )
            .hint("give both, or neither for random ones")),
        }
    }
}

impl From<Granted> for Permission {
    fn from(granted: Granted) -> Self {
        match granted {
            Granted::Read => Self::Read,
            Granted::Trade => Self::Trade,
            Granted::Transfer => Self::Transfer,
            Granted::Wallet => Self::Wallet,
        }
    }
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(path: &Path) -> std::io::Result<bool> {
    fs::metadata(path).map(|_| false)
}

/// An account as programs are told of it. The secrets are play money's, and whoever starts an exchange needs them.
#[derive(Serialize)]
pub struct Told<'a> {
    pub name: &'a str,
    pub keys: Vec<ToldKey<'a>>,
}

#[derive(Serialize)]
pub struct ToldKey<'a> {
    pub api_key: &'a str,
    pub api_secret: &'a str,
    permissions: Vec<Granted>,
}

/// All accounts as programs are told of them.
pub fn told(accounts: &[AccountConfig]) -> Vec<Told<'_>> {
    fn account(AccountConfig { name, keys, .. }: &AccountConfig) -> Told<'_> {
        Told { name, keys: keys.iter().map(told_key).collect() }
    }
    accounts.iter().map(account).collect()
}

fn told_key(KeyConfig { key, secret, permissions, .. }: &KeyConfig) -> ToldKey<'_> {
    let permissions = permissions.iter().filter_map(|permission| word(*permission)).collect();
    ToldKey { api_key: key, api_secret: secret.expose(), permissions }
}

fn word(permission: Permission) -> Option<Granted> {
    match permission {
        Permission::Public => None,
        Permission::Read => Some(Granted::Read),
        Permission::Trade => Some(Granted::Trade),
        Permission::Transfer => Some(Granted::Transfer),
        Permission::Wallet => Some(Granted::Wallet),
    }
}
