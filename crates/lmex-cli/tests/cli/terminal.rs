//! What only a terminal shows, and the question that only a terminal is asked.

use std::os::unix::process::ExitStatusExt as _;

use rustix::process::Signal;

use crate::support::Venue;
use crate::support::terminal::Shown;
use crate::support::tls::Tls;

const ORDER: &str = "buy BTC-PERP 0.001btc --limit 50000";
const QUESTION: &str = "Type yes to send it: ";

/// Runs a command against the live exchange that is none, and types this at the question.
fn answered(venue: &Venue, line: &str, keys: &str) -> Shown {
    let tls = Tls::start(venue);
    let mut terminal = tls.on_terminal(venue, "live", line);
    terminal.wait_for(QUESTION);
    assert_eq!(venue.open_orders(), 0, "nothing is sent before the answer");
    terminal.type_in(keys);
    terminal.wait()
}

#[test]
fn anything_but_yes_sends_nothing() {
    let venue = Venue::start();
    for keys in ["no\n", "y\n", "\n", "yes please\n", "ye\u{455}\n", "\x04"] {
        let shown = answered(&venue, ORDER, keys);
        assert_eq!(shown.status.code(), Some(9), "{keys:?}\n{}", shown.text);
        assert!(shown.text.contains("error (declined): nothing was sent"), "{keys:?}\n{}", shown.text);
        assert!(shown.text.contains("LIVE, real money: buy 100 contracts = 0.001 BTC"), "{}", shown.text);
    }
    assert_eq!(venue.open_orders(), 0);
    assert_eq!(venue.lmex("fills --json").json(), serde_json::json!([]));
}

#[test]
fn yes_sends_it_once() {
    let venue = Venue::start();
    let shown = answered(&venue, ORDER, "yes\n");
    assert_eq!(shown.status.code(), Some(0), "{}", shown.text);
    assert_eq!(shown.text.matches("open: ").count(), 1, "{}", shown.text);
    assert_eq!(venue.open_orders(), 1);
}

#[test]
fn ctrl_c_at_the_question_sends_nothing() {
    let venue = Venue::start();
    let shown = answered(&venue, ORDER, "\x03");
    let interrupted = shown.status.signal() == Some(Signal::INT.as_raw()) || shown.status.code() == Some(130);
    assert!(interrupted, "{:?}\n{}", shown.status, shown.text);
    assert_eq!(venue.open_orders(), 0);
}

#[test]
fn a_raw_call_that_changes_something_is_asked_about() {
    let venue = Venue::start();
    let body = r#"{"symbol":"BTC-PERP","side":"BUY","type":"LIMIT","price":50000,"size":100}"#;
    let line = format!("api POST /api/v2.3/order --body {body}");
    assert_eq!(answered(&venue, &line, "no\n").status.code(), Some(9));
    assert_eq!(venue.open_orders(), 0);
    let shown = answered(&venue, &line, "YES\n");
    assert_eq!(shown.status.code(), Some(0), "{}", shown.text);
    assert_eq!(venue.open_orders(), 1);
}

#[test]
fn tables_have_bold_heads_unless_colour_is_unwanted() {
    let venue = Venue::start();
    let shown = venue.place.on_terminal(&[], 100, "markets").wait();
    assert!(shown.status.success() && shown.text.contains("\x1b[1m"), "{:?}", shown.text);
    let plain = venue.place.on_terminal(&[("NO_COLOR", "1")], 100, "markets").wait();
    assert!(plain.status.success() && !plain.text.contains('\x1b'), "{:?}", plain.text);
    assert!(!venue.lmex("markets").ok().out.contains('\x1b'), "no colour in a pipe");
}

/// A terminal breaks a line that is too long in the middle of a word.
#[test]
fn no_table_is_wider_than_its_terminal() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id x0123456789abcdef0123456789").ok();
    venue.lmex("buy BTC-PERP 0.7btc --market").ok();
    let stop = r#"{"symbol":"BTC-PERP","side":"SELL","size":100,"type":"MARKET","txType":"STOP","triggerPrice":70000}"#;
    venue.lmex(&format!("api POST /api/v2.3/order --body {stop}")).ok();
    for line in [
        "orders",
        "order x0123456789abcdef0123456789",
        "positions",
        "balance",
        "fills",
        "markets",
        "candles BTC-PERP 1h -n 5 --table",
    ] {
        let piped = venue.lmex(line).ok().out;
        for columns in [60, 80, 100, 300] {
            let shown = venue.place.on_terminal(&[("NO_COLOR", "1")], columns, line).wait();
            let text = shown.text.replace('\r', "");
            // The first line names the exchange.
            let table = text.split_once('\n').unwrap().1;
            let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= columns.into(), "{columns}: lmex {line}\n{table}");
            if columns == 300 {
                assert_eq!(table.lines().next(), piped.lines().next(), "in full where there is room");
            }
        }
    }
}

#[test]
fn candles_and_books_are_drawn_as_wide_as_the_terminal() {
    let venue = Venue::start();
    let draw = |columns, line: &str| {
        let shown = venue.place.on_terminal(&[("NO_COLOR", "1")], columns, line).wait();
        assert!(shown.status.success(), "lmex {line}\n{}", shown.text);
        shown.text
    };
    let widest = |text: &str| text.lines().skip(1).map(|line| line.trim_end().chars().count()).max().unwrap();
    for columns in [40, 90] {
        let candles = draw(columns, "candles BTC-PERP 1h -n 300");
        let drawn = |c: char| "┃│╿╽╹╻╵╷".contains(c);
        assert!(candles.lines().filter(|line| line.contains(drawn)).count() >= 8, "{candles}");
        let picture: String =
            candles.lines().filter(|line| line.contains(drawn)).map(|l| format!("\n{l}")).collect();
        assert!(
            (columns as usize - 4..=columns as usize).contains(&widest(&picture)),
            "{columns}\n{candles}"
        );
    }
    assert!(widest(&draw(70, "book BTC-PERP")) <= 70);
    assert!(!venue.lmex("candles BTC-PERP 1h").ok().out.contains('┃'), "a table where nothing is drawn");
}

#[test]
fn a_watched_book_is_redrawn_in_place_until_ctrl_c() {
    let venue = Venue::streaming();
    let mut terminal = venue.place.on_terminal(&[], 80, "book BTC-PERP --watch");
    terminal.wait_for("\x1b[2J\x1b[HBTC-PERP (Ctrl-C ends)");
    terminal.wait_for("spread");
    terminal.type_in("\x03");
    let shown = terminal.wait();
    assert_eq!(shown.status.code(), Some(0), "{}", shown.text);
}
