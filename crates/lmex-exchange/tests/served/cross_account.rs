//! Two accounts: on no route and no topic does one see or touch what is the other's.

use lmex_api::{CATALOG, Permission};
use lmex_exchange::{AccountConfig, ExchangeConfig, KeyConfig, LimitsMode, Secret};
use lmex_types::Decimal;
use serde_json::{Value, json};

use crate::stream::Stream;
use crate::venue::{KEY, SECRET, Venue, with};
use crate::walk::walk;

pub(crate) const OTHER: (&str, &str) = ("other-key", "other-secret");
/// What only the first account has, so that it is found wherever it turns up.
const MARKS: [&str; 3] = ["mine", "\"demo\"", KEY];

/// A venue with an account beside the usual one.
pub(crate) async fn two_accounts() -> Venue {
    let keys = vec![KeyConfig::full(OTHER.0, Secret::new(OTHER.1))];
    let balance = Decimal::from(1_000);
    let accounts = vec![AccountConfig { name: "other".to_owned(), balance, fees: None, keys }];
    Venue::start_with(ExchangeConfig { limits: LimitsMode::Off, accounts, ..ExchangeConfig::default() }).await
}

/// Everything the account has that another could change: orders, positions, money, settings.
async fn belongings(venue: &Venue) -> Vec<Value> {
    let mut all = Vec::new();
    for target in [
        "/user/open_orders",
        "/user/positions",
        "/user/wallet",
        "/user/trade_history",
        "/user/wallet_history",
        "/leverage?symbol=BTC-PERP",
        "/risk_limit?symbol=BTC-PERP",
        "/position_mode",
        "/user/fees",
    ] {
        all.push(venue.my(target).await.ok());
    }
    all
}

/// Orders that wait, a position with exits, fills.
async fn trade(venue: &Venue) -> Vec<String> {
    let order =
        |more: Value| with(json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100}), more);
    venue.post("/order", order(json!({}))).await.ok();
    let mut ids = Vec::new();
    for more in [
        json!({"type": "LIMIT", "price": 70_000, "clOrderID": "mine"}),
        json!({"type": "LIMIT", "txType": "STOP", "price": 80_000, "triggerPrice": 79_900, "clOrderID": "mine-too"}),
    ] {
        ids.push(venue.post("/order", order(more)).await.one()["orderID"].as_str().unwrap().to_owned());
    }
    let exits =
        json!({"symbol": "BTC-PERP", "side": "SELL", "takeProfitPrice": 90_000, "stopLossPrice": 60_000});
    for exit in venue.post("/order/bind/tpsl", exits).await.ok().as_array().unwrap() {
        ids.push(exit["orderID"].as_str().unwrap().to_owned());
    }
    ids
}

#[tokio::test]
async fn nothing_of_one_account_is_in_the_answers_to_another() {
    let venue = two_accounts().await;
    let ids = trade(&venue).await;
    let before = belongings(&venue).await;
    let mut asked = Vec::new();
    for info in CATALOG.iter().filter(|info| info.permission != Permission::Public) {
        let target = info.path.strip_prefix("/api/v2.3").unwrap();
        for id in ids.iter().map(String::as_str).chain(["mine", "BTC-PERP-USDT"]) {
            for (query, body) in attempts(info.method.as_str(), target, id) {
                let target = format!("{target}{query}");
                let answer = venue.signed_by(OTHER, info.method.as_str(), &target, body.as_bytes()).await;
                let told = answer.text.replace(id, "").replace("BTC-PERP-USDT", "");
                for mark in ids.iter().map(String::as_str).chain(MARKS) {
                    assert!(!told.contains(mark), "{} {target} {body}: {}", info.method, answer.text);
                }
                asked.push(answer.status);
            }
        }
    }
    assert_eq!(belongings(&venue).await, before, "after {} requests of the other account", asked.len());
    assert!(asked.iter().all(|status| [200, 400].contains(status)), "{asked:?}");
}

