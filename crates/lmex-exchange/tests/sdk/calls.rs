//! Plain calls: one connection, everything readable beside the answer, reads repeated when they fail.

use std::time::Duration;

use lmex::futures::Resolution;
use lmex::{Client, Clock, Endpoints, Environment, Error, ErrorKind, TimeMs};

use crate::faults::Fault;
use crate::rig::{Rig, SHORT, btc};
use crate::script::{Say, Script};

#[tokio::test]
async fn a_hundred_calls_in_a_row_use_one_connection_and_tell_status_latency_and_headers() {
    let rig = Rig::start().await;
    let client = rig.client();
    for call in 0..100 {
        let (status, headers, latency, attempts) = if call % 2 == 0 {
            let reply = client.price(btc()).await.unwrap();
            (reply.status, reply.headers, reply.latency, reply.attempts)
        } else {
            let reply = client.positions(None).await.unwrap();
            (reply.status, reply.headers, reply.latency, reply.attempts)
        };
        assert_eq!((status.as_u16(), attempts), (200, 1));
        assert_eq!(headers["content-type"], "application/json");
        assert!(headers.contains_key("date") && headers.contains_key("content-length"), "{headers:?}");
        assert!(latency > Duration::ZERO);
    }
    assert_eq!(rig.proxy.connections(), 1);
    assert_eq!(rig.proxy.all_arrivals(), 100);
}

#[tokio::test]
async fn the_venues_clock_can_be_read_beside_any_answer() {
    let rig = Rig::start().await;
    let reply = rig.client().price(btc()).await.unwrap();
    let wall = Clock::system().wall();
    for shift in [-60_000, 0, 60_000] {
        let skew = reply.clock_skew_ms(wall.plus_ms(shift)).unwrap();
        assert!((skew - shift).abs() <= 1_500, "{shift}: {skew}");
    }
}

/// Candles are of venue time. Whoever went by the wall's clock would take one that still changes for finished when
/// venue time stands still, and miss the newest when it has jumped.
#[tokio::test]
async fn only_the_candle_of_the_venues_present_minute_is_unfinished_wherever_its_time_is() {
    let rig = Rig::start().await;
    let client = rig.client();
    for step in [1, 60_000, 2 * 3_600_000] {
        let now = TimeMs::from_millis(rig.exchange.time().step(step).await.unwrap().venue_ms);
        let candles = client.ohlcv(btc(), Resolution::M1, 10).await.unwrap();
        assert!(candles.is_sorted_by_key(|marked| marked.candle.start), "oldest first");
        assert_eq!(candles.len(), 10);
        let unfinished: Vec<_> =
            candles.iter().filter(|marked| !marked.finished).map(|marked| marked.candle.start).collect();
        assert_eq!(unfinished, [now.floor_to(60_000)], "after {step} ms");
        let (start, end) = (now.plus_ms(-600_000), now.plus_ms(-60_000));
        let past = client.ohlcv_between(btc(), Resolution::M1, start, end).await.unwrap();
        assert!(!past.is_empty() && past.iter().all(|marked| marked.finished), "they began a minute ago");
    }
}

#[tokio::test]
async fn on_the_real_exchange_candles_go_by_the_walls_clock_and_no_book_is_asked_for() {
    let script = Script::default();
    let rows = "[[1790000100,2,2,2,2,9],[1790000040,1,1,1,1,9]]";
    script.on("GET", "/ohlcv", [Say::ok(rows)]);
    let endpoints = Endpoints::new(Environment::Testnet, None, None, &[]).unwrap();
    let clock = Clock::from_fn(|| TimeMs::from_millis(1_790_000_159_999));
    let client = Client::builder(endpoints).transport(script.clone()).clock(clock).build().unwrap();
    let candles = client.ohlcv(btc(), Resolution::M1, 2).await.unwrap();
    assert_eq!(candles.iter().map(|marked| marked.finished).collect::<Vec<_>>(), [true, false]);
    assert_eq!(script.sent("GET", "/ohlcv"), 1);
}

#[tokio::test]
async fn a_read_is_repeated_through_every_fault_and_says_how_often() {
    let rig = Rig::start().await;
    let client = rig.builder().timeout(SHORT).build().unwrap();
    let faults = [
        Fault::Reset,
        Fault::HalfAnswer,
        Fault::Silence,
        Fault::Swallow,
        Fault::HTML_502,
        Fault::EMPTY_200,
        Fault::TIMED_OUT_408,
    ];
    for fault in faults {
        rig.proxy.next("GET", "/user/wallet", fault.clone());
        let wallet = client.wallet().await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(wallet.attempts, 2, "{fault:?}");
    }
    rig.proxy.always("GET", "/user/wallet", Fault::HTML_502);
    let before = rig.proxy.arrivals("GET", "/user/wallet");
    assert!(client.wallet().await.is_err());
    assert_eq!(rig.proxy.arrivals("GET", "/user/wallet") - before, 4, "and attempts end");
}

#[tokio::test]
async fn scenario_31_what_is_no_answer_is_a_typed_error_that_is_short_and_shows_no_secret() {
    let rig = Rig::start().await;
    let client = rig.builder().timeout(SHORT).build().unwrap();
    for (fault, kind) in [
        (Fault::HTML_502, Some(ErrorKind::Unavailable)),
        (Fault::EMPTY_200, Some(ErrorKind::Unreadable)),
        (Fault::Instead(200, "text/html", "<html>maintenance</html>"), Some(ErrorKind::Unreadable)),
        (Fault::Instead(451, "text/html", "<html>banned</html>"), Some(ErrorKind::Banned)),
        (Fault::Instead(302, "text/html", ""), Some(ErrorKind::Other)),
        (Fault::HalfAnswer, None),
        (Fault::Reset, None),
    ] {
        rig.proxy.always("GET", "/user/wallet", fault.clone());
        let error = client.wallet().await.unwrap_err();
        match (&error, kind) {
            (Error::Api(api), Some(kind)) => assert_eq!(api.kind, kind, "{fault:?}"),
            (Error::Lost { .. }, None) => {}
            _ => panic!("{fault:?}: {error:?}"),
        }
        let shown = format!("{error} {error:?} {client:?}");
        assert!(shown.len() < 1_000, "{shown}");
        assert!(!shown.contains(rig.exchange.api_secret()) && !shown.contains(rig.exchange.api_key()));
        rig.proxy.heal();
    }
}

#[tokio::test]
async fn an_exchange_that_is_not_there_is_named() {
    let rig = Rig::start().await;
    let client = rig.direct();
    let address = rig.exchange.rest_url();
    rig.exchange.shutdown().await;
    let error = client.price(btc()).await.unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }) && !error.was_sent(), "{error}");
    assert!(error.to_string().contains(&address), "{error}");
}
