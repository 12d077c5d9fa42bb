//! How an exchange is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use lmex_types::Decimal;

use crate::limits::LimitsMode;
use crate::secret::Secret;
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
    /// Play money of the account at the start, in USDT.
    pub balance: Decimal,
    /// The account's API key; a random one if absent.
    pub api_key: Option<String>,
    /// The account's secret; a random one if absent.
    pub api_secret: Option<Secret>,
    /// What connections may take of the server.
    pub connections: ConnectionBounds,
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
            connections: ConnectionBounds::default(),
        }
    }
}
