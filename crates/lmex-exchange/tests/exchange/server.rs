//! What holds for every path, and how an exchange starts and stops.

use crate::venue;

use std::net::SocketAddr;

use lmex_exchange::{ConnectionBounds, DeskGone, Exchange, ExchangeConfig, Source, StartError};
use lmex_types::Decimal;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tokio::net::TcpStream;
use venue::{SECRET, Venue};

#[tokio::test]
async fn every_endpoint_of_the_catalog_is_served() {
    let venue = Venue::start().await;
    for info in lmex_api::CATALOG {
        let target = info.path.strip_prefix("/api/v2.3").unwrap();
        let answer = venue.signed(info.method.as_str(), target, b"").await;
        assert!(matches!(answer.status, 200 | 400), "{} {}: {}", info.method, info.path, answer.text);
    }
}

#[tokio::test]
async fn what_is_not_served_says_so_in_the_venues_shape() {
    let venue = Venue::start().await;
    let list = "/openapi.json lists what is";
    for (method, path, next) in [
        ("POST", "/futures/api/v2.3/order/other", list),
        ("GET", "/futures/api/v2.3/user/other", list),
        ("GET", "/spot/api/v3.2/market_summary", list),
        ("GET", "/favicon.ico", list),
        (
            "GET",
            "/futures/api/v2.2/market_summary",
            "version 2.3 alone is, ask for /futures/api/v2.3/market_summary",
        ),
        ("GET", "/api/v2.1/user/wallet", "version 2.3 alone is, ask for /futures/api/v2.3/user/wallet"),
        ("POST", "/api/v2.3/order", "the API is below /futures, ask for /futures/api/v2.3/order"),
    ] {
        let (code, message) = venue.send(method, path, &[], b"").await.refused(404);
        let said = format!("{method} {path} is not served by the local exchange: {next}");
        assert_eq!((code, message), (-1, said));
    }
    let (_, message) = venue.send("PATCH", "/futures/api/v2.3/order", &[], b"").await.refused(405);
    assert!(message.contains("PATCH is not served for /futures/api/v2.3/order"), "{message}");
}

/// A fault of the program, here of whoever reads, ends the thread that carries out requests: it is said, not hidden.
#[tokio::test]
async fn an_exchange_that_has_failed_says_so() {
    let venue = Venue::start().await;
    assert_eq!(venue.exchange.failure(), None);
    let gone = venue.exchange.desk().read(|_| assert_eq!(1, 2, "a fault on purpose")).await.unwrap_err();
    assert!(matches!(&gone, DeskGone::Failed { why } if why.contains("fault of the program")), "{gone}");
    assert_eq!(venue.exchange.failure(), Some(gone));
    let (_, message) = venue.get("/price").await.refused(503);
    assert!(message.contains("the exchange has failed"), "{message}");
    venue.exchange.shutdown().await;
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_not_read() {
    let venue = Venue::start().await;
    let large = vec![b' '; 64 * 1_024 + 1];
    let (_, message) = venue.signed("POST", "/order", &large).await.refused(413);
    assert!(message.contains("larger than 65536 bytes"), "{message}");
    let (_, message) = venue.signed("POST", "/order", &large[1..]).await.refused(400);
    assert!(message.contains("body is missing"), "{message}");
}

#[tokio::test]
async fn a_visitor_is_told_what_this_is() {
    let venue = Venue::start().await;
    let answer = venue.send("GET", "/", &[], b"").await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains("content-type: text/plain"), "{}", answer.headers);
    let (rest, streams) = (venue.exchange.rest_url(), venue.exchange.ws_url());
    for expected in [
        "It is not LMEX",
        "Prices:   simulated, seed 7\n",
        &format!("{rest}/futures/api/v2.3/..."),
        &format!("{rest}/futures/api/v2.3/orderbook?symbol=BTC-PERP\n"),
        &format!("{streams}/ws/oss/futures"),
        &format!("{streams}/ws/futures"),
    ] {
        assert!(answer.text.contains(expected), "{expected}: {}", answer.text);
    }
    for line in answer.text.lines().filter(|line| line.starts_with("Look at:") || line.starts_with("   ")) {
        if let Some(target) = line.split(&rest).nth(1).and_then(|rest| rest.split(' ').next()) {
            venue.send("GET", target, &[], b"").await.ok();
        }
    }
}

/// Values that have broken parsers before, and ordinary ones.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let words = [
        "BTC-PERP",
        "BUY",
        "LIMIT",
        "MARKET",
        "OCO",
        "STOP",
        "TRIGGER",
        "HEDGE",
        "BTC-PERP-USDT|LONG",
        "markPrice",
        "IOC",
        "FOK",
        "PRICE",
        "SIZE",
        "TRIGGERPRICE",
        "ALL",
        "",
        "\u{0}",
        "😀",
        "-0",
    ];
    prop_oneof![
        prop::sample::select(words.to_vec()).prop_map(|word| json!(word)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        (0_i64..100_000).prop_map(|number| json!(number)),
        any::<bool>().prop_map(|flag| json!(flag)),
        Just(json!(null)),
        Just(json!([[]])),
        Just(json!({"a": {}})),
        "\\PC{0,20}".prop_map(|text| json!(text)),
    ]
}

