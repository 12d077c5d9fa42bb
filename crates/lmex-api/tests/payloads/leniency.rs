//! Lenient where we listen: every payload is turned into the other spellings it may come in, and reads the same.

use http::HeaderMap;
use lmex_api::futures::OpenOrders;
use lmex_api::{CATALOG, EndpointInfo, OrderKind, Status, answer};

use crate::coverage;
use crate::json::Json;
use crate::orders::create;
use crate::payload::Payload;

/// Payload, its text, and what is written after reading it.
fn each(mut prove: impl FnMut(&Payload, &Json, &Json)) {
    for payload in coverage::payloads() {
        let Some(text) = payload.text() else { return };
        let plain = payload.again(&text).unwrap_or_else(|error| panic!("{}: {error}", payload.file));
        prove(&payload, &Json::read(&text), &Json::read(&plain));
    }
}

/// Another spelling of the payload means the same.
fn assert_same(payload: &Payload, spelling: &Json, plain: &Json) {
    let again = payload.again(&spelling.to_string());
    let again = again.unwrap_or_else(|error| panic!("{}: {error}", payload.file));
    assert_eq!(plain.differences(&Json::read(&again), false), [], "{}", payload.file);
}

#[test]
fn numbers_may_come_as_text() {
    each(|payload, recorded, plain| assert_same(payload, &recorded.with_numbers_as_text(), plain));
}

#[test]
fn fields_that_nobody_has_heard_of_are_passed_over() {
    each(|payload, recorded, plain| assert_same(payload, &recorded.with_unknown_fields(), plain));
}

#[test]
fn fields_may_come_in_any_order() {
    each(|payload, recorded, plain| {
        let reversed = recorded.row_fields().iter().rev().fold(recorded.clone(), |json, name| {
            let value = first_row_field(recorded, name);
            json.with_row_field(name, Some(value))
        });
        assert_same(payload, &reversed, plain);
    });
}

fn first_row_field(json: &Json, name: &str) -> Json {
    json.row().and_then(|row| row.field(name)).cloned().unwrap()
}

/// Endpoints whose answer is a list in one document and a lone object in another, or might as well be.
const ONE_OR_MANY: &[&str] = &[
    "GET /market_summary",
    "GET /price",
    "POST /order",
    "POST /order/peg",
    "PUT /order",
    "DELETE /order",
    "POST /order/close_position",
    "POST /order/bind/tpsl",
    "GET /leverage",
    "GET /position_mode",
    "GET /user/fees",
    "GET /user/margin_setting",
    "GET /user/wallet",
    "GET /user/wallet_history",
    "GET /user/margin",
    "POST /user/wallet/transfer",
];

#[test]
fn a_lone_object_is_a_list_of_one() {
    each(|payload, recorded, plain| {
        if !ONE_OR_MANY.contains(&short_name(&payload.info).as_str()) {
            return;
        }
        match recorded {
            Json::List(rows) if rows.len() == 1 => assert_same(payload, &rows[0], plain),
            Json::Object(_) => assert_same(payload, &Json::List(vec![recorded.clone()]), plain),
            _ => {}
        }
    });
}

#[test]
fn a_list_may_be_empty() {
    for payload in coverage::payloads() {
        let Some(text) = payload.text() else { return };
        if matches!(Json::read(&text), Json::List(_)) {
            assert_eq!(payload.again("[]").unwrap(), "[]", "{}", payload.file);
        }
    }
}

