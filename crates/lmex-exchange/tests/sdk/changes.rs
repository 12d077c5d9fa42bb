//! Amending and cancelling when answers are lost.

use std::time::Duration;

use lmex::futures::{Amendment, CancelTarget, CreateOrder, OrderForm, OrderRef, TxType};
use lmex::{Client, Error, NewOrder, OrderId, OrderOutcome, Side, Size, Status};

use crate::faults::Fault;
use crate::rig::{Rig, SHORT, btc, id, resting};

const ORDER: &str = "/order";

async fn with_order(client_id: &str) -> (Rig, Client, OrderId) {
    let rig = Rig::start().await;
    let client = rig.builder().timeout(SHORT).resolve_within(Duration::from_millis(200)).build().unwrap();
    let done = client.place(&resting(btc(), client_id)).await.unwrap().done().unwrap();
    let order = done.order.order_id.parse().unwrap();
    (rig, client, order)
}

/// The exchange executes it or not: either way the order is gone, once, and the caller knows.
#[tokio::test]
async fn a_cancel_by_the_venues_id_is_repeated_until_it_is_known_to_have_worked() {
    for fault in [Fault::Reset, Fault::Silence, Fault::HTML_502, Fault::HalfAnswer, Fault::Swallow] {
        let (rig, client, order) = with_order("a").await;
        rig.proxy.next("DELETE", ORDER, fault.clone());
        let cancelled = client.cancel(btc(), CancelTarget::Order(order)).await;
        let cancelled = cancelled.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(cancelled.len(), 1);
        assert_eq!(
            (cancelled[0].status, cancelled[0].cl_order_id.as_str()),
            (Status::CANCELLED, "a"),
            "{fault:?}"
        );
        assert_eq!(rig.proxy.arrivals("DELETE", ORDER), 2, "{fault:?}");
        assert_eq!(rig.orders_with(id("a")).await, 0);
    }
}

#[tokio::test]
async fn scenario_06_a_cancel_that_comes_too_late_says_so_and_is_not_repeated() {
    let rig = Rig::start().await;
    let client = rig.client();
    let order = NewOrder::market(btc(), Side::Buy, Size::Contracts(100));
    let filled = client.place(&order).await.unwrap().done().unwrap();
    let target = CancelTarget::Order(filled.order.order_id.parse().unwrap());
    let error = client.cancel(btc(), target).await.unwrap_err();
    assert!(error.is_order_not_found(), "{error}");
    assert_eq!((rig.proxy.arrivals("DELETE", ORDER), rig.proxy.arrivals("POST", ORDER)), (1, 1));
    // Nor when its first answer was lost: it had filled, it was not us.
    rig.proxy.next("DELETE", ORDER, Fault::Reset);
    assert!(client.cancel(btc(), target).await.unwrap_err().is_order_not_found());
}