fn object() -> impl Strategy<Value = serde_json::Value> {
    let keys = [
        "symbol",
        "side",
        "type",
        "size",
        "price",
        "value",
        "orderID",
        "clOrderID",
        "orderPrice",
        "orderSize",
        "time_in_force",
        "postOnly",
        "reduceOnly",
        "timeout",
        "leverage",
        "positionMode",
        "positionId",
        "txType",
        "trigger",
        "triggerPrice",
        "stopPrice",
        "trailValue",
        "takeProfitPrice",
        "stopLossPrice",
        "deviation",
        "stealth",
        "resolution",
        "start",
        "end",
        "depth",
        "group",
        "count",
        "from",
        "to",
        "wallet",
        "beforeSerialId",
        "other",
    ];
    prop::collection::btree_map(prop::sample::select(keys.to_vec()), value(), 0..10).prop_map(|map| {
        // Half of what is made should get past the first check.
        let defaults = [("symbol", json!("BTC-PERP")), ("side", json!("BUY")), ("type", json!("LIMIT"))];
        let members = defaults.into_iter().chain(map).map(|(key, value)| (key.to_owned(), value));
        serde_json::Value::Object(members.collect())
    })
}

#[tokio::test]
async fn nothing_that_is_sent_makes_the_server_fail() {
    let venue = Venue::start().await;
    let endpoints: Vec<_> = lmex_api::CATALOG
        .iter()
        .map(|info| (info.method.as_str(), info.path.strip_prefix("/api/v2.3").unwrap()))
        .chain([("POST", "/leverage"), ("POST", "/position_mode"), ("POST", "/order/cancelAllAfter")])
        .collect();
    let mut runner = TestRunner::deterministic();
    for round in 0..400 {
        let sent = object().new_tree(&mut runner).unwrap().current();
        let (method, path) = endpoints[round % endpoints.len()];
        let answer = match method {
            "POST" | "PUT" => venue.signed(method, path, sent.to_string().as_bytes()).await,
            _ => {
                let pairs = sent.as_object().unwrap().iter();
                let encode = |value: &serde_json::Value| -> String {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
                };
                let query: Vec<_> = pairs.map(|(key, value)| format!("{key}={}", encode(value))).collect();
                venue.signed(method, &format!("{path}?{}", query.join("&")), b"").await
            }
        };
        assert!(
            matches!(answer.status, 200 | 400),
            "{method} {path} {sent}: {} {}",
            answer.status,
            answer.text
        );
        assert!(!answer.text.contains(SECRET));
    }
    venue.my("/user/wallet").await.ok();
}

#[tokio::test]
async fn the_same_seed_at_the_same_time_is_the_same_exchange() {
    let (one, other) = (Venue::start().await, Venue::start().await);
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 20});
    for venue in [&one, &other] {
        venue.pass_ms(60_000);
        venue.post("/order", order.clone()).await.one();
    }
    for target in
        ["/orderbook/L2?symbol=BTC-PERP", "/trades?symbol=BTC-PERP", "/ohlcv?symbol=BTC-PERP&resolution=1"]
    {
        assert_eq!(one.get(target).await.ok(), other.get(target).await.ok(), "{target}");
    }
    let fills = one.my("/user/trade_history").await.ok();
    assert_eq!(fills, other.my("/user/trade_history").await.ok(), "ids too");
}

#[tokio::test]
async fn a_stopped_exchange_leaves_its_port() {
    let venue = Venue::start().await;
    let address: SocketAddr = venue.exchange.rest_url().strip_prefix("http://").unwrap().parse().unwrap();
    let idle = TcpStream::connect(address).await.unwrap();
    let desk = venue.exchange.desk().clone();
    venue.exchange.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());
    assert!(desk.read(|_| ()).await.is_err(), "the desk is gone, even for who holds on to it");
    drop(idle);
}

#[tokio::test]
async fn what_can_not_start_says_what_to_do() {
    let start = async |config: ExchangeConfig| Exchange::start(config).await.unwrap_err().to_string();
    let config =
        || ExchangeConfig { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..ExchangeConfig::default() };
    let everyone = ExchangeConfig { listen: SocketAddr::from(([0, 0, 0, 0], 9_090)), ..config() };
    assert!(matches!(Exchange::start(everyone.clone()).await, Err(StartError::NotLoopback(_))));
    assert!(start(everyone).await.contains("use 127.0.0.1:9090"));
    let poor = ExchangeConfig { balance: Decimal::ZERO, ..config() };
    assert!(start(poor).await.starts_with("balance can't be used: amount 0"), "a balance of nothing");
    let connections = ConnectionBounds { most: 0, ..ConnectionBounds::default() };
    let closed = ExchangeConfig { connections, ..config() };
    assert!(start(closed).await.contains("connections.most must be above zero"));
    let window = ExchangeConfig { nonce_window_ms: 0, ..config() };
    assert!(start(window).await.contains("nonce_window_ms must be above zero"));
    let key = ExchangeConfig { api_key: Some("two words".into()), ..config() };
    assert!(start(key).await.contains("api_key must be"));
    let source = Source::Replay { path: "no-such-file.parquet".into(), speed: Decimal::ONE };
    assert!(start(ExchangeConfig { source, ..config() }).await.contains("no-such-file.parquet"));
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = holder.local_addr().unwrap();
    let error = Exchange::start(ExchangeConfig { listen, ..ExchangeConfig::default() })
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains(&listen.to_string()) && error.contains("use another port"), "{error}");
}

#[tokio::test]
async fn keys_are_random_unless_given_and_never_shown_by_debug() {
    let config =
        || ExchangeConfig { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..ExchangeConfig::default() };
    let (one, other) = (Exchange::start(config()).await.unwrap(), Exchange::start(config()).await.unwrap());
    assert_ne!(one.api_key(), other.api_key());
    assert_ne!(one.api_secret(), other.api_secret());
    assert_eq!(one.market_source(), "simulated, seed 1");
    assert!(!format!("{one:?}").contains(one.api_secret()));
    let venue = Venue::start().await;
    assert!(!format!("{:?}", venue.exchange).contains(SECRET));
}
