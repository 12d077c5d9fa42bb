//! Algo orders: their price follows the index, and a part of them is hidden.

use crate::venue;

use lmex_types::Decimal;
use serde_json::{Value, json};
use venue::{Venue, assert_shape, field, number, recorded, with};

const ALGO: &str = "btse-docs-futures-v2.3/trade__create_new_algo_order__response.json";

fn algo(members: Value) -> Value {
    let order = json!({"symbol": "BTC-PERP", "price": 76_000, "size": 1_000, "side": "BUY", "clOrderID": "mine",
                       "stealth": 10, "deviation": -5});
    with(order, members)
}

#[tokio::test]
async fn it_is_answered_as_documented_and_shown_with_its_terms() {
    let venue = Venue::start().await;
    venue.set_mark(77_000.into()).await;
    let placed = venue.post("/order/peg", algo(json!({}))).await.one();
    assert_eq!((&placed["status"], &placed["orderType"]), (&json!(2), &json!(80)));
    assert_eq!((&placed["deviation"], &placed["stealth"]), (&json!(-5), &json!(10)));
    assert_eq!((&placed["price"], &placed["clOrderID"]), (&json!(76_000), &json!("mine")));
    if let Some(recorded) = recorded(ALGO) {
        assert_shape(&placed, &recorded[0]);
    }
    let open = venue.my("/user/open_orders").await.one();
    for (key, value) in [
        ("orderType", json!(80)),
        ("price", json!(76_000)),
        ("currentPegPrice", json!(73_150)),
        ("pegPriceMin", json!(1)),
        ("pegPriceMax", json!(76_000)),
        ("pegPriceDeviation", json!(-0.05)),
        ("stealth", json!(0.1)),
        ("triggerOrder", json!(false)),
    ] {
        assert_eq!(open[key], value, "{key}");
    }
    let asked = venue.my(&format!("/order?orderID={}", field(&placed, "orderID"))).await.ok();
    assert_eq!((&asked["pegPriceMax"], &asked["pegPriceDeviation"]), (&json!(76_000), &json!(-0.05)));
}

#[tokio::test]
async fn it_follows_the_index_up_to_its_worst_price() {
    let venue = Venue::start().await;
    venue.set_mark(77_000.into()).await;
    venue.post("/order/peg", algo(json!({}))).await.one();
    for (index, expected) in [(78_000, "74100"), (81_000, "76000"), (77_000, "73150")] {
        venue.set_mark(index.into()).await;
        let open = venue.my("/user/open_orders").await.one();
        assert_eq!(number(&open["currentPegPrice"]), expected.parse::<Decimal>().unwrap(), "index {index}");
    }
    let (code, message) = {
        let amend = json!({"symbol": "BTC-PERP", "clOrderID": "mine", "type": "PRICE", "value": 75_000});
        venue.put("/order", amend).await.refused(400)
    };
    assert!(code == 400 && message.contains("can't be amended"), "{code} {message}");
    assert_eq!(venue.delete("/order?symbol=BTC-PERP&clOrderID=mine").await.one()["orderType"], 80);
}

#[tokio::test]
async fn only_its_shown_part_is_in_the_book() {
    let venue = Venue::start().await;
    venue.set_mark(77_000.into()).await;
    let level = async || {
        let book = venue.get("/orderbook/L2?symbol=BTC-PERP&depth=1000").await.ok();
        let bids = book["buyQuote"].as_array().unwrap().clone();
        let size = |level: &Value| field(level, "size").parse::<i64>().unwrap();
        bids.iter().find(|level| field(level, "price").starts_with("73150")).map_or(0, size)
    };
    let before = level().await;
    venue.post("/order/peg", algo(json!({}))).await.one();
    assert_eq!(level().await - before, 100, "10 % of 1000");
}

#[tokio::test]
async fn without_deviation_and_stealth_it_is_at_the_index_and_in_full_view() {
    let venue = Venue::start().await;
    venue.set_mark(76_000.into()).await;
    let bare = json!({"symbol": "BTC-PERP", "price": 75_500, "size": 1_000, "side": "BUY"});
    let placed = venue.post("/order/peg", bare).await.one();
    assert_eq!((&placed["deviation"], &placed["stealth"]), (&json!(0), &json!(100)));
}

#[tokio::test]
async fn a_sell_has_a_lowest_price() {
    let venue = Venue::start().await;
    venue.set_mark(77_000.into()).await;
    venue.post("/order/peg", algo(json!({"side": "SELL", "price": 82_000, "deviation": 5}))).await.one();
    let open = venue.my("/user/open_orders").await.one();
    assert_eq!((&open["pegPriceMin"], &open["currentPegPrice"]), (&json!(82_000), &json!(82_000)));
}

#[tokio::test]
async fn what_is_wrong_is_refused_by_field() {
    let venue = Venue::start().await;
    for (members, code, message) in [
        (json!({"price": null}), -2, "price parameter is mandatory"),
        (json!({"size": 0.5}), 301, "size must be a whole number"),
        (json!({"deviation": 10.1}), -2, "deviation must lie between -10 and 10 percent"),
        (json!({"stealth": 0}), -2, "stealth above 0 and at most 100 percent"),
        (json!({"stealth": 101}), -2, "stealth above 0 and at most 100 percent"),
        (json!({"deviation": 1e-12}), -2, "deviation is in percent, with at most 10 decimals"),
        (json!({"deviation": "5"}), -2, "deviation must be a number"),
        (json!({"price": 76_000.05}), 302, "price 76000.05 is off the grid"),
        (json!({"type": "LIMIT"}), -2, "type is not a known parameter"),
        (json!({"postOnly": true}), -2, "postOnly is not a known parameter"),
        (json!({"positionMode": "HEDGE"}), 133, "the market is in positionMode ONE_WAY"),
    ] {
        let order = algo(members);
        let (given, text) = venue.post("/order/peg", order.clone()).await.refused(400);
        assert!(given == code && text.contains(message), "{order}\n{given} {text}");
    }
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
}
