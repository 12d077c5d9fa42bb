//! `lmex amend`, `cancel`, `close`, each also with `--dry-run`.

use crate::support::{Venue, redacted};

#[test]
fn an_order_is_amended_and_cancelled() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id mine").ok();
    let mut seen = String::new();
    for line in [
        "amend mine --limit 50100.5",
        "amend mine --size 200ct",
        "amend mine --limit 50000 --size 0.0015btc",
        "orders",
        "cancel mine",
        "order mine",
        "cancel --all BTC-PERP",
    ] {
        let ran = venue.lmex(line).ok();
        assert!(ran.err.ends_with("(simulated, seed 7)\n"), "{}", ran.err);
        seen.push_str(&format!("$ lmex {line}\n{}\n", ran.out));
    }
    redacted().bind(|| insta::assert_snapshot!("amend_cancel", seen));
}

#[test]
fn programs_get_the_changed_orders() {
    let venue = Venue::start();
    let order = venue.lmex("buy BTC-PERP 100ct --limit 50000 --json").json();
    let id = order["orderID"].as_str().unwrap();
    let amended = venue.lmex(&format!("amend {id} --size 150ct --json")).json();
    assert_eq!((&amended["status"], &amended["currentOrderSize"]), (&123.into(), &150.into()));
    let (columns, rows) = venue.lmex(&format!("amend {id} --limit 49999.9 --csv")).csv();
    assert_eq!((columns[5].as_str(), rows[0][5].as_str()), ("price", "49999.9"));
    let cancelled = venue.lmex(&format!("cancel {id} --json")).json();
    assert_eq!((&cancelled[0]["orderID"], &cancelled[0]["status"]), (&order["orderID"], &6.into()));
    assert_eq!(venue.open_orders(), 0);
}

#[test]
fn cancel_all_is_of_one_market() {
    let venue = Venue::start();
    for line in [
        "buy BTC-PERP 100ct --limit 50000",
        "buy BTC-PERP 100ct --limit 50001",
        "buy ETH-PERP 60usdt --limit 2500",
    ] {
        venue.lmex(line).ok();
    }
    let (columns, rows) = venue.lmex("cancel --all BTC-PERP --csv").csv();
    assert_eq!((columns[3].as_str(), rows.len()), ("status", 2));
    assert!(rows.iter().all(|row| row[3] == "6"), "{rows:?}");
    assert_eq!(venue.open_orders(), 1, "ETH-PERP's is still there");
}

#[test]
fn a_position_is_closed() {
    let venue = Venue::start();
    venue.lmex("sell BTC-PERP 60usdt --market").ok();
    let closed = venue.lmex("close BTC-PERP").ok();
    let lines: Vec<_> = closed.out.lines().collect();
    assert!(lines[0].starts_with("close the short position of "), "{lines:?}");
    assert!(lines[1].starts_with("filled: ") && !lines[1].contains("client id"), "{lines:?}");
    assert!(venue.lmex("positions").ok().out.contains("no open positions"));

    venue.lmex("buy BTC-PERP 60usdt --market").ok();
    let waiting = venue.lmex("close BTC-PERP --limit 80000 --json").json();
    assert_eq!((&waiting["side"], &waiting["status"]), (&"SELL".into(), &2.into()));
    let (_, rows) = venue.lmex("close BTC-PERP --csv").csv();
    assert_eq!(rows[0][3], "4");
}

#[test]
fn a_dry_run_changes_nothing() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id mine").ok();
    venue.lmex("buy BTC-PERP 100ct --market").ok();
    let mut seen = String::new();
    for line in [
        "amend mine --limit 50100 --dry-run",
        "amend mine --size 300ct --dry-run",
        "cancel mine --dry-run",
        "cancel --all BTC-PERP --dry-run",
        "close BTC-PERP --dry-run",
        "close BTC-PERP --limit 80000 --dry-run",
    ] {
        let ran = venue.lmex(line).ok();
        seen.push_str(&format!("$ lmex {line}\n{}\n", ran.out));
        let json = venue.lmex(&format!("{line} --json")).json();
        assert_eq!(json["sent"], false);
        assert!(json["body"].is_null() || json["body"]["symbol"] == "BTC-PERP", "{json}");
    }
    redacted().bind(|| insta::assert_snapshot!("dry_run_of_changes", seen));
    let worth = |line: &str| {
        let json = venue.lmex(&format!("{line} --dry-run --json")).json();
        ["contracts", "base", "notional"].map(|name| json[name].as_f64().unwrap())
    };
    assert_eq!(worth("close BTC-PERP --limit 80000"), [100.0, 0.001, 80.0]);
    let [contracts, base, notional] = worth("close BTC-PERP");
    assert!((contracts, base) == (100.0, 0.001) && (30.0..90.0).contains(&notional), "{notional}");
    assert_eq!(worth("amend mine --size 300ct"), [300.0, 0.003, 150.0]);
    let order = venue.lmex("order mine --json").json();
    assert_eq!((&order["price"], &order["currentOrderSize"]), (&50_000.into(), &100.into()));
    assert_eq!(venue.lmex("positions --json").json().as_array().unwrap().len(), 1);
}

#[test]
fn what_would_be_refused_is_refused_in_a_dry_run_too() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id mine").ok();
    venue.lmex("buy BTC-PERP 100ct --market").ok();
    for line in ["amend mine --limit 50000.05", "close BTC-PERP --limit 80000.05"] {
        for more in ["", " --dry-run"] {
            let said = venue.lmex(&format!("{line}{more}")).failed(2, "invalid");
            assert!(said.contains("off the grid of 0.1"), "{said}");
        }
    }
}
