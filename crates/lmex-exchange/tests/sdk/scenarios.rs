//! Failures that users of other clients have reported, as far as no other file is about them.

use std::time::Duration;

use futures_util::future::join_all;
use lmex::futures::{CancelTarget, PositionMode};
use lmex::{Error, NewOrder, OrderState, Side, Size, SizeError, Status, Symbol};

use crate::faults::Fault;
use crate::rig::{Rig, SHORT, Shift, btc, eth, id, resting};
use crate::script::{Say, Script};
use crate::streams::soon;
use crate::tracker::{config, place, tracked, until_state};

#[tokio::test]
async fn scenario_02_the_network_is_gone_for_ten_minutes_with_six_orders_in_flight() {
    let (rig, shift) = (Rig::start().await, Shift::default());
    let builder = rig.builder().timeout(SHORT).resolve_within(Duration::ZERO).clock(shift.clock());
    let client = builder.build().unwrap();
    let tracker = client.track_with(config()).unwrap();
    soon(tracker.in_sync()).await;
    for market in [btc(), eth()] {
        client.instrument(market).await.unwrap();
    }
    // Three are executed and three are not; nobody hears of any of them.
    for fault in [Fault::Silence, Fault::Swallow] {
        (0..3).for_each(|_| rig.proxy.next("POST", "/order", fault.clone()));
    }
    let orders: Vec<_> =
        (0..6).map(|n| resting(if n % 2 == 0 { btc() } else { eth() }, &format!("order-{n}"))).collect();
    let outcomes = join_all(orders.iter().map(|order| client.place(order))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    rig.proxy.serve(false);
    rig.proxy.cut_streams();
    shift.set(600_000);
    rig.proxy.serve(true);
    soon(tracker.reconcile()).await;
    soon(tracker.in_sync()).await;
    let mut states: Vec<_> =
        (0..6).map(|n| tracker.order(id(&format!("order-{n}"))).unwrap().state.to_string()).collect();
    states.sort();
    assert_eq!(states, ["absent", "absent", "absent", "open", "open", "open"]);
    assert_eq!(rig.direct().open_orders(None).await.unwrap().len(), 3, "and none is doubled");
    // The markets are free again.
    client.place(&resting(btc(), "next")).await.unwrap().done().unwrap();
}

#[tokio::test]
async fn scenario_09_what_is_left_of_a_partly_filled_order_is_cancelled_and_what_was_filled_stays() {
    let rig = Rig::start().await;
    let (client, tracker) = tracked(&rig).await;
    // More than the market has to sell at its best price.
    let best = &client.orderbook_l2(btc(), 1).await.unwrap().data.sell_quote[0].clone();
    let more = i64::try_from(best.size).unwrap() + 3;
    let order = NewOrder::limit(btc(), Side::Buy, Size::Contracts(more), best.price).client_id(id("partly"));
    place(&client, &order).await;
    let partly = until_state(&tracker, "partly", OrderState::PartlyFilled).await;
    assert_eq!((partly.filled, partly.remaining()), (best.size, 3.into()));
    client.cancel(btc(), CancelTarget::Client(id("partly"))).await.unwrap();
    let cancelled = tracker.order(id("partly")).unwrap();
    assert_eq!((cancelled.state, cancelled.filled), (OrderState::Cancelled, best.size));
    assert_eq!((cancelled.remaining(), cancelled.average_price), (0.into(), best.price));
    let position = client.positions(Some(btc())).await.unwrap().data[0].size;
    assert_eq!(position, best.size, "a stop would have to be of this size");
}

#[tokio::test]
async fn scenario_11_a_post_only_order_that_would_trade_is_told_as_cancelled_and_not_lost() {
    let rig = Rig::start().await;
    let (client, tracker) = tracked(&rig).await;
    let ask = client.orderbook_l2(btc(), 1).await.unwrap().data.sell_quote[0].price;
    let order =
        NewOrder::limit(btc(), Side::Buy, Size::Contracts(100), ask).post_only().client_id(id("crosses"));
    let done = client.place(&order).await.unwrap().done().unwrap();
    assert_eq!(done.order.status, Status::CANCELLED);
    let known = tracker.order(id("crosses")).unwrap();
    assert_eq!((known.state, known.filled), (OrderState::Cancelled, 0.into()));
}

#[tokio::test]
async fn scenario_12_a_reduce_only_order_never_turns_a_position_around() {
    let rig = Rig::start().await;
    let client = rig.client();
    place(&client, &NewOrder::market(btc(), Side::Buy, Size::Contracts(50))).await;
    let more = NewOrder::market(btc(), Side::Sell, Size::Contracts(80)).reduce_only();
    let sold = client.place(&more).await.unwrap();
    assert!(client.positions(Some(btc())).await.unwrap().is_empty(), "{sold:?}");
    // With nothing left to reduce it is a no, and nothing is opened.
    let refused = client.place(&more).await.unwrap();
    assert!(refused.done().is_none_or(|done| done.order.total_filled_size == 0.into()));
    assert!(client.positions(Some(btc())).await.unwrap().is_empty());
    // In hedge mode it reduces the other side alone.
    client.set_position_mode(btc(), PositionMode::Hedge).await.unwrap();
    let hedged = |side| NewOrder::market(btc(), side, Size::Contracts(50)).position_mode(PositionMode::Hedge);
    place(&client, &hedged(Side::Buy)).await;
    place(&client, &hedged(Side::Sell)).await;
    place(&client, &hedged(Side::Sell).reduce_only()).await;
    let left = client.positions(Some(btc())).await.unwrap().into_data();
    assert_eq!(left.iter().map(|held| (held.side, held.size)).collect::<Vec<_>>(), [(Side::Sell, 50.into())]);
}

/// With this contract size.
fn listed(contract_size: &str) -> Say {
    Say::ok(format!(
        r#"[{{"symbol":"BTC-PERP","base":"BTC","quote":"USDT","active":true,"contractSize":{contract_size},
            "minPriceIncrement":0.5,"minValidPrice":0.5,"minOrderSize":1,"maxOrderSize":7500000,"minSizeIncrement":1}}]"#
    ))
}

