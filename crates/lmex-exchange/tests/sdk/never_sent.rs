//! Orders that must not leave: nothing arrives, and the error says what to do.

use std::time::Duration;

use lmex::futures::Amendment;
use lmex::futures::OrderRef;
use lmex::{Decimal, Error, Limits, NewOrder, Pace, Side, Size, Symbol};

use crate::rig::{Rig, btc, fast, id, resting};
use crate::script::{Say, Script};

#[tokio::test]
async fn scenario_32_what_does_not_fit_the_market_is_refused_with_the_field_and_the_remedy() {
    let rig = Rig::start().await;
    let client = rig.client();
    let limit = |symbol: &str, size: &str, price: &str| {
        let symbol: Symbol = symbol.parse().unwrap();
        NewOrder::limit(symbol, Side::Buy, size.parse::<Size>().unwrap(), price.parse().unwrap())
    };
    for (order, parts) in [
        (
            limit("BTC-PERP", "100ct", "55000.05"),
            ["price 55000.05 is off the grid of 0.1", "use 55000 or 55000.1"],
        ),
        (limit("BTC-PERP", "100ct", "-1"), ["price -1 is out of range", "above zero"]),
        (
            limit("BTC-PERP", "0.000105btc", "55000"),
            ["size 0.000105 BTC is not a whole number", "0.0001 or 0.00011"],
        ),
        (
            limit("BTC-PERP", "9ct", "55000"),
            ["notional 4.95 is not above the minimum of 5", "at least 10 contracts"],
        ),
        (limit("BTC-PERP", "5usdt", "55000"), ["notional 4.95", "at least 10 contracts"]),
        (
            limit("BTC-PERP", "7500001ct", "55000"),
            ["above the market's maximum of 7500000", "split the order"],
        ),
        (
            limit("BTC-PERP", "1eth", "55000"),
            ["size in ETH does not fit BTC-PERP", "use contracts (ct), BTC or USDT"],
        ),
        (
            limit("NONE-PERP", "100ct", "55000"),
            ["market NONE-PERP is not listed", "`Client::market_summary` lists them"],
        ),
    ] {
        let error = client.place(&order).await.unwrap_err();
        assert!(!error.was_sent(), "{error}");
        let text = error.to_string();
        assert!(parts.iter().all(|part| text.contains(part)), "{parts:?}: {text}");
    }
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 0);
}

#[tokio::test]
async fn changes_that_do_not_fit_the_market_stay_here_too() {
    let rig = Rig::start().await;
    let client = rig.client();
    let off_grid: Decimal = "55000.05".parse().unwrap();
    let order = OrderRef::Client(id("any"));
    for amendment in [
        Amendment::Price(off_grid),
        Amendment::Size(0),
        Amendment::PriceAndSize(off_grid, 100),
        Amendment::PriceAndSize(55_000.into(), 7_500_001),
    ] {
        let error = client.amend(btc(), order, amendment).await.unwrap_err();
        assert_eq!((error.category(), error.was_sent()), ("invalid", false), "{error}");
    }
    let error = client.close_position(btc(), Some(off_grid)).await.unwrap_err();
    assert_eq!((error.category(), error.was_sent()), ("invalid", false), "{error}");
    assert_eq!(rig.proxy.arrivals("PUT", "/order") + rig.proxy.arrivals("POST", "/order/close_position"), 0);
}

#[tokio::test]
async fn an_order_that_would_be_late_is_not_sent_and_blocks_nothing() {
    let rig = Rig::start().await;
    let pace = Pace {
        limits: Limits { orders: 2, reserve: 1, ..fast().limits },
        order_deadline: Duration::from_millis(1),
        ..fast()
    };
    let client = rig.builder().pace(pace).build().unwrap();
    client.place(&resting(btc(), "first")).await.unwrap().done().unwrap();
    let error = client.place(&resting(btc(), "second")).await.unwrap_err();
    assert!(matches!(error, Error::Expired { .. }) && !error.was_sent(), "{error}");
    assert!(error.to_string().starts_with("never sent: the rate limit left no room"), "{error}");
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 1);
    assert_eq!(client.resolve(btc()).await.unwrap(), [], "what never left is not unknown");
}

#[tokio::test]
async fn without_a_place_in_the_queue_or_a_key_nothing_is_sent() {
    let rig = Rig::start().await;
    let market = rig.client().instrument(btc()).await.unwrap();
    let checked = resting(btc(), "a").check(&market, None, id("a")).unwrap();
    let full = rig.builder().pace(Pace { queue: 0, ..fast() }).build().unwrap();
    let error = full.place_checked(&checked).await.unwrap_err();
    assert!(matches!(error, Error::QueueFull(_)) && !error.was_sent(), "{error}");
    let anonymous = lmex::Client::builder(rig.client().endpoints().clone()).build().unwrap();
    let error = anonymous.place_checked(&checked).await.unwrap_err();
    assert!(matches!(error, Error::NoCredentials) && !error.was_sent(), "{error}");
    assert_eq!(rig.proxy.arrivals("POST", "/order"), 0);
}

#[tokio::test(start_paused = true)]
async fn while_the_venue_blocks_the_key_neither_orders_nor_cancels_leave() {
    let script = Script::empty_venue();
    script.on("GET", "/user/positions", [Say::rate_limit("300")]);
    script.on("POST", "/order", [Say::Lost]);
    let client = script.builder().build().unwrap();
    client.instrument(btc()).await.unwrap();
    assert_eq!(client.positions(None).await.unwrap_err().category(), "rate_limited");
    let error = client.place(&resting(btc(), "a")).await.unwrap_err();
    assert!(matches!(error, Error::Blocked { .. }) && !error.was_sent(), "{error}");
    assert_eq!(
        error.to_string().split(" ms").next().unwrap(),
        "never sent: the exchange has blocked this key for 300000"
    );
    let error = client.cancel(btc(), lmex::futures::CancelTarget::All).await.unwrap_err();
    assert!(matches!(error, Error::Blocked { .. }), "{error}");
    assert_eq!(script.sent("POST", "/order") + script.sent("DELETE", "/order"), 0);
    assert_eq!(client.blocked_for(), Some(Duration::from_secs(300)));
}