#[tokio::test]
async fn a_cancel_that_could_reach_other_orders_is_sent_once() {
    for target in [CancelTarget::All, CancelTarget::Client(id("a"))] {
        for fault in [Fault::Reset, Fault::HTML_502, Fault::Swallow] {
            let (rig, client, _) = with_order("a").await;
            rig.proxy.next("DELETE", ORDER, fault.clone());
            let error = client.cancel(btc(), target).await.unwrap_err();
            assert!(error.is_unknown(), "{target:?} {fault:?}: {error}");
            assert_eq!(rig.proxy.arrivals("DELETE", ORDER), 1, "{target:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn an_amendment_whose_answer_is_lost_is_confirmed_by_asking() {
    for (amendment, price, size) in [
        (Amendment::Price(54_000.into()), 54_000, 100),
        (Amendment::Size(50), 55_000, 50),
        (Amendment::PriceAndSize(53_000.into(), 70), 53_000, 70),
    ] {
        for fault in [Fault::Reset, Fault::HTML_502, Fault::HalfAnswer] {
            let (rig, client, order) = with_order("a").await;
            rig.proxy.next("PUT", ORDER, fault.clone());
            let amended = client.amend(btc(), OrderRef::Id(order), amendment).await;
            let amended = amended.unwrap_or_else(|error| panic!("{amendment:?} {fault:?}: {error}"));
            assert_eq!((amended.price, amended.current_order_size), (price.into(), size.into()), "{fault:?}");
            assert_eq!(rig.proxy.arrivals("PUT", ORDER), 1, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn an_amended_trigger_whose_answer_is_lost_is_confirmed_by_asking() {
    let trigger_price = 91_000.into();
    for (amendment, size) in [
        (Amendment::TriggerPrice(trigger_price), 100),
        (Amendment::WithTrigger { price: None, size: Some(70), trigger_price }, 70),
    ] {
        let (rig, client, _) = with_order("a").await;
        let stop = CreateOrder {
            tx_type: Some(TxType::Stop),
            trigger_price: Some(90_000.into()),
            ..CreateOrder::new(btc(), Side::Buy, OrderForm::Market, 100, id("stop"))
        };
        client.send(&stop).await.unwrap();
        rig.proxy.next("PUT", ORDER, Fault::HalfAnswer);
        let amended = client.amend(btc(), OrderRef::Client(id("stop")), amendment).await;
        let amended = amended.unwrap_or_else(|error| panic!("{amendment:?}: {error}"));
        assert_eq!((amended.trigger_price, amended.current_order_size), (trigger_price, size.into()));
        assert_eq!(rig.proxy.arrivals("PUT", ORDER), 1, "{amendment:?}");
    }
}

#[tokio::test]
async fn an_amendment_the_venue_is_unsure_about_is_asked_for_too() {
    let (rig, client, order) = with_order("a").await;
    let unsure = r#"[{"status":17,"symbol":"BTC-PERP","orderType":76,"price":55000,"side":"BUY"}]"#;
    rig.proxy.next("PUT", ORDER, Fault::Instead(200, "application/json", unsure));
    let amended = client.amend(btc(), OrderRef::Id(order), Amendment::Price(54_000.into())).await.unwrap();
    assert_eq!((amended.price, amended.order_id), (54_000.into(), order.to_string()));
}

#[tokio::test]
async fn an_amendment_that_never_arrived_is_unknown_and_not_sent_again() {
    let (rig, client, order) = with_order("a").await;
    rig.proxy.next("PUT", ORDER, Fault::Swallow);
    let error = client.amend(btc(), OrderRef::Id(order), Amendment::Price(54_000.into())).await.unwrap_err();
    assert!(matches!(error, Error::Lost { .. }) && error.is_unknown(), "{error}");
    assert_eq!((rig.proxy.arrivals("PUT", ORDER), rig.proxy.forwarded("PUT", ORDER)), (1, 0));
}

#[tokio::test]
async fn what_is_unknown_in_its_market_is_resolved_before_an_amendment() {
    let (rig, client, order) = with_order("a").await;
    rig.proxy.next("POST", ORDER, Fault::Swallow);
    assert!(matches!(client.place(&resting(btc(), "lost")).await.unwrap(), OrderOutcome::Unknown(_)));
    let refused =
        client.amend(btc(), OrderRef::Id(order), Amendment::Price(54_000.into())).await.unwrap_err();
    assert!(
        matches!(refused, Error::Unresolved { client_id, closing: false, .. } if client_id == id("lost")),
        "{refused}"
    );
    assert_eq!(rig.proxy.arrivals("PUT", ORDER), 0);
}

/// What is looked up before says nothing about the change.
#[tokio::test]
async fn an_amendment_whose_market_can_not_be_looked_up_was_never_sent() {
    let rig = Rig::start().await;
    let client = rig.client();
    rig.proxy.always("GET", "/market_summary", Fault::HTML_502);
    let amendment = Amendment::Price(54_000.into());
    let error = client.amend(btc(), OrderRef::Client(id("a")), amendment).await.unwrap_err();
    assert!(!error.is_unknown() && !error.was_sent(), "{error}");
    assert!(error.to_string().starts_with("never sent: "), "{error}");
}