/// Requests that would reach the order or the position, were it one's own.
fn attempts(method: &str, target: &str, id: &str) -> Vec<(String, String)> {
    let body = |members: Value| (String::new(), with(json!({"symbol": "BTC-PERP"}), members).to_string());
    match (method, target) {
        ("GET" | "DELETE", "/order" | "/user/open_orders" | "/user/trade_history") => {
            let symbol = if target == "/order" && method == "GET" { "" } else { "symbol=BTC-PERP&" };
            let name = if id.len() == 36 { "orderID" } else { "clOrderID" };
            let all =
                if symbol.is_empty() { vec![] } else { vec![("?symbol=BTC-PERP".to_owned(), String::new())] };
            [vec![(format!("?{symbol}{name}={id}"), String::new())], all].concat()
        }
        ("GET", "/user/wallet" | "/user/wallet_history" | "/user/margin_setting" | "/user/fees") => {
            vec![(String::new(), String::new())]
        }
        ("GET", _) => vec![("?symbol=BTC-PERP".to_owned(), String::new())],
        ("PUT", _) => vec![
            body(json!({"orderID": id, "type": "PRICE", "value": 71_000})),
            body(json!({"clOrderID": id, "type": "SIZE", "value": 50})),
        ],
        (_, "/order/close_position") => vec![body(json!({"type": "MARKET"}))],
        (_, "/order/cancelAllAfter") => vec![(String::new(), json!({"timeout": 0}).to_string())],
        (_, "/order/bind/tpsl") => vec![body(json!({"side": "SELL", "stopLossPrice": 50_000}))],
        (_, "/leverage") => {
            vec![body(json!({"leverage": 3, "marginMode": "CROSS", "positionId": "BTC-PERP-USDT"}))]
        }
        (_, "/risk_limit") => vec![body(json!({"riskLimitLevel": 2}))],
        (_, "/subaccount/wallet/transfer") => {
            let assets = json!([{"currency": "USDT", "allBalance": true}]);
            let way = json!({"walletSrcType": "CROSS", "walletDestType": "CROSS", "fromUser": "demo",
                             "receiver": "other", "apiWallets": assets});
            vec![(String::new(), way.to_string())]
        }
        (_, "/order") => {
            let order = json!({"side": "BUY", "type": "LIMIT", "price": 70_000, "size": 10});
            vec![body(order.clone()), body(with(order, json!({"reduceOnly": true, "positionId": id})))]
        }
        (_, "/order/peg") => {
            let peg = json!({"side": "BUY", "size": 100, "price": 75_000, "deviation": -5, "stealth": 50});
            vec![body(peg.clone()), body(with(peg, json!({"positionId": id})))]
        }
        (_, "/settle_in") => {
            vec![body(json!({"currency": "USDT"})), body(json!({"currency": "USDT", "positionId": id}))]
        }
        (_, "/position_mode") => vec![body(json!({"positionMode": "HEDGE"}))],
        (_, "/user/wallet/transfer") => {
            let assets = json!([{"currency": "USDT", "balance": 1}]);
            let own = json!({"walletSrcType": "CROSS", "walletDestType": "SPOT", "apiWallets": assets});
            let isolated = json!({"walletSrcType": "CROSS", "walletDestType": "ISOLATED",
                                  "walletDest": "ISOLATED@BTC-PERP-USDT", "apiWallets": assets});
            let out = json!({"walletSrcType": "ISOLATED", "walletSrc": "ISOLATED@BTC-PERP-USDT",
                             "walletDestType": "CROSS", "apiWallets": assets});
            [own, isolated, out].map(|way| (String::new(), way.to_string())).into()
        }
        _ => panic!("{method} {target} is tried with no request of its own: add one"),
    }
}

#[tokio::test]
async fn nothing_of_one_account_is_on_the_streams_of_another_or_of_nobody() {
    let venue = two_accounts().await;
    let mut owner = Stream::logged_in(&venue, (KEY, SECRET)).await;
    let mut other = Stream::logged_in(&venue, OTHER).await;
    let mut nobody = Stream::connect(&venue, "/ws/futures").await;
    let topics: Vec<_> = crate::conformance::private_topics().collect();
    for topic in &topics {
        for stream in [&mut owner, &mut other, &mut nobody] {
            assert!(stream.subscribe(topic).await, "{topic}");
        }
    }
    trade(&venue).await;
    venue.delete("/order?symbol=BTC-PERP").await.ok();
    venue.post("/order/close_position", json!({"symbol": "BTC-PERP", "type": "MARKET"})).await.ok();
    // The snapshots of open orders, which are empty, and positions of every five seconds, of which there are none.
    let has_rows = |message: &Value| {
        let data = &message["data"];
        data.as_array().or_else(|| data["data"].as_array()).is_some_and(|rows| !rows.is_empty())
    };
    let heard = owner.heard_so_far().await;
    for topic in topics.iter().filter(|topic| !topic.starts_with("allPosition")) {
        let told = heard.iter().filter(|message| message["topic"] == **topic).count();
        assert!(told > 0, "the owner hears of {topic}: {heard:?}");
    }
    for (who, stream) in [("another", &mut other), ("nobody", &mut nobody)] {
        for message in stream.heard_so_far().await {
            assert!(!has_rows(&message), "{who} hears {message}");
            let text = message.to_string();
            assert!(!text.contains("mine") && !text.contains("demo"), "{who} hears {text}");
        }
    }
}

#[tokio::test]
async fn what_the_other_does_changes_nothing_of_ones_own() {
    let venue = two_accounts().await;
    trade(&venue).await;
    let before = belongings(&venue).await;
    // The whole walk, as the other account would do it, but for the transfer out of the main account.
    let mine = walk_of_the_other(&venue).await;
    assert!(mine > 5);
    assert_eq!(belongings(&venue).await, before);
}

async fn walk_of_the_other(venue: &Venue) -> usize {
    let order = json!({"symbol": "BTC-PERP", "side": "SELL", "type": "LIMIT", "price": 79_000, "size": 10});
    let body = order.to_string();
    for target in ["/order", "/order"] {
        assert_eq!(venue.signed_by(OTHER, "POST", target, body.as_bytes()).await.status, 200);
    }
    let mut done = 2;
    for (method, target, body) in [
        ("DELETE", "/order?symbol=BTC-PERP", Value::Null),
        ("POST", "/order/cancelAllAfter", json!({"timeout": 1})),
        ("POST", "/leverage", json!({"symbol": "BTC-PERP", "leverage": 2})),
        ("POST", "/position_mode", json!({"symbol": "BTC-PERP", "positionMode": "HEDGE"})),
        ("POST", "/risk_limit", json!({"symbol": "BTC-PERP", "riskLimitLevel": 3})),
    ] {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = venue.signed_by(OTHER, method, target, body.as_bytes()).await;
        assert_eq!(answer.status, 200, "{method} {target}: {}", answer.text);
        done += 1;
    }
    done
}

#[tokio::test]
async fn the_walk_reaches_every_endpoint() {
    let venue = two_accounts().await;
    let calls = walk(&venue).await;
    for info in CATALOG {
        let path = info.path.strip_prefix("/api/v2.3").unwrap();
        assert!(
            calls.iter().any(|call| (call.method, call.path.as_str()) == (info.method.as_str(), path)),
            "{path}"
        );
    }
}
