//! What is wrong with a request is named, with what to do about it, in the venue's shape.

use crate::venue;

use serde_json::{Value, json};
use venue::Venue;

fn order() -> Value {
    json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 55_000, "size": 100})
}

fn with(key: &str, value: Value) -> Value {
    let mut order = order();
    order[key] = value;
    order
}

fn without(key: &str) -> Value {
    let members = order().as_object().cloned().unwrap_or_default();
    members.into_iter().filter(|(name, _)| name != key).collect()
}

#[tokio::test]
async fn digits_that_a_decimal_does_not_hold_are_not_rounded_away() {
    let venue = Venue::start().await;
    for (field, number, code) in [
        ("price", "60000.123456789012345678901234567890", 302),
        ("price", "60000.00000000000000000000000000000001", 302),
        ("price", "5.500000000000000000000000000000001e4", 302),
        ("size", "100.00000000000000000000000000000001", 301),
    ] {
        let mut order = order();
        order[field] = json!("#");
        let body = order.to_string().replace("\"#\"", number);
        let answer = venue.signed("POST", "/order", body.as_bytes()).await;
        let (given, message) = answer.refused(400);
        assert_eq!(given, code, "{message}");
        assert!(message.contains(&format!("{field} has more digits than any market's tick")), "{message}");
    }
    let exact = order().to_string().replace("55000", "55000.00000000000000000000000000000000");
    assert_eq!(venue.signed("POST", "/order", exact.as_bytes()).await.one()["price"], 55_000);
}

#[tokio::test]
async fn what_a_body_says_where_none_is_read_is_not_passed_over() {
    let venue = Venue::start().await;
    let id = venue.post("/order", order()).await.one()["orderID"].clone();
    venue.post("/order", order()).await.one();
    let body = json!({"orderID": id}).to_string();
    for (method, target) in [("DELETE", "/order?symbol=BTC-PERP"), ("GET", "/user/open_orders")] {
        let (code, message) = venue.signed(method, target, body.as_bytes()).await.refused(400);
        assert_eq!((code, message.contains("send its members in the query")), (-2, true), "{message}");
    }
    let (_, message) = venue.signed("DELETE", "/order?symbol=BTC-PERP", b"orderID=1").await.refused(400);
    assert!(message.contains("body is not a JSON object"), "{message}");
    let open = venue.my("/user/open_orders").await.ok();
    assert_eq!(open.as_array().map(Vec::len), Some(2), "the cancel of one did not become a cancel of all");
    for empty in ["", " ", "{}"] {
        venue.signed("GET", "/user/open_orders", empty.as_bytes()).await.ok();
    }
    let target = "/futures/api/v2.3/funding_history";
    let asked = br#"{"symbol":"ETH-PERP","count":2}"#;
    let rates = venue.send("GET", target, &[], asked).await.ok();
    assert_eq!(rates, venue.get("/funding_history?symbol=ETH-PERP&count=2").await.ok());
    let (_, message) = venue.send("GET", &format!("{target}?count=2"), &[], asked).await.refused(400);
    assert!(message.contains("send its members in the query"), "{message}");
}

