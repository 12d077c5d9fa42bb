//! Ctrl-C while an answer is on its way: what is known about the order is said, and nothing is sent twice.

use rustix::process::Signal;

use crate::support::proxy::{KeepBack, Proxy};
use crate::support::{KEY, Ran, SECRET, Venue};

/// Runs a command through a gate that keeps answers back, and interrupts it once the exchange has answered.
fn interrupted(venue: &Venue, keep_back: KeepBack, line: &str) -> Ran {
    let proxy = Proxy::start(venue, keep_back);
    let url = proxy.url();
    let variables = [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
    let running = venue.place.start(&variables, line);
    proxy.wait_until_kept_back(venue);
    running.signal(Signal::INT);
    running.wait()
}

#[test]
fn an_order_that_arrived_is_found_and_named() {
    let venue = Venue::start();
    let ran =
        interrupted(&venue, KeepBack::AnswersTo("POST"), "buy BTC-PERP 100ct --limit 50000 --client-id late");
    let said = ran.failed(7, "unknown");
    let id = venue.lmex("order late --json").json()["orderID"].as_str().unwrap().to_owned();
    for words in
        ["interrupted: asking what became of the order", "the order exists: ", &id, "`lmex cancel late`"]
    {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert_eq!(venue.open_orders(), 1, "it was sent once");
}

#[test]
fn an_order_that_nobody_answers_for_may_or_may_not_exist() {
    let venue = Venue::start();
    let ran =
        interrupted(&venue, KeepBack::AllFrom("POST"), "buy BTC-PERP 100ct --limit 50000 --client-id late");
    let said = ran.failed(7, "unknown");
    for words in
        ["order late may or may not exist", "`lmex order late` asks for it", "the next order in BTC-PERP"]
    {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert_eq!(venue.open_orders(), 1, "it was sent once");
}

#[test]
fn the_next_order_in_that_market_resolves_it_first() {
    let venue = Venue::start();
    let keep_back = KeepBack::AllFrom("POST");
    let proxy = Proxy::start(&venue, keep_back);
    let url = proxy.url();
    let variables = [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
    let running = venue.place.start(&variables, "buy BTC-PERP 100ct --limit 50000 --client-id late");
    proxy.wait_until_kept_back(&venue);
    running.signal(Signal::INT);
    running.wait().failed(7, "unknown");
    proxy.open();
    venue.place.lmex_with(&variables, "buy BTC-PERP 100ct --limit 50001 --client-id next").ok();
    assert_eq!(venue.open_orders(), 2, "each once");
}

#[test]
fn the_next_close_in_that_market_finds_the_first_one_and_sends_no_second() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --market").ok();
    let proxy = Proxy::start(&venue, KeepBack::AllFrom("POST"));
    let url = proxy.url();
    let variables = [("LMEX_REST_URL", url.as_str()), ("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
    let line = "close BTC-PERP --limit 90000";
    let running = venue.place.start(&variables, line);
    proxy.wait_until_kept_back(&venue);
    running.signal(Signal::INT);
    let said = running.wait().failed(7, "unknown");
    assert!(said.contains("the next order, amendment or close in BTC-PERP asks for it first"), "{said}");
    proxy.open();
    venue.place.lmex_with(&variables, line).ok();
    assert_eq!(venue.open_orders(), 1, "the one that was sent");
}

#[test]
fn changes_say_that_they_may_have_happened() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id mine").ok();
    venue.lmex("buy BTC-PERP 100ct --market").ok();
    for (method, line, next) in [
        ("PUT", "amend mine --limit 50100", "`lmex order "),
        ("DELETE", "cancel mine", "`lmex orders BTC-PERP`"),
        ("POST", "close BTC-PERP", "`lmex positions BTC-PERP`"),
        ("DELETE", "api DELETE /api/v2.3/order --query symbol=BTC-PERP", "`lmex orders`"),
    ] {
        let said = interrupted(&venue, KeepBack::AnswersTo(method), line).failed(7, "unknown");
        assert!(said.contains("may or may not have happened: interrupted"), "lmex {line}\n{said}");
        assert!(said.contains("it was not sent again. ") && said.contains(next), "lmex {line}\n{said}");
    }
}
