//! Orders whose answer is lost in every way that has been reported: sent once, and found by asking.

use std::sync::Arc;
use std::time::Duration;

use lmex::{Client, DoneOrder, Error, NewOrder, OrderOutcome, Refusal, Resolution, Side, Size, Status};
use tokio::sync::Semaphore;

use crate::faults::Fault;
use crate::rig::{LONG, Rig, SHORT, btc, id, resting};
use crate::script::{Say, Script};

const ORDER: &str = "/order";

/// A client that soon gives an answer up, but asks for long.
fn asking(rig: &Rig) -> Client {
    rig.builder().timeout(SHORT).resolve_within(LONG).build().unwrap()
}

/// Places an order whose answer is lost, and returns what was found by asking.
async fn found_after(fault: Fault) -> Box<DoneOrder> {
    let rig = Rig::start().await;
    rig.proxy.next("POST", ORDER, fault.clone());
    let outcome = asking(&rig).place(&resting(btc(), "once")).await.unwrap();
    assert_eq!(rig.proxy.arrivals("POST", ORDER), 1, "{fault:?}: sent once");
    assert_eq!(rig.proxy.forwarded("POST", ORDER), 1, "{fault:?}");
    assert_eq!(rig.orders_with(id("once")).await, 1, "{fault:?}: there is one order");
    let OrderOutcome::Done(done) = outcome else { panic!("{fault:?}: {outcome:?}") };
    assert!(done.found_by_asking, "{fault:?}");
    done
}

#[tokio::test]
async fn an_answer_that_never_comes_is_replaced_by_asking() {
    let done = found_after(Fault::Silence).await;
    assert_eq!((done.order.cl_order_id.as_str(), done.order.status), ("once", Status::INSERTED));
    assert_eq!(done.order.remaining_size, 100.into());
}

#[tokio::test]
async fn a_connection_reset_after_the_order_is_no_reason_to_send_it_again() {
    found_after(Fault::Reset).await;
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    found_after(Fault::HalfAnswer).await;
}

#[tokio::test]
async fn a_gateways_error_page_says_nothing_about_the_order() {
    found_after(Fault::HTML_502).await;
}