#[tokio::test(start_paused = true)]
async fn scenario_32_a_contract_size_that_changes_at_run_time_is_noticed() {
    let script = Script::empty_venue();
    let client = script.builder().build().unwrap();
    let order =
        NewOrder::limit(btc(), Side::Buy, Size::base("0.001".parse().unwrap()), "60000".parse().unwrap());
    script.on(
        "GET",
        "/orderbook/L2",
        [Say::ok(
            r#"{"buyQuote":[],"sellQuote":[{"price":"60001","size":"9"}],"timestamp":1,"symbol":"BTC-PERP"}"#,
        )],
    );
    script.on("GET", "/market_summary", [listed("1e-05"), listed("0.0001")]);
    assert_eq!(client.check(&order).await.unwrap().create.size, 100, "written as 1e-05 it is a number too");
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(client.check(&order).await.unwrap().create.size, 10);
    assert_eq!(script.sent("POST", "/order"), 0);
}

#[tokio::test(start_paused = true)]
async fn scenario_33_twelve_coins_are_not_sent_where_a_contract_is_ten() {
    let script = Script::empty_venue();
    script.on("GET", "/market_summary", [listed("10")]);
    let client = script.builder().build().unwrap();
    let symbol: Symbol = btc();
    let order = NewOrder::limit(symbol, Side::Buy, Size::base(12.into()), "5".parse().unwrap());
    let error = client.place(&order).await.unwrap_err();
    assert!(matches!(error, Error::Size(SizeError::NotWhole { .. })), "{error:?}");
    assert_eq!(script.sent("POST", "/order"), 0);
}
