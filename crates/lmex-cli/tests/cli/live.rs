//! Real money: the exchange behind TLS plays the live one, and counts what arrives.

use crate::support::Venue;
use crate::support::tls::Tls;

const ORDER: &str = "buy BTC-PERP 0.001btc --limit 50000";

#[test]
fn a_live_order_shows_what_it_comes_to_and_without_a_terminal_needs_yes() {
    let venue = Venue::start();
    let tls = Tls::start(&venue);
    let said = tls.lmex(&venue, "live", &[], ORDER).failed(9, "declined");
    for words in [
        "(REAL MONEY)",
        "LIVE, real money: buy 100 contracts = 0.001 BTC of BTC-PERP at 50000, worth 50 USDT",
        "nothing was sent: there is no terminal to ask on",
        "--yes",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert_eq!(venue.open_orders(), 0);

    tls.lmex(&venue, "live", &[], &format!("{ORDER} --yes")).ok();
    assert_eq!(venue.open_orders(), 1);
}

#[test]
fn above_the_cap_it_is_refused_even_with_yes() {
    let venue = Venue::start();
    let tls = Tls::start(&venue);
    let large = "buy BTC-PERP 0.0021btc --limit 50000 --yes";
    let said = tls.lmex(&venue, "live", &[], large).failed(9, "declined");
    assert!(
        said.contains("notional 105 is above the cap of 100 USDT") && said.contains("LMEX_MAX_NOTIONAL"),
        "{said}"
    );
    let at_the_market =
        tls.lmex(&venue, "live", &[], "buy BTC-PERP 120usdt --market --yes").failed(9, "declined");
    assert!(at_the_market.contains("above the cap"), "{at_the_market}");
    assert_eq!(venue.open_orders(), 0);
    assert_eq!(venue.lmex("fills --json").json(), serde_json::json!([]));

    tls.lmex(&venue, "live", &[("LMEX_MAX_NOTIONAL", "105")], large).ok();
    assert_eq!(venue.open_orders(), 1);
    let lower = tls.lmex(&venue, "live", &[("LMEX_MAX_NOTIONAL", "49.9")], &format!("{ORDER} --yes"));
    lower.failed(9, "declined");
    assert_eq!(venue.open_orders(), 1);
}

#[test]
fn a_cap_that_is_no_number_refuses_everything() {
    let venue = Venue::start();
    let tls = Tls::start(&venue);
    for cap in ["plenty", "", "1,000"] {
        let ran = tls.lmex(&venue, "live", &[("LMEX_MAX_NOTIONAL", cap)], &format!("{ORDER} --yes"));
        let said = ran.failed(8, "config");
        assert!(said.contains(&format!("LMEX_MAX_NOTIONAL {cap:?} is not a number")), "{said}");
    }
    assert_eq!(venue.open_orders(), 0);
}

#[test]
fn amending_closing_and_raw_calls_are_asked_about_too() {
    let venue = Venue::start();
    let tls = Tls::start(&venue);
    venue.lmex(&format!("{ORDER} --client-id mine")).ok();
    venue.lmex("buy BTC-PERP 100ct --market").ok();
    let body = r#"{"symbol":"BTC-PERP"}"#;
    for line in [
        "amend mine --limit 50001".to_owned(),
        "close BTC-PERP".to_owned(),
        format!("api POST /api/v2.3/order --body {body}"),
        "api DELETE /api/v2.3/order --query symbol=BTC-PERP".to_owned(),
    ] {
        let said = tls.lmex(&venue, "live", &[], &line).failed(9, "declined");
        assert!(said.contains("LIVE, real money: ") && said.contains("--yes"), "lmex {line}\n{said}");
    }
    let too_large = tls.lmex(&venue, "live", &[], "amend mine --size 300ct --yes").failed(9, "declined");
    assert!(too_large.contains("notional 150 is above the cap"), "{too_large}");
    let order = venue.lmex("order mine --json").json();
    assert_eq!((&order["price"], &order["currentOrderSize"]), (&50_000.into(), &100.into()));
    assert_eq!(venue.lmex("positions --json").json().as_array().unwrap().len(), 1);

    tls.lmex(&venue, "live", &[], "amend mine --limit 50001 --yes").ok();
    tls.lmex(&venue, "live", &[], "close BTC-PERP --yes").ok();
    assert_eq!(venue.lmex("positions --json").json(), serde_json::json!([]));
}

#[test]
fn what_takes_risk_away_or_only_looks_is_not_asked_about() {
    let venue = Venue::start();
    let tls = Tls::start(&venue);
    venue.lmex(&format!("{ORDER} --client-id mine")).ok();
    for line in [&format!("{ORDER} --dry-run"), "balance", "cancel mine", "api GET /api/v2.3/user/wallet"] {
        tls.lmex(&venue, "live", &[], line).ok();
    }
    assert_eq!(venue.open_orders(), 0);
}

#[test]
fn the_testnet_is_play_money_and_not_asked_about() {
    let venue = Venue::start();
    let tls = Tls::start(&venue);
    let ran = tls.lmex(&venue, "testnet", &[], ORDER).ok();
    assert!(
        ran.err.starts_with("testnet https://127.0.0.1:") && ran.err.contains("(play money)"),
        "{}",
        ran.err
    );
    assert_eq!(venue.open_orders(), 1);
}
