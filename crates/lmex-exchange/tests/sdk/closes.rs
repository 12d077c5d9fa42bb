//! Closing a position when answers are lost: the venue takes no client id with it, and it is sent once all the same.

use std::path::Path;
use std::time::Duration;

use lmex::{Client, ClientBuilder, Error, NewOrder, OrderOutcome, Resolution, Side, Size, Status};
use lmex_exchange::{Clocks, ExchangeConfig};

use crate::faults::Fault;
use crate::rig::{Rig, SHORT, Shift, btc, config, id, resting};
use crate::script::{Say, Script};

const CLOSE: &str = "/order/close_position";
const FAR: i64 = 90_000;

/// An exchange whose times are the machine's, and an open position.
async fn with_position() -> Rig {
    let clocks = Clocks { venue: lmex_exchange::Clock::system(), wall: lmex_exchange::Clock::system() };
    let rig = Rig::start_at(ExchangeConfig { nonce_window_ms: 86_400_000, ..config() }, clocks).await;
    let order = NewOrder::market(btc(), Side::Buy, Size::Contracts(100));
    rig.direct().place(&order).await.unwrap().done().unwrap();
    rig
}

/// A client that soon gives an answer up, and asks for a moment.
fn brief(rig: &Rig) -> ClientBuilder {
    rig.builder().timeout(SHORT).resolve_within(Duration::from_millis(300))
}

async fn open_closes(client: &Client) -> usize {
    client.open_orders(Some(btc())).await.unwrap().iter().filter(|order| order.reduce_only).count()
}

#[tokio::test]
async fn a_close_at_the_market_whose_answer_is_lost_is_found_by_its_fills() {
    for fault in [Fault::Silence, Fault::Reset, Fault::HTML_502, Fault::HalfAnswer, Fault::EMPTY_200] {
        let rig = with_position().await;
        let client = rig.builder().timeout(SHORT).build().unwrap();
        rig.proxy.next("POST", CLOSE, fault.clone());
        let closed = client.close_position(btc(), None).await;
        let closed = closed.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!((closed.side, closed.status), (Side::Sell, Status::FULLY_TRANSACTED), "{fault:?}");
        assert_eq!((closed.total_filled_size, rig.proxy.arrivals("POST", CLOSE)), (100.into(), 1));
        assert_eq!(client.resolve(btc()).await.unwrap(), [], "{fault:?}");
        let again = client.close_position(btc(), None).await.unwrap_err();
        assert!(matches!(again, Error::NoPosition(_)) && !again.was_sent(), "{again}");
    }
}

#[tokio::test]
async fn a_close_at_a_price_whose_answer_is_lost_is_found_among_the_open_orders() {
    let rig = with_position().await;
    let client = brief(&rig).build().unwrap();
    // One like it is there already, and is not taken for it.
    let older = client.close_position(btc(), Some(FAR.into())).await.unwrap();
    rig.proxy.next("POST", CLOSE, Fault::Reset);
    let found = client.close_position(btc(), Some(FAR.into())).await.unwrap();
    assert_ne!(found.order_id, older.order_id);
    assert_eq!((found.status, found.price), (Status::INSERTED, FAR.into()));
    assert_eq!((rig.proxy.arrivals("POST", CLOSE), open_closes(&rig.direct()).await), (2, 2));
}

#[tokio::test]
async fn one_like_it_from_before_is_not_taken_for_a_close_that_never_arrived() {
    let rig = with_position().await;
    let client = brief(&rig).build().unwrap();
    client.close_position(btc(), Some(FAR.into())).await.unwrap();
    rig.proxy.next("POST", CLOSE, Fault::Swallow);
    let error = client.close_position(btc(), Some(FAR.into())).await.unwrap_err();
    assert!(matches!(&error, Error::Unknown(unknown) if unknown.closing), "{error}");
    assert!(error.is_unknown() && error.was_sent() && error.category() == "unknown", "{error}");
}

