//! What stands in a data folder beside the journal: the keys, and how the exchange was made.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use crate::venue;

use std::path::Path;

use lmex_exchange::faults::FaultSpec;
use lmex_exchange::{
    AccountConfig, DataDir, Dialect, Durability, Exchange, ExchangeConfig, Fees, Handle, KeyConfig,
    Permission,
};
use lmex_types::Decimal;
use serde_json::json;
use tempfile::TempDir;
use venue::{START, Venue};

fn kept_in(dir: &Path) -> ExchangeConfig {
    let data = Some(DataDir { durability: Durability::Os, ..DataDir::new(dir) });
    ExchangeConfig { data, ..ExchangeConfig::default() }
}

fn bob(keys: Vec<KeyConfig>) -> AccountConfig {
    AccountConfig { name: "bob".to_owned(), balance: Decimal::from(500), fees: None, keys }
}

async fn started(dir: &Path, accounts: Vec<AccountConfig>) -> Handle {
    let mut config = ExchangeConfig { accounts, ..kept_in(dir) };
    config.listen.set_port(0);
    Exchange::start(config).await.unwrap()
}

/// The keys that an exchange says bob has, ended.
async fn keys_of_bob(exchange: Handle) -> Vec<(String, Vec<Permission>)> {
    let bob = exchange.accounts().iter().find(|account| account.name == "bob").unwrap();
    let keys = bob.keys.iter().map(|key| (key.key.clone(), key.permissions.clone())).collect();
    exchange.shutdown().await;
    keys
}

#[tokio::test]
async fn keys_that_are_left_to_chance_stay_the_same() {
    let dir = TempDir::new().unwrap();
    let reads = || KeyConfig::generated(vec![Permission::Read]);
    let first = keys_of_bob(started(dir.path(), vec![bob(Vec::new())]).await).await;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].1, KeyConfig::ALL);
    assert_eq!(keys_of_bob(started(dir.path(), vec![bob(Vec::new())]).await).await, first, "named again");
    assert_eq!(keys_of_bob(started(dir.path(), Vec::new()).await).await, first, "not named");

    // One that may only read is another key, and the two of them stay.
    let all = || KeyConfig::generated(KeyConfig::ALL.to_vec());
    let both = keys_of_bob(started(dir.path(), vec![bob(vec![reads(), all()])]).await).await;
    assert_eq!(both[1], first[0]);
    assert_eq!(
        keys_of_bob(started(dir.path(), vec![bob(vec![all(), reads()])]).await).await,
        [both[1].clone(), both[0].clone()]
    );
    assert_eq!(keys_of_bob(started(dir.path(), vec![bob(Vec::new())]).await).await.len(), 2);
}

#[tokio::test]
async fn fees_of_a_known_account_change_when_they_are_given() {
    let dir = TempDir::new().unwrap();
    let fees = async |exchange: Handle| {
        let fees = exchange.desk().read(|state| state.engine.fees(lmex_engine::AccountId(2))).await.unwrap();
        exchange.shutdown().await;
        fees.map(|(maker, taker)| (maker.to_string(), taker.to_string())).unwrap()
    };
    let usual = ("0.0002".to_owned(), "0.0005".to_owned());
    assert_eq!(fees(started(dir.path(), vec![bob(Vec::new())]).await).await, usual);
    let low = Fees { maker: Decimal::ZERO, taker: Decimal::new(1, 4) };
    let cheap = AccountConfig { fees: Some(low), ..bob(Vec::new()) };
    let changed = ("0".to_owned(), "0.0001".to_owned());
    assert_eq!(fees(started(dir.path(), vec![cheap]).await).await, changed);
    assert_eq!(fees(started(dir.path(), vec![bob(Vec::new())]).await).await, changed, "as before");
}

#[tokio::test]
async fn a_start_that_is_refused_changes_no_key() {
    let dir = TempDir::new().unwrap();
    started(dir.path(), vec![bob(Vec::new())]).await.shutdown().await;
    let keys = std::fs::read_to_string(dir.path().join("keys.json")).unwrap();
    let absurd = Fees { maker: Decimal::ZERO, taker: Decimal::from(2) };
    let absurd = AccountConfig { name: "eve".to_owned(), fees: Some(absurd), ..bob(Vec::new()) };
    let mut config = ExchangeConfig { accounts: vec![absurd], ..kept_in(dir.path()) };
    config.listen.set_port(0);
    let refused = Exchange::start(config).await.err().unwrap().to_string();
    assert!(refused.contains("fees of account \"eve\""), "{refused}");
    assert_eq!(std::fs::read_to_string(dir.path().join("keys.json")).unwrap(), keys);
}

#[tokio::test]
async fn a_folder_goes_on_as_it_was_made_or_not_at_all() {
    let dir = TempDir::new().unwrap();
    Venue::start_with(kept_in(dir.path())).await.exchange.shutdown().await;
    let refused =
        async |config: ExchangeConfig| Venue::start_at(config, START, START).await.err().unwrap().to_string();
    let said = refused(ExchangeConfig { dialect: Dialect::Btse, ..kept_in(dir.path()) }).await;
    assert!(said.contains("was made with dialect lmex, not btse"), "{said}");

    std::fs::remove_file(dir.path().join("exchange.json")).unwrap();
    let said = refused(kept_in(dir.path())).await;
    assert!(said.contains("exchange.json is missing") && said.contains("from a copy"), "{said}");
}

#[tokio::test]
async fn a_journal_that_is_gone_is_missed() {
    let dir = TempDir::new().unwrap();
    Venue::start_with(kept_in(dir.path())).await.exchange.shutdown().await;
    for entry in std::fs::read_dir(dir.path().join("journal")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "log") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let said = Venue::start_at(kept_in(dir.path()), START, START).await.err().unwrap().to_string();
    assert!(said.contains("journal is missing or empty"), "{said}");
}

#[tokio::test]
async fn a_file_of_keys_that_can_not_be_understood_is_not_shown() {
    let dir = TempDir::new().unwrap();
    started(dir.path(), Vec::new()).await.shutdown().await;
    std::fs::write(dir.path().join("keys.json"), r#"{"accounts": "s3cret"}"#).unwrap();
    let said = Venue::start_at(kept_in(dir.path()), START, START).await.err().unwrap().to_string();
    assert!(said.contains("keys.json can't be understood (line 1, column "), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

fn wrong_clock(ms: i64) -> FaultSpec {
    serde_json::from_value(json!({"kind": "clock-offset", "ms": ms})).unwrap()
}

#[tokio::test]
async fn a_clock_that_a_fault_set_wrong_shuts_nobody_out_after_a_restart() {
    const DAY_MS: i64 = 86_400_000;
    let dir = TempDir::new().unwrap();
    let market = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 10});
    let fast = ExchangeConfig { faults: vec![wrong_clock(DAY_MS)], ..kept_in(dir.path()) };
    let venue = Venue::start_with(fast).await;
    venue.set_nonce(START + DAY_MS);
    venue.post("/order", market.clone()).await.one();
    // The clock is right again.
    let venue = venue.again(kept_in(dir.path()), 500).await;
    venue.set_nonce(START + 500);
    venue.post("/order", market.clone()).await.one();
    // And now it is behind.
    let slow = ExchangeConfig { faults: vec![wrong_clock(-DAY_MS)], ..kept_in(dir.path()) };
    let venue = venue.again(slow, 500).await;
    venue.set_nonce(START + 1_000 - DAY_MS);
    venue.post("/order", market).await.one();
    venue.exchange.shutdown().await;
}
