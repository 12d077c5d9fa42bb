//! Take profit and stop loss: brought by an order, and bound to a position.

use crate::venue;

use lmex_engine::PositionMode;
use serde_json::{Value, json};
use venue::{Venue, assert_shape, field, recorded, rows, with};

const BOUND: &str = "btse-docs-futures-v2.3/trade__bind_tp_sl__response.json";

fn buy(members: Value) -> Value {
    with(json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100}), members)
}

fn both() -> Value {
    json!({"takeProfitPrice": 83_000, "stopLossPrice": 72_000, "stopLossTrigger": "lastPrice"})
}

async fn bind(venue: &Venue, members: Value) -> Vec<Value> {
    rows(venue.post("/order/bind/tpsl", with(json!({"symbol": "BTC-PERP"}), members)).await.ok())
}

async fn status(venue: &Venue, order: &Value) -> Value {
    venue.my(&format!("/order?orderID={}", field(order, "orderID"))).await.ok()["status"].clone()
}

#[tokio::test]
async fn exits_of_an_order_that_trades_at_once_are_in_its_answer() {
    let venue = Venue::start().await;
    let answers = rows(venue.post("/order", buy(both())).await.ok());
    assert_eq!(answers.iter().map(|order| &order["status"]).collect::<Vec<_>>(), [4, 9, 9]);
    assert_eq!((&answers[1]["triggerPrice"], &answers[2]["triggerPrice"]), (&json!(83_000), &json!(72_000)));
    let open = rows(venue.my("/user/open_orders").await.ok());
    let kinds: Vec<_> = open.iter().map(|order| (&order["triggerOrderType"], &order["closeOrder"])).collect();
    assert_eq!(kinds, [(&json!(1002), &json!(true)), (&json!(1001), &json!(true))]);
    venue.set_mark(83_000.into()).await;
    assert_eq!(status(&venue, &answers[1]).await, 4);
    assert_eq!(status(&venue, &answers[2]).await, 6, "its position is gone");
    assert_eq!(venue.my("/user/positions").await.ok(), json!([]));
    let fill = venue.my("/user/trade_history").await.ok()[0].clone();
    assert_eq!((&fill["triggerType"], &fill["side"]), (&json!(1002), &json!("SELL")));
}

#[tokio::test]
async fn exits_of_an_order_that_rests_are_shown_with_it() {
    let venue = Venue::start().await;
    let limit = buy(with(both(), json!({"type": "LIMIT", "price": 74_000})));
    let placed = venue.post("/order", limit).await.one();
    assert_eq!(placed["status"], 2);
    let open = venue.my("/user/open_orders").await.one();
    let (profit, loss) = (&open["takeProfitOrder"], &open["stopLossOrder"]);
    assert_eq!((&profit["triggerPrice"], &profit["side"]), (&json!(83_000), &json!("SELL")));
    assert_eq!((&profit["triggerUseLastPrice"], &loss["triggerUseLastPrice"]), (&json!(false), &json!(true)));
    let asked = venue.my(&format!("/order?orderID={}", field(&placed, "orderID"))).await.ok();
    assert_eq!((&asked["takeProfitOrder"], &asked["stopLossOrder"]), (profit, loss));
    let id = field(profit, "orderId");
    let (_, message) = venue.my(&format!("/order?orderID={id}")).await.refused(400);
    assert_eq!(message, "Order not found", "it is no order until there is a position");
}

#[tokio::test]
async fn an_amend_may_not_pass_the_exits_of_the_order_and_says_which() {
    let venue = Venue::start().await;
    let placed =
        venue.post("/order", buy(with(both(), json!({"type": "LIMIT", "price": 74_000})))).await.one();
    for (price, field) in [(72_000, "stopLossPrice"), (83_000, "takeProfitPrice")] {
        let body =
            json!({"symbol": "BTC-PERP", "orderID": placed["orderID"], "type": "PRICE", "value": price});
        let (code, message) = venue.put("/order", body).await.refused(400);
        let is_told = message.starts_with(field) && message.contains("is on the wrong side");
        assert!(code == 33_001_001 && is_told, "{code} {message}");
    }
    assert_eq!(venue.my("/user/open_orders").await.one()["price"], 74_000);
}

#[tokio::test]
async fn exits_are_bound_to_a_position_and_replaced() {
    let venue = Venue::start().await;
    venue.post("/order", buy(json!({}))).await.one();
    let bound = bind(&venue, both()).await;
    assert_eq!(bound.len(), 2);
    // The stop loss first, and nothing remains of it, as printed.
    for (order, remaining) in bound.iter().zip([0, 100]) {
        assert_eq!((&order["status"], &order["side"]), (&json!(9), &json!("SELL")));
        assert_eq!((&order["orderType"], &order["price"]), (&json!(77), &json!(0)));
        assert_eq!((&order["originalOrderSize"], &order["remainingSize"]), (&json!(100), &json!(remaining)));
        if let Some(recorded) = recorded(BOUND) {
            assert_shape(order, &recorded[0]);
        }
    }
    let again = bind(&venue, json!({"side": "SELL", "stopLossPrice": 73_000})).await;
    assert_eq!((again.len(), &again[0]["remainingSize"]), (1, &json!(100)));
    assert_eq!(status(&venue, &bound[0]).await, 6, "replaced");
    assert_eq!(status(&venue, &bound[1]).await, 9, "what is not named stays");
    venue.post("/order/close_position", json!({"symbol": "BTC-PERP", "type": "MARKET"})).await.one();
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]), "they end with the position");
}