/// The fields that an endpoint can't do without. Those in the second list must have a value; those in the first may be
/// `null` or empty, which counts as zero or as no text. All others may be missing, too.
const INSISTED_ON: &[(&str, &[&str], &[&str])] = &[
    ("GET /market_summary", &[], &["symbol"]),
    ("GET /ohlcv", &[], &[]),
    ("GET /price", &[], &["symbol"]),
    ("GET /orderbook", &["timestamp"], &["symbol"]),
    ("GET /orderbook/L2", &["timestamp"], &["symbol"]),
    ("GET /trades", &["price", "serialId", "size", "timestamp"], &["side", "symbol"]),
    ("GET /funding_history", &["rate", "time"], &["symbol"]),
    ("GET /market/risk_limit", &[], &[]),
    ("POST /order", &[], &["orderType", "side", "status", "symbol"]),
    ("POST /order/peg", &[], &["orderType", "side", "status", "symbol"]),
    ("GET /order", &["orderID", "timestamp"], &["orderType", "side", "status", "symbol"]),
    ("PUT /order", &[], &["orderType", "side", "status", "symbol"]),
    ("DELETE /order", &[], &["orderType", "side", "status", "symbol"]),
    ("POST /order/cancelAllAfter", &[], &[]),
    ("GET /user/open_orders", &["orderID", "timestamp"], &["orderType", "side", "symbol"]),
    (
        "GET /user/trade_history",
        &["filledPrice", "filledSize", "serialId", "timestamp"],
        &["orderType", "side", "symbol"],
    ),
    ("GET /user/positions", &[], &["side", "symbol"]),
    ("POST /order/close_position", &[], &["orderType", "side", "status", "symbol"]),
    ("GET /risk_limit", &["riskLimit"], &["symbol"]),
    ("POST /risk_limit", &[], &["symbol"]),
    ("POST /leverage", &[], &["symbol"]),
    ("GET /leverage", &["leverage"], &["symbol"]),
    ("POST /settle_in", &[], &[]),
    ("GET /user/fees", &["makerFee", "takerFee"], &["symbol"]),
    ("POST /order/bind/tpsl", &[], &["orderType", "side", "status", "symbol"]),
    ("GET /position_mode", &["positionMode"], &["symbol"]),
    ("POST /position_mode", &[], &["symbol"]),
    ("GET /user/margin_setting", &["initialMarginPercentage", "maintenanceMarginPercentage"], &["symbol"]),
    ("GET /user/wallet", &["wallet"], &[]),
    ("GET /user/wallet_history", &["amount", "timestamp"], &[]),
    ("GET /user/unifiedWallet/margin", &["walletTotalValue"], &[]),
    ("GET /user/margin", &["wallet"], &[]),
    ("POST /user/wallet/transfer", &["wallet"], &[]),
    ("POST /subaccount/wallet/transfer", &[], &[]),
];

#[test]
fn what_is_not_insisted_on_may_be_missing_or_empty() {
    let names: Vec<_> = CATALOG.iter().map(short_name).collect();
    assert_eq!(names, INSISTED_ON.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    each(|payload, recorded, _| {
        let name = short_name(&payload.info);
        let (_, there, with_value) = INSISTED_ON.iter().find(|(endpoint, ..)| *endpoint == name).unwrap();
        for field in recorded.row_fields() {
            let refuses = |value| payload.again(&recorded.with_row_field(&field, value).to_string()).is_err();
            let field_name = field.as_str();
            let needs_value = with_value.contains(&field_name);
            let place = format!("{}: {field}", payload.file);
            assert_eq!(refuses(None), needs_value || there.contains(&field_name), "{place} is missing");
            assert_eq!(refuses(Some(Json::Null)), needs_value, "{place} is null");
            if matches!(first_row_field(recorded, &field), Json::Number(_) | Json::Text(_)) {
                assert_eq!(refuses(Some(Json::Text(String::new()))), needs_value, "{place} is empty");
            }
        }
    });
}

fn short_name(info: &EndpointInfo) -> String {
    format!("{} {}", info.method, info.path.trim_start_matches("/api/v2.3"))
}

#[test]
fn codes_that_nobody_has_heard_of_are_kept() {
    let body = br#"[{"status":4711,"symbol":"BTC-PERP","orderType":99,"side":"BUY"}]"#;
    let orders = answer(&create(), 200, &HeaderMap::new(), body).unwrap();
    assert_eq!((orders[0].status, orders[0].order_type), (Status(4711), OrderKind(99)));
    let written = serde_json::to_string(&orders).unwrap();
    assert_eq!(Json::read(&written).row().unwrap().field("status"), Some(&Json::Number(4711.into())));
    let text = r#"[{"orderType":"76","price":"0.01","side":"buy","timestamp":"1786594634885","orderID":"x","symbol":"BTC-PERP","orderState":"STATUS_SLEEPING"}]"#;
    let open = answer(&OpenOrders::default(), 200, &HeaderMap::new(), text.as_bytes()).unwrap();
    assert_eq!((open[0].order_type, open[0].order_state.as_str()), (OrderKind::LIMIT, "STATUS_SLEEPING"));
}
