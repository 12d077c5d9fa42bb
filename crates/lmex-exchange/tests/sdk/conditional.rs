//! Orders that wait, pairs, and what closes a position: as the exchange takes them, and what is refused before it is sent.

use lmex::futures::{BindTpSl, PositionMode, TriggerSource};
use lmex::{
    Client, Decimal, Error, NewAlgoOrder, NewOrder, OrderError, OrderOutcome, Side, Size, Status, TimeInForce,
};

use crate::faults::Fault;
use crate::rig::{Rig, SHORT, btc};

const SIZE: Size = Size::Contracts(100);

/// A price so far from the last one, on the grid.
async fn at(client: &Client, away: i64) -> Decimal {
    client.price(btc()).await.unwrap().last_price.round() + Decimal::from(away)
}

async fn placed(client: &Client, order: &NewOrder) -> lmex::DoneOrder {
    match client.place(order).await.unwrap() {
        OrderOutcome::Done(done) => *done,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn stops_and_touches_wait_for_their_price_and_are_known_by_their_id() {
    let rig = Rig::start().await;
    let client = rig.client();
    let (below, above) = (at(&client, -5_000).await, at(&client, 5_000).await);
    let orders = [
        NewOrder::market(btc(), Side::Sell, SIZE).stop(below),
        NewOrder::market(btc(), Side::Buy, SIZE).stop(above).triggered_by(TriggerSource::LastPrice),
        NewOrder::limit(btc(), Side::Buy, SIZE, above).stop(above),
        NewOrder::limit(btc(), Side::Buy, SIZE, below).touch(below),
        NewOrder::market(btc(), Side::Sell, SIZE).touch(above),
        NewOrder::market(btc(), Side::Sell, SIZE).trail(Decimal::from(300)),
    ];
    for order in &orders {
        let done = placed(&client, order).await;
        assert!(done.order.trigger, "{order:?}: {done:?}");
        assert_eq!(done.others, [], "{order:?}");
    }
    let open = client.open_orders(Some(btc())).await.unwrap();
    assert_eq!(open.len(), orders.len());
    assert!(open.iter().all(|order| order.trigger_order && !order.cl_order_id.is_empty()), "{open:?}");
}

#[tokio::test]
async fn a_pair_comes_with_its_other_half() {
    let rig = Rig::start().await;
    let client = rig.client();
    let (below, above) = (at(&client, -5_000).await, at(&client, 5_000).await);
    let pair = NewOrder::pair(btc(), Side::Buy, SIZE, below, (above, above + Decimal::TEN));
    let done = placed(&client, &pair).await;
    assert_eq!(done.others.len(), 1, "{done:?}");
    assert_ne!(done.order.order_id, done.others[0].order_id);
    assert_eq!(client.open_orders(Some(btc())).await.unwrap().len(), 2);
}

#[tokio::test]
async fn take_profit_and_stop_loss_close_what_the_order_opens() {
    let rig = Rig::start().await;
    let client = rig.client();
    let (below, above) = (at(&client, -5_000).await, at(&client, 5_000).await);
    let order = NewOrder::market(btc(), Side::Buy, SIZE).take_profit(above).stop_loss(below);
    let done = placed(&client, &order).await;
    assert_eq!(done.order.status, Status::FULLY_TRANSACTED);
    let exits = client.open_orders(Some(btc())).await.unwrap();
    let mut prices: Vec<_> = exits.iter().map(|order| order.trigger_price).collect();
    prices.sort();
    assert_eq!(prices, [below, above]);
    assert!(exits.iter().all(|order| order.side == Side::Sell), "{exits:?}");
}

#[tokio::test]
async fn an_order_that_follows_the_index_is_placed_once_whatever_becomes_of_its_answer() {
    for fault in [None, Some(Fault::Reset), Some(Fault::HTML_502), Some(Fault::Silence)] {
        let rig = Rig::start().await;
        let client = rig.builder().timeout(SHORT).build().unwrap();
        let worst = at(&client, 0).await;
        let order = NewAlgoOrder::new(btc(), Side::Buy, SIZE, worst).deviation(Decimal::from(-5));
        fault.iter().for_each(|fault| rig.proxy.next("POST", "/order/peg", fault.clone()));
        let OrderOutcome::Done(done) = client.place_algo(&order).await.unwrap() else { panic!("{fault:?}") };
        assert_eq!(done.found_by_asking, fault.is_some(), "{fault:?}");
        assert_eq!(rig.proxy.arrivals("POST", "/order/peg"), 1, "{fault:?}");
        let open = client.open_orders(Some(btc())).await.unwrap();
        assert_eq!(open.len(), 1, "{fault:?}: {open:?}");
        for wrong in [order.clone().deviation(Decimal::from(11)), order.stealth(Decimal::from(101))] {
            assert!(matches!(client.place_algo(&wrong).await, Err(Error::Order(_))));
        }
    }
}

#[tokio::test]
async fn scenario_13_exits_are_bound_to_an_open_position_once_and_found_again() {
    for fault in [None, Some(Fault::Reset), Some(Fault::HTML_502), Some(Fault::Swallow)] {
        let rig = Rig::start().await;
        let client = rig.builder().timeout(SHORT).build().unwrap();
        let (below, above) = (at(&client, -5_000).await, at(&client, 5_000).await);
        placed(&client, &NewOrder::market(btc(), Side::Buy, SIZE)).await;
        let request = BindTpSl {
            symbol: btc(),
            side: None,
            take_profit_price: Some(above),
            take_profit_trigger: None,
            stop_loss_price: Some(below),
            stop_loss_trigger: None,
            position_mode: None,
            position_id: None,
        };
        fault.iter().for_each(|fault| rig.proxy.next("POST", "/order/bind/tpsl", fault.clone()));
        let bound = client.bind_exits(&request).await;
        assert_eq!(rig.proxy.arrivals("POST", "/order/bind/tpsl"), 1, "{fault:?}");
        if matches!(fault, Some(Fault::Swallow)) {
            assert!(bound.unwrap_err().is_unknown());
            continue;
        }
        let mut prices: Vec<_> = bound.unwrap().iter().map(|order| order.trigger_price).collect();
        prices.sort();
        assert_eq!(prices, [below, above], "{fault:?}");
    }
}

#[tokio::test]
async fn both_sides_can_be_held_in_hedge_mode() {
    let rig = Rig::start().await;
    let client = rig.client();
    client.set_position_mode(btc(), PositionMode::Hedge).await.unwrap();
    for side in [Side::Buy, Side::Sell] {
        let order = NewOrder::market(btc(), side, SIZE).position_mode(PositionMode::Hedge);
        assert_eq!(placed(&client, &order).await.order.status, Status::FULLY_TRANSACTED);
    }
    assert_eq!(client.positions(Some(btc())).await.unwrap().len(), 2);
    let closing = NewOrder::market(btc(), Side::Sell, SIZE).position_mode(PositionMode::Hedge).reduce_only();
    assert_eq!(placed(&client, &closing).await.order.status, Status::FULLY_TRANSACTED);
    let left = client.positions(Some(btc())).await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].side, Side::Sell);
}

