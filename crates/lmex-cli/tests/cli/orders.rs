//! `lmex buy`, `sell`, `orders`, `order`, and `--dry-run`.

use serde_json::Value;

use crate::support::{Venue, redacted};

#[test]
fn an_order_that_waits_is_told_listed_and_shown() {
    let venue = Venue::start();
    let mut seen = String::new();
    for line in [
        "buy BTC-PERP 0.001btc --limit 50000 --post-only --client-id mine-1",
        "sell ETH-PERP 60usdt --limit 3200 --client-id mine-2",
        "orders",
        "orders ETH-PERP",
        "orders AAPL-PERP",
        "order mine-1",
    ] {
        let ran = venue.lmex(line).ok();
        assert!(ran.err.ends_with("(simulated, seed 7)\n"), "{}", ran.err);
        seen.push_str(&format!("$ lmex {line}\n{}\n", ran.out));
    }
    redacted().bind(|| insta::assert_snapshot!("waiting", seen));
}

#[test]
fn a_market_order_is_filled_and_told_in_one_line() {
    let venue = Venue::start();
    let ran = venue.lmex("buy BTC-PERP 60usdt --market --client-id now").ok();
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(
        lines[0].starts_with("buy ") && lines[0].contains(" BTC of BTC-PERP at the market, worth "),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("filled: "), "{lines:?}");
    assert!(lines[1].ends_with("on average), client id now"), "{lines:?}");
    assert_eq!(lines.len(), 2);
}

#[test]
fn sizes_with_units_become_contracts_rounded_down() {
    let venue = Venue::start();
    for (size, contracts) in [("100ct", 100), ("0.001btc", 100), ("60usdt", 120), ("60.49usdt", 120)] {
        let order = venue.lmex(&format!("buy BTC-PERP {size} --limit 50000 --json")).json();
        assert_eq!(order["originalOrderSize"], contracts, "{size}");
    }
}

#[test]
fn an_order_as_json_has_the_venues_names() {
    let venue = Venue::start();
    let order =
        venue.lmex("sell BTC-PERP 100ct --limit 80000 --tif GTC --post-only --client-id mine --json").json();
    for (name, value) in [
        ("status", serde_json::json!(2)),
        ("symbol", "BTC-PERP".into()),
        ("side", "SELL".into()),
        ("price", 80_000.into()),
        ("clOrderID", "mine".into()),
        ("originalOrderSize", 100.into()),
        ("remainingSize", 100.into()),
        ("postOnly", true.into()),
    ] {
        assert_eq!(order[name], value, "{name}: {order}");
    }
    let id = order["orderID"].as_str().unwrap();
    let asked = venue.lmex(&format!("order {id} --json")).json();
    assert_eq!((&asked["orderID"], &asked["clOrderID"]), (&order["orderID"], &order["clOrderID"]));
    let listed = venue.lmex("orders --json").json();
    assert_eq!(
        (listed[0]["orderID"].as_str(), listed[0]["orderState"].as_str()),
        (Some(id), Some("STATUS_ACTIVE"))
    );
}

#[test]
fn an_order_as_csv_is_one_row() {
    let venue = Venue::start();
    let answer = ["orderID", "symbol", "side", "status", "orderType", "price", "triggerPrice"];
    for line in ["buy BTC-PERP 100ct --limit 50000 --client-id mine --csv", "order mine --csv"] {
        let (columns, rows) = venue.lmex(line).csv();
        assert_eq!(columns[..7], answer, "lmex {line}");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0][1..8], ["BTC-PERP", "BUY", "2", "76", "50000", "0", "100"], "lmex {line}");
    }
    let (columns, rows) = venue.lmex("orders --csv").csv();
    let at = columns.iter().position(|name| name == "timestamp").unwrap();
    assert_eq!(rows[0][at].len(), 13, "milliseconds: {rows:?}");
}

