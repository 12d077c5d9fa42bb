//! Several accounts, and keys that may not do everything.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use crate::venue;

use lmex_api::{CATALOG, EndpointInfo};
use lmex_exchange::{AccountConfig, ExchangeConfig, KeyConfig, LimitsMode, Permission, Secret};
use lmex_types::Decimal;
use serde_json::{Value, json};
use venue::{KEY, SECRET, Venue};

const OTHER: (&str, &str) = ("other-key", "other-secret");
const ALL: [Permission; 4] = [Permission::Read, Permission::Trade, Permission::Transfer, Permission::Wallet];

/// A second account with a key for everything, one for each permission alone, and one for all but each.
async fn venue() -> Venue {
    let mut keys = vec![KeyConfig::full(OTHER.0, Secret::new(OTHER.1))];
    for permission in ALL {
        let without = ALL.into_iter().filter(|other| *other != permission).collect();
        for (name, permissions) in [("only", vec![permission]), ("without", without)] {
            let key = format!("{name}-{permission:?}");
            keys.push(KeyConfig { key, secret: Secret::new(OTHER.1), permissions, is_random: false });
        }
    }
    let balance = Decimal::from(1_000);
    let other = AccountConfig { name: "other".to_owned(), balance, fees: None, keys };
    let accounts = vec![other];
    Venue::start_with(ExchangeConfig { limits: LimitsMode::Off, accounts, ..ExchangeConfig::default() }).await
}

fn private() -> impl Iterator<Item = &'static EndpointInfo> {
    CATALOG.iter().filter(|info| info.permission != Permission::Public)
}

fn target(info: &EndpointInfo) -> &'static str {
    info.path.strip_prefix("/api/v2.3").unwrap()
}

fn named(permission: Permission) -> &'static str {
    match permission {
        Permission::Trade => "Trading",
        Permission::Read => "Read",
        Permission::Transfer => "Transfer",
        Permission::Wallet => "Wallet",
        Permission::Public => "none",
    }
}

#[tokio::test]
async fn every_private_route_wants_its_own_permission_and_no_other() {
    let venue = venue().await;
    for info in private() {
        let (method, permission) = (info.method.as_str(), info.permission);
        let without = format!("without-{permission:?}");
        let refused = venue.signed_by((&without, OTHER.1), method, target(info), b"{}").await;
        let (code, message) = refused.refused(403);
        let missing = format!("needs a key with {} permission", named(permission));
        assert!(code == -1042 && message.contains(&missing), "{method} {}: {message}", info.path);
        let only = format!("only-{permission:?}");
        let taken = venue.signed_by((&only, OTHER.1), method, target(info), b"{}").await;
        assert!(![401, 403, 404, 405].contains(&taken.status), "{method} {}: {}", info.path, taken.text);
    }
}

#[tokio::test]
async fn no_private_route_believes_a_wrong_late_or_repeated_request() {
    let venue = venue().await;
    for info in private() {
        let method = info.method.as_str();
        let wrong = venue.signed_by((OTHER.0, "wrong"), method, target(info), b"{}").await;
        assert!(wrong.refused(401).1.contains("signature does not match"), "{method} {}", info.path);
        // One account's key with another's secret.
        let mixed = venue.signed_by((OTHER.0, SECRET), method, target(info), b"{}").await;
        assert_eq!(mixed.status, 401, "{method} {}", info.path);
        let late = (venue.now_ms() - 4_001).to_string();
        assert!(said(&venue, info, &late).await.refused(401).1.contains("from the server's time"));
        let nonce = venue.nonce();
        assert_ne!(said(&venue, info, &nonce).await.status, 401, "{method} {}", info.path);
        let again = said(&venue, info, &nonce).await;
        assert!(again.refused(401).1.contains("was used before"), "{method} {}", info.path);
    }
}

async fn said(venue: &Venue, info: &EndpointInfo, nonce: &str) -> venue::Answer {
    let signature = venue.signer.sign_request(info.path, nonce, b"{}");
    let headers = [("request-api", KEY), ("request-nonce", nonce), ("request-sign", signature.as_str())];
    venue.send(info.method.as_str(), &format!("/futures{}", info.path), &headers, b"{}").await
}

#[tokio::test]
async fn accounts_have_their_own_money_and_fees() {
    let venue = venue().await;
    let theirs = async |target: &str| venue.signed_by(OTHER, "GET", target, b"").await;
    assert_eq!(theirs("/user/wallet?wallet=CROSS@").await.one()["totalValue"], 1_000);
    assert_eq!(venue.my("/user/wallet?wallet=CROSS@").await.one()["totalValue"], 100_000);
    assert_eq!(theirs("/user/wallet_history").await.one()["username"], "other");
}

#[tokio::test]
async fn what_one_account_has_the_other_neither_sees_nor_touches() {
    let venue = venue().await;
    let market = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100});
    venue.post("/order", market).await.one();
    let limit = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 70_000, "size": 100, "clOrderID": "mine"});
    let order = venue.post("/order", limit).await.one();
    assert_eq!(order["status"], 2, "{order}");
    let id = order["orderID"].as_str().unwrap().to_owned();
    let theirs = async |method: &str, target: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        venue.signed_by(OTHER, method, target, body.as_bytes()).await
    };
    for target in
        ["/user/open_orders", "/user/positions", "/user/trade_history", "/user/positions?symbol=BTC-PERP"]
    {
        assert_eq!(theirs("GET", target, Value::Null).await.ok(), json!([]), "{target}");
    }
    for query in [format!("orderID={id}"), "clOrderID=mine".to_owned()] {
        let history = theirs("GET", &format!("/user/trade_history?{query}"), Value::Null).await;
        assert_eq!(history.ok(), json!([]), "{query}");
        let asked = theirs("GET", &format!("/order?{query}"), Value::Null).await;
        assert!(asked.refused(400).1.contains("Order not found"), "{query}");
        let cancelled = theirs("DELETE", &format!("/order?symbol=BTC-PERP&{query}"), Value::Null).await;
        assert!(!cancelled.text.contains(r#""status":6"#), "{}", cancelled.text);
    }
    theirs("DELETE", "/order?symbol=BTC-PERP", Value::Null).await;
    for (method, target, body) in [
        ("PUT", "/order", json!({"symbol": "BTC-PERP", "orderID": id, "type": "PRICE", "value": 71_000})),
        (
            "PUT",
            "/order",
            json!({"symbol": "BTC-PERP", "clOrderID": "mine", "type": "PRICE", "value": 71_000}),
        ),
        ("POST", "/order/close_position", json!({"symbol": "BTC-PERP", "type": "MARKET"})),
        ("POST", "/order/cancelAllAfter", json!({"timeout": 1})),
        ("POST", "/leverage", json!({"symbol": "BTC-PERP", "leverage": 3})),
        ("POST", "/position_mode", json!({"symbol": "BTC-PERP", "positionMode": "HEDGE"})),
    ] {
        theirs(method, target, body).await;
    }
    venue.pass_ms(1_000);
    let open = venue.my("/user/open_orders").await.one();
    assert_eq!((&open["orderID"], &open["price"]), (&json!(id), &json!(70_000)));
    assert_eq!(venue.my("/user/positions").await.one()["size"], 100);
    assert_eq!(venue.my("/leverage?symbol=BTC-PERP").await.one()["leverage"], 0);
    assert_eq!(venue.my("/position_mode?symbol=BTC-PERP").await.one()["positionMode"], "ONE_WAY");
}
