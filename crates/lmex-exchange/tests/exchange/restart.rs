//! An exchange that keeps what happens, ended and started again.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use crate::venue;

use std::path::Path;

use lmex_exchange::{
    AccountConfig, DataDir, DataError, Durability, Exchange, ExchangeConfig, KeepingBounds, KeyConfig,
    LimitsMode, Secret, Source, StartError, made_as, verify,
};
use lmex_types::Decimal;
use serde_json::{Value, json};
use tempfile::TempDir;
use venue::{START, Venue, field, rows};

/// Snapshots and digests often enough for a short test to meet them.
const OFTEN: KeepingBounds = KeepingBounds {
    snapshot_bytes: 8 << 10,
    snapshot_times: 0,
    digest_records: 5,
    segment_bytes: 4 << 10,
    waiting_bytes: 64 << 10,
};

fn kept_in(dir: &Path, bounds: KeepingBounds) -> ExchangeConfig {
    let friend = AccountConfig {
        name: "friend".to_owned(),
        balance: Decimal::from(500),
        fees: None,
        keys: vec![KeyConfig::full("friend-key", Secret::new("friend-secret"))],
    };
    ExchangeConfig {
        limits: LimitsMode::Off,
        accounts: vec![friend],
        data: Some(DataDir { durability: Durability::Os, bounds, ..DataDir::new(dir) }),
        ..ExchangeConfig::default()
    }
}

/// Orders that wait, fill, end and change, and money that moves.
async fn trade(venue: &Venue) {
    let order =
        |side: &str, size: i64| json!({"symbol": "BTC-PERP", "side": side, "type": "MARKET", "size": size});
    let waits = |price: i64, id: &str| json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": price, "size": 100, "clOrderID": id});
    venue.post("/order", order("BUY", 1_000)).await.one();
    venue.post("/order", waits(50_000, "stays")).await.one();
    venue.post("/order", waits(51_000, "goes")).await.one();
    venue.delete("/order?symbol=BTC-PERP&clOrderID=goes").await.one();
    venue.pass_ms(61_000);
    let amended = json!({"symbol": "BTC-PERP", "clOrderID": "stays", "type": "PRICE", "value": 52_000});
    venue.put("/order", amended).await.ok();
    venue.post("/order", order("SELL", 400)).await.one();
    let moved = json!({
        "walletSrcType": "CROSS", "walletDestType": "SPOT",
        "apiWallets": [{"currency": "USDT", "allBalance": false, "balance": 250}],
    });
    venue.post("/user/wallet/transfer", moved).await.ok();
    venue.post("/leverage", json!({"symbol": "ETH-PERP", "leverage": 7})).await.ok();
}

/// What its owner can ask for and no price changes.
async fn own(venue: &Venue) -> Vec<Value> {
    let mut answers = Vec::new();
    for target in [
        "/user/open_orders",
        "/user/wallet_history?count=500",
        "/user/trade_history",
        "/order?clOrderID=stays",
        "/order?clOrderID=goes",
        "/leverage?symbol=ETH-PERP",
    ] {
        answers.push(venue.my(target).await.ok());
    }
    let position = venue.my("/user/positions?symbol=BTC-PERP").await.one();
    answers.push(json!([position["size"], position["entryPrice"], position["side"]]));
    for target in ["/trades?symbol=BTC-PERP&count=20", "/funding_history?symbol=BTC-PERP&count=20"] {
        answers.push(venue.get(target).await.ok());
    }
    answers
}

#[tokio::test]
async fn a_restart_keeps_orders_positions_money_and_history() {
    let dir = TempDir::new().unwrap();
    for bounds in [KeepingBounds::default(), OFTEN] {
        let dir = dir.path().join(bounds.digest_records.to_string());
        let venue = Venue::start_with(kept_in(&dir, bounds)).await;
        trade(&venue).await;
        let before = own(&venue).await;
        let candles = venue.get("/ohlcv?symbol=BTC-PERP&resolution=1").await.ok();
        let venue = venue.again(kept_in(&dir, bounds), 0).await;
        assert_eq!(own(&venue).await, before);
        let after = venue.get("/ohlcv?symbol=BTC-PERP&resolution=1").await.ok();
        assert_eq!(rows(after)[1..], rows(candles)[1..], "finished candles stay; the present one goes on");
        let found = venue.exchange.recovery().unwrap().clone();
        assert_eq!(found.mended, Vec::<String>::new());
        assert_eq!(found.snapshot > 0, bounds == OFTEN, "{found:?}");
        assert!(found.digests > 0, "{found:?}");
        let back = json!({
            "walletSrcType": "SPOT", "walletDestType": "CROSS",
            "apiWallets": [{"currency": "USDT", "allBalance": false, "balance": 250}],
        });
        venue.post("/user/wallet/transfer", back.clone()).await.ok();
        venue.post("/user/wallet/transfer", back).await.refused(400);
        // It lives: the order that waits can be cancelled, and ids are new.
        let waits =
            json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 50_000, "size": 100});
        let new = venue.post("/order", waits).await.one();
        assert!(!before.iter().any(|value| value.to_string().contains(field(&new, "orderID"))));
        venue.delete("/order?symbol=BTC-PERP&clOrderID=stays").await.one();
        venue.exchange.shutdown().await;
        let verified = verify(&dir).unwrap();
        assert!(verified.commands > 0 && verified.digests > 0, "{verified:?}");
    }
}