#[test]
fn an_order_that_can_not_wait_ends_as_it_should() {
    let venue = Venue::start();
    let ioc = venue.lmex("buy BTC-PERP 100ct --limit 50000 --tif IOC").ok();
    assert!(ioc.out.contains("cancelled: ") && ioc.out.contains("(nothing was filled)"), "{}", ioc.out);
    let crossing = venue.lmex("buy BTC-PERP 100ct --limit 78000 --post-only").ok();
    assert!(crossing.out.contains("cancelled"), "post-only never takes: {}", crossing.out);
    assert_eq!(venue.open_orders(), 0);
    assert_eq!(venue.lmex("positions --json").json().as_array().unwrap().len(), 0);
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let venue = Venue::start();
    let mut seen = String::new();
    for line in [
        "buy BTC-PERP 0.001btc --limit 50000 --dry-run",
        "sell BTC-PERP 100ct --limit 80000 --tif IOC --reduce-only --client-id mine --dry-run",
    ] {
        let ran = venue.lmex(line).ok();
        seen.push_str(&format!("$ lmex {line}\n{}\n", ran.out));
    }
    redacted().bind(|| insta::assert_snapshot!("dry_run", seen));

    let json = venue.lmex("buy BTC-PERP 60usdt --market --dry-run --json").json();
    assert_eq!((&json["sent"], &json["method"]), (&false.into(), &"POST".into()));
    assert_eq!((&json["body"]["type"], &json["body"]["size"]), (&"MARKET".into(), &json["contracts"]));
    assert!(json["notional"].as_f64().unwrap() <= 60.0);
    let (columns, rows) = venue.lmex("buy BTC-PERP 60usdt --market --dry-run --csv").csv();
    assert_eq!((columns[0].as_str(), rows[0][0].as_str()), ("sent", "false"));

    assert_eq!(venue.open_orders(), 0);
    assert_eq!(venue.lmex("fills --json").json().as_array().unwrap().len(), 0);
}

#[test]
fn a_dry_run_needs_no_key() {
    let venue = Venue::start();
    let elsewhere = crate::support::Place::new();
    let url = venue.handle().rest_url();
    let ran =
        elsewhere.lmex_with(&[("LMEX_REST_URL", &url)], "buy BTC-PERP 100ct --limit 50000 --dry-run").ok();
    assert!(ran.out.starts_with("dry run, nothing sent: buy 100 contracts = 0.001 BTC"), "{}", ran.out);
}

