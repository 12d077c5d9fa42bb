//! Keys, nonces and clocks that the venue refuses.

use std::sync::Arc;

use lmex::{Client, Credentials, Error, OrderOutcome, Refusal};
use lmex_exchange::{Clocks, ExchangeConfig};

use crate::faults::Fault;
use crate::rig::{Rig, Shift, btc, config, fast, id, resting};

/// An exchange with LMEX's usual window for nonces.
async fn strict() -> Rig {
    Rig::start_at(ExchangeConfig { nonce_window_ms: 4_000, ..config() }, Clocks::system()).await
}

#[tokio::test]
async fn a_wrong_secret_is_told_as_such_and_blocks_nothing() {
    let rig = strict().await;
    let credentials = Credentials::new(rig.exchange.api_key(), "not-the-secret").unwrap();
    let client = Client::builder(rig.client().endpoints().clone()).credentials(credentials).pace(fast());
    let client = client.build().unwrap();
    let error = client.wallet().await.unwrap_err();
    assert_eq!(error.category(), "authentication");
    let text = error.to_string();
    assert!(text.contains("is it the right secret?") && !text.contains("clock is about"), "{text}");
    assert!(!text.contains("not-the-secret"));
    assert_eq!(rig.proxy.arrivals("GET", "/user/wallet"), 1, "asking again would change nothing");

    let outcome = client.place(&resting(btc(), "a")).await.unwrap();
    assert!(
        matches!(&outcome, OrderOutcome::Refused(Refusal::Error(error)) if error.category() == "authentication"),
        "{outcome:?}"
    );
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 1);
    assert_eq!(client.resolve(btc()).await.unwrap(), []);
}

#[tokio::test]
async fn scenario_30_a_clock_that_is_five_seconds_off_is_measured_and_named() {
    for (shift_ms, side) in [(5_000, "ahead of"), (-5_000, "behind")] {
        let rig = strict().await;
        let shift = Shift::default();
        shift.set(shift_ms);
        let client = rig.builder().clock(shift.clock()).build().unwrap();
        let error = client.wallet().await.unwrap_err();
        let Error::Authentication { skew_ms: Some(skew), .. } = error else { panic!("{error:?}") };
        assert!((skew - shift_ms).abs() <= 1_500, "{skew}");
        let text = error.to_string();
        let named =
            format!("This machine's clock is about {} ms {side} the exchange's: set it right", skew.abs());
        assert!(text.contains(&named), "{text}");
        let outcome = client.place(&resting(btc(), "a")).await.unwrap();
        assert!(matches!(outcome, OrderOutcome::Refused(Refusal::Error(_))), "{outcome:?}");
        assert_eq!(rig.orders_with(id("a")).await, 0);
    }
}

#[tokio::test]
async fn scenario_30_a_clock_that_is_set_back_repeats_no_nonce() {
    let rig = strict().await;
    let shift = Shift::default();
    let client = rig.builder().clock(shift.clock()).build().unwrap();
    for shift_ms in [0, 2_000, -2_000, 1_000, -3_000] {
        shift.set(shift_ms);
        client.wallet().await.unwrap_or_else(|error| panic!("{shift_ms}: {error}"));
    }
}

#[tokio::test]
async fn a_repeated_nonce_is_an_authentication_error() {
    let rig = strict().await;
    rig.proxy.next("GET", "/user/wallet", Fault::Replay);
    let error = rig.client().wallet().await.unwrap_err();
    assert_eq!(error.category(), "authentication");
    assert!(error.to_string().contains("was used before"), "{error}");
}

/// Some gateways repeat a request to their backend. The first copy is executed, the second refused for its nonce, and
/// the refusal is what we hear.
#[tokio::test]
async fn an_order_that_a_gateway_repeats_is_found_although_its_nonce_is_refused() {
    let rig = strict().await;
    rig.proxy.next("POST", "/order", Fault::Replay);
    let done = rig.client().place(&resting(btc(), "once")).await.unwrap().done().unwrap();
    assert!(done.found_by_asking);
    assert_eq!(done.order.cl_order_id, "once");
    assert_eq!(rig.orders_with(id("once")).await, 1);
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 1, "we sent it once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_30_a_thousand_calls_from_many_tasks_and_clients_have_a_nonce_each() {
    let rig = Arc::new(strict().await);
    let clients = [rig.direct(), rig.direct()];
    let tasks: Vec<_> = (0..40)
        .map(|task| {
            let client = clients[task % 2].clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    assert_eq!(client.positions(None).await.unwrap().attempts, 1);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}