/// Nobody answers but the orders themselves: the next close finds the first one and sends no second.
#[tokio::test]
async fn a_close_tried_again_is_reported_and_not_sent_again() {
    let rig = with_position().await;
    let client = brief(&rig).build().unwrap();
    client.instrument(btc()).await.unwrap();
    // What is there before can be looked up; then nothing answers any more.
    rig.proxy.next("POST", CLOSE, Fault::Silence);
    let proxy = &rig.proxy;
    let error = tokio::join!(client.close_position(btc(), Some(FAR.into())), async {
        proxy.wait_for("POST", CLOSE, 1).await;
        proxy.always("GET", "/user/open_orders", Fault::HTML_502);
    });
    let error = error.0.unwrap_err();
    assert!(matches!(error, Error::Unknown(_)), "{error}");
    for _ in 0..2 {
        let refused = client.close_position(btc(), Some(FAR.into())).await.unwrap_err();
        assert!(matches!(refused, Error::Unresolved { closing: true, .. }), "{refused}");
        assert!(refused.to_string().contains("the closing of the position in BTC-PERP"), "{refused}");
    }
    let refused = client.place(&resting(btc(), "next")).await.unwrap_err();
    assert!(matches!(refused, Error::Unresolved { closing: true, .. }), "{refused}");
    rig.proxy.heal();
    let found = client.close_position(btc(), Some(FAR.into())).await.unwrap();
    assert_eq!((found.price, found.status), (FAR.into(), Status::INSERTED));
    assert_eq!((rig.proxy.arrivals("POST", CLOSE), open_closes(&rig.direct()).await), (1, 1));
}

#[tokio::test]
async fn a_close_that_never_arrived_blocks_its_market_until_it_is_absent() {
    let (rig, shift, folder) = (with_position().await, Shift::default(), tempfile::tempdir().unwrap());
    let client = brief(&rig).clock(shift.clock()).journal(folder.path()).build().unwrap();
    rig.proxy.next("POST", CLOSE, Fault::Swallow);
    assert!(matches!(client.close_position(btc(), None).await.unwrap_err(), Error::Unknown(_)));
    for refused in [
        client.close_position(btc(), None).await.map(drop).unwrap_err(),
        client.place(&resting(btc(), "next")).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(refused, Error::Unresolved { closing: true, .. }), "{refused}");
    }
    assert_eq!(rig.proxy.arrivals("POST", CLOSE) + rig.proxy.arrivals("POST", "/order"), 1);
    shift.set(40_000);
    let closed = client.close_position(btc(), None).await.unwrap();
    assert_eq!(closed.status, Status::FULLY_TRANSACTED);
    assert_eq!(rig.proxy.arrivals("POST", CLOSE), 2);
}