#[tokio::test]
async fn what_does_not_go_together_is_refused_before_it_is_sent() {
    let rig = Rig::start().await;
    let client = rig.client();
    let (below, above) = (at(&client, -5_000).await, at(&client, 5_000).await);
    let market = |side| NewOrder::market(btc(), side, SIZE);
    let limit = |price| NewOrder::limit(btc(), Side::Buy, SIZE, price);
    let pair = |side, price, trigger| NewOrder::pair(btc(), side, SIZE, price, (trigger, trigger));
    let off_grid = above + Decimal::new(1, 4);
    let wrong = [
        limit(below).trail(Decimal::from(300)),
        market(Side::Sell).trail(Decimal::from(300)).stop_loss(above),
        pair(Side::Buy, above, below),
        pair(Side::Sell, below, above),
        pair(Side::Buy, below, above).stop(above),
        pair(Side::Buy, below, above).take_profit(above),
        market(Side::Sell).reduce_only().stop_loss(above),
        limit(below).take_profit(below),
        limit(below).stop_loss(above),
        limit(below).post_only().time_in_force(TimeInForce::Ioc),
    ];
    for order in &wrong {
        let error = client.place(order).await.unwrap_err();
        assert!(matches!(error, Error::Order(_)) && !error.was_sent(), "{order:?}: {error:?}");
        assert_eq!(error.category(), "invalid");
    }
    for order in [market(Side::Buy).stop(off_grid), limit(below).stop_loss(below - Decimal::new(1, 4))] {
        let error = client.place(&order).await.unwrap_err();
        assert!(matches!(error, Error::Price(_)), "{order:?}: {error:?}");
    }
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 0);
    let shown = OrderError::PairPrices { side: Side::Buy, price: above, trigger_price: below }.to_string();
    assert!(shown.contains("below its trigger price"), "{shown}");
}
