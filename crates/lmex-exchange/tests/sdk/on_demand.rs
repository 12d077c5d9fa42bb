//! The exchange's own faults, as the SDK meets them: no order is lost, none is there twice.

use lmex::{NewOrder, OrderOutcome, Refusal, SessionConfig, Side, Size, StreamEvent, Topic};
use lmex_exchange::ExchangeConfig;
use lmex_exchange::faults::FaultSpec;

use crate::rig::{LONG, Rig, SHORT, btc, config, id, resting};
use crate::streams::{eager, hear, hear_event, soon};

async fn rig(lines: &[&str]) -> Rig {
    let faults = lines.iter().map(|line| FaultSpec::parse(line).unwrap()).collect();
    Rig::start_with(ExchangeConfig { faults, nonce_window_ms: 86_400_000, ..config() }).await
}

async fn placed(rig: &Rig) -> OrderOutcome {
    let asking = rig.builder().timeout(SHORT).resolve_within(LONG).build().unwrap();
    soon(asking.place(&resting(btc(), "once"))).await.unwrap()
}

#[tokio::test]
async fn scenario_01_an_executed_order_whose_answer_fails_is_found_and_there_is_one() {
    for fault in [
        "drop,path=/order,method=POST",
        "reset,path=/order,method=POST",
        "bad-gateway,path=/order,method=POST",
        "time-out,path=/order,method=POST",
        "truncate,path=/order,method=POST",
        "delay,path=/order,method=POST,ms=600000",
        "slow,path=/order,method=POST,per_second=10",
        "replay,path=/order,method=POST",
    ] {
        let rig = rig(&[fault]).await;
        let outcome = placed(&rig).await;
        let OrderOutcome::Done(done) = outcome else { panic!("{fault}: {outcome:?}") };
        assert!(done.found_by_asking, "{fault}");
        assert_eq!(
            (rig.orders_with(id("once")).await, rig.proxy.arrivals("POST", "/order")),
            (1, 1),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn scenario_05_an_order_that_the_venue_executes_twice_is_there_once_under_its_id() {
    let rig = rig(&["duplicate,path=/order,method=POST"]).await;
    assert!(matches!(placed(&rig).await, OrderOutcome::Done(_)));
    assert_eq!(rig.orders_with(id("once")).await, 1, "the venue takes an id once");
}

#[tokio::test]
async fn an_order_that_was_never_executed_is_not_said_to_be_done() {
    for fault in ["drop", "reset", "bad-gateway", "time-out"] {
        let rig = rig(&[&format!("{fault},path=/order,method=POST,execution=before")]).await;
        let asking = rig.builder().timeout(SHORT).resolve_within(SHORT).build().unwrap();
        let outcome = soon(asking.place(&resting(btc(), "once"))).await.unwrap();
        assert!(matches!(outcome, OrderOutcome::Unknown(_)), "{fault}: {outcome:?}");
        assert_eq!(
            (rig.orders_with(id("once")).await, rig.proxy.arrivals("POST", "/order")),
            (0, 1),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn an_order_that_meets_a_rate_limit_is_refused_and_not_sent_again() {
    let rig = rig(&["rate-limit,path=/order,method=POST,times=1"]).await;
    let outcome = placed(&rig).await;
    assert!(matches!(outcome, OrderOutcome::Refused(Refusal::Error(_))), "{outcome:?}");
    assert_eq!((rig.orders_with(id("once")).await, rig.proxy.arrivals("POST", "/order")), (0, 1));
}

#[tokio::test]
async fn an_order_that_arrives_after_its_client_has_given_up_is_found() {
    let rig = rig(&["delay,path=/order,method=POST,ms=1500,execution=before"]).await;
    let asking = rig.builder().timeout(SHORT).resolve_within(SHORT).build().unwrap();
    assert!(matches!(soon(asking.place(&resting(btc(), "once"))).await.unwrap(), OrderOutcome::Unknown(_)));
    soon(async {
        while rig.orders_with(id("once")).await == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let next = soon(asking.place(&resting(btc(), "once"))).await.unwrap();
    assert!(matches!(next, OrderOutcome::Done(done) if done.found_by_asking));
    assert_eq!((rig.orders_with(id("once")).await, rig.proxy.arrivals("POST", "/order")), (1, 1));
}

/// The book is not shown until it is right again.
#[tokio::test]
async fn scenario_21_a_book_that_can_not_be_right_is_asked_for_again() {
    for fault in ["cross", "reset"] {
        let rig = rig(&[&format!("{fault},topic=update:BTC-PERP_0,times=1")]).await;
        let topic = Topic::Book(btc());
        let mut stream = rig.direct().subscribe_with([topic], eager()).unwrap();
        hear(&mut stream, |event| {
            let is_noticed = matches!(event, StreamEvent::Resync(..) | StreamEvent::Disconnected { .. });
            is_noticed.then_some(())
        })
        .await;
        soon(async {
            while stream.with_book(topic, |book| book.bids().len() > 0) != Some(true) {
                stream.next().await.unwrap();
            }
        })
        .await;
        assert_eq!(rig.exchange.faults().list()[0].hits, 1, "{fault}");
    }
}

/// Pings are answered, so the connection looks alive: only the data that does not come gives it away.
#[tokio::test]
async fn a_stream_that_falls_silent_is_noticed_and_left_for_another() {
    let (rig, topic) = (rig(&[]).await, Topic::Book(btc()));
    let config = SessionConfig { stale_after_ms: 300, ack_within_ms: 200, ..eager() };
    let mut stream = rig.direct().subscribe_with([topic], config).unwrap();
    soon(async {
        while stream.with_book(topic, |book| book.bids().len() > 0) != Some(true) {
            stream.next().await.unwrap();
        }
    })
    .await;
    rig.exchange.faults().add(FaultSpec::parse("silence").unwrap()).unwrap();
    hear_event(&mut stream, StreamEvent::Stale(topic)).await;
    let reason = hear(&mut stream, |event| match event {
        StreamEvent::Disconnected { reason, .. } => Some(reason),
        _ => None,
    });
    assert!(reason.await.contains("no data came, though it was asked for again"));
    assert!(stream.book(topic).is_none(), "nothing old is shown as new");
    hear_event(&mut stream, StreamEvent::Connected).await;
    rig.exchange.faults().clear();
    soon(async {
        while stream.with_book(topic, |book| book.bids().len() > 0) != Some(true) {
            stream.next().await.unwrap();
        }
    })
    .await;
}

/// What is no JSON is a message lost: the number of the next one tells.
#[tokio::test]
async fn scenario_20_a_book_with_a_message_missing_is_asked_for_again() {
    for fault in ["gap", "truncate", "drop"] {
        let rig = rig(&[]).await;
        let (client, topic) = (rig.direct(), Topic::Book(btc()));
        let mut stream = client.subscribe_with([topic], eager()).unwrap();
        let mut orders = ["one", "two"].into_iter();
        soon(async {
            while stream.with_book(topic, |book| book.bids().len() > 0) != Some(true) {
                stream.next().await.unwrap();
            }
            let line = format!("{fault},topic=update:BTC-PERP_0,times=1");
            rig.exchange.faults().add(FaultSpec::parse(&line).unwrap()).unwrap();
            let best = client.orderbook_l2(btc(), 1).await.unwrap().buy_quote[0].price;
            let mut place = async || {
                let size = Size::Contracts(100);
                let order =
                    NewOrder::limit(btc(), Side::Buy, size, best).client_id(id(orders.next().unwrap()));
                client.place(&order).await.unwrap().done().unwrap();
            };
            place().await;
            while rig.exchange.faults().list()[0].hits == 0 {
                tokio::task::yield_now().await;
            }
            place().await;
        })
        .await;
        hear(&mut stream, |event| matches!(event, StreamEvent::Resync(..)).then_some(())).await;
        soon(async {
            while stream.with_book(topic, |book| book.bids().len() > 0) != Some(true) {
                stream.next().await.unwrap();
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_server_that_closes_again_and_again_is_connected_to_again() {
    let rig = rig(&["close,ms=20,times=3"]).await;
    let topic = Topic::Book(btc());
    let mut stream = rig.direct().subscribe_with([topic], eager()).unwrap();
    for _ in 0..3 {
        hear(&mut stream, |event| matches!(event, StreamEvent::Disconnected { .. }).then_some(())).await;
        hear_event(&mut stream, StreamEvent::Connected).await;
    }
    hear_event(&mut stream, StreamEvent::Subscribed(topic)).await;
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_with_its_difference() {
    let config = ExchangeConfig { nonce_window_ms: 4_000, ..config() };
    let rig = Rig::start_with(config).await;
    rig.exchange.faults().add(FaultSpec::parse("clock-offset,ms=-60000").unwrap()).unwrap();
    let refused = rig.direct().positions(None).await.unwrap_err().to_string();
    assert!(
        refused.contains(" ms from the server's time") && refused.contains("set your clock"),
        "{refused}"
    );
    rig.exchange.faults().clear();
    rig.direct().positions(None).await.unwrap();
}