#[tokio::test]
async fn a_bad_order_is_refused_by_field() {
    let venue = Venue::start().await;
    for (order, code, message) in [
        (without("symbol"), -2, "symbol parameter is mandatory"),
        (without("side"), -2, "side parameter is mandatory"),
        (without("type"), -2, "type parameter is mandatory"),
        (without("size"), -2, "size parameter is mandatory"),
        (without("price"), -2, "price parameter is mandatory"),
        (
            with("symbol", json!("NOSUCH-PERP")),
            -7006,
            "Unsupported symbol: \"NOSUCH-PERP\" is not traded here, use BTC",
        ),
        (with("symbol", json!("btc-perp")), -7006, "use BTC-PERP"),
        (with("symbol", json!(7)), -2, "symbol must be text"),
        (with("side", json!("buy")), -2, "side \"buy\" is not spelt as LMEX spells it: use BUY"),
        (with("side", json!("LONG")), -2, "side \"LONG\" is not known: use BUY or SELL"),
        (with("type", json!("STOP")), -2, "type \"STOP\" is not known"),
        (with("type", json!("OCO")), -2, "triggerPrice parameter is mandatory"),
        (with("orderType", json!("LIMIT")), -2, "orderType is not a known parameter: use type"),
        (with("colour", json!("red")), -2, "colour is not a known parameter"),
        (with("size", json!(0.001)), 301, "size must be a whole number of contracts"),
        (with("size", json!("100")), -2, "size must be a number: send it without quotes"),
        (with("size", json!(0)), 301, "size 0 contracts is out of range: use 1 to 7500000"),
        (with("size", json!(-5)), 301, "size -5 contracts is out of range"),
        (with("size", json!(7_500_001)), 4_051, "order size cannot surpass 7500000 contracts"),
        (with("size", json!(1e300)), -2, "size must be a number"),
        (with("size", json!(9)), 301, "notional 4.95 is not above the minimum of 5 USDT"),
        (with("price", json!(55_000.05)), 302, "price 55000.05 is off the grid of 0.1: use 55000 or 55000.1"),
        (with("price", json!(0)), 302, "price 0 is out of range"),
        (with("price", json!(-1)), 302, "price -1 is out of range"),
        (with("price", json!("55000")), -2, "price must be a number"),
        (with("price", json!(99_000)), 33_001_003, "You can not BUY BTC higher than"),
        (with("time_in_force", json!("GTX")), -2, "time_in_force \"GTX\" is not known: use GTC"),
        (with("postOnly", json!("true")), -2, "postOnly must be true or false"),
        (with("reduceOnly", json!(true)), 33_199_120, "no active position"),
        (with("clOrderID", json!("has space")), -2, "clOrderID \"has space\" can't be used"),
        (
            with("positionMode", json!("HEDGE")),
            133,
            "Position mode invalid: the market is in positionMode ONE_WAY",
        ),
        (with("positionMode", json!("BOTH")), -2, "positionMode \"BOTH\" is not known"),
        (
            with("positionId", json!("BTC-PERP-USDT|LONG")),
            135,
            "positionId BTC-PERP-USDT|LONG is not a position",
        ),
        (with("positionId", json!("7")), 135, "positionId is not a position of this market"),
        (with("size", json!(7_000_000)), 12, "the risk limit allows 3000000; raise riskLimitLevel"),
    ] {
        let (given, text) = venue.post("/order", order.clone()).await.refused(400);
        assert!(given == code && text.contains(message), "{order}\n{given} {text}");
    }
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]), "nothing of it was done");
}

#[tokio::test]
async fn both_spellings_of_the_client_id_are_one_field() {
    let venue = Venue::start().await;
    let mut order = with("clOrderId", json!("a"));
    assert_eq!(venue.post("/order", order.clone()).await.one()["clOrderID"], "a");
    order["clOrderID"] = json!("b");
    assert!(venue.post("/order", order).await.refused(400).1.contains("clOrderID and clOrderId differ"));
}

#[tokio::test]
async fn a_bad_body_is_refused_as_a_whole() {
    let venue = Venue::start().await;
    for (body, message) in [
        ("", "body is missing"),
        ("[]", "body is not a JSON object"),
        ("{\"symbol\":", "body is not a JSON object"),
        ("{\"symbol\":\"BTC-PERP\",\"symbol\":\"ETH-PERP\"}", "symbol is given twice"),
        ("symbol=BTC-PERP", "body is not a JSON object"),
    ] {
        let (code, text) = venue.signed("POST", "/order", body.as_bytes()).await.refused(400);
        assert!(code == -2 && text.contains(message), "{body}: {text}");
    }
}

#[tokio::test]
async fn bad_amends_closes_and_settings_are_refused_by_field() {
    let venue = Venue::start().await;
    let id = venue.post("/order", order()).await.one()["orderID"].as_str().unwrap().to_owned();
    let amend = |kind: &str, key: &str, value: Value| {
        let mut body = json!({"symbol": "BTC-PERP", "orderID": id, "type": kind});
        body[key] = value;
        body
    };
    for (body, code, message) in [
        (
            json!({"symbol": "BTC-PERP", "type": "PRICE", "value": 1}),
            -2,
            "orderID or clOrderID parameter is mandatory",
        ),
        (json!({"symbol": "BTC-PERP", "orderID": "7", "type": "PRICE"}), -2, "orderID \"7\" is not a UUID"),
        (amend("PRICE", "orderPrice", json!(1)), -2, "value parameter is mandatory"),
        (amend("PRICE", "value", json!(55_000.05)), 302, "value 55000.05 is off the grid"),
        (amend("PRICE", "value", json!(55_000)), 400, "nothing to amend"),
        (amend("SIZE", "value", json!(1.5)), 301, "value must be a whole number of contracts"),
        (amend("SIZE", "value", json!(8_000_000)), 4_051, "cannot surpass"),
        (amend("ALL", "value", json!(1)), -2, "orderPrice, orderSize or triggerPrice parameter is mandatory"),
        (amend("TRIGGERPRICE", "value", json!(1)), 400, "triggerPrice of this order can't be amended"),
        (amend("BOTH", "value", json!(1)), -2, "type is not known: use PRICE, SIZE, TRIGGERPRICE or ALL"),
    ] {
        let (given, text) = venue.put("/order", body.clone()).await.refused(400);
        assert!(given == code && text.contains(message), "{body}\n{given} {text}");
    }
    for (path, body, code, message) in [
        ("/order/close_position", json!({"symbol": "BTC-PERP"}), -2, "type parameter is mandatory"),
        (
            "/order/close_position",
            json!({"symbol": "BTC-PERP", "type": "LIMIT"}),
            -2,
            "price parameter is mandatory",
        ),
        (
            "/order/close_position",
            json!({"symbol": "BTC-PERP", "type": "MARKET", "positionId": "BTC-PERP-USDT|LONG"}),
            135,
            "positionId is not a position here: the market is in positionMode ONE_WAY, use BTC-PERP-USDT",
        ),
        ("/order/cancelAllAfter", json!({"timeout": -1}), -2, "timeout must be 0 to"),
        ("/order/cancelAllAfter", json!({}), -2, "timeout parameter is mandatory"),
        ("/leverage", json!({"symbol": "BTC-PERP", "leverage": 2.5}), -2, "leverage must be a whole number"),
        ("/leverage", json!({"symbol": "BTC-PERP", "leverage": 5, "marginMode": "HALF"}), -2, "marginMode"),
    ] {
        let (given, text) = venue.post(path, body.clone()).await.refused(400);
        assert!(given == code && text.contains(message), "{path} {body}\n{given} {text}");
    }
}

