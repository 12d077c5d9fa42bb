//! Every endpoint that the API crate knows has a verb, and the verb asks that endpoint.

use lmex_api::CATALOG;

use crate::support::{KEY, SECRET, Venue};

/// Method, path, and a command that asks it.
const VERBS: [(&str, &str, &str); 17] = [
    ("GET", "/api/v2.3/market_summary", "markets"),
    ("GET", "/api/v2.3/ohlcv", "candles BTC-PERP"),
    ("GET", "/api/v2.3/price", "price BTC-PERP"),
    ("GET", "/api/v2.3/orderbook", "api GET /api/v2.3/orderbook --query symbol=BTC-PERP --public"),
    ("GET", "/api/v2.3/orderbook/L2", "book BTC-PERP"),
    ("GET", "/api/v2.3/trades", "trades BTC-PERP"),
    ("GET", "/api/v2.3/funding_history", "funding BTC-PERP"),
    ("POST", "/api/v2.3/order", "buy BTC-PERP 100ct --limit 50000 --client-id mine"),
    ("GET", "/api/v2.3/order", "order mine"),
    ("PUT", "/api/v2.3/order", "amend mine --limit 50001"),
    ("DELETE", "/api/v2.3/order", "cancel mine"),
    ("POST", "/api/v2.3/order/close_position", "close BTC-PERP"),
    ("GET", "/api/v2.3/user/open_orders", "orders"),
    ("GET", "/api/v2.3/user/trade_history", "fills"),
    ("GET", "/api/v2.3/user/positions", "positions"),
    ("GET", "/api/v2.3/user/fees", "fees"),
    ("GET", "/api/v2.3/user/wallet", "balance"),
];

#[test]
fn every_endpoint_has_a_verb_that_asks_it() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --market").ok();
    for info in CATALOG {
        let verb =
            VERBS.iter().find(|(method, path, _)| *method == info.method.as_str() && *path == info.path);
        let Some((method, path, line)) = verb else { panic!("{} {} has no verb", info.method, info.path) };
        let ran = venue.lmex(&format!("{line} -v")).ok();
        // The log names what was sent.
        let asked = ran.err.lines().any(|line| {
            let line = line.replace('"', "");
            line.contains(&format!("method={method} path={path} status=200"))
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
