//! Logins, and what an account hears of its own orders.

use axum::extract::ws::Message;
use lmex_api::stream::StreamPath;
use lmex_engine::{
    AccountId, AmendCause, CancelReason, Crossing, Deleveraged, Event, Exits, Fill, LegId, Money, Order,
    Party, PriceSource, Purpose, Trigger,
};
use lmex_types::{OrderId, OrderType, Side, TimeInForce, TimeMs};
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

pub(super) fn order() -> Order {
    Order {
        id: ORDER,
        client_id: Some("mine-1".parse().unwrap()),
        account: TRADER,
        market: BTC,
        leg: LegId::ONE_WAY,
        side: Side::Buy,
        order_type: OrderType::Limit,
        price: 600_001,
        ordered: 100,
        contracts: 100,
        filled: 0,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: false,
        accepted_at: TimeMs::from_millis(5),
        expires_at: None,
        trigger: None,
        purpose: Purpose::Trade,
        peer: None,
        exits: Exits::NONE,
        peg: None,
        is_spam: false,
    }
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

fn party(account: AccountId, order: Option<OrderId>) -> Party {
    Party {
        account,
        order,
        remaining: 0,
        fee: Money::ZERO,
        realised_pnl: Money::ZERO,
        leg: LegId::ONE_WAY,
        moved: Money::ZERO,
        liquidation_fee: Money::ZERO,
    }
}

/// The order buys from the crowd.
fn fill(trade_id: u64, price: i64, contracts: i64, remaining: i64) -> Event {
    let crowd = party(AccountId::CROWD, None);
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

/// The account that counts is the one of the last login, for topics asked for before it too.
#[tokio::test(start_paused = true)]
async fn who_logs_in_to_another_account_hears_of_that_one_alone() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "fillsV2").await;
    owner.say(r#"{"op":"login","args":["other","6","/ws/futures6!"]}"#);
    assert_eq!(owner.text().await, r#"{"event":"login","success":true}"#);
    venue.happens([Event::OrderAccepted { order: order() }, fill(9, 600_000, 40, 60)]).await;
    owner.hears_nothing_for(1_000).await;
    owner.say(r#"{"op":"login","args":["friend","7","/ws/futures7!"]}"#);
    assert_eq!(owner.text().await, r#"{"event":"login","success":true}"#);
    venue.happens([fill(10, 600_000, 40, 20)]).await;
    assert_eq!(owner.json().await["data"][0]["serialId"], json!(10));
    owner.hears_nothing_for(1_000).await;
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

fn stop() -> Order {
    let trigger = Trigger {
        price: 610_000,
        source: PriceSource::Mark,
        crossing: Crossing::Rising,
        trail: None,
        fired: false,
    };
    Order { trigger: Some(trigger), ..order() }
}

fn fired() -> Event {
    Event::OrderTriggered { account: TRADER, market: BTC, order: ORDER, contracts: 100, trigger: 605_000 }
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_heard_of_when_it_waits_and_when_it_fires() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "notificationApiV4").await;
    venue.happens([Event::OrderAccepted { order: stop() }]).await;
    let waits = owner.json().await["data"][0].clone();
    assert_eq!((&waits["status"], &waits["type"]), (&json!(9), &json!(1)));
    assert_eq!((&waits["triggerPrice"], &waits["orderUserInitiated"]), (&json!(61_000), &json!(true)));
    venue.happens([fired(), rested(100)]).await;
    let live = owner.json().await["data"][0].clone();
    assert_eq!((&live["status"], &live["orderUserInitiated"]), (&json!(10), &json!(false)));
    assert_eq!(live["triggerPrice"], json!(60_500), "where it stood when it fired: a trailing one has moved");
    venue.happens([fill(9, 600_001, 100, 0)]).await;
    assert_eq!(told(&mut owner).await[0], 4, "and nothing of coming to rest in between");
    owner.hears_nothing_for(1_000).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_could_not_be_paid_for_ends_with_that_number() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "notificationApiV4").await;
    for (reason, status) in [
        (CancelReason::InsufficientMargin, 8),
        (CancelReason::NotAllowed, 15),
        (CancelReason::Oco, 6),
        (CancelReason::Unbound, 6),
    ] {
        venue.happens([Event::OrderAccepted { order: stop() }, cancelled(100, reason)]).await;
        assert_eq!(told(&mut owner).await[0], 9);
        let end = owner.json().await["data"][0].clone();
        assert_eq!(
            (&end["status"], &end["orderUserInitiated"]),
            (&json!(status), &json!(false)),
            "{reason:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_immediate_order_that_got_a_part_is_cancelled_in_a_message_of_its_own() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "notificationApiV4").await;
    let order = Order { time_in_force: TimeInForce::Ioc, ..order() };
    let rest = cancelled(60, CancelReason::ImmediateRemainder);
    venue.happens([Event::OrderAccepted { order }, fill(9, 600_000, 40, 60), rest]).await;
    assert_eq!(told(&mut owner).await, json!([5, 60000, 40, 40, 60]));
    assert_eq!(told(&mut owner).await, json!([6, 60000.1, 0, 40, 60]));
}

const VENUES: OrderId = OrderId::from_bits(u128::MAX);

fn liquidation() -> Event {
    Event::LiquidationOrder {
        account: TRADER,
        market: BTC,
        leg: LegId::LONG,
        order: VENUES,
        side: Side::Sell,
        contracts: 100,
        limit: 590_000,
        bankruptcy: Money::ZERO,
    }
}

/// The venue sells for the trader to the crowd.
fn sold(contracts: i64, remaining: i64) -> Event {
    let (crowd, fee) = (party(AccountId::CROWD, None), Money::from_units(1_500_000_000));
    let taker = Party { remaining, fee, liquidation_fee: fee, ..party(TRADER, Some(VENUES)) };
    let (price, aggressor) = (595_000, Side::Sell);
    Event::Fill(Fill {
        market: BTC,
        trade_id: 20,
        price,
        contracts,
        aggressor,
        maker: crowd,
        taker,
        level: 0,
    })
}

fn taken_over(loser: AccountId, order: Option<OrderId>, winner: AccountId) -> Event {
    Event::Deleveraged(Deleveraged {
        market: BTC,
        trade_id: 21,
        price: 594_000,
        contracts: 60,
        side: Side::Sell,
        loser: party(loser, order),
        winner: party(winner, None),
    })
}

#[tokio::test(start_paused = true)]
async fn a_liquidation_is_told_to_its_end() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "notificationApiV4").await;
    let mut fills = logged_in(&venue, "fillsV2").await;
    let ended = Event::LiquidationOrderEnded {
        account: TRADER,
        market: BTC,
        leg: LegId::LONG,
        order: VENUES,
        remaining: 60,
    };
    let crowd = taken_over(TRADER, Some(VENUES), AccountId::CROWD);
    venue.happens([liquidation(), sold(40, 60), ended, crowd]).await;
    let started = owner.json().await["data"][0].clone();
    assert_eq!((&started["status"], &started["orderType"]), (&json!(1003), &json!(77)));
    assert_eq!((&started["positionId"], &started["side"]), (&json!("BTC-PERP-USDT|LONG"), &json!("SELL")));
    let part = owner.json().await["data"][0].clone();
    assert_eq!((&part["status"], &part["orderUserInitiated"]), (&json!(5), &json!(false)));
    assert_eq!(told(&mut owner).await, json!([4, 59400, 60, 100, 0]), "others took over the rest");
    owner.hears_nothing_for(1_000).await;
    let sold = fills.json().await["data"][0].clone();
    assert_eq!((&sold["orderId"], &sold["feeAmount"]), (&json!(VENUES.to_string()), &json!("0.003")));
    assert_eq!(fills.json().await["data"][0]["size"], "60.0");
}

#[tokio::test(start_paused = true)]
async fn one_in_profit_hears_that_its_position_was_taken() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "notificationApiV4").await;
    let mut fills = logged_in(&venue, "fillsV2").await;
    venue.happens([taken_over(AccountId(99), Some(VENUES), TRADER)]).await;
    let row = owner.json().await["data"][0].clone();
    assert_eq!((&row["status"], &row["side"]), (&json!(1004), &json!("BUY")));
    assert_eq!((&row["filledSize"], &row["remainingSize"]), (&json!(60), &json!(0)));
    assert_eq!((&row["price"], &row["orderUserInitiated"]), (&json!(59_400), &json!(false)));
    let fill = fills.json().await["data"][0].clone();
    assert_eq!((&fill["orderId"], &fill["price"]), (&row["orderID"], &json!("59400.0")));
}

#[tokio::test(start_paused = true)]
async fn the_forerunner_says_the_same_in_its_own_fields() {
    let mut venue = Venue::open();
    let mut owner = logged_in(&venue, "notificationApiV3").await;
    venue.happens([Event::OrderAccepted { order: stop() }, fired(), fill(9, 600_000, 40, 60)]).await;
    for (status, filled) in [(9, 0), (10, 0), (5, 40)] {
        let heard = owner.json().await;
        assert_eq!(heard["topic"], "notificationApiV3");
        let row = &heard["data"][0];
        assert_eq!((&row["status"], &row["fillSize"]), (&json!(status), &json!(filled)));
        assert_eq!((&row["type"], &row["txType"]), (&json!("76"), &json!(1)));
        assert_eq!((&row["size"], &row["originalSize"]), (&json!(100), &json!(100)));
        assert!(row.get("filledSize").is_none() && row.get("orderType").is_none(), "{row}");
    }
}
