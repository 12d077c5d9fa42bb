//! `/order` and its neighbours: what is answered to each thing that can happen to an order.

use crate::venue;

use serde_json::{Value, json};
use venue::{Venue, assert_shape, field, recorded};

const RESTING: &str =
    "ccxt-btse-aug2026/createOrder.0.btse_createorder_limit_buy_rave_linear_swap_live_captured_20.json";
const CANCELLED: &str =
    "ccxt-btse-aug2026/cancelOrder.0.btse_cancelorder_rave_linear_swap_live_captured_2026_08_13_c.json";
const OPEN: &str =
    "ccxt-btse-aug2026/fetchOpenOrders.0.btse_fetchopenorders_rave_linear_swap_live_captured_2026_08_.json";
const MARKET: &str = "btse-docs-futures-v2.3/trade__create_new_order__response_general.json";
const AMENDED: &str = "btse-docs-futures-v2.3/trade__amend_order__response.json";
const DETAIL: &str = "btse-docs-futures-v2.3/trade__query_order__response.json";

fn limit(side: &str, price: f64, size: i64) -> Value {
    json!({"symbol": "BTC-PERP", "side": side, "type": "LIMIT", "price": price, "size": size})
}

fn with(mut order: Value, key: &str, value: impl Into<Value>) -> Value {
    order[key] = value.into();
    order
}

