//! The dead man's switch: renewed as long as it lives, and what it says when it can't be.

use std::time::Duration;

use lmex::{Client, SwitchState};
use tokio::time::{Instant, sleep};

use crate::script::{Say, Script};

const PATH: &str = "/order/cancelAllAfter";
const TIMEOUT: Duration = Duration::from_secs(9);

fn venue() -> Script {
    let script = Script::default();
    script.on("POST", PATH, [Say::ok("")]);
    script
}

fn client(script: &Script) -> Client {
    script.builder().build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_is_renewed_every_third_of_its_time_until_it_is_dropped() {
    let script = venue();
    let switch = client(&script).dead_mans_switch(TIMEOUT).await.unwrap();
    assert_eq!(script.sent("POST", PATH), 1);
    sleep(Duration::from_millis(30_500)).await;
    assert_eq!(script.sent("POST", PATH), 11);
    let SwitchState::Armed { until } = switch.state() else { panic!("{switch:?}") };
    let left = until - Instant::now();
    assert!(left > TIMEOUT / 2 && left <= TIMEOUT, "{left:?}");
    drop(switch);
    sleep(4 * TIMEOUT).await;
    assert_eq!(script.sent("POST", PATH), 11);
}

#[tokio::test(start_paused = true)]
async fn one_renewal_that_fails_is_made_up_for_and_nobody_is_alarmed() {
    let script = venue();
    let switch = client(&script).dead_mans_switch(TIMEOUT).await.unwrap();
    script.on("POST", PATH, [Say::NotSent, Say::Lost, Say::Nothing, Say::ok("")]);
    sleep(TIMEOUT).await;
    assert!(matches!(switch.state(), SwitchState::Armed { .. }), "{switch:?}");
}

#[tokio::test(start_paused = true)]
async fn it_says_when_it_could_not_be_renewed_in_time_and_goes_on_trying() {
    for failure in [Say::NotSent, Say::Lost, Say::Nothing] {
        let script = venue();
        let begin = Instant::now();
        let mut switch = client(&script).dead_mans_switch(TIMEOUT).await.unwrap();
        script.on("POST", PATH, [failure.clone()]);
        let why = switch.overdue().await;
        let late = begin.elapsed().saturating_sub(TIMEOUT);
        assert!(begin.elapsed() >= TIMEOUT && late < Duration::from_secs(1), "{failure:?}: {late:?}");
        // A renewal that hangs is given up at the very moment.
        assert!(!matches!(failure, Say::Nothing) || late < Duration::from_millis(50), "{late:?}");
        assert!(!why.is_empty());
        script.on("POST", PATH, [Say::ok("")]);
        sleep(TIMEOUT).await;
        assert!(matches!(switch.state(), SwitchState::Armed { .. }), "{failure:?}: {switch:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn called_off_it_tells_the_venue_and_sends_nothing_more() {
    let script = venue();
    let switch = client(&script).dead_mans_switch(TIMEOUT).await.unwrap();
    switch.call_off().await.unwrap();
    sleep(4 * TIMEOUT).await;
    assert_eq!(script.sent("POST", PATH), 2);
}

#[tokio::test(start_paused = true)]
async fn where_the_first_request_fails_nothing_is_renewed() {
    let script = venue();
    script.on("POST", PATH, [Say::Lost]);
    let error = client(&script).dead_mans_switch(TIMEOUT).await.unwrap_err();
    assert!(error.is_unknown(), "{error}");
    sleep(4 * TIMEOUT).await;
    assert_eq!(script.sent("POST", PATH), 1);
}