#[tokio::test]
async fn the_market_goes_on_where_it_was() {
    let dir = TempDir::new().unwrap();
    let venue = Venue::start_with(kept_in(dir.path(), KeepingBounds::default())).await;
    for _ in 0..200 {
        venue.pass_ms(1_000);
        venue.get("/price?symbol=BTC-PERP").await.ok();
    }
    let (bid, ask) = venue.best().await;
    let venue = venue.again(kept_in(dir.path(), KeepingBounds::default()), 0).await;
    venue.pass_ms(200);
    let (new_bid, new_ask) = venue.best().await;
    assert!(new_bid < new_ask, "crossed: {new_bid} {new_ask}");
    let moved = ((new_bid + new_ask) / (bid + ask) - 1.0).abs();
    assert!(moved < 0.002, "the price jumped from {bid} to {new_bid}");
    venue.exchange.shutdown().await;
}

#[tokio::test]
async fn what_fell_due_meanwhile_happens_at_the_start() {
    let dir = TempDir::new().unwrap();
    let venue = Venue::start_with(kept_in(dir.path(), KeepingBounds::default())).await;
    let waits = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 50_000, "size": 100,
        "clOrderID": "short", "time_in_force": "FIVEMIN"});
    venue.post("/order", waits).await.one();
    let venue = venue.again(kept_in(dir.path(), KeepingBounds::default()), 9 * 3_600_000).await;
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
    let candles = rows(venue.get("/ohlcv?symbol=BTC-PERP&resolution=60").await.ok());
    let starts: Vec<_> = candles.iter().map(|row| row[0].as_i64().unwrap()).collect();
    let whole = starts.windows(2).all(|pair| (pair[0] - pair[1]).abs() == (starts[0] - starts[1]).abs());
    assert!(whole, "the hours of the rest are flat candles: {starts:?}");
    venue.exchange.shutdown().await;
}

#[tokio::test]
async fn the_key_stays_the_same_and_nobody_else_can_read_it() {
    let dir = TempDir::new().unwrap();
    let config = || {
        let mut config = kept_in(dir.path(), KeepingBounds::default());
        config.listen.set_port(0);
        config
    };
    let exchange = Exchange::start(config()).await.unwrap();
    let key = (exchange.api_key().to_owned(), exchange.api_secret().to_owned());
    exchange.shutdown().await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(dir.path().join("keys.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // The friend is not named any more, and is known all the same.
    let exchange = Exchange::start(ExchangeConfig { accounts: Vec::new(), ..config() }).await.unwrap();
    assert_eq!((exchange.api_key(), exchange.api_secret()), (key.0.as_str(), key.1.as_str()));
    let accounts = exchange.desk().read(|state| state.engine.accounts().count()).await.unwrap();
    assert_eq!(accounts, 3, "the crowd, the demo account and the friend, once");
    exchange.shutdown().await;
}

#[tokio::test]
async fn an_old_request_is_not_carried_out_again() {
    let dir = TempDir::new().unwrap();
    let venue = Venue::start_with(kept_in(dir.path(), KeepingBounds::default())).await;
    // Ahead of the clock, as a client's may be.
    let nonce = (START + 3_000).to_string();
    let body = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 10}).to_string();
    let signature = venue.signer.sign_request("/api/v2.3/order", &nonce, body.as_bytes());
    let headers =
        [("request-api", venue::KEY), ("request-nonce", &nonce), ("request-sign", signature.as_str())];
    let send =
        async |venue: &Venue| venue.send("POST", "/futures/api/v2.3/order", &headers, body.as_bytes()).await;
    assert_eq!(send(&venue).await.status, 200);
    let venue = venue.again(kept_in(dir.path(), KeepingBounds::default()), 500).await;
    let (_, message) = send(&venue).await.refused(401);
    assert!(message.contains("from before the exchange came back"), "{message}");
    venue.exchange.shutdown().await;
}

