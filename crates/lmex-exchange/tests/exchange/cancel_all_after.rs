//! `POST /order/cancelAllAfter`: the dead man's switch.

use crate::venue;

use serde_json::{Value, json};
use venue::{Venue, field, rows};

fn limit(symbol: &str, price: i64) -> Value {
    json!({"symbol": symbol, "side": "BUY", "type": "LIMIT", "price": price, "size": 1_000})
}

async fn arm(venue: &Venue, timeout: i64) {
    venue.post("/order/cancelAllAfter", json!({"timeout": timeout})).await.ok();
}

async fn open(venue: &Venue) -> usize {
    rows(venue.my("/user/open_orders").await.ok()).len()
}

#[tokio::test]
async fn it_cancels_unless_it_is_renewed_or_called_off() {
    let venue = Venue::start().await;
    let id = field(&venue.post("/order", limit("BTC-PERP", 72_000)).await.one(), "orderID").to_owned();
    arm(&venue, 60_000).await;
    venue.pass_ms(59_000);
    arm(&venue, 60_000).await;
    venue.pass_ms(59_000);
    assert_eq!(open(&venue).await, 1, "renewed");
    venue.pass_ms(1_000);
    assert_eq!(open(&venue).await, 0, "forgotten");
    assert_eq!(venue.my(&format!("/order?orderID={id}")).await.ok()["status"], 6);
    venue.post("/order", limit("BTC-PERP", 72_000)).await.one();
    venue.pass_ms(60_000);
    assert_eq!(open(&venue).await, 1, "it works once");
    arm(&venue, 60_000).await;
    arm(&venue, 0).await;
    venue.pass_ms(120_000);
    assert_eq!(open(&venue).await, 1, "called off");
}

#[tokio::test]
async fn it_takes_orders_of_every_market_and_those_that_wait() {
    let venue = Venue::start().await;
    venue.post("/order", limit("BTC-PERP", 72_000)).await.one();
    venue.post("/order", limit("ETH-PERP", 2_800)).await.one();
    let stop = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100, "txType": "STOP",
                      "triggerPrice": 83_000});
    venue.post("/order", stop).await.one();
    assert_eq!(open(&venue).await, 3);
    arm(&venue, 1_000).await;
    venue.pass_ms(1_000);
    assert_eq!(open(&venue).await, 0);
}

#[tokio::test]
async fn a_timeout_that_is_none_is_refused() {
    let venue = Venue::start().await;
    for (body, message) in [
        (json!({}), "timeout parameter is mandatory"),
        (json!({"timeout": -1}), "timeout must be 0 to 86400000 milliseconds, not -1"),
        (json!({"timeout": 86_400_001}), "timeout must be 0 to"),
        (json!({"timeout": 0.5}), "timeout must be a whole number"),
        (json!({"timeout": "60000"}), "timeout must be a number"),
        (json!({"timeout": 1, "symbol": "BTC-PERP"}), "symbol is not a known parameter"),
    ] {
        let (code, text) = venue.post("/order/cancelAllAfter", body.clone()).await.refused(400);
        assert!(code == -2 && text.contains(message), "{body}: {code} {text}");
    }
}
