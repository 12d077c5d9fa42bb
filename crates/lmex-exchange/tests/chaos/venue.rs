//! An exchange on which almost everything fails now and then, for the clients' key alone.

use std::time::Duration;

use lmex::{
    Client, ClientBuilder, Credentials, Endpoints, Environment, Limits, Pace, Retry, SessionConfig, Symbol,
    TrackerConfig,
};
use lmex_exchange::faults::FaultSpec;
use lmex_exchange::{AccountConfig, Exchange, ExchangeConfig, Handle, KeyConfig, LimitsMode, Secret};

use crate::dice::Dice;

/// The key that the clients share; every fault is aimed at it.
pub(crate) const KEY: &str = "chaos";
/// Another key of the same account, for which nothing fails.
pub(crate) const AUDITOR: &str = "auditor";
const SECRET: &str = "of-both-keys";

/// Far longer than anything is held back, so that no order is believed to be absent while it is on its way.
const VENUE_GIVES_UP: Duration = Duration::from_millis(1_500);

/// All that the local exchange serves.
pub(crate) const MARKETS: [&str; 2] = ["BTC-PERP", "ETH-PERP"];

pub(crate) fn market(index: usize) -> Symbol {
    MARKETS[index % MARKETS.len()].parse().unwrap()
}

pub(crate) async fn start(seed: u64) -> Handle {
    let key = |name: &str| KeyConfig::full(name, Secret::new(SECRET));
    let trader = AccountConfig {
        name: "trader".to_owned(),
        balance: 10_000_000.into(),
        fees: None,
        keys: vec![key(KEY), key(AUDITOR)],
    };
    let mut config = ExchangeConfig {
        limits: LimitsMode::Off,
        seed,
        accounts: vec![trader],
        block_scale: "0.02".parse().unwrap(),
        nonce_window_ms: 60_000,
        ..ExchangeConfig::default()
    };
    config.listen.set_port(0);
    let exchange = Exchange::start(config).await.unwrap();
    exchange.desk().read(|_| ()).await.unwrap();
    exchange
}

/// What goes wrong with this seed: each kind more or less often, or not at all. `gateway` is whether one on the way passes
/// requests on twice.
pub(crate) fn break_things(exchange: &Handle, seed: u64, gateway: bool) {
    let mut dice = Dice::new(seed);
    for (fault, most_percent) in REQUEST_FAULTS {
        if fault.starts_with("replay") && !gateway {
            continue;
        }
        add(exchange, fault, dice.below(most_percent + 1));
    }
    for (fault, most_percent) in STREAM_FAULTS {
        for topic in ["notificationApi*", "fillsV2", "positions*"] {
            add(exchange, &format!("{fault},topic={topic}"), dice.below(most_percent + 1));
        }
    }
    add(exchange, "close,path=/ws/futures,ms=2000", 100);
}

fn add(exchange: &Handle, fault: &str, percent: u64) {
    if percent > 0 {
        let spec = format!("{fault},key={KEY},percent={percent}");
        exchange.faults().add(FaultSpec::parse(&spec).unwrap()).unwrap();
    }
}

const REQUEST_FAULTS: [(&str, u64); 19] = [
    ("delay,path=/order,ms=20", 10),
    ("delay,path=/order,ms=50,execution=before", 5),
    ("delay,path=/order,ms=300", 1),
    ("drop,path=/order", 2),
    ("drop,path=/order,execution=before", 1),
    ("reset,path=/order", 3),
    ("reset,path=/order,execution=before", 2),
    ("truncate,path=/order", 2),
    ("bad-gateway,path=/order", 2),
    ("bad-gateway,path=/order,execution=before", 1),
    ("time-out,path=/order", 2),
    ("time-out,path=/order,execution=before", 1),
    ("replay,path=/order,method=POST", 2),
    ("reorder,path=/order,ms=50", 2),
    ("rate-limit,path=/order,tier=1,times=10", 1),
    ("reset,path=/user/*", 3),
    ("bad-gateway,path=/user/*", 3),
    ("truncate,path=/user/*", 3),
    ("delay,path=/user/*,ms=50", 10),
];

const STREAM_FAULTS: [(&str, u64); 5] =
    [("drop", 5), ("duplicate", 10), ("reorder", 10), ("truncate", 2), ("reset", 1)];

/// A client with this key, as patient as the scaled times allow.
pub(crate) fn client(rest: &str, ws: &str, key: &str) -> ClientBuilder {
    let endpoints = Endpoints::new(Environment::Local, Some(rest), Some(ws), &[]).unwrap();
    let limits = Limits {
        queries_per_key: 100_000,
        queries_per_user: 100_000,
        orders: 100_000,
        reserve: 5,
        transfers: 5,
        // Blocks are as frequent here as nowhere else.
        trickle_ms: 0,
    };
    Client::builder(endpoints)
        .credentials(Credentials::new(key, SECRET).unwrap())
        .pace(Pace { limits, ..Pace::default() })
        .retry(Retry { attempts: 4, base_ms: 5, cap_ms: 50 })
        .timeout(Duration::from_millis(200))
        .resolve_within(Duration::from_millis(300))
        .venue_gives_up(VENUE_GIVES_UP)
}

pub(crate) fn tracking() -> TrackerConfig {
    let streams = SessionConfig {
        ping_every_ms: 500,
        dead_after_ms: 5_000,
        ack_within_ms: 1_000,
        stale_after_ms: 2_000,
        settled_after_ms: 1_000,
        reconnect: Retry { attempts: u32::MAX, base_ms: 5, cap_ms: 100 },
    };
    TrackerConfig { every: Duration::from_millis(500), at_most_every: Duration::from_millis(50), streams }
}