#[tokio::test]
async fn a_close_of_a_process_that_died_is_adopted_and_found() {
    let (rig, folder) = (with_position().await, tempfile::tempdir().unwrap());
    let dying = brief(&rig).journal(folder.path()).build().unwrap();
    rig.proxy.next("POST", CLOSE, Fault::Silence);
    tokio::select! {
        closed = dying.close_position(btc(), Some(FAR.into())) => panic!("{closed:?}"),
        () = rig.proxy.wait_for("POST", CLOSE, 1) => {}
    }
    drop(dying);
    assert!(on_disk(folder.path()).contains("\"closing\":{\"side\":\"SELL\",\"size\":100"));
    let heir = rig.builder().journal(folder.path()).build().unwrap();
    let found = loop {
        match heir.resolve(btc()).await.unwrap().pop() {
            Some(Resolution::Exists(order)) => break order,
            Some(Resolution::StillUnknown(..)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((found.price, found.side), (FAR.into(), Side::Sell));
}

/// All journals below a folder.
fn on_disk(folder: &Path) -> String {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_journal = |path: &Path| path.extension().is_some();
    paths
        .map(|path| match path {
            folder if folder.is_dir() => on_disk(&folder),
            journal if is_journal(&journal) => std::fs::read_to_string(journal).unwrap(),
            _ => String::new(),
        })
        .collect()
}

#[tokio::test]
async fn what_is_unknown_in_its_market_is_resolved_before_a_close() {
    let rig = with_position().await;
    let client = brief(&rig).build().unwrap();
    rig.proxy.next("POST", "/order", Fault::Swallow);
    assert!(matches!(client.place(&resting(btc(), "lost")).await.unwrap(), OrderOutcome::Unknown(_)));
    let refused = client.close_position(btc(), None).await.unwrap_err();
    assert!(
        matches!(refused, Error::Unresolved { client_id, closing: false, .. } if client_id == id("lost")),
        "{refused}"
    );
    assert_eq!(rig.proxy.arrivals("POST", CLOSE), 0);
}

#[tokio::test]
async fn a_position_that_can_not_be_looked_up_is_not_closed_and_nothing_is_unknown() {
    let rig = with_position().await;
    let client = brief(&rig).build().unwrap();
    for path in ["/user/positions", "/user/open_orders", "/user/trade_history"] {
        rig.proxy.always("GET", path, Fault::HTML_502);
        let error = client.close_position(btc(), None).await.unwrap_err();
        assert!(!error.is_unknown() && !error.was_sent() && error.category() == "unavailable", "{error}");
        rig.proxy.heal();
    }
    assert_eq!(rig.proxy.arrivals("POST", CLOSE), 0);
    assert_eq!(client.resolve(btc()).await.unwrap(), []);
}

const POSITION: &str = r#"[{"symbol":"BTC-PERP","side":"BUY","size":100}]"#;

/// A fill of somebody who sold at the market without a client id, as the web site does.
const FILL: &str = r#"[{"orderType":77,"price":0,"side":"SELL","timestamp":1,"orderId":"7f3b7f9c-51a8-4f1c-9d5e-0123456789ab",
    "symbol":"BTC-PERP","clOrderID":"","size":40,"filledSize":40,"filledPrice":60000,"tradeId":"t","serialId":9}]"#;

fn closing_script(fill: &str) -> Script {
    let script = Script::empty_venue();
    script.on("GET", "/user/positions", [Say::ok(POSITION)]);
    script.on("GET", "/user/trade_history", [Say::ok("[]"), Say::ok(fill)]);
    script.on("POST", CLOSE, [Say::Lost]);
    script
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_fill_is_not_taken_for_the_close() {
    let open = r#"{"orderType":77,"price":0,"side":"SELL","timestamp":1,"orderID":"7f3b7f9c-51a8-4f1c-9d5e-0123456789ab",
        "symbol":"BTC-PERP","clOrderID":"","status":4,"reduceOnly":false,"closeOrder":false}"#;
    for detail in [Say::ok(open), Say::order_not_found()] {
        let script = closing_script(FILL);
        script.on("GET", "/order", [detail]);
        let client = script.builder().build().unwrap();
        let error = client.close_position(btc(), None).await.unwrap_err();
        assert!(matches!(error, Error::Unknown(_)), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fill_from_before_is_not_taken_for_the_close() {
    let fill = FILL.replace("40", "100");
    let script = closing_script(&fill);
    script.on("GET", "/user/trade_history", [Say::ok(fill)]);
    let error = script.builder().build().unwrap().close_position(btc(), None).await.unwrap_err();
    assert!(matches!(error, Error::Unknown(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_close_that_only_its_fill_remembers_is_found_by_its_size() {
    let fill = FILL.replace("40", "100");
    let client = closing_script(&fill).builder().build().unwrap();
    let closed = client.close_position(btc(), None).await.unwrap();
    assert_eq!((closed.total_filled_size, closed.status), (100.into(), Status::FULLY_TRANSACTED));
}

#[tokio::test(start_paused = true)]
async fn a_close_the_venue_is_unsure_about_is_asked_for_by_the_id_it_named() {
    let order = "7f3b7f9c-51a8-4f1c-9d5e-0123456789ab";
    let answer = |status: u16| {
        format!(
            r#"{{"status":{status},"symbol":"BTC-PERP","orderType":77,"price":0,"side":"SELL","orderID":"{order}","timestamp":1}}"#
        )
    };
    let script = closing_script("[]");
    script.on("POST", CLOSE, [Say::ok(format!("[{}]", answer(17)))]);
    script.on("GET", "/order", [Say::ok(answer(4))]);
    let closed = script.builder().build().unwrap().close_position(btc(), None).await.unwrap();
    assert_eq!((closed.order_id.as_str(), closed.status), (order, Status::FULLY_TRANSACTED));
}
