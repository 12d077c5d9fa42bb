//! Each difference between the dialects, on both sides.

use lmex_exchange::{DIFFERENCES, Dialect, ExchangeConfig, LimitsMode};
use serde_json::{Value, json};

use crate::stream::Stream;
use crate::venue::{KEY, SECRET, Venue, with};

async fn venue(dialect: Dialect) -> Venue {
    Venue::start_with(ExchangeConfig { limits: LimitsMode::Off, dialect, ..ExchangeConfig::default() }).await
}

async fn both() -> [Venue; 2] {
    [venue(Dialect::Lmex).await, venue(Dialect::Btse).await]
}

/// What the tests below are about, in the words of the table.
const TESTED: [&str; 14] = [
    "order not found",
    "request not authenticated",
    "GET or DELETE signed with its query",
    "candle bounds in seconds",
    "attributes of `market_summary`",
    "answer to a transfer between own wallets",
    "orders worth less than 5 USDT",
    "too little money for an order",
    "best bid and offer without a grouping",
    "book without a grouping",
    "name that trades of `tradeHistoryApiV2` come under",
    "unknown topics on `/ws/oss/futures`",
    "private topics of version 2.2",
    "open orders as a stream",
];

#[test]
fn every_difference_is_tested() {
    let listed: Vec<_> = DIFFERENCES.iter().map(|difference| difference.subject).collect();
    assert_eq!(listed, TESTED);
}

#[tokio::test]
async fn an_order_that_is_not_there() {
    let id = "52cdd4ce-bf2e-4b8c-b286-4129ad1ab662";
    for (venue, (status, code)) in both().await.into_iter().zip([(400, 400), (429, -1)]) {
        let amend = json!({"symbol": "BTC-PERP", "orderID": id, "type": "PRICE", "value": 70_000});
        for answer in [
            venue.my(&format!("/order?orderID={id}")).await,
            venue.delete(&format!("/order?symbol=BTC-PERP&orderID={id}")).await,
            venue.put("/order", amend).await,
        ] {
            assert_eq!(answer.refused(status), (code, "Order not found".to_owned()));
            assert!(!answer.headers.contains("retry-after"), "it is no rate limit");
        }
    }
}

#[tokio::test]
async fn a_request_that_is_not_authenticated() {
    for (venue, status) in both().await.into_iter().zip([401, 400]) {
        let answer = venue.signed_by((KEY, "wrong"), "GET", "/user/wallet", b"").await;
        let (code, message) = answer.refused(status);
        assert!(code == -7 && message.starts_with("Authenticate failed"), "{message}");
    }
}

#[tokio::test]
async fn a_query_that_is_signed_too() {
    for (venue, accepted) in both().await.into_iter().zip([false, true]) {
        for (method, query) in [("GET", "wallet=CROSS%40"), ("DELETE", "symbol=BTC-PERP")] {
            let path = if method == "GET" { "/api/v2.3/user/wallet" } else { "/api/v2.3/order" };
            let nonce = venue.nonce();
            let signature = venue.signer.sign_request(&format!("{path}?{query}"), &nonce, b"");
            let headers =
                [("request-api", KEY), ("request-nonce", &nonce), ("request-sign", signature.as_str())];
            let target = format!("/futures{path}?{query}");
            let answer = venue.send(method, &target, &headers, b"").await;
            assert_eq!(answer.status == 200, accepted, "{method}: {}", answer.text);
            // Another query under the same signature is another request.
            let other = venue.send(method, &format!("{target}&a=1"), &headers, b"").await;
            assert_ne!(other.status, 200);
        }
        venue.my("/user/wallet?wallet=CROSS@").await.ok();
    }
}

#[tokio::test]
async fn candles_from_a_second() {
    for (venue, accepted) in both().await.into_iter().zip([false, true]) {
        let (end, start) = (venue.now_ms(), venue.now_ms() - 600_000);
        let of =
            |start: i64, end: i64| format!("/ohlcv?symbol=BTC-PERP&resolution=1&start={start}&end={end}");
        let millis = venue.get(&of(start, end)).await.ok();
        let seconds = venue.get(&of(start / 1_000, end / 1_000)).await;
        match accepted {
            true => assert_eq!(seconds.ok(), millis),
            false => assert!(seconds.refused(400).1.contains("milliseconds")),
        }
    }
}

#[tokio::test]
async fn what_a_summary_lists() {
    for (venue, is_long) in both().await.into_iter().zip([false, true]) {
        let row = venue.get("/market_summary?symbol=BTC-PERP").await.one();
        for name in ["openTime", "maxPosition", "availableSettlement"] {
            assert_eq!(row.get(name).is_some(), is_long, "{name}");
        }
        assert_eq!(row.get("fundingTime"), None);
        let full = venue.get("/market_summary?symbol=BTC-PERP&listFullAttributes=true").await.one();
        assert!(full["fundingTime"].is_number() && full["maxRiskLimit"] == 1_100_000_000);
    }
}

