//! `lmex buy`, `sell`, `orders`, `order`, and `--dry-run`.

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
    let answer = ["orderID", "symbol", "side", "status", "price", "currentOrderSize", "totalFilledSize"];
    for line in ["buy BTC-PERP 100ct --limit 50000 --client-id mine --csv", "order mine --csv"] {
        let (columns, rows) = venue.lmex(line).csv();
        assert_eq!(columns[..7], answer, "lmex {line}");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0][1..6], ["BTC-PERP", "BUY", "2", "50000", "100"], "lmex {line}");
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