#[tokio::test]
async fn answers_are_field_for_field_the_recorded_ones() {
    let venue = Venue::start().await;
    let placed = venue.post("/order", limit("BUY", 55_000.0, 100)).await.one();
    let id = field(&placed, "orderID").to_owned();
    let open = venue.my("/user/open_orders?symbol=BTC-PERP").await.one();
    let amended = json!({"symbol": "BTC-PERP", "orderID": id, "type": "PRICE", "value": 55_000.5});
    let amended = venue.put("/order", amended).await.one();
    let detail = venue.my(&format!("/order?orderID={id}")).await.ok();
    let cancelled = venue.delete(&format!("/order?symbol=BTC-PERP&orderID={id}")).await.one();
    let market = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100});
    let market = venue.post("/order", market).await.one();
    for (answer, path) in [
        (&placed, RESTING),
        (&open, OPEN),
        (&amended, AMENDED),
        (&detail, DETAIL),
        (&cancelled, CANCELLED),
        (&market, MARKET),
    ] {
        let Some(recorded) = recorded(path) else { return };
        let recorded = recorded.get(0).unwrap_or(&recorded);
        assert_shape(answer, recorded);
        // What does not depend on the order is as recorded.
        for key in ["deviation", "stealth", "orderDetailType", "trigger", "triggerPrice", "positionDirection"]
        {
            if path != DETAIL {
                assert_eq!(answer.get(key), recorded.get(key), "{key} in {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_limit_order_rests_is_found_amended_and_cancelled() {
    let venue = Venue::start().await;
    let placed = venue.post("/order", with(limit("BUY", 55_000.0, 100), "clOrderID", "mine-1")).await.one();
    assert_eq!(placed["status"], 2);
    assert_eq!((&placed["price"], &placed["positionId"]), (&json!(55_000), &json!("BTC-PERP-USDT")));
    assert_eq!((&placed["remainingSize"], &placed["filledSize"]), (&json!(100), &json!(0)));
    let id = field(&placed, "orderID");

    let by_client = venue.my("/order?clOrderID=mine-1").await.ok();
    assert_eq!((by_client["orderID"].as_str(), &by_client["status"]), (Some(id), &json!(2)));

    let smaller = json!({"symbol": "BTC-PERP", "clOrderID": "mine-1", "type": "SIZE", "value": 60});
    let amended = venue.put("/order", smaller).await.one();
    assert_eq!((&amended["status"], &amended["currentOrderSize"]), (&json!(123), &json!(60)));
    assert_eq!((&amended["originalOrderSize"], &amended["remainingSize"]), (&json!(100), &json!(60)));
    let both =
        json!({"symbol": "BTC-PERP", "orderID": id, "type": "ALL", "orderPrice": 54_000.1, "orderSize": 70});
    let amended = venue.put("/order", both).await.one();
    assert_eq!((&amended["price"], &amended["currentOrderSize"]), (&json!(54_000.1), &json!(70)));

    let cancelled = venue.delete("/order?symbol=BTC-PERP&clOrderID=mine-1").await.one();
    assert_eq!((&cancelled["status"], cancelled["orderID"].as_str()), (&json!(6), Some(id)));
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
    assert_eq!(
        venue.my(&format!("/order?orderID={id}")).await.ok()["status"],
        6,
        "still there to be asked for"
    );
    venue.pass_ms(31 * 60_000);
    let not_found = (400, "Order not found".to_owned());
    for target in [format!("/order?orderID={id}"), "/order?clOrderID=mine-1".to_owned()] {
        assert_eq!(venue.my(&target).await.refused(400), not_found, "after half an hour: {target}");
    }
    let again = venue.delete(&format!("/order?symbol=BTC-PERP&orderID={id}")).await;
    assert_eq!(again.refused(400), not_found);
}

#[tokio::test]
async fn a_market_order_fills_at_the_book_and_close_position_undoes_it() {
    let venue = Venue::start().await;
    let (_, ask) = venue.best().await;
    // A price of a market order is ignored.
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 20, "price": 1, "txType": "LIMIT",
               "stopPrice": 0, "triggerPrice": 0, "trailValue": 0, "positionMode": "ONE_WAY"});
    let bought = venue.post("/order", order).await.one();
    assert_eq!((&bought["status"], &bought["orderType"]), (&json!(4), &json!(77)));
    assert_eq!((bought["price"].as_f64(), bought["avgFilledPrice"].as_f64()), (Some(ask), Some(ask)));
    assert_eq!((&bought["filledSize"], &bought["remainingSize"]), (&json!(20), &json!(0)));

    let closed =
        venue.post("/order/close_position", json!({"symbol": "BTC-PERP", "type": "MARKET", "price": 0}));
    let closed = closed.await.one();
    assert_eq!((&closed["side"], &closed["status"]), (&json!("SELL"), &json!(4)));
    assert_eq!((&closed["totalFilledSize"], &closed["time_in_force"]), (&json!(20), &json!("GTC")));
    assert_eq!(venue.my("/user/positions").await.ok(), json!([]));

    let again =
        venue.post("/order/close_position", json!({"symbol": "BTC-PERP", "type": "MARKET"})).await.one();
    assert_eq!(again["status"], 15);
    assert!(field(&again, "message").contains("no position"), "{again}");
}

#[tokio::test]
async fn how_an_order_ends_is_in_its_status() {
    let venue = Venue::start().await;
    let (bid, ask) = venue.best().await;
    venue.post("/risk_limit", json!({"symbol": "BTC-PERP", "riskLimitLevel": 2})).await.ok();
    for (order, extra, status, filled, why) in [
        (limit("BUY", ask, 20), ("postOnly", json!(true)), 6, 0, "postOnly"),
        (limit("BUY", 55_000.0, 20), ("time_in_force", json!("IOC")), 6, 0, "IOC"),
        (limit("BUY", ask, 7_000_000), ("time_in_force", json!("FOK")), 6, 0, "FOK"),
        (limit("BUY", ask, 20), ("time_in_force", json!("FOK")), 4, 20, ""),
        (limit("SELL", bid, 20), ("time_in_force", json!("IOC")), 4, 20, ""),
    ] {
        let order = with(order, extra.0, extra.1);
        let answer = venue.post("/order", order.clone()).await.one();
        assert_eq!(
            (&answer["status"], &answer["totalFilledSize"]),
            (&json!(status), &json!(filled)),
            "{order}"
        );
        assert!(field(&answer, "message").starts_with(why), "{answer}");
    }
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
}

#[tokio::test]
async fn an_immediate_order_keeps_what_it_got() {
    let venue = Venue::start().await;
    let best = venue.get("/orderbook/L2?symbol=BTC-PERP&depth=1").await.ok();
    let level = &best["sellQuote"][0];
    let (price, size): (f64, i64) =
        (level["price"].as_str().unwrap().parse().unwrap(), level["size"].as_str().unwrap().parse().unwrap());
    let order = with(limit("BUY", price, size + 7), "time_in_force", "IOC");
    let answer = venue.post("/order", order).await.one();
    assert_eq!((&answer["status"], &answer["totalFilledSize"]), (&json!(6), &json!(size)));
    assert_eq!((&answer["filledSize"], &answer["remainingSize"]), (&json!(size), &json!(7)));
    let asked = venue.my(&format!("/order?orderID={}", field(&answer, "orderID"))).await.ok();
    assert_eq!((&asked["status"], &asked["totalFilledSize"]), (&json!(6), &json!(size)));
}

#[tokio::test]
async fn a_client_id_is_refused_while_it_is_in_use() {
    let venue = Venue::start().await;
    let order = with(limit("BUY", 55_000.0, 100), "clOrderID", "twice");
    assert_eq!(venue.post("/order", order.clone()).await.one()["status"], 2);
    let again = venue.post("/order", with(limit("BUY", 54_000.0, 100), "clOrderId", "twice")).await.one();
    assert_eq!(again["status"], 15);
    assert!(field(&again, "message").contains("clOrderID is in use"), "{again}");
    assert_eq!(venue.my("/user/open_orders").await.ok().as_array().unwrap().len(), 1);
    venue.delete("/order?symbol=BTC-PERP&clOrderID=twice").await.one();
    assert_eq!(venue.post("/order", order).await.one()["status"], 2, "free again");
}

#[tokio::test]
async fn a_cancel_without_an_id_takes_all_orders_of_its_market_only() {
    let venue = Venue::start().await;
    for price in [55_000.0, 54_000.0, 53_000.0] {
        venue.post("/order", limit("BUY", price, 100)).await.one();
    }
    let other = json!({"symbol": "ETH-PERP", "side": "BUY", "type": "LIMIT", "price": 2800, "size": 100});
    venue.post("/order", other).await.one();
    let cancelled = venue.delete("/order?symbol=BTC-PERP").await.ok();
    let statuses: Vec<_> = cancelled.as_array().unwrap().iter().map(|order| &order["status"]).collect();
    assert_eq!(statuses, [6, 6, 6]);
    assert_eq!(venue.delete("/order?symbol=BTC-PERP").await.ok(), json!([]));
    assert_eq!(venue.my("/user/open_orders").await.one()["symbol"], "ETH-PERP");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let venue = Venue::start().await;
    let id = "52cdd4ce-bf2e-4b8c-b286-4129ad1ab662";
    let amend = json!({"symbol": "BTC-PERP", "orderID": id, "type": "PRICE", "value": 55_000});
    for answer in [
        venue.delete(&format!("/order?symbol=BTC-PERP&orderID={id}")).await,
        venue.delete("/order?symbol=BTC-PERP&clOrderID=nobody").await,
        venue.my(&format!("/order?orderID={id}")).await,
        venue.my("/order?clOrderID=nobody").await,
        venue.put("/order", amend).await,
    ] {
        assert_eq!(answer.refused(400), (400, "Order not found".to_owned()));
    }
}

#[tokio::test]
async fn an_order_of_limited_time_ends_with_it() {
    let venue = Venue::start().await;
    let order = with(limit("BUY", 55_000.0, 100), "time_in_force", "HALFMIN");
    let id = field(&venue.post("/order", order).await.one(), "orderID").to_owned();
    venue.pass_ms(29_999);
    assert_eq!(venue.my(&format!("/order?orderID={id}")).await.ok()["status"], 2);
    venue.pass_ms(1);
    assert_eq!(venue.my(&format!("/order?orderID={id}")).await.ok()["status"], 6);
    assert_eq!(venue.my("/user/open_orders").await.ok(), json!([]));
}
