//! Orders that wait for a price: stops, triggers, trailing stops.

use crate::venue;

use lmex_types::Decimal;
use serde_json::{Value, json};
use venue::{Venue, assert_shape, field, number, recorded, with};

const OPEN: &str =
    "ccxt-btse-aug2026/fetchOpenOrders.0.btse_fetchopenorders_rave_linear_swap_live_captured_2026_08_.json";
const WAITING: &str = "btse-docs-futures-v2.3/trade__bind_tp_sl__response.json";

fn stop(side: &str, trigger_price: f64) -> Value {
    json!({"symbol": "BTC-PERP", "side": side, "type": "MARKET", "size": 100, "txType": "STOP",
           "triggerPrice": trigger_price})
}

async fn mark(venue: &Venue) -> Decimal {
    number(&venue.get("/price?symbol=BTC-PERP").await.one()["markPrice"])
}

async fn order(venue: &Venue, placed: &Value) -> Value {
    venue.my(&format!("/order?orderID={}", field(placed, "orderID"))).await.ok()
}

async fn open(venue: &Venue) -> Vec<Value> {
    venue::rows(venue.my("/user/open_orders?symbol=BTC-PERP").await.ok())
}

#[tokio::test]
async fn a_stop_waits_fires_and_trades() {
    let venue = Venue::start().await;
    let placed = venue.post("/order", with(stop("BUY", 80_000.5), json!({"clOrderID": "mine"}))).await.one();
    assert_eq!((&placed["status"], &placed["trigger"]), (&json!(9), &json!(true)));
    assert_eq!((&placed["triggerPrice"], &placed["price"]), (&json!(80_000.5), &json!(0)));
    assert_eq!((&placed["orderType"], &placed["remainingSize"]), (&json!(77), &json!(100)));
    if let Some(recorded) = recorded(WAITING) {
        assert_shape(&placed, &recorded[0]);
    }
    let waiting = open(&venue).await.remove(0);
    if let Some(recorded) = recorded(OPEN) {
        assert_shape(&waiting, &recorded[0]);
    }
    for (key, value) in [
        ("triggerOrder", json!(true)),
        ("triggered", json!(false)),
        ("triggerPrice", json!(80_000.5)),
        ("triggerOriginalPrice", json!(80_000.5)),
        ("triggerOrderType", json!(1001)),
        ("triggerUseLastPrice", json!(false)),
        ("orderState", json!("STATUS_INACTIVE")),
        ("orderValue", json!(80.0005)),
        ("ocoPeerOrderId", json!(null)),
    ] {
        assert_eq!(waiting[key], value, "{key}");
    }
    venue.set_mark("80000.4".parse().unwrap()).await;
    assert_eq!(order(&venue, &placed).await["status"], 9, "not yet");
    venue.set_mark("80000.5".parse().unwrap()).await;
    let done = order(&venue, &placed).await;
    assert_eq!((&done["status"], &done["triggered"]), (&json!(4), &json!(true)));
    let fill = venue.my("/user/trade_history").await.ok()[0].clone();
    assert_eq!((&fill["triggerType"], &fill["triggerPrice"]), (&json!(1001), &json!(80_000.5)));
    assert_eq!((&fill["clOrderID"], &fill["orderType"]), (&json!("mine"), &json!(77)));
    assert_eq!(open(&venue).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_limit_order_that_has_fired_is_in_the_book() {
    let venue = Venue::start().await;
    let limit = json!({"type": "LIMIT", "price": 74_000, "txType": "TRIGGER"});
    let placed = venue.post("/order", with(stop("BUY", 76_000.0), limit)).await.one();
    assert_eq!((&placed["status"], &placed["price"]), (&json!(9), &json!(74_000)));
    assert_eq!(open(&venue).await[0]["triggerOrderType"], 1002, "a buy below the price");
    venue.set_mark(Decimal::from(75_999)).await;
    assert_eq!(order(&venue, &placed).await["status"], 10);
    let shown = open(&venue).await.remove(0);
    assert_eq!((&shown["triggered"], &shown["orderState"]), (&json!(true), &json!("STATUS_ACTIVE")));
    let book = venue.get("/orderbook/L2?symbol=BTC-PERP&depth=1000").await.ok();
    let bids = book["buyQuote"].as_array().unwrap();
    assert!(bids.iter().any(|level| field(level, "price").starts_with("74000")), "it rests");
}

#[tokio::test]
async fn a_trigger_looks_at_the_price_it_is_told_to() {
    let venue = Venue::start().await;
    let by_last = with(stop("SELL", 75_000.0), json!({"trigger": "lastPrice"}));
    let placed = venue.post("/order", by_last).await.one();
    assert_eq!(open(&venue).await[0]["triggerUseLastPrice"], true);
    venue.set_mark(Decimal::from(74_000)).await;
    assert_eq!(order(&venue, &placed).await["status"], 9, "the mark price is not its concern");
    venue.set_last(75_000).await;
    assert_eq!(order(&venue, &placed).await["status"], 4);
}

#[tokio::test]
async fn a_trailing_stop_follows_the_best_price() {
    let venue = Venue::start().await;
    let mark = mark(&venue).await.round();
    venue.set_mark(mark).await;
    let trailing = json!({"symbol": "BTC-PERP", "side": "SELL", "type": "MARKET", "size": 100, "txType": "STOP",
                          "trailValue": 500});
    let placed = venue.post("/order", trailing).await.one();
    assert_eq!(
        (placed["status"].as_i64(), number(&placed["triggerPrice"])),
        (Some(9), mark - Decimal::from(500))
    );
    venue.set_mark(mark + Decimal::from(300)).await;
    venue.set_mark(mark).await;
    let shown = open(&venue).await.remove(0);
    assert_eq!(number(&shown["triggerPrice"]), mark - Decimal::from(200), "up with it, not down");
    assert_eq!(number(&shown["triggerOriginalPrice"]), mark - Decimal::from(500));
    assert_eq!((&shown["trailValue"], &shown["trailValueType"]), (&json!(500), &json!("DISTANCE")));
    let asked = order(&venue, &placed).await;
    assert_eq!(number(&asked["triggerPrice"]), mark - Decimal::from(200));
    venue.set_mark(mark - Decimal::from(200)).await;
    assert_eq!(order(&venue, &placed).await["status"], 4);
}

#[tokio::test]
async fn a_trigger_price_is_amended_until_it_has_fired() {
    let venue = Venue::start().await;
    let limit = json!({"type": "LIMIT", "price": 83_000});
    let placed = venue.post("/order", with(stop("BUY", 80_000.0), limit)).await.one();
    let change =
        |members: Value| with(json!({"symbol": "BTC-PERP", "orderID": field(&placed, "orderID")}), members);
    let amended = venue.put("/order", change(json!({"type": "TRIGGERPRICE", "value": 81_000}))).await.one();
    assert_eq!((&amended["status"], &amended["triggerPrice"]), (&json!(123), &json!(81_000)));
    let all = json!({"type": "ALL", "orderPrice": 83_000.5, "orderSize": 70, "triggerPrice": 81_500});
    let amended = venue.put("/order", change(all)).await.one();
    assert_eq!((&amended["price"], &amended["triggerPrice"]), (&json!(83_000.5), &json!(81_500)));
    assert_eq!(amended["currentOrderSize"], 70);
    assert_eq!(open(&venue).await[0]["triggerOriginalPrice"], 80_000);
    for (members, code, message) in [
        (json!({"type": "TRIGGERPRICE", "value": 67_000}), 33_001_001, "value 67000 is on the wrong side"),
        (json!({"type": "TRIGGERPRICE", "value": 81_000.05}), 302, "value 81000.05 is off the grid"),
        (
            json!({"type": "ALL", "orderSize": 80, "triggerPrice": 1}),
            33_001_001,
            "triggerPrice 1 is on the wrong side",
        ),
        (json!({"type": "TRIGGERPRICE", "value": 81_500}), 400, "nothing to amend"),
        (
            json!({"type": "PRICE", "value": 83_001, "triggerPrice": 81_000}),
            -2,
            "triggerPrice is read with type ALL",
        ),
    ] {
        let (given, text) = venue.put("/order", change(members.clone())).await.refused(400);
        assert!(given == code && text.contains(message), "{members}\n{given} {text}");
    }
    venue.set_mark(Decimal::from(81_500)).await;
    let late = venue.put("/order", change(json!({"type": "TRIGGERPRICE", "value": 84_000}))).await;
    assert_eq!(late.refused(400).0, 400);
}

#[tokio::test]
async fn what_can_not_be_done_when_it_fires_says_so() {
    let venue = Venue::start().await;
    let reducing = with(stop("SELL", 75_000.0), json!({"reduceOnly": true}));
    let reducing = venue.post("/order", reducing).await.one();
    assert_eq!(reducing["status"], 9, "a position may come until then");
    let large = venue.post("/order", with(stop("SELL", 75_000.0), json!({"size": 3_000_000}))).await.one();
    assert_eq!(large["status"], 9, "margin is looked at when it fires");
    let balance = number(&venue.my("/user/wallet").await.one()["availableBalance"]);
    venue.withdraw(balance - Decimal::ONE).await;
    venue.set_mark(Decimal::from(74_900)).await;
    assert_eq!(order(&venue, &reducing).await["status"], 15);
    assert_eq!(order(&venue, &large).await["status"], 8);
    assert_eq!(open(&venue).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_stop_is_cancelled_like_any_other_order() {
    let venue = Venue::start().await;
    let placed = venue.post("/order", stop("BUY", 80_000.0)).await.one();
    let id = field(&placed, "orderID");
    let cancelled = venue.delete(&format!("/order?symbol=BTC-PERP&orderID={id}")).await.one();
    assert_eq!((&cancelled["status"], &cancelled["trigger"]), (&json!(6), &json!(true)));
    assert_eq!(order(&venue, &placed).await["status"], 6, "not refunded: it never came to the market");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_field() {
    let venue = Venue::start().await;
    let plain = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100});
    for (members, code, message) in [
        (json!({"txType": "STOP"}), -2, "triggerPrice parameter is mandatory"),
        (json!({"txType": "TRIGGER", "triggerPrice": 0}), -2, "triggerPrice parameter is mandatory"),
        (json!({"txType": "OTHER"}), -2, "txType \"OTHER\" is not known"),
        (json!({"triggerPrice": 80_000}), -2, "triggerPrice needs something that waits for it"),
        (json!({"trailValue": 10}), -2, "trailValue is for orders that wait"),
        (json!({"stopPrice": 80_000}), -2, "stopPrice is for type OCO"),
        (json!({"txType": "STOP", "triggerPrice": 80_000, "stopPrice": 1}), -2, "stopPrice is for type OCO"),
        (json!({"txType": "STOP", "triggerPrice": 80_000, "trigger": "index"}), -2, "trigger is not known"),
        (json!({"txType": "STOP", "triggerPrice": 80_000.05}), 302, "triggerPrice 80000.05 is off the grid"),
        (json!({"txType": "STOP", "triggerPrice": -1}), 302, "triggerPrice -1 is out of range"),
        (
            json!({"txType": "STOP", "triggerPrice": 67_000}),
            33_001_001,
            "triggerPrice 67000 is on the wrong side of the price",
        ),
        (json!({"txType": "STOP", "trailValue": 99_000}), 33_001_001, "trailValue 99000 is out of range"),
        (json!({"txType": "STOP", "trailValue": 0.05}), 302, "trailValue 0.05 is off the grid"),
        (
            json!({"txType": "TRIGGER", "trailValue": 10}),
            -2,
            "trailValue and txType TRIGGER can't be combined",
        ),
        (
            json!({"txType": "STOP", "trailValue": 10, "takeProfitPrice": 87_000}),
            -2,
            "trailValue and takeProfitPrice or stopLossPrice can't be combined",
        ),
    ] {
        let order = with(plain.clone(), members);
        let (given, text) = venue.post("/order", order.clone()).await.refused(400);
        assert!(given == code && text.contains(message), "{order}\n{given} {text}");
    }
    assert_eq!(open(&venue).await, Vec::<Value>::new());
}
