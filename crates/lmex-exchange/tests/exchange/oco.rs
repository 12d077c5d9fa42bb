//! Pairs: a limit order and a stop, of which one cancels the other.

use crate::venue;

use serde_json::{Value, json};
use venue::{Venue, assert_shape, field, recorded, rows};

const PAIR: &str = "btse-docs-futures-v2.3/trade__create_new_order__response_for_oco_order.json";

fn pair() -> Value {
    json!({"symbol": "BTC-PERP", "side": "BUY", "type": "OCO", "size": 100, "price": 73_000, "txType": "LIMIT",
           "trigger": "markPrice", "stopPrice": 80_010, "triggerPrice": 80_000, "clOrderID": "mine"})
}

async fn placed(venue: &Venue) -> Vec<Value> {
    let legs = rows(venue.post("/order", pair()).await.ok());
    assert_eq!(legs.len(), 2, "{legs:?}");
    legs
}

async fn status(venue: &Venue, order: &Value) -> Value {
    venue.my(&format!("/order?orderID={}", field(order, "orderID"))).await.ok()["status"].clone()
}

#[tokio::test]
async fn a_pair_is_answered_as_documented_the_trigger_leg_first() {
    let venue = Venue::start().await;
    let legs = placed(&venue).await;
    let (stop, limit) = (&legs[0], &legs[1]);
    assert_eq!((&stop["status"], &limit["status"]), (&json!(9), &json!(2)));
    assert_eq!((&stop["trigger"], &limit["trigger"]), (&json!(true), &json!(false)));
    assert_eq!((&stop["triggerPrice"], &limit["triggerPrice"]), (&json!(80_000), &json!(0)));
    assert_eq!((&stop["price"], &limit["price"]), (&json!(80_010), &json!(73_000)));
    assert_eq!((&stop["remainingSize"], &limit["remainingSize"]), (&json!(0), &json!(100)));
    assert_eq!((&stop["orderType"], &stop["originalOrderSize"]), (&json!(76), &json!(100)));
    if let Some(recorded) = recorded(PAIR) {
        assert_shape(stop, &recorded[0]);
        assert_shape(limit, &recorded[1]);
    }
    let open = rows(venue.my("/user/open_orders").await.ok());
    assert_eq!(open.len(), 2);
    for (own, peer) in [(stop, limit), (limit, stop)] {
        let shown = open.iter().find(|order| order["orderID"] == own["orderID"]).unwrap();
        assert_eq!(shown["ocoPeerOrderId"], peer["orderID"]);
    }
}

#[tokio::test]
async fn the_stop_that_fires_ends_the_limit_order() {
    let venue = Venue::start().await;
    let legs = placed(&venue).await;
    let (stop, limit) = (&legs[0], &legs[1]);
    venue.set_mark(80_000.into()).await;
    assert_eq!(status(&venue, stop).await, 4);
    assert_eq!(status(&venue, limit).await, 6);
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
}

#[tokio::test]
async fn a_cancel_of_one_leg_lists_both() {
    let venue = Venue::start().await;
    for first in [0, 1] {
        let legs = placed(&venue).await;
        let other = placed_beside(&venue).await;
        let id = field(&legs[first], "orderID");
        let cancelled = rows(venue.delete(&format!("/order?symbol=BTC-PERP&orderID={id}")).await.ok());
        assert_eq!(cancelled.len(), 2);
        assert_eq!((&cancelled[0]["orderID"], &cancelled[0]["status"]), (&json!(id), &json!(6)));
        assert_eq!(
            (&cancelled[1]["orderID"], &cancelled[1]["status"]),
            (&legs[1 - first]["orderID"], &json!(6))
        );
        let open = venue.my("/user/open_orders").await.one();
        assert_eq!(open["orderID"], other["orderID"], "nothing else");
        venue.delete("/order?symbol=BTC-PERP").await.one();
    }
}

async fn placed_beside(venue: &Venue) -> Value {
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 72_000, "size": 100});
    venue.post("/order", order).await.one()
}

#[tokio::test]
async fn a_cancel_of_the_market_takes_pairs_whole() {
    let venue = Venue::start().await;
    placed(&venue).await;
    let cancelled = rows(venue.delete("/order?symbol=BTC-PERP").await.ok());
    assert_eq!(cancelled.iter().map(|order| &order["status"]).collect::<Vec<_>>(), [6, 6]);
}

#[tokio::test]
async fn a_pair_that_makes_no_sense_is_refused_by_field() {
    let venue = Venue::start().await;
    for (key, value, code, message) in [
        ("price", json!(null), -2, "price parameter is mandatory"),
        ("stopPrice", json!(0), -2, "stopPrice parameter is mandatory"),
        ("triggerPrice", json!(null), -2, "triggerPrice parameter is mandatory"),
        ("txType", json!("STOP"), -2, "txType does not go with type OCO"),
        ("trailValue", json!(10), -2, "trailValue does not go with type OCO"),
        ("stopPrice", json!(80_010.05), 302, "stopPrice 80010.05 is off the grid"),
        ("triggerPrice", json!(67_000), 33_001_001, "triggerPrice 67000 is on the wrong side"),
        ("price", json!(79_000), -2, "type OCO and a price that is not on the cautious side"),
        ("time_in_force", json!("IOC"), -2, "type OCO and time_in_force IOC or FOK can't be combined"),
        ("takeProfitPrice", json!(87_000), -2, "type OCO and takeProfitPrice or stopLossPrice"),
    ] {
        let mut order = pair();
        order[key] = value;
        let (given, text) = venue.post("/order", order.clone()).await.refused(400);
        assert!(given == code && text.contains(message), "{order}\n{given} {text}");
    }
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
}
