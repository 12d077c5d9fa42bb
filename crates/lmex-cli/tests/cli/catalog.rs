//! Every endpoint that the API crate knows has a verb, and the verb asks that endpoint.

use lmex_api::CATALOG;

use crate::support::{KEY, SECRET, Venue};

/// Method, path, and a command that asks it. They are run in the order of the catalog, one after the other.
pub(crate) const VERBS: [(&str, &str, &str); 34] = [
    ("GET", "/api/v2.3/market_summary", "markets"),
    ("GET", "/api/v2.3/ohlcv", "candles BTC-PERP"),
    ("GET", "/api/v2.3/price", "price BTC-PERP"),
    ("GET", "/api/v2.3/orderbook", "api GET /api/v2.3/orderbook --query symbol=BTC-PERP --public"),
    ("GET", "/api/v2.3/orderbook/L2", "book BTC-PERP"),
    ("GET", "/api/v2.3/trades", "trades BTC-PERP"),
    ("GET", "/api/v2.3/funding_history", "funding BTC-PERP"),
    (
        "GET",
        "/api/v2.3/market/risk_limit",
        "api GET /api/v2.3/market/risk_limit --query symbol=BTC-PERP --public",
    ),
    ("POST", "/api/v2.3/order", "buy BTC-PERP 100ct --limit 50000 --client-id mine"),
    (
        "POST",
        "/api/v2.3/order/peg",
        concat!(
            "api POST /api/v2.3/order/peg --body ",
            r#"{"symbol":"BTC-PERP","side":"BUY","size":100,"price":50000}"#
        ),
    ),
    ("GET", "/api/v2.3/order", "order mine"),
    ("PUT", "/api/v2.3/order", "amend mine --limit 50001"),
    ("DELETE", "/api/v2.3/order", "cancel mine"),
    (
        "POST",
        "/api/v2.3/order/cancelAllAfter",
        concat!("api POST /api/v2.3/order/cancelAllAfter --body ", r#"{"timeout":60000}"#),
    ),
    ("GET", "/api/v2.3/user/open_orders", "orders"),
    ("GET", "/api/v2.3/user/trade_history", "fills"),
    ("GET", "/api/v2.3/user/positions", "positions"),
    ("POST", "/api/v2.3/order/close_position", "close BTC-PERP"),
    ("GET", "/api/v2.3/risk_limit", "api GET /api/v2.3/risk_limit --query symbol=BTC-PERP"),
    (
        "POST",
        "/api/v2.3/risk_limit",
        concat!("api POST /api/v2.3/risk_limit --body ", r#"{"symbol":"BTC-PERP","riskLimitLevel":1}"#),
    ),
    (
        "POST",
        "/api/v2.3/leverage",
        concat!("api POST /api/v2.3/leverage --body ", r#"{"symbol":"BTC-PERP","leverage":20}"#),
    ),
    ("GET", "/api/v2.3/leverage", "api GET /api/v2.3/leverage --query symbol=BTC-PERP"),
    (
        "POST",
        "/api/v2.3/settle_in",
        concat!("api POST /api/v2.3/settle_in --body ", r#"{"symbol":"BTC-PERP","currency":"USDT"}"#),
    ),
    ("GET", "/api/v2.3/user/fees", "fees"),
    (
        "POST",
        "/api/v2.3/order/bind/tpsl",
        concat!("api POST /api/v2.3/order/bind/tpsl --body ", r#"{"symbol":"ETH-PERP","stopLossPrice":100}"#),
    ),
    ("GET", "/api/v2.3/position_mode", "api GET /api/v2.3/position_mode --query symbol=BTC-PERP"),
    (
        "POST",
        "/api/v2.3/position_mode",
        concat!(
            "api POST /api/v2.3/position_mode --body ",
            r#"{"symbol":"AAPL-PERP","positionMode":"HEDGE"}"#
        ),
    ),
    ("GET", "/api/v2.3/user/margin_setting", "api GET /api/v2.3/user/margin_setting --query symbol=BTC-PERP"),
    ("GET", "/api/v2.3/user/wallet", "balance"),
    ("GET", "/api/v2.3/user/wallet_history", "api GET /api/v2.3/user/wallet_history --query count=10"),
    (
        "GET",
        "/api/v2.3/user/unifiedWallet/margin",
        "api GET /api/v2.3/user/unifiedWallet/margin --query symbol=BTC-PERP",
    ),
    ("GET", "/api/v2.3/user/margin", "api GET /api/v2.3/user/margin --query symbol=BTC-PERP"),
    (
        "POST",
        "/api/v2.3/user/wallet/transfer",
        concat!(
            "api POST /api/v2.3/user/wallet/transfer --body ",
            r#"{"walletSrcType":"CROSS","walletDestType":"SPOT","apiWallets":[{"currency":"USDT","balance":1}]}"#
        ),
    ),
    (
        "POST",
        "/api/v2.3/subaccount/wallet/transfer",
        concat!(
            "api POST /api/v2.3/subaccount/wallet/transfer --body ",
            r#"{"walletSrcType":"CROSS","walletDestType":"CROSS","fromUser":"demo","receiver":"friend","apiWallets":[{"currency":"USDT","balance":1}]}"#
        ),
    ),
];

#[test]
fn every_endpoint_has_a_verb_that_asks_it() {
    let venue = Venue::start();
    for market in ["BTC-PERP", "ETH-PERP"] {
        venue.lmex(&format!("buy {market} 100ct --market")).ok();
    }
    for info in CATALOG {
        let verb =
            VERBS.iter().find(|(method, path, _)| *method == info.method.as_str() && *path == info.path);
        let Some((method, path, line)) = verb else { panic!("{} {} has no verb", info.method, info.path) };
        let ran = venue.lmex(&format!("{line} -v")).ok();
        // The log names what was sent.
        let asked = ran.err.lines().any(|line| {
            let line = line.replace('"', "");
            line.contains(&format!("method={method} path={path} ")) && line.contains(" status=200 ")
        });
        assert!(asked, "lmex {line} does not ask {method} {path}\n{}", ran.err);
    }
    assert_eq!(VERBS.len(), CATALOG.len(), "a verb for an endpoint that is gone");
}

#[test]
fn the_sdk_s_every_request_can_be_made_by_hand() {
    let venue = Venue::start();
    let url = venue.handle().rest_url();
    let variables = [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
    for info in CATALOG.iter().filter(|info| info.method == lmex_api::Method::Get) {
        if info.path == "/api/v2.3/order" {
            continue; // It needs an order; the other test has one.
        }
        let line = format!("api GET {} --query symbol=BTC-PERP --query resolution=60 --json", info.path);
        let ran = venue.place.lmex_with(&variables, &line);
        assert!(ran.err.contains("HTTP "), "lmex {line}: {}", ran.err);
    }
}