#[test]
fn what_an_order_waits_for_is_shown() {
    let venue = Venue::start();
    let place = |body: &str| {
        let body =
            format!(r#"{{"symbol":"BTC-PERP","side":"SELL","size":100,"time_in_force":"GTC",{body}}}"#);
        venue.lmex(&format!("api POST /api/v2.3/order --body {body}")).ok();
    };
    place(r#""type":"MARKET","txType":"STOP","triggerPrice":70000,"clOrderID":"stop""#);
    place(r#""type":"LIMIT","price":69000,"txType":"TRIGGER","triggerPrice":70500,"clOrderID":"cond""#);
    place(r#""type":"MARKET","txType":"STOP","trailValue":2000,"clOrderID":"trail""#);
    place(r#""type":"OCO","price":85000,"triggerPrice":71000,"stopPrice":70900,"clOrderID":"pair""#);
    place(
        r#""type":"LIMIT","price":80000,"takeProfitPrice":75000,"stopLossPrice":90000,"clOrderID":"exits""#,
    );
    let listed = venue.lmex("orders").ok().out;
    let line = |has: &[&str]| {
        let found = listed.lines().find(|line| has.iter().all(|words| line.contains(words)));
        found.unwrap_or_else(|| panic!("{has:?}\n{listed}"))
    };
    line(&["stop market ", " - ", "70000 mark", " stop"]);
    line(&["stop limit ", "69000", "70500 mark", "cond"]);
    line(&["trailing stop market", "trail"]);
    line(&["OCO limit ", "85000"]);
    line(&["OCO stop limit ", "70900", "71000 "]);
    line(&["limit, TP 75000, SL 90000", "80000", "exits"]);
    let one = venue.lmex("order stop").ok().out;
    assert!(one.contains("stop market") && one.contains("70000 mark"), "{one}");
    let (columns, rows) = venue.lmex("order stop --csv").csv();
    let at = columns.iter().position(|name| name == "triggerPrice").unwrap();
    assert_eq!(rows[0][at], "70000", "numbers for programs");
}

#[test]
fn a_pair_is_shown_as_one() {
    let venue = Venue::start();
    let place = |body: &str| {
        let body = format!(r#"{{"symbol":"BTC-PERP","side":"SELL","size":100,{body}}}"#);
        let placed = venue.lmex(&format!("api POST /api/v2.3/order --body {body}")).json();
        let id = |leg: &Value| leg["orderID"].as_str().unwrap().to_owned();
        placed.as_array().unwrap().iter().map(id).collect::<Vec<_>>()
    };
    let plain =
        |client_id: &str| place(&format!(r#""type":"LIMIT","price":90000,"clOrderID":"{client_id}""#));
    plain("before");
    let pair =
        place(r#""type":"OCO","price":85000,"triggerPrice":71000,"stopPrice":70900,"clOrderID":"pair""#);
    let other_pair = place(r#""type":"OCO","price":86000,"triggerPrice":72000,"stopPrice":71900"#);
    plain("after");
    let [stop, limit] = pair.as_slice() else { panic!("{pair:?}") };

    let listed = venue.lmex("orders").ok().out;
    let lines: Vec<_> = listed.lines().collect();
    assert!(lines[0].ends_with("ocoPeerOrderId"), "{listed}");
    for legs in [&pair, &other_pair] {
        let at =
            |id: &String| lines.iter().position(|line| line.trim_start().starts_with(id.as_str())).unwrap();
        let (one, other) = (at(&legs[0]), at(&legs[1]));
        assert_eq!(one.abs_diff(other), 1, "{listed}");
        assert!(
            lines[one].ends_with(legs[1].as_str()) && lines[other].ends_with(legs[0].as_str()),
            "{listed}"
        );
    }

    for (asked, other) in [(stop, limit), (limit, stop)] {
        let shown = venue.lmex(&format!("order {asked}")).ok().out;
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines.len() == 3 && lines[1].contains(asked) && lines[2].contains(other), "{shown}");
        let line = |id: &str| lines.iter().find(|line| line.contains(id)).unwrap();
        for words in ["OCO limit ", " 85000 ", " - "] {
            assert!(line(limit).contains(words), "{words}\n{shown}");
        }
        for words in ["OCO stop limit ", " 70900 ", " 71000 mark "] {
            assert!(line(stop).contains(words), "{words}\n{shown}");
        }
        assert_eq!(venue.lmex(&format!("order {asked} --json")).json()["ocoPeerOrderId"], other.as_str());
        let (columns, rows) = venue.lmex(&format!("order {asked} --csv")).csv();
        assert_eq!((columns.last().unwrap().as_str(), rows.len()), ("ocoPeerOrderId", 1));
        assert_eq!(rows[0].last(), Some(other));
    }
    let one = venue.lmex("order after").ok().out;
    assert!(one.lines().count() == 2 && !one.contains("OCO"), "{one}");
    assert_eq!(venue.lmex("order after --json").json().get("ocoPeerOrderId"), None);

    let cancelled = venue.lmex(&format!("cancel {limit}")).ok().out;
    assert!(cancelled.contains(&format!("cancelled: {stop} (nothing was filled)")), "{cancelled}");
    assert!(cancelled.contains("; OCO: it ended with the other order of its pair\n"), "{cancelled}");
    let ended = venue.lmex(&format!("order {stop}")).ok();
    assert!(ended.out.lines().count() == 2 && !ended.err.contains("note:"), "{ended:?}");
}

/// Leaves the intent of an order that was given up at this moment, as a process that has died does.
fn leave_intent(venue: &Venue, client_id: &str, left_by: lmex::TimeMs) {
    let scope = std::fs::read_dir(venue.place.state().join("journal")).unwrap();
    let scope = scope.map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    let at = left_by.as_millis();
    let line = format!(
        r#"{{"intended":{{"at":{at},"symbol":"BTC-PERP","client_id":"{client_id}","left_by":{at}}}}}"#
    );
    std::fs::write(scope.join(format!("{client_id}.ndjson")), line + "\n").unwrap();
}

#[test]
fn an_order_that_may_still_come_is_not_said_to_be_missing() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id there").ok();
    let now = lmex::Clock::system().wall();
    for (id, left_by) in [("now", now), ("there", now), ("long-ago", now.plus_ms(-60_000))] {
        leave_intent(&venue, id, left_by);
    }
    for _ in 0..2 {
        let said = venue.lmex("order now").failed(7, "unresolved");
        assert!(said.contains("may still come until ") && said.contains("`lmex order now`"), "{said}");
    }
    venue.lmex("order there").ok();
    let said = venue.lmex("order long-ago").failed(3, "order_not_found");
    assert!(said.contains("can no longer execute it"), "{said}");
    let said = venue.lmex("order never").failed(3, "order_not_found");
    assert!(said.contains("`lmex orders`"), "{said}");
}

#[test]
fn an_intent_of_a_clock_without_a_battery_does_not_block_its_market() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --limit 50000").ok();
    let scope = std::fs::read_dir(venue.place.state().join("journal")).unwrap();
    let scope = scope.map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    let line = r#"{"intended":{"at":86400000,"symbol":"BTC-PERP","client_id":"a"}}"#;
    std::fs::write(scope.join("left.ndjson"), format!("{line}\n")).unwrap();
    venue.lmex("buy BTC-PERP 100ct --limit 50001").ok();
    assert_eq!(venue.open_orders(), 2);
}