#[tokio::test]
async fn one_exchange_at_a_time_and_always_the_same() {
    let dir = TempDir::new().unwrap();
    let config = || kept_in(&dir.path().join("data"), KeepingBounds::default());
    let refused =
        async |config: ExchangeConfig| Venue::start_at(config, START, START).await.err().unwrap().to_string();
    let venue = Venue::start_with(config()).await;
    let second = Venue::start_at(config(), START, START).await.err().unwrap();
    assert!(matches!(second, StartError::Data(DataError::InUse(_))), "{second}");
    assert!(second.to_string().contains("stop that one, or name another folder"));
    venue.exchange.shutdown().await;
    assert_eq!(made_as(&dir.path().join("data")).unwrap().map(|made| made.seed), Some(7));

    let made = dir.path().join("data/exchange.json");
    std::fs::write(&made, r#"{"format": 1, "seed": 8}"#).unwrap();
    let said = refused(config()).await;
    assert!(said.contains("was made with seed 8, not 7"), "{said}");
    std::fs::write(&made, r#"{"format": 2, "seed": 7}"#).unwrap();
    let said = refused(config()).await;
    assert!(said.contains("format 2 where this program has 1"), "{said}");

    std::fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    let said = refused(kept_in(dir.path(), KeepingBounds::default())).await;
    assert!(said.contains("letter.txt is no file of an exchange"), "{said}");
}

fn last_segment(dir: &Path) -> std::path::PathBuf {
    let entries = std::fs::read_dir(dir.join("journal")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "log")).max().unwrap()
}

#[tokio::test]
async fn a_torn_end_is_cut_with_a_message_and_damage_is_refused_with_its_place() {
    let dir = TempDir::new().unwrap();
    let config = || kept_in(dir.path(), KeepingBounds::default());
    let venue = Venue::start_with(config()).await;
    trade(&venue).await;
    let before = venue.my("/user/trade_history").await.ok();
    venue.exchange.shutdown().await;

    let segment = last_segment(dir.path());
    let whole = std::fs::read(&segment).unwrap();
    std::fs::write(&segment, [whole.as_slice(), &[7; 100]].concat()).unwrap();
    let verified = verify(dir.path()).unwrap();
    assert!(verified.to_mend[0].contains("100 bytes"), "{verified:?}");
    assert_eq!(std::fs::read(&segment).unwrap().len(), whole.len() + 100, "verify changes nothing");
    let tape = Source::Replay { path: dir.path().join("no.parquet"), speed: 1.into() };
    let refused = Venue::start_at(ExchangeConfig { source: tape, ..config() }, START + 61_000, START).await;
    assert!(refused.err().unwrap().to_string().contains("no.parquet"));
    assert_eq!(std::fs::read(&segment).unwrap().len(), whole.len() + 100, "nor does a start that is refused");
    let venue = Venue::start_at(config(), START + 61_000, START + 61_500).await.unwrap();
    let mended = &venue.exchange.recovery().unwrap().mended;
    assert!(mended[0].contains("100 bytes") && mended[0].contains("were cut off"), "{mended:?}");
    assert_eq!(venue.my("/user/trade_history").await.ok(), before);
    venue.exchange.shutdown().await;

    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = whole.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, &bytes).unwrap();
    let refused = Venue::start_at(config(), START + 61_000, START).await.err().unwrap().to_string();
    assert!(refused.contains("is damaged at byte ") && refused.contains("nothing was changed"), "{refused}");
    assert!(verify(dir.path()).is_err());
    assert_eq!(std::fs::read(&segment).unwrap(), bytes);
}

#[tokio::test]
async fn what_is_kept_does_not_grow_for_ever() {
    let dir = TempDir::new().unwrap();
    let venue = Venue::start_with(kept_in(dir.path(), OFTEN)).await;
    for _ in 0..400 {
        venue.pass_ms(200);
        venue.get("/price?symbol=BTC-PERP").await.ok();
    }
    venue.exchange.shutdown().await;
    let files = std::fs::read_dir(dir.path().join("journal")).unwrap().map(|entry| entry.unwrap());
    let logs = files.filter(|file| file.path().extension().is_some_and(|end| end == "log"));
    let bytes: u64 = logs.map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes < 8 * OFTEN.snapshot_bytes, "{bytes}");
    let verified = verify(dir.path()).unwrap();
    assert!(verified.from > 1 && verified.commands > 0, "{verified:?}");
}
