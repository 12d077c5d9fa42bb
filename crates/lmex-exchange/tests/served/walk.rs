//! A walk through every endpoint that leaves none of them empty-handed.

use serde_json::{Value, json};

use crate::venue::Venue;

/// One call and what came back.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    /// Without version and query.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Calls every endpoint at least once with success; answers are kept.
pub(crate) async fn walk(venue: &Venue) -> Vec<Call> {
    let mut calls = Vec::new();
    for (method, target, body) in trading() {
        calls.push(call(venue, method, target, body).await);
    }
    let open =
        serde_json::from_str::<Value>(&call(venue, "GET", "/user/open_orders", Value::Null).await.text);
    for order in open.unwrap().as_array().unwrap() {
        let target = format!("/order?orderID={}", order["orderID"].as_str().unwrap());
        calls.push(call(venue, "GET", &target, Value::Null).await);
    }
    for target in READS {
        calls.push(call(venue, "GET", target, Value::Null).await);
    }
    for (method, target, body) in ending() {
        calls.push(call(venue, method, target, body).await);
    }
    calls
}

async fn call(venue: &Venue, method: &'static str, target: &str, body: Value) -> Call {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = venue.signed(method, target, body.as_bytes()).await;
    assert_eq!(answer.status, 200, "{method} {target} {body}: {}", answer.text);
    Call { method, path: target.split('?').next().unwrap().to_owned(), text: answer.text }
}

const READS: &[&str] = &[
    "/market_summary",
    "/market_summary?symbol=BTC-PERP&listFullAttributes=true",
    "/price",
    "/orderbook?symbol=BTC-PERP&group=2",
    "/orderbook/L2?symbol=BTC-PERP&depth=5",
    "/trades?symbol=BTC-PERP",
    "/ohlcv?symbol=BTC-PERP&resolution=60",
    "/funding_history?symbol=BTC-PERP&count=3",
    "/market/risk_limit?symbol=BTC-PERP",
    "/user/open_orders",
    "/user/trade_history",
    "/user/positions",
    "/user/fees",
    "/user/wallet",
    "/user/wallet_history",
    "/user/margin?symbol=BTC-PERP",
    "/user/unifiedWallet/margin?symbol=BTC-PERP",
    "/user/margin_setting",
    "/risk_limit?symbol=BTC-PERP",
    "/leverage?symbol=BTC-PERP",
    "/leverage?symbol=AAPL-PERP",
    "/position_mode",
];

type Step = (&'static str, &'static str, Value);

fn order(members: Value) -> Value {
    crate::venue::with(json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "size": 100}), members)
}

fn trading() -> Vec<Step> {
    let moved = |more: Value| {
        let plain = json!({"walletSrcType": "CROSS", "walletDestType": "SPOT",
                           "apiWallets": [{"currency": "USDT", "balance": 10}]});
        crate::venue::with(plain, more)
    };
    vec![
        ("POST", "/position_mode", json!({"symbol": "AAPL-PERP", "positionMode": "HEDGE"})),
        ("POST", "/leverage", json!({"symbol": "ETH-PERP", "leverage": 5})),
        ("POST", "/risk_limit", json!({"symbol": "ETH-PERP", "riskLimitLevel": 2})),
        ("POST", "/order", order(json!({"type": "MARKET"}))),
        ("POST", "/order", json!({"symbol": "ETH-PERP", "side": "SELL", "type": "MARKET", "size": 100})),
        (
            "POST",
            "/order",
            order(
                json!({"price": 70_000, "clOrderID": "mine", "takeProfitPrice": 90_000, "stopLossPrice": 60_000}),
            ),
        ),
        (
            "POST",
            "/order",
            order(json!({"type": "OCO", "price": 71_000, "triggerPrice": 83_000, "stopPrice": 83_100})),
        ),
        ("POST", "/order", order(json!({"txType": "STOP", "price": 80_000, "triggerPrice": 79_900}))),
        (
            "POST",
            "/order/peg",
            json!({"symbol": "BTC-PERP", "side": "BUY", "size": 100, "price": 75_000, "deviation": -5, "stealth": 50}),
        ),
        (
            "POST",
            "/order/bind/tpsl",
            json!({"symbol": "BTC-PERP", "side": "SELL", "takeProfitPrice": 90_000, "stopLossPrice": 60_000}),
        ),
        (
            "PUT",
            "/order",
            json!({"symbol": "BTC-PERP", "clOrderID": "mine", "type": "PRICE", "value": 70_100}),
        ),
        ("POST", "/user/wallet/transfer", moved(json!({}))),
        ("POST", "/user/wallet/transfer", moved(json!({}))),
        ("POST", "/subaccount/wallet/transfer", moved(json!({"fromUser": "demo", "receiver": "other"}))),
        ("POST", "/settle_in", json!({"symbol": "BTC-PERP", "currency": "USDT"})),
    ]
}

fn ending() -> Vec<Step> {
    vec![
        ("DELETE", "/order?symbol=BTC-PERP&clOrderID=mine", Value::Null),
        ("DELETE", "/order?symbol=BTC-PERP", Value::Null),
        ("POST", "/order/close_position", json!({"symbol": "BTC-PERP", "type": "MARKET"})),
        ("POST", "/order/cancelAllAfter", json!({"timeout": 0})),
    ]
}
