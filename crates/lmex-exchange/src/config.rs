//! How an exchange is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use lmex_api::Permission;
use lmex_types::Decimal;

use crate::clock::Flow;
use crate::dialect::Dialect;
use crate::faults::FaultSpec;
use crate::journal::DataDir;
use crate::limits::LimitsMode;
use crate::secret::{Secret, random_hex};
use crate::server::ConnectionBounds;

/// How an exchange is set up. `ExchangeConfig::default()` is ready to start.
#[derive(Debug, Clone)]
pub struct ExchangeConfig {
    /// Where it listens; loopback only. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Decides everything that is random about the market and the ids, but not the API key.
    pub seed: u64,
    /// Whether rate limits apply.
    pub limits: LimitsMode,
    /// Multiplies the length of the blocks that follow a breach of a limit: 1 is LMEX's, less is for tests.
    pub block_scale: Decimal,
    /// How far a nonce may be from the present, in milliseconds. LMEX does not publish its window.
    pub nonce_window_ms: i64,
    /// Where the market comes from.
    pub source: Source,
    /// Play money of the demo account at the start, in USDT.
    pub balance: Decimal,
    /// The demo account's API key; a random one if absent.
    pub api_key: Option<String>,
    /// The demo account's secret; a random one if absent.
    pub api_secret: Option<Secret>,
    /// Accounts beside this one, which is called [`DEMO_ACCOUNT`](crate::DEMO_ACCOUNT) and has all permissions.
    pub accounts: Vec<AccountConfig>,
    /// What connections may take of the server.
    pub connections: ConnectionBounds,
    /// How venue time passes at first.
    pub time: Flow,
    /// What goes wrong from the start.
    pub faults: Vec<FaultSpec>,
    /// Multiplies the time-outs of connections and streams: 1 is usual, less is for tests. Above 0, at most 1000.
    pub timeout_scale: Decimal,
    /// Where what happens is kept; without it nothing is.
    pub data: Option<DataDir>,
    /// Whose manners it has where the evidence contradicts itself.
    pub dialect: Dialect,
}

/// One more account.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    /// Its username, which no other account has: transfers between accounts go by it.
    pub name: String,
    /// Play money in its futures wallet at the start, in USDT; may be zero.
    pub balance: Decimal,
    /// What it pays for trades; `None` is the usual, or what it paid before where a data folder knows it.
    pub fees: Option<Fees>,
    /// Its API keys. Where there are none it gets those that a data folder has of it, or a random one that may do
    /// everything.
    pub keys: Vec<KeyConfig>,
}

/// What an account pays for trades, as fractions of the notional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// For orders that waited in the book; negative is a rebate.
    pub maker: Decimal,
    /// For orders that took liquidity.
    pub taker: Decimal,
}

/// An API key of an account.
#[derive(Debug, Clone)]
pub struct KeyConfig {
    /// The key: no other one may be the same.
    pub key: String,
    /// What its requests are signed with.
    pub secret: Secret,
    /// What it may do; a request that needs more is answered with HTTP 403.
    pub permissions: Vec<Permission>,
    /// Whether key and secret are random: where a data folder has random ones of the account with the same
    /// permissions, those stay.
    pub is_random: bool,
}

impl AccountConfig {
    /// An account that the exchange knows from an earlier run.
    pub(crate) fn known(name: String) -> Self {
        Self { name, balance: Decimal::ZERO, fees: None, keys: Vec::new() }
    }
}

impl KeyConfig {
    /// All that a key may be allowed.
    pub const ALL: [Permission; 4] =
        [Permission::Read, Permission::Trade, Permission::Transfer, Permission::Wallet];

    /// A key with a random name and a random secret.
    pub fn generated(permissions: Vec<Permission>) -> Self {
        Self { key: random_hex(), secret: Secret::new(random_hex()), permissions, is_random: true }
    }

    /// A key that may do everything.
    pub fn full(key: impl Into<String>, secret: Secret) -> Self {
        Self { key: key.into(), secret, permissions: Self::ALL.to_vec(), is_random: false }
    }
}

impl Default for Fees {
    /// 0.02 % as maker, 0.05 % as taker. LMEX's published fees contradict each other; these are among them.
    fn default() -> Self {
        Self { maker: Decimal::new(2, 4), taker: Decimal::new(5, 4) }
    }
}

/// Where the market comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A simulated crowd.
    Synthetic,
    /// A tape, played again; markets that are not on it are simulated.
    Replay {
        /// The tape.
        path: PathBuf,
        /// How much faster than it was recorded; 1 is the speed of the recording.
        speed: Decimal,
    },
}

impl Default for ExchangeConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9_090)),
            seed: 1,
            limits: LimitsMode::Lmex,
            block_scale: Decimal::ONE,
            nonce_window_ms: 4_000,
            source: Source::Synthetic,
            balance: Decimal::from(100_000),
            api_key: None,
            api_secret: None,
            accounts: Vec::new(),
            connections: ConnectionBounds::default(),
            time: Flow::REAL,
            faults: Vec::new(),
            timeout_scale: Decimal::ONE,
            data: None,
            dialect: Dialect::default(),
        }
    }
}