#[tokio::test]
async fn bad_queries_are_refused_by_parameter() {
    let venue = Venue::start().await;
    for (target, code, message) in [
        ("/orderbook", -2, "symbol parameter is mandatory"),
        ("/orderbook?symbol=NOSUCH-PERP", -7006, "Unsupported symbol"),
        ("/orderbook?symbol=BTC-PERP&group=9", -2, "group must be 0 to 8, not 9"),
        ("/orderbook/L2?symbol=BTC-PERP&depth=0", -2, "depth must be 1 to"),
        (
            "/orderbook/L2?symbol=BTC-PERP&limit=5",
            -2,
            "limit is not a known parameter: known are symbol, depth",
        ),
        ("/trades?symbol=BTC-PERP&count=501", -2, "Can't support count more than 500"),
        ("/trades?symbol=BTC-PERP&count=0", -2, "count must be 1 to 500"),
        ("/trades?symbol=BTC-PERP&limit=5", -2, "limit is not a known parameter: use count"),
        ("/trades?symbol=BTC-PERP&startTime=1790000000", -2, "startTime must be in milliseconds"),
        ("/ohlcv?symbol=BTC-PERP", -2, "resolution parameter is mandatory"),
        ("/ohlcv?symbol=BTC-PERP&resolution=2", -2, "resolution 2 is not known: use 1, 5, 15"),
        (
            "/ohlcv?symbol=BTC-PERP&resolution=1h",
            -2,
            "use 1, 5, 15, 30, 60, 240, 360, 1440, 10080, 43200 (minutes); 1h is 60",
        ),
        ("/ohlcv?symbol=BTC-PERP&resolution=1H", -2, "; 1h is 60"),
        ("/ohlcv?symbol=BTC-PERP&resolution=6_0", -2, "resolution 6_0 is not known"),
        ("/ohlcv?symbol=BTC-PERP&resolution=", -2, "resolution parameter is mandatory"),
        ("/ohlcv?symbol=BTC-PERP&resolution=60.000000000000000000000000000001", -2, " is not known: use 1, "),
        ("/ohlcv?symbol=BTC-PERP&resolution=1&limit=5", -2, "limit is not a known parameter"),
        (
            "/ohlcv?symbol=BTC-PERP&resolution=1&start=1780000000000",
            400,
            "resolution too small for the requested time range. Records returned exceeds 300",
        ),
        ("/funding_history?count=5&from=1780000000000", -2, "count goes with neither from nor to"),
        ("/market_summary?listFullAttributes=yes", -2, "listFullAttributes must be true or false"),
        ("/price?symbol=%ff", -2, "query can't be read"),
        ("/price?symbol=BTC-PERP&symbol=ETH-PERP", -2, "symbol is given twice"),
    ] {
        let (given, text) = venue.get(target).await.refused(400);
        assert!(given == code && text.contains(message), "{target}\n{given} {text}");
    }
    for (target, message) in [
        ("/user/wallet?wallet=ISOLATED@NOSUCH-PERP-USDT", "wallet is not known here: use CROSS@"),
        ("/user/trade_history?count=1000", "Can't support count more than 500"),
        ("/leverage", "symbol parameter is mandatory"),
        ("/order", "orderID or clOrderID parameter is mandatory"),
    ] {
        assert!(venue.my(target).await.refused(400).1.contains(message), "{target}");
    }
}