/// The order was executed; then something on the way answered instead of the venue.
#[tokio::test]
async fn a_no_that_is_not_the_venues_is_no_answer() {
    for status in [400, 401, 403, 404, 405, 451] {
        found_after(Fault::Instead(status, "text/html", "<html>no</html>")).await;
        found_after(Fault::Instead(status, "application/json", r#"{"message":"no route"}"#)).await;
    }
}

/// Also if asking is limited for a moment.
#[tokio::test]
async fn a_429_without_a_code_does_not_say_that_the_order_was_not_executed() {
    found_after(Fault::Instead(429, "text/html", "<html>slow down</html>")).await;
}

#[tokio::test]
async fn a_time_out_of_the_venue_says_nothing_about_the_order() {
    found_after(Fault::TIMED_OUT_408).await;
}

#[tokio::test]
async fn an_empty_success_is_no_success() {
    found_after(Fault::EMPTY_200).await;
}

#[tokio::test]
async fn json_that_ends_in_the_middle_is_no_success() {
    found_after(Fault::Instead(200, "application/json", r#"[{"status":2,"symbol":"BTC-P"#)).await;
}

#[tokio::test]
async fn a_list_without_orders_is_no_success() {
    found_after(Fault::Instead(200, "application/json", "[]")).await;
}

#[tokio::test]
async fn an_answer_about_another_order_is_no_answer() {
    let other =
        r#"[{"status":2,"symbol":"BTC-PERP","orderType":76,"price":1,"side":"BUY","clOrderID":"other"}]"#;
    found_after(Fault::Instead(200, "application/json", other)).await;
}

#[tokio::test]
async fn scenario_08_status_17_means_that_the_venue_does_not_know_either() {
    let unsure = r#"[{"status":17,"symbol":"BTC-PERP","orderType":76,"price":55000,"side":"BUY",
        "clOrderID":"once","message":"Failed to complete the request, please check order status"}]"#;
    found_after(Fault::Instead(200, "application/json", unsure)).await;
}

#[tokio::test]
async fn scenario_04_an_order_that_has_filled_before_it_is_asked_for_is_found_too() {
    let rig = Rig::start().await;
    rig.proxy.next("POST", ORDER, Fault::Silence);
    let order = NewOrder::market(btc(), Side::Buy, Size::Contracts(100)).client_id(id("gone"));
    let done = asking(&rig).place(&order).await.unwrap().done().unwrap();
    assert_eq!((done.order.status, done.order.total_filled_size), (Status::FULLY_TRANSACTED, 100.into()));
    let position = rig.direct().positions(Some(btc())).await.unwrap();
    assert_eq!(position[0].size, 100.into(), "bought once");
    assert_eq!(rig.proxy.arrivals("POST", ORDER), 1);
}

#[tokio::test]
async fn asking_goes_on_while_it_fails_too() {
    let rig = Rig::start().await;
    rig.proxy.next("POST", ORDER, Fault::Reset);
    for fault in [Fault::Reset, Fault::HTML_502, Fault::HalfAnswer, Fault::EMPTY_200, Fault::TIMED_OUT_408] {
        rig.proxy.next("GET", ORDER, fault);
    }
    let done = asking(&rig).place(&resting(btc(), "once")).await.unwrap().done().unwrap();
    assert!(done.found_by_asking);
    assert_eq!((rig.proxy.arrivals("POST", ORDER), rig.proxy.arrivals("GET", ORDER)), (1, 6));
}

#[tokio::test]
async fn an_order_nobody_answers_about_is_unknown_and_resolved_later() {
    let rig = Rig::start().await;
    let client = rig.builder().timeout(SHORT).resolve_within(Duration::from_millis(200)).build().unwrap();
    rig.proxy.next("POST", ORDER, Fault::Reset);
    rig.proxy.always("GET", ORDER, Fault::HTML_502);
    let outcome = client.place(&resting(btc(), "once")).await.unwrap();
    let OrderOutcome::Unknown(unknown) = outcome else { panic!("{outcome:?}") };
    assert_eq!((unknown.client_id, unknown.symbol), (id("once"), btc()));
    assert!(unknown.to_string().contains("may or may not exist"), "{unknown}");

    let refused = client.place(&resting(btc(), "next")).await.unwrap_err();
    assert!(matches!(refused, Error::Unresolved { client_id, .. } if client_id == id("once")), "{refused}");
    assert!(!refused.was_sent());
    rig.proxy.heal();
    let resolved = client.resolve(btc()).await.unwrap();
    assert!(matches!(&resolved[..], [Resolution::Exists(order)] if order.cl_order_id == "once"));
    assert!(client.resolve(btc()).await.unwrap().is_empty(), "it is resolved once");
    assert!(!client.place(&resting(btc(), "next")).await.unwrap().done().unwrap().found_by_asking);
    assert_eq!(rig.proxy.arrivals("POST", ORDER), 2);
    assert_eq!(rig.orders_with(id("once")).await, 1);
}

/// An agent that hears "unknown" and tries again with the same id must not have two orders, whether the venue refuses
/// ids that are in use or not.
#[tokio::test]
async fn scenario_05_an_order_tried_again_under_its_id_is_reported_and_not_sent_again() {
    let rig = Rig::start().await;
    let client = rig.builder().timeout(SHORT).resolve_within(Duration::from_millis(200)).build().unwrap();
    rig.proxy.next("POST", ORDER, Fault::Reset);
    rig.proxy.always("GET", ORDER, Fault::HTML_502);
    let order = resting(btc(), "once");
    assert!(matches!(client.place(&order).await.unwrap(), OrderOutcome::Unknown(_)));
    rig.proxy.heal();
    let done = client.place(&order).await.unwrap().done().unwrap();
    assert!(done.found_by_asking);
    assert_eq!(done.order.cl_order_id, "once");
    assert_eq!(rig.proxy.arrivals("POST", ORDER), 1);
}

/// The request lies in a queue between us and the venue while we ask in vain: absence must not be believed too soon.
#[tokio::test]
async fn an_order_that_arrives_after_it_was_asked_for_in_vain_blocks_its_market_until_it_is_found() {
    let rig = Rig::start().await;
    let client = rig.builder().timeout(SHORT).resolve_within(Duration::from_millis(200)).build().unwrap();
    let queue = Arc::new(Semaphore::new(0));
    rig.proxy.next("POST", ORDER, Fault::Hold(Arc::clone(&queue)));
    assert!(matches!(client.place(&resting(btc(), "late")).await.unwrap(), OrderOutcome::Unknown(_)));
    let refused = client.place(&resting(btc(), "next")).await.unwrap_err();
    assert!(matches!(refused, Error::Unresolved { .. }), "{refused}");
    queue.add_permits(1);
    let found = loop {
        match client.resolve(btc()).await.unwrap().remove(0) {
            Resolution::Exists(order) => break order,
            Resolution::StillUnknown(..) => {}
            Resolution::Absent(id) => panic!("{id} was given up too soon"),
        }
    };
    assert_eq!(found.cl_order_id, "late");
    assert_eq!(rig.orders_with(id("late")).await, 1);
}

#[tokio::test(start_paused = true)]
async fn an_order_the_venue_remembers_as_rejected_is_refused_and_not_done() {
    let script = Script::empty_venue();
    script.on("POST", ORDER, [Say::Lost]);
    let rejected = r#"{"orderType":76,"price":55000,"side":"BUY","timestamp":1,"orderID":"","symbol":"BTC-PERP",
        "clOrderID":"once","status":15}"#;
    script.on("GET", ORDER, [Say::ok(rejected)]);
    let client = script.builder().build().unwrap();
    let outcome = client.place(&resting(btc(), "once")).await.unwrap();
    assert!(
        matches!(&outcome, OrderOutcome::Refused(Refusal::Status(order)) if order.status == Status::REJECTED),
        "{outcome:?}"
    );
    assert!(client.resolve(btc()).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_order_the_venue_does_not_know_the_state_of_stays_unknown() {
    let script = Script::empty_venue();
    script.on("POST", ORDER, [Say::Lost]);
    let unsure = r#"{"orderType":76,"price":55000,"side":"BUY","timestamp":1,"orderID":"","symbol":"BTC-PERP",
        "clOrderID":"once","status":17}"#;
    script.on("GET", ORDER, [Say::ok(unsure)]);
    let client = script.builder().build().unwrap();
    assert!(matches!(client.place(&resting(btc(), "once")).await.unwrap(), OrderOutcome::Unknown(_)));
}

#[tokio::test(start_paused = true)]
async fn scenario_08_http_200_with_a_refusing_status_is_never_called_done() {
    for status in [1, 8, 15, 16, 300, 301, 302, 303, 304, 305] {
        let script = Script::empty_venue();
        let answer = format!(
            r#"[{{"status":{status},"symbol":"BTC-PERP","orderType":76,"price":55000,"side":"BUY","clOrderID":"a"}}]"#
        );
        script.on("POST", ORDER, [Say::ok(answer)]);
        let outcome = script.builder().build().unwrap().place(&resting(btc(), "a")).await.unwrap();
        assert!(matches!(outcome, OrderOutcome::Refused(Refusal::Status(_))), "{status}: {outcome:?}");
        assert_eq!(script.sent("POST", ORDER), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_is_sent_again_only_while_there_is_no_connection_at_all() {
    let script = Script::empty_venue();
    script.on("POST", ORDER, [Say::NotSent, Say::NotSent, Say::Lost]);
    let client = script.builder().build().unwrap();
    assert!(matches!(client.place(&resting(btc(), "a")).await.unwrap(), OrderOutcome::Unknown(_)));
    assert_eq!(script.sent("POST", ORDER), 3, "twice without a connection, once for real");

    script.on("POST", ORDER, [Say::NotSent]);
    let error = script.builder().build().unwrap().place(&resting(btc(), "b")).await.unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }) && !error.was_sent(), "{error}");
}
