//! Being told to slow down, and what only looks like it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lmex::futures::OrderRef;
use lmex::{Clock, Error, ErrorKind, Pace, TimeMs};
use lmex_exchange::{ExchangeConfig, LimitsMode};

use crate::rig::{Rig, btc, config, fast, id, resting};
use crate::script::{Say, Script};
use crate::streams::soon;

const POSITIONS: &str = "/user/positions";

#[tokio::test]
async fn after_a_breach_nothing_is_sent_until_the_block_ends_and_then_all_is_well() {
    let rig = Rig::start_with(ExchangeConfig { limits: LimitsMode::Lmex, ..config() }).await;
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&arrived);
    rig.proxy.watch(move |_| note.lock().unwrap().push(Instant::now()));
    let pace = Pace { order_deadline: Duration::from_millis(10), ..fast() };
    let client = rig.builder().pace(pace).build().unwrap();
    let market = client.instrument(btc()).await.unwrap();
    let order = resting(btc(), "blocked").check(&market, None, id("blocked")).unwrap();
    for _ in 0..15 {
        assert_eq!(client.positions(None).await.unwrap().attempts, 1);
    }
    // The sixteenth is refused and waits; what comes meanwhile waits with it, or is told that it would be too late.
    let meanwhile = async {
        rig.proxy.wait_for("GET", POSITIONS, 16).await;
        soon(async {
            while client.blocked_for().is_none() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let refused = client.place_checked(&order).await.unwrap_err();
        assert!(matches!(refused, Error::Blocked { .. }), "{refused}");
        client.positions(None).await.unwrap()
    };
    let (sixteenth, waited) = tokio::join!(client.positions(None), meanwhile);
    assert_eq!((sixteenth.unwrap().attempts, waited.attempts), (2, 1));
    let arrived = arrived.lock().unwrap();
    // One for the market, sixteen up to the breach, and two that waited for its end.
    assert_eq!(arrived.len(), 19);
    let silence = arrived[17].duration_since(arrived[16]);
    assert!(silence >= Duration::from_millis(950), "the first block is a second: {silence:?}");
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 0);
}

#[tokio::test(start_paused = true)]
async fn the_unlock_time_is_read_in_every_unit() {
    for (retry_after, seconds) in [
        ("1700000005000", 5),
        ("1700000005", 5),
        ("5", 5),
        ("1700000000000", 1),
        ("0", 1),
        ("soon", 1),
        ("", 1),
    ] {
        let script = Script::default();
        script.on("GET", POSITIONS, [Say::rate_limit(retry_after), Say::ok("[]")]);
        let clock = Clock::from_fn(|| TimeMs::from_millis(1_700_000_000_000));
        let client = script.builder().clock(clock).build().unwrap();
        let start = tokio::time::Instant::now();
        assert_eq!(client.positions(None).await.unwrap().attempts, 2);
        let waited = start.elapsed();
        let expected = Duration::from_secs(seconds);
        assert!(
            waited >= expected && waited <= expected + Duration::from_millis(500),
            "{retry_after}: {waited:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_of_minutes_is_reported_at_once_and_kept_to_the_end() {
    let script = Script::default();
    script.on("GET", POSITIONS, [Say::rate_limit("300"), Say::ok("[]")]);
    let client = script.builder().build().unwrap();
    let start = tokio::time::Instant::now();
    let error = client.positions(None).await.unwrap_err();
    assert!(matches!(&error, Error::Api(api) if api.kind == ErrorKind::RateLimited), "{error}");
    for _ in 0..10 {
        assert!(matches!(client.positions(None).await, Err(Error::Blocked { .. })));
    }
    assert_eq!(script.sent("GET", POSITIONS), 1);
    assert!(start.elapsed() < Duration::from_secs(1), "nobody waited for minutes");
    tokio::time::advance(Duration::from_secs(300)).await;
    client.positions(None).await.unwrap();
    assert_eq!(client.blocked_for(), None);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_not_found_is_no_rate_limit_although_its_status_is_429() {
    let script = Script::empty_venue();
    let client = script.builder().build().unwrap();
    let error = client.order(OrderRef::Client(id("gone"))).await.unwrap_err();
    assert!(error.is_order_not_found(), "{error}");
    assert_eq!(script.sent("GET", "/order"), 1, "asking again would change nothing");
    assert_eq!(client.blocked_for(), None);
}

#[tokio::test(start_paused = true)]
async fn an_order_refused_by_the_rate_limit_is_refused_and_not_sent_again() {
    let script = Script::empty_venue();
    script.on("POST", "/order", [Say::rate_limit("1")]);
    let client = script.builder().build().unwrap();
    let outcome = client.place(&resting(btc(), "a")).await.unwrap();
    assert!(matches!(outcome, lmex::OrderOutcome::Refused(_)), "{outcome:?}");
    assert_eq!(script.sent("POST", "/order"), 1);
    assert!(client.blocked_for().is_some());
}
