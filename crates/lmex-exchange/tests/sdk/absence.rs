//! When an order that can't be found is believed not to exist: never before the venue could still execute it.

use std::time::Duration;

use lmex::{Clock, Error, OrderOutcome, Resolution, TimeMs};

use crate::faults::Fault;
use crate::rig::{Rig, SHORT, Shift, btc, eth, id, resting};
use crate::script::{Say, Script};

/// The venue's time-out of 30 s and what the SDK adds.
const SETTLES_MS: i64 = 35_000;

#[tokio::test]
async fn an_order_that_never_arrived_blocks_its_market_alone_and_no_longer_than_it_must() {
    let rig = Rig::start().await;
    let shift = Shift::default();
    let client =
        rig.builder().timeout(SHORT).resolve_within(Duration::from_millis(200)).clock(shift.clock()).build();
    let client = client.unwrap();
    rig.proxy.next("POST", "/order", Fault::Swallow);
    let outcome = client.place(&resting(btc(), "swallowed")).await.unwrap();
    let OrderOutcome::Unknown(unknown) = outcome else { panic!("{outcome:?}") };
    assert!(unknown.settles.ms_since(unknown.sent) >= SETTLES_MS);

    let refused = client.place(&resting(btc(), "next")).await.unwrap_err();
    let Error::Unresolved { client_id, settles, .. } = refused else { panic!("{refused}") };
    assert_eq!((client_id, settles), (id("swallowed"), unknown.settles));
    client.place(&resting(eth(), "elsewhere")).await.unwrap().done().expect("other markets are not blocked");
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 2);

    shift.set(SETTLES_MS + 1_000);
    client.place(&resting(btc(), "next")).await.unwrap().done().expect("it is absent by now");
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 3);
    assert_eq!((rig.orders_with(id("swallowed")).await, rig.orders_with(id("next")).await), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn absence_counts_only_when_asked_twice_and_the_second_time_late_enough() {
    let (script, shift) = (Script::empty_venue(), Shift::default());
    script.on("POST", "/order", [Say::Lost]);
    let client = script.builder().clock(shift.clock()).resolve_within(Duration::ZERO).build().unwrap();
    assert!(matches!(client.place(&resting(btc(), "a")).await.unwrap(), OrderOutcome::Unknown(_)));
    shift.set(SETTLES_MS - 2_000);
    let early = client.resolve(btc()).await.unwrap();
    assert!(matches!(early[..], [Resolution::StillUnknown(..)]), "{early:?}");
    shift.set(SETTLES_MS + 2_000);
    assert_eq!(client.resolve(btc()).await.unwrap(), [Resolution::Absent(id("a"))]);
    assert_eq!(client.resolve(btc()).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn first_asked_late_it_is_asked_for_once_more_before_it_is_given_up() {
    let (script, shift) = (Script::empty_venue(), Shift::default());
    script.on("POST", "/order", [Say::Lost]);
    script.on("GET", "/order", [Say::Lost]);
    let client = script.builder().clock(shift.clock()).build().unwrap();
    assert!(matches!(client.place(&resting(btc(), "a")).await.unwrap(), OrderOutcome::Unknown(_)));
    script.on("GET", "/order", [Say::order_not_found()]);
    let before = script.sent("GET", "/order");
    shift.set(10 * SETTLES_MS);
    assert_eq!(client.resolve(btc()).await.unwrap(), [Resolution::Absent(id("a"))]);
    assert_eq!(script.sent("GET", "/order") - before, 2);
}

#[tokio::test(start_paused = true)]
async fn what_one_of_the_three_places_does_not_answer_is_not_absent() {
    for silent in ["/order", "/user/open_orders", "/user/trade_history"] {
        let (script, shift) = (Script::empty_venue(), Shift::default());
        script.on("POST", "/order", [Say::Lost]);
        script.on("GET", silent, [Say::Answer(503, "", String::new())]);
        let client = script.builder().clock(shift.clock()).build().unwrap();
        assert!(matches!(client.place(&resting(btc(), "a")).await.unwrap(), OrderOutcome::Unknown(_)));
        shift.set(10 * SETTLES_MS);
        let resolved = client.resolve(btc()).await.unwrap();
        assert!(matches!(resolved[..], [Resolution::StillUnknown(..)]), "{silent}: {resolved:?}");
        let refused = client.place(&resting(btc(), "b")).await.unwrap_err();
        assert!(matches!(refused, Error::Unresolved { .. }), "{silent}: {refused}");
    }
}

/// Tries without a connection, and waiting for the rate limit, come before the bytes leave: the venue's 30 s begin
/// after them.
#[tokio::test(start_paused = true)]
async fn the_time_counts_from_when_the_order_left_and_not_from_when_it_was_meant_to() {
    let script = Script::empty_venue();
    script.on("POST", "/order", [Say::Nothing]);
    // A wall clock that goes with the paused one.
    let start = tokio::time::Instant::now();
    let wall = move || TimeMs::from_millis(i64::try_from(start.elapsed().as_millis()).unwrap());
    let client = script.builder().clock(Clock::from_fn(wall)).resolve_within(Duration::ZERO).build().unwrap();
    let outcome = client.place(&resting(btc(), "slow")).await.unwrap();
    let OrderOutcome::Unknown(unknown) = outcome else { panic!("{outcome:?}") };
    assert!(unknown.reason.contains("given up after 60 s"), "{}", unknown.reason);
    assert!(unknown.settles.ms_since(unknown.sent) >= 59_000 + SETTLES_MS);
}

#[tokio::test(start_paused = true)]
async fn a_found_order_is_believed_wherever_it_is_found() {
    let open = r#"[{"orderType":76,"price":55000,"side":"BUY","timestamp":1,"orderID":"7","symbol":"BTC-PERP",
        "clOrderID":"a"}]"#;
    let fill = r#"[{"orderType":76,"price":55000,"side":"BUY","timestamp":1,"orderId":"7","symbol":"BTC-PERP",
        "clOrderID":"a","size":100,"filledSize":100,"filledPrice":55000,"tradeId":"t","serialId":1}]"#;
    for (path, body) in [("/user/open_orders", open), ("/user/trade_history", fill)] {
        let script = Script::empty_venue();
        script.on("POST", "/order", [Say::Lost]);
        script.on("GET", path, [Say::ok(body)]);
        let done = script.builder().build().unwrap().place(&resting(btc(), "a")).await.unwrap();
        let done = done.done().unwrap_or_else(|| panic!("{path}"));
        assert!(done.found_by_asking && done.order.order_id == "7", "{path}");
    }
}
