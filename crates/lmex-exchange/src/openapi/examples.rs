//! A request for each endpoint, to begin with.

use lmex_api::{EndpointInfo, Method};
use serde_json::{Value, json};

/// A body that is carried out: of the endpoints about an order where that of `POST /order` was sent before, of those about
/// a position where there is a long one. `None` for what has no body.
pub(super) fn body(info: &EndpointInfo) -> Option<Value> {
    let path = info.path.strip_prefix("/api/v2.3").unwrap_or(info.path);
    Some(match (info.method, path) {
        (Method::Put, "/order") => {
            json!({"symbol": "BTC-PERP", "clOrderID": "mine", "type": "PRICE", "value": 70_100})
        }
        (Method::Post, "/order") => json!({
            "symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "size": 100, "price": 70_000, "clOrderID": "mine",
        }),
        (_, "/order/peg") => json!({
            "symbol": "BTC-PERP", "side": "BUY", "size": 100, "price": 80_000, "deviation": -5, "stealth": 50,
        }),
        (_, "/order/cancelAllAfter") => json!({"timeout": 60_000}),
        (_, "/order/bind/tpsl") => {
            json!({"symbol": "BTC-PERP", "side": "SELL", "takeProfitPrice": 90_000, "stopLossPrice": 60_000})
        }
        (_, "/order/close_position") => json!({"symbol": "BTC-PERP", "type": "MARKET"}),
        (Method::Post, "/risk_limit") => json!({"symbol": "BTC-PERP", "riskLimitLevel": 2}),
        (Method::Post, "/leverage") => json!({"symbol": "BTC-PERP", "leverage": 10, "marginMode": "CROSS"}),
        (Method::Post, "/position_mode") => json!({"symbol": "ETH-PERP", "positionMode": "HEDGE"}),
        (_, "/settle_in") => json!({"symbol": "BTC-PERP", "currency": "USDT"}),
        (_, "/user/wallet/transfer") => transfer(&json!({})),
        (_, "/subaccount/wallet/transfer") => transfer(&json!({"fromUser": "demo", "receiver": "other"})),
        _ => return None,
    })
}

fn transfer(more: &Value) -> Value {
    let mut way = json!({
        "walletSrcType": "CROSS", "walletDestType": "SPOT", "apiWallets": [{"currency": "USDT", "balance": 1}],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        way[name] = value.clone();
    }
    way
}
