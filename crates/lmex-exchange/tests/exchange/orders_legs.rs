//! Orders in the three position modes: which position they are for, by its name, and how it is closed.

use crate::venue;

use lmex_engine::PositionMode;
use serde_json::{Value, json};
use venue::{Venue, field, rows, with};

fn market(side: &str, mode: &str, members: Value) -> Value {
    let order =
        json!({"symbol": "BTC-PERP", "side": side, "type": "MARKET", "size": 100, "positionMode": mode});
    with(order, members)
}

fn leg(order: &Value) -> [&str; 3] {
    ["positionMode", "positionDirection", "positionId"].map(|key| order[key].as_str().unwrap_or("-"))
}

async fn close(venue: &Venue, position: &str) -> venue::Answer {
    let body = json!({"symbol": "BTC-PERP", "type": "MARKET", "positionId": position});
    venue.post("/order/close_position", body).await
}

#[tokio::test]
async fn one_way_is_what_an_order_is_for_that_says_nothing() {
    let venue = Venue::start().await;
    let order = market("BUY", "ONE_WAY", json!({}));
    let placed = venue.post("/order", order.clone()).await.one();
    assert_eq!(leg(&placed), ["ONE_WAY", "-", "BTC-PERP-USDT"]);
    assert_eq!(close(&venue, "BTC-PERP-USDT").await.one()["status"], 4);
    venue.set_mode(PositionMode::Hedge).await;
    let silent = with(order, json!({"positionMode": null}));
    let (code, message) = venue.post("/order", silent).await.refused(400);
    assert!(code == 133 && message.contains("positionMode HEDGE, send that"), "{code} {message}");
}

#[tokio::test]
async fn in_hedge_mode_an_order_is_for_the_position_its_side_opens_or_reduces() {
    let venue = Venue::start().await;
    venue.set_mode(PositionMode::Hedge).await;
    let long = venue.post("/order", market("BUY", "HEDGE", json!({}))).await.one();
    let short = venue.post("/order", market("SELL", "HEDGE", json!({"size": 60}))).await.one();
    assert_eq!(leg(&long), ["HEDGE", "LONG", "BTC-PERP-USDT|LONG"]);
    assert_eq!(leg(&short), ["HEDGE", "SHORT", "BTC-PERP-USDT|SHORT"]);
    let reduced =
        venue.post("/order", market("BUY", "HEDGE", json!({"reduceOnly": true, "size": 20}))).await.one();
    assert_eq!(leg(&reduced), ["HEDGE", "SHORT", "BTC-PERP-USDT|SHORT"]);

    let fills = rows(venue.my("/user/trade_history").await.ok());
    assert_eq!(field(&fills[0], "positionId"), "BTC-PERP-USDT|SHORT");
    let resting = json!({"type": "LIMIT", "price": 55_000});
    venue.post("/order", market("BUY", "HEDGE", resting)).await.one();
    assert_eq!(leg(&venue.my("/user/open_orders").await.one()), ["HEDGE", "LONG", "BTC-PERP-USDT|LONG"]);

    let closed = close(&venue, "BTC-PERP-USDT|SHORT").await.one();
    assert_eq!((&closed["side"], &closed["totalFilledSize"]), (&json!("BUY"), &json!(40)));
    assert_eq!(close(&venue, "BTC-PERP-USDT|SHORT").await.one()["status"], 15, "nothing left to close");
    assert_eq!(close(&venue, "BTC-PERP-USDT|LONG").await.one()["side"], "SELL");
}

#[tokio::test]
async fn in_isolated_mode_each_order_opens_a_position_unless_one_is_named() {
    let venue = Venue::start().await;
    venue.set_mode(PositionMode::Isolated).await;
    let first = venue.post("/order", market("BUY", "ISOLATED", json!({}))).await.one();
    let second = venue.post("/order", market("SELL", "ISOLATED", json!({}))).await.one();
    assert_eq!(leg(&first), ["ISOLATED", "LONG", "BTC-PERP-USDT|1#1"]);
    assert_eq!(leg(&second), ["ISOLATED", "SHORT", "BTC-PERP-USDT|2#1"]);
    let more = json!({"positionId": "BTC-PERP-USDT|1#1", "size": 50});
    let more = venue.post("/order", market("BUY", "ISOLATED", more)).await.one();
    assert_eq!(field(&more, "positionId"), "BTC-PERP-USDT|1#1");
    let nameless = market("SELL", "ISOLATED", json!({"size": 30, "reduceOnly": true}));
    let (code, message) = venue.post("/order", nameless).await.refused(400);
    assert!(code == 135 && message.contains("positionId is missing"), "{code} {message}");
    let less = json!({"positionId": "BTC-PERP-USDT|1#1", "size": 30, "reduceOnly": true});
    let less = venue.post("/order", market("SELL", "ISOLATED", less)).await.one();
    assert_eq!(leg(&less), ["ISOLATED", "LONG", "BTC-PERP-USDT|1#1"]);
    let fill = venue.my("/user/trade_history").await.ok()[0].clone();
    assert_eq!(field(&fill, "wallet"), "ISOLATED@BTC-PERP-USDT|1#1");
    assert_eq!(close(&venue, "BTC-PERP-USDT|1#1").await.one()["totalFilledSize"], 120);
    assert_eq!(close(&venue, "BTC-PERP-USDT|2#1").await.one()["side"], "BUY");
}

#[tokio::test]
async fn a_position_that_must_be_named_and_is_not_there_is_told() {
    let venue = Venue::start().await;
    venue.set_mode(PositionMode::Hedge).await;
    let body = json!({"symbol": "BTC-PERP", "type": "MARKET"});
    let (code, message) = venue.post("/order/close_position", body).await.refused(400);
    assert_eq!(code, 135);
    assert!(message.contains("positionId parameter is mandatory in positionMode HEDGE"), "{message}");
    assert!(message.contains("use BTC-PERP-USDT|LONG or BTC-PERP-USDT|SHORT"), "{message}");
    for position in ["BTC-PERP-USDT", "BTC-PERP-USDT|1#1", "ETH-PERP-USDT|LONG", "BTC-PERP-USDT|long"] {
        let (code, message) = close(&venue, position).await.refused(400);
        assert!(
            code == 135 && message.contains("positionId is not a position"),
            "{position}: {code} {message}"
        );
    }
}
