//! Logins, and what an account hears of its own orders.

use axum::extract::ws::Message;
use lmex_api::stream::StreamPath;
use lmex_engine::{AccountId, AmendCause, CancelReason, Event, Fill, LegId, Money, NewOrder, Order, Party};
use lmex_types::{OrderId, OrderType, Side, TimeMs};
use serde_json::{Value, json};

use super::fake::{BTC, Client, TRADER, Venue};

const ORDER: OrderId = OrderId::from_bits(0x11);

async fn logged_in(venue: &Venue, topic: &str) -> Client {
    let mut client = venue.connect(StreamPath::Main);
    client.say(r#"{"op":"login","args":["friend","5","/ws/futures5!"]}"#);
    assert_eq!(client.text().await, r#"{"event":"login","success":true}"#);
    client.subscribe(&[topic]);
    assert_eq!(client.json().await, json!({"event": "subscribe", "channel": [topic]}));
    client
}

fn order() -> Order {
    let new = NewOrder {
        client_id: Some("mine-1".parse().unwrap()),
        ..NewOrder::limit(TRADER, BTC, ORDER, Side::Buy, 600_001, 100)
    };
    Order::of(&new, TimeMs::from_millis(5))
}

fn rested(remaining: i64) -> Event {
    Event::OrderRested {
        account: TRADER,
        market: BTC,
        order: ORDER,
        side: Side::Buy,
        price: 600_001,
        remaining,
        level: remaining,
    }
}

/// The order buys from the crowd.
fn fill(trade_id: u64, price: i64, contracts: i64, remaining: i64) -> Event {
    let crowd = Party {
        account: AccountId::CROWD,
        order: None,
        remaining: 0,
        fee: Money::ZERO,
        realised_pnl: Money::ZERO,
        leg: LegId::ONE_WAY,
        moved: Money::ZERO,
        liquidation_fee: Money::ZERO,
    };
    let fee = Money::from_units(1_500_000_000);
    let taker = Party { account: TRADER, order: Some(ORDER), remaining, fee, ..crowd };
    let aggressor = Side::Buy;
    Event::Fill(Fill { market: BTC, trade_id, price, contracts, aggressor, maker: crowd, taker, level: 0 })
}

fn cancelled(remaining: i64, reason: CancelReason) -> Event {
    Event::OrderCancelled {
        account: TRADER,
        market: BTC,
        order: ORDER,
        client_id: order().client_id,
        side: Side::Buy,
        price: 600_001,
        remaining,
        reason,
        level: Some(0),
    }
}

#[tokio::test(start_paused = true)]
async fn both_names_of_the_login_are_accepted_and_a_wrong_signature_is_not() {
    let venue = Venue::open();
    let mut client = venue.connect(StreamPath::Main);
    client.say(r#"{"op":"authKeyExpires","args":["friend","6","/ws/futures6!"]}"#);
    assert_eq!(client.text().await, r#"{"event":"login","success":true}"#);
    client.say(r#"{"op":"login","args":["friend","7","/ws/spot7!"]}"#);
    assert_eq!(client.text().await, r#"{"event":"login","success":false}"#);
}

#[tokio::test(start_paused = true)]
async fn who_keeps_failing_to_log_in_is_sent_away() {
    let venue = Venue::open();
    let mut client = venue.connect(StreamPath::Main);
    for _ in 0..5 {
        client.say(r#"{"op":"login","args":["friend","7","guess"]}"#);
    }
    loop {
        match client.message().await {
            Some(Message::Text(text)) if text.contains("1008") => break,
            Some(Message::Text(text)) => assert!(text.contains("false")),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(client.message().await, Some(Message::Close(_))));
}

#[tokio::test(start_paused = true)]
async fn every_private_topic_is_acknowledged() {
    let venue = Venue::open();
    for topic in [
        "fillsV2",
        "notificationApiV3",
        "notificationApiV4",
        "allPositionV3",
        "allPositionV4",
        "positionsV2",
        "positionsV3",
    ] {
        logged_in(&venue, topic).await;
    }
}

#[tokio::test(start_paused = true)]
async fn fills_come_to_their_owner_after_login_only() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "fillsV2").await;
    let mut stranger = venue.connect(StreamPath::Main);
    stranger.subscribe(&["fillsV2"]);
    assert_eq!(stranger.json().await["channel"], json!(["fillsV2"]));
    venue.happens([Event::OrderAccepted { order: order() }, fill(9, 600_000, 40, 60), rested(60)]).await;
    let heard = owner.json().await;
    let row = &heard["data"][0];
    assert_eq!((&row["orderId"], &row["clOrderId"]), (&json!(ORDER.to_string()), &json!("mine-1")));
    assert_eq!(
        (&row["price"], &row["size"], &row["type"]),
        (&json!("60000.0"), &json!("40.0"), &json!("76"))
    );
    assert_eq!(
        (&row["feeAmount"], &row["maker"], &row["serialId"]),
        (&json!("0.0015"), &json!(false), &json!(9))
    );
    assert!(row["tradeId"].as_str().unwrap().parse::<OrderId>().is_ok());
    stranger.hears_nothing_for(1_000).await;
}

async fn told(client: &mut Client) -> Value {
    let heard = client.json().await;
    assert_eq!(heard["topic"], "notificationApiV4");
    let row = &heard["data"][0];
    json!([row["status"], row["price"], row["filledSize"], row["totalFilledSize"], row["remainingSize"]])
}

#[tokio::test(start_paused = true)]
async fn an_order_is_followed_from_the_book_to_its_end() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "notificationApiV4").await;
    venue.happens([Event::OrderAccepted { order: order() }, rested(100)]).await;
    assert_eq!(told(&mut owner).await, json!([2, 60000.1, 0, 0, 100]));
    venue.happens([fill(9, 600_000, 40, 60)]).await;
    assert_eq!(told(&mut owner).await, json!([5, 60000, 40, 40, 60]));
    let amended = Event::OrderAmended {
        account: TRADER,
        market: BTC,
        order: ORDER,
        side: Side::Buy,
        old_price: 600_001,
        price: 599_990,
        contracts: 90,
        remaining: 50,
        trigger: None,
        kept_place: false,
        cause: AmendCause::User,
        level: Some(0),
    };
    venue.happens([amended, rested(50)]).await;
    assert_eq!(told(&mut owner).await, json!([123, 59999, 0, 40, 50]));
    venue.happens([fill(10, 599_990, 10, 40)]).await;
    assert_eq!(told(&mut owner).await, json!([5, 59999, 10, 50, 40]));
    venue.happens([cancelled(40, CancelReason::User)]).await;
    let last = owner.json().await["data"][0].clone();
    assert_eq!((&last["status"], &last["orderUserInitiated"]), (&json!(6), &json!(true)));
    assert_eq!((&last["originalOrderSize"], &last["currentOrderSize"]), (&json!(100), &json!(90)));
    // (40 × 60000.0 + 10 × 59999.0) / 50
    assert_eq!(last["avgFilledPrice"], json!(59999.8));
    owner.hears_nothing_for(1_000).await;
}

#[tokio::test(start_paused = true)]
async fn a_market_order_that_bought_nothing_is_refunded_and_a_filled_one_is_not() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "notificationApiV4").await;
    let market = Order { order_type: OrderType::Market, price: 0, ..order() };
    let nothing = cancelled(100, CancelReason::MarketNoLiquidity);
    venue.happens([Event::OrderAccepted { order: market }, nothing.clone()]).await;
    assert_eq!(told(&mut owner).await[0], 7);
    venue.happens([Event::OrderAccepted { order: market }, fill(11, 600_001, 30, 70), nothing]).await;
    assert_eq!(told(&mut owner).await[0], 5);
    assert_eq!(told(&mut owner).await[0], 6);
}