#[tokio::test]
async fn what_a_transfer_answers() {
    let moved = json!({"walletSrcType": "CROSS", "walletDestType": "SPOT",
                       "apiWallets": [{"currency": "USDT", "balance": 1}]});
    let [lmex, btse] = both().await;
    let receipt = lmex.post("/user/wallet/transfer", moved.clone()).await.ok();
    assert_eq!((&receipt["code"], &receipt["success"]), (&json!(1), &json!(true)));
    let wallet = btse.post("/user/wallet/transfer", moved).await.one();
    assert_eq!((&wallet["wallet"], &wallet["totalValue"]), (&json!("CROSS@"), &json!(99_999)));
}

#[tokio::test]
async fn an_order_that_is_hardly_worth_anything() {
    let small = |post_only: bool| json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 70_000, "size": 1, "postOnly": post_only});
    let [lmex, btse] = both().await;
    assert_eq!(lmex.post("/order", small(false)).await.refused(400).0, 301);
    let before = btse.get("/orderbook/L2?symbol=BTC-PERP&depth=1000").await.ok()["buyQuote"].clone();
    assert_eq!(btse.post("/order", small(false)).await.one()["status"], 2);
    assert_eq!(btse.post("/order", small(true)).await.one()["status"], 6, "spam can't be post-only");
    let after = btse.get("/orderbook/L2?symbol=BTC-PERP&depth=1000").await.ok()["buyQuote"].clone();
    assert_eq!(before, after, "it is hidden");
}

#[tokio::test]
async fn an_order_that_there_is_too_little_money_for() {
    let order = |more: Value| {
        with(json!({"symbol": "BTC-PERP", "side": "BUY", "price": 70_000, "size": 2_000_000}), more)
    };
    let [lmex, btse] = both().await;
    for venue in [&lmex, &btse] {
        venue.post("/leverage", json!({"symbol": "BTC-PERP", "leverage": 1})).await.ok();
    }
    for (path, more) in [
        ("/order", json!({"type": "LIMIT", "clOrderID": "large"})),
        ("/order/peg", json!({"clOrderID": "large"})),
    ] {
        let shown = lmex.post(path, order(more.clone())).await.one();
        assert_eq!((&shown["status"], &shown["clOrderID"]), (&json!(8), &json!("large")));
        assert_eq!((&shown["totalFilledSize"], &shown["originalOrderSize"]), (&json!(0), &json!(2_000_000)));
        assert!(
            shown["message"].as_str().unwrap().starts_with("Available balance is insufficient"),
            "{shown}"
        );
        assert_eq!(btse.post(path, order(more)).await.refused(400).0, 33_199_101);
    }
    for venue in [&lmex, &btse] {
        assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
    }
}

#[tokio::test]
async fn topics() {
    for (venue, is_lmex) in both().await.into_iter().zip([true, false]) {
        let mut books = Stream::connect(&venue, "/ws/oss/futures").await;
        for (topic, known) in [
            ("snapshotL1:BTC-PERP", is_lmex),
            ("snapshotL1:BTC-PERP_0", true),
            ("snapshotL1:BTC-PERP_1", !is_lmex),
            ("update:BTC-PERP_1", true),
            ("update:BTC-PERP_9", false),
            ("update:BTC-PERP", is_lmex),
            ("update:BTC-PERP_0", true),
        ] {
            assert_eq!(books.subscribe(topic).await, known, "{topic}");
        }
        books.heard_so_far().await;
        for (topic, code) in [("update:DOGE-PERP_0", 1_000), ("depth:BTC-PERP", 1_005), ("update", 1_005)] {
            assert!(!books.subscribe(topic).await, "{topic}");
            let codes: Vec<_> = books.heard_so_far().await;
            let codes: Vec<_> =
                codes.iter().map(|heard| heard["errors"][0]["error"]["code"].clone()).collect();
            assert_eq!(codes, if is_lmex { vec![] } else { vec![json!(code)] }, "{topic}");
        }
        let mut main = Stream::logged_in(&venue, (KEY, SECRET)).await;
        for (topic, known) in [
            ("notificationApiV3", true),
            ("notificationApiV4", true),
            ("allPositionV3", is_lmex),
            ("allPositionV4", true),
            ("positionsV2", is_lmex),
            ("positionsV3", true),
            ("open-order:BTC-PERP-USD", is_lmex),
            ("tradeHistoryApiV2:BTC-PERP", true),
        ] {
            assert_eq!(main.subscribe(topic).await, known, "{topic}");
        }
        venue
            .post("/order", json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100}))
            .await
            .ok();
        let heard: Vec<Value> = main.heard_so_far().await;
        let expected = if is_lmex { "tradeHistoryApiV2:BTC-PERP" } else { "tradeHistoryApiV2" };
        let trades = heard
            .iter()
            .filter(|message| message["topic"].as_str().is_some_and(|topic| topic.starts_with("trade")));
        assert!(
            trades.clone().count() > 0 && trades.clone().all(|message| message["topic"] == expected),
            "{heard:?}"
        );
    }
}