#[tokio::test]
async fn what_can_not_be_bound_is_refused_by_field() {
    let venue = Venue::start().await;
    let body = |members: Value| with(json!({"symbol": "BTC-PERP"}), members);
    let (code, message) = venue.post("/order/bind/tpsl", body(both())).await.refused(400);
    assert!(code == 400 && message.contains("no position to bind to"), "{code} {message}");
    venue.post("/order", buy(json!({}))).await.one();
    for (members, code, message) in [
        (json!({}), -2, "takeProfitPrice and stopLossPrice are both missing"),
        (json!({"takeProfitPrice": 0}), -2, "takeProfitPrice and stopLossPrice are both missing"),
        (json!({"takeProfitPrice": 67_000}), 33_001_001, "takeProfitPrice 67000 is on the wrong side"),
        (
            json!({"takeProfitPrice": 83_000, "stopLossPrice": 82_000}),
            33_001_001,
            "stopLossPrice 82000 is on the wrong side",
        ),
        (json!({"takeProfitPrice": 83_000.05}), 302, "takeProfitPrice 83000.05 is off the grid"),
        (json!({"takeProfitPrice": 83_000, "side": "BUY"}), -2, "use SELL"),
        (json!({"takeProfitPrice": 83_000, "positionMode": "HEDGE"}), -2, "side parameter is mandatory"),
        (
            json!({"takeProfitPrice": 83_000, "positionMode": "HEDGE", "side": "SELL"}),
            133,
            "the market is in positionMode ONE_WAY",
        ),
        (
            json!({"takeProfitPrice": 83_000, "positionId": "BTC-PERP-USDT|LONG"}),
            135,
            "use BTC-PERP-USDT or leave it out",
        ),
        (
            json!({"takeProfitPrice": 83_000, "takeProfitTrigger": "index"}),
            -2,
            "takeProfitTrigger is not known",
        ),
        (json!({"takeProfitPrice": 83_000, "size": 5}), -2, "size is not a known parameter"),
    ] {
        let (given, text) = venue.post("/order/bind/tpsl", body(members.clone())).await.refused(400);
        assert!(given == code && text.contains(message), "{members}\n{given} {text}");
    }
    for (members, message) in [
        (json!({"takeProfitPrice": 67_000}), "takeProfitPrice 67000 is on the wrong side"),
        (json!({"stopLossPrice": 87_000}), "stopLossPrice 87000 is on the wrong side"),
    ] {
        let (code, text) = venue.post("/order", buy(members)).await.refused(400);
        assert!(code == 33_001_001 && text.contains(message), "{code} {text}");
    }
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
}

#[tokio::test]
async fn in_hedge_mode_the_side_tells_which_position() {
    let venue = Venue::start().await;
    venue.set_mode(PositionMode::Hedge).await;
    let hedge = json!({"positionMode": "HEDGE"});
    venue.post("/order", buy(hedge.clone())).await.one();
    venue.post("/order", with(buy(hedge), json!({"side": "SELL"}))).await.one();
    let long =
        bind(&venue, json!({"positionMode": "HEDGE", "side": "SELL", "takeProfitPrice": 83_000})).await;
    assert_eq!(
        (&long[0]["positionId"], &long[0]["positionDirection"]),
        (&json!("BTC-PERP-USDT|LONG"), &json!("LONG"))
    );
    let short =
        bind(&venue, json!({"positionMode": "HEDGE", "side": "BUY", "takeProfitPrice": 71_000})).await;
    assert_eq!((&short[0]["positionId"], &short[0]["side"]), (&json!("BTC-PERP-USDT|SHORT"), &json!("BUY")));
}

#[tokio::test]
async fn in_isolated_mode_the_position_is_named() {
    let venue = Venue::start().await;
    venue.set_mode(PositionMode::Isolated).await;
    let isolated = json!({"positionMode": "ISOLATED"});
    let opened = venue.post("/order", buy(isolated.clone())).await.one();
    let position = field(&opened, "positionId").to_owned();
    assert_eq!(position, "BTC-PERP-USDT|1#1");
    let nameless = with(with(json!({"symbol": "BTC-PERP"}), isolated.clone()), both());
    let (code, message) = venue.post("/order/bind/tpsl", nameless).await.refused(400);
    assert!(code == 135 && message.contains("positionId parameter is mandatory"), "{code} {message}");
    let bound = bind(&venue, with(with(isolated, both()), json!({"positionId": position}))).await;
    assert_eq!((bound.len(), &bound[0]["positionMode"]), (2, &json!("ISOLATED")));
    assert_eq!((&bound[0]["positionId"], &bound[0]["positionDirection"]), (&json!(position), &json!("LONG")));
}
