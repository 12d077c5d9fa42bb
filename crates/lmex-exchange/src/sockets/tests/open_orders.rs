//! `open-order:…`: a snapshot, then every change, numbered for each listener.

use lmex_api::stream::StreamPath;
use lmex_engine::{AmendCause, CancelReason, Event, Order, OrderRef};
use lmex_types::{OrderId, TimeMs};
use serde_json::{Value, json};

use super::fake::{BTC, Client, TRADER, Venue};
use super::private::order;

const TOPIC: &str = "open-order:BTC-PERP-USD";

async fn listening(venue: &Venue, key: &str) -> Client {
    let mut client = venue.connect(StreamPath::Main);
    client.say(&json!({"op": "login", "args": [key, "5", "/ws/futures5!"]}).to_string());
    assert_eq!(client.text().await, r#"{"event":"login","success":true}"#);
    client.subscribe(&[TOPIC]);
    assert_eq!(client.json().await["channel"], json!([TOPIC]));
    client
}

pub(super) fn rests(order: &Order) -> [Event; 2] {
    let rested = Event::OrderRested {
        account: order.account,
        market: BTC,
        order: order.id,
        side: order.side,
        price: order.price,
        remaining: order.remaining(),
        level: order.remaining(),
    };
    [Event::OrderAccepted { order: *order }, rested]
}

pub(super) fn cancelled(order: &Order) -> Event {
    Event::OrderCancelled {
        account: order.account,
        market: BTC,
        order: order.id,
        client_id: order.client_id,
        side: order.side,
        price: order.price,
        remaining: order.remaining(),
        reason: CancelReason::User,
        level: Some(0),
    }
}

fn amended(order: &Order, price: i64) -> Event {
    Event::OrderAmended {
        account: order.account,
        market: BTC,
        order: order.id,
        side: order.side,
        old_price: order.price,
        price,
        contracts: order.contracts,
        remaining: order.remaining(),
        trigger: None,
        kept_place: false,
        cause: AmendCause::User,
        level: Some(0),
    }
}

fn told(message: &Value) -> (i64, &str, usize) {
    assert_eq!(message["topic"], TOPIC);
    let serial = message["serialId"].as_i64().unwrap();
    (serial, message["type"].as_str().unwrap(), message["data"].as_array().unwrap().len())
}

/// What happens while nobody listens is followed all the same, and told to nobody afterwards.
#[tokio::test(start_paused = true)]
async fn who_comes_late_begins_with_what_is_open_and_hears_only_what_comes_after() {
    let mut venue = Venue::open();
    let (first, gone) = (order(), Order { id: OrderId::from_bits(77), ..order() });
    let unheard = [&rests(&first)[..], &rests(&gone), &[amended(&first, 599_990), cancelled(&gone)]].concat();
    venue.happens(unheard).await;
    let mut owner = listening(&venue, "friend").await;
    owner.subscribe(&["notificationApiV4"]);
    let snapshot = owner.json().await;
    assert_eq!(told(&snapshot), (1, "SNAPSHOT", 1));
    assert_eq!(
        (&snapshot["data"][0]["price"], &snapshot["data"][0]["displayPrice"]),
        (&json!(59_999), &json!(60_000.1))
    );
    assert_eq!(owner.json().await["channel"], json!(["notificationApiV4"]));
    venue.happens([cancelled(&first)]).await;
    let news = owner.json().await;
    assert_eq!(
        (&news["topic"], news["data"].as_array().map(Vec::len)),
        (&json!("notificationApiV4"), Some(1))
    );
    assert_eq!(told(&owner.json().await), (2, "UPDATE", 1));
}

#[tokio::test(start_paused = true)]
async fn orders_are_followed_by_numbers_without_a_gap() {
    let mut venue = Venue::open();
    let first = order();
    venue.happens(rests(&first)).await;
    let mut owner = listening(&venue, "friend").await;
    let snapshot = owner.json().await;
    assert_eq!(told(&snapshot), (1, "SNAPSHOT", 1));
    let row = &snapshot["data"][0];
    assert_eq!(
        (&row["amount"], &row["orderMode"], &row["price"]),
        (&json!(100), &json!(66), &json!(60000.1))
    );

    let second = Order { id: OrderId::from_bits(0x22), ..order() };
    venue.happens(rests(&second)).await;
    assert_eq!(told(&owner.json().await), (2, "UPDATE", 1));
    venue.happens([amended(&second, 600_000)]).await;
    let changed = owner.json().await;
    assert_eq!(told(&changed), (3, "UPDATE", 1));
    let row = &changed["data"][0];
    assert_eq!((&row["price"], &row["displayPrice"]), (&json!(60000), &json!(60000.1)), "as documented");

    // Another listener has numbers of its own.
    let mut late = listening(&venue, "friend").await;
    assert_eq!(told(&late.json().await), (1, "SNAPSHOT", 2));
    venue.happens([cancelled(&first), cancelled(&second)]).await;
    assert_eq!(told(&owner.json().await), (4, "UPDATE", 2));
    let gone = late.json().await;
    assert_eq!(told(&gone), (2, "UPDATE", 2));
    assert!(gone["data"].as_array().unwrap().iter().all(|row| row["amount"] == 0));
}

#[tokio::test(start_paused = true)]
async fn an_order_that_never_rests_is_not_told() {
    let mut venue = Venue::open();
    let mut owner = listening(&venue, "friend").await;
    assert_eq!(told(&owner.json().await), (1, "SNAPSHOT", 0));
    venue.happens([Event::OrderAccepted { order: order() }, cancelled(&order())]).await;
    let refused = Event::CancelRefused {
        account: TRADER,
        market: BTC,
        target: Some(OrderRef::Id(order().id)),
        refusal: lmex_engine::Refusal::OrderNotFound,
    };
    venue.happens([refused]).await;
    owner.hears_nothing_for(1_000).await;
}

#[tokio::test(start_paused = true)]
async fn the_other_account_and_who_is_not_logged_in_hear_nothing_of_it() {
    let mut venue = Venue::open();
    venue.happens(rests(&order())).await;
    let mut other = listening(&venue, "other").await;
    assert_eq!(told(&other.json().await), (1, "SNAPSHOT", 0));
    let mut stranger = venue.connect(StreamPath::Main);
    stranger.subscribe(&[TOPIC]);
    assert_eq!(stranger.json().await["channel"], json!([TOPIC]));
    venue.happens([cancelled(&order())]).await;
    other.hears_nothing_for(1_000).await;
    stranger.hears_nothing_for(1_000).await;
    stranger.say(r#"{"op":"authKeyExpires","args":["friend","5","/ws/futures5!"]}"#);
    assert_eq!(stranger.text().await, r#"{"event":"login","success":true}"#);
    assert_eq!(told(&stranger.json().await), (1, "SNAPSHOT", 0), "what was asked for before the login");
}

#[tokio::test(start_paused = true)]
async fn rows_are_the_documented_ones() {
    let mut venue = Venue::open();
    let accepted_at = TimeMs::from_millis(1_689_305_697_451);
    let documented = |number| {
        super::shapes::documented(&format!("lmex-docs-ws/ws-futures-open-orders-{number}-response.json"))
    };
    let (Some(open), Some(gone)) = (documented(3), documented(5)) else { return };
    let id: OrderId = open["data"][0]["orderID"].as_str().unwrap().parse().unwrap();
    let theirs = Order { id, price: 10, ordered: 10, contracts: 10, accepted_at, ..order() };
    let mut owner = listening(&venue, "friend").await;
    assert_eq!(told(&owner.json().await), (1, "SNAPSHOT", 0));
    venue.happens(rests(&theirs)).await;
    assert_eq!(owner.json().await, open);
    venue.happens([cancelled(&theirs)]).await;
    assert_eq!(owner.json().await["data"], gone["data"]);
}
