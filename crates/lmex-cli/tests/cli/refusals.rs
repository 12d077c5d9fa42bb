//! Bad input: one clear error each, with its category, its exit code, the field and the remedy.

use crate::support::{Place, Venue};

/// The command, its exit code and category, and what must be said.
const REFUSED: [(&str, i32, &str, &[&str]); 24] = [
    ("buy BTC-PERP 100ct --limit 0.01", 2, "invalid", &["price 0.01 is off the grid of 0.1: use 0.1"]),
    (
        "buy BTC-PERP 9000000000000000btc --market",
        2,
        "invalid",
        &["more contracts than can be counted", "7500000"],
    ),
    ("buy BTC-PERP 100ct --limit 50000.05", 2, "invalid", &["price 50000.05", "use 50000 or 50000.1"]),
    ("buy BTC-PERP 100ct --limit 0", 2, "invalid", &["price 0"]),
    ("buy BTC-PERP 0.000015btc --limit 50000", 2, "invalid", &["0.000015 BTC", "contracts of 0.00001 BTC"]),
    ("buy BTC-PERP 1ct --limit 50000", 2, "invalid", &["notional 0.5", "minimum of 5", "contracts"]),
    ("buy BTC-PERP 4usdt --market", 2, "invalid", &["minimum of 5"]),
    ("buy BTC-PERP 1eth --market", 2, "invalid", &["ETH does not fit BTC-PERP", "BTC or USDT"]),
    ("buy BTC-PERP 99999999ct --limit 50000", 2, "invalid", &["99999999", "7500000"]),
    ("buy FOO-PERP 100ct --limit 50000", 3, "unknown_market", &["FOO-PERP", "`lmex markets`"]),
    ("buy FOO-PERP 100ct --market", 3, "unknown_market", &["FOO-PERP", "BTC-PERP", "`lmex markets`"]),
    ("price FOO-PERP", 3, "unknown_market", &["FOO-PERP", "`lmex markets`"]),
    ("candles FOO-PERP", 3, "unknown_market", &["FOO-PERP", "`lmex markets`"]),
    ("book FOO-PERP", 3, "unknown_market", &["FOO-PERP"]),
    ("stream top FOO-PERP --updates 1", 3, "unknown_market", &["FOO-PERP", "`lmex markets`"]),
    ("buy BTC-PERP 100ct --limit 99999", 3, "refused", &["BTC", "change price"]),
    ("sell BTC-PERP 100ct --market --reduce-only", 3, "refused", &[]),
    ("cancel no-such-order", 3, "order_not_found", &["not found", "`lmex orders`"]),
    ("cancel BTC-PERP", 3, "order_not_found", &["`lmex cancel --all BTC-PERP`"]),
    ("cancel 52cdd4ce-bf2e-4b8c-b286-4129ad1ab662", 3, "order_not_found", &["`lmex orders`"]),
    ("order no-such-order", 3, "order_not_found", &["`lmex orders`"]),
    ("amend no-such-order --limit 50000", 3, "order_not_found", &["`lmex orders`"]),
    ("close BTC-PERP", 3, "refused", &["no open position in BTC-PERP", "`lmex positions`"]),
    ("close FOO-PERP", 3, "unknown_market", &["market FOO-PERP is not listed", "`lmex markets`"]),
];

#[test]
fn each_is_one_clear_error_and_leaves_nothing_behind() {
    let venue = Venue::start();
    for (line, code, category, said) in REFUSED {
        let err = venue.lmex(line).failed(code, category);
        for words in said {
            assert!(err.contains(words), "lmex {line} does not say {words:?}\n{err}");
        }
        assert_eq!(err.matches("error (").count(), 1, "{err}");
    }
    assert_eq!(venue.open_orders(), 0);
    assert_eq!(venue.lmex("fills --json").json().as_array().unwrap().len(), 0);
}

/// A wrong command line, what is wrong in it, and what to write instead.
const MISTYPED: [(&str, &str, &str); 11] = [
    ("candles BTC-PERP 1h -n -5", "'-5' for '--count", "a whole number from 1 to 300"),
    ("book BTC-PERP -n 0", "'0' for '--depth", "a whole number from 1 to 500"),
    ("stream book BTC-PERP -n x", "'x' for '--depth", "a whole number from 1 to 500"),
    ("stream top BTC-PERP --updates 0", "'0' for '--updates", "a whole number above zero"),
    ("book BTC-PERP --watch --updates -1", "'-1' for '--updates", "a whole number above zero"),
    ("exchange --seed -1", "'-1' for '--seed", "a whole number from 0 to"),
    ("exchange time step -5h", "'-5h' for '[BY]'", "a time above zero with its unit"),
    ("exchange fault clear x", "'x' for '[ID]'", "`lmex exchange fault list`"),
    ("exchange fault clear -1", "'-1' for '[ID]'", "`lmex exchange fault list`"),
    ("exchange fault add delay --ms soon", "'soon' for '--ms", "a whole number"),
    ("exchange fault add drop --percent 300", "'300' for '--percent", "far out of range"),
];

#[test]
fn a_wrong_command_line_says_what_to_write_instead() {
    let place = Place::new();
    for (line, wrong, instead) in MISTYPED {
        let ran = place.lmex(line);
        let says = |words: &str| ran.err.contains(words);
        assert!(ran.code == Some(2) && says(wrong) && says(instead), "lmex {line}\n{}", ran.err);
    }
    let ran = place.lmex(&format!("price {}", "x".repeat(3_000)));
    let shown = format!("'{}…'", "x".repeat(60));
    assert!(ran.code == Some(2) && ran.err.contains(&shown) && ran.err.len() < 500, "{}", ran.err);
}

#[test]
fn what_can_not_be_opened_says_what_to_name() {
    let place = Place::new();
    std::fs::write(place.work().join("file"), "").unwrap();
    for (line, category, next) in [
        ("exchange --listen 127.0.0.1:0 --data-dir file", "config", "--data-dir names the folder"),
        ("data import --format binance nothere -o x.parquet", "io", "name a capture's file"),
    ] {
        let said = place.lmex(line).failed(8, category);
        assert!(said.contains("next: ") && said.contains(next), "lmex {line}\n{said}");
    }
}

#[test]
fn programs_get_the_same_as_json_on_stderr() {
    let venue = Venue::start();
    for (line, code, category, said) in REFUSED {
        let ran = venue.lmex(&format!("{line} --json"));
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "lmex {line}: {}", ran.err);
        let last = ran.err.lines().last().unwrap();
        let error: serde_json::Value = serde_json::from_str(last).unwrap();
        assert_eq!(error["error"]["category"], category, "{error}");
        let text = format!("{} {}", error["error"]["message"], error["error"]["hint"]);
        assert!(said.iter().all(|words| text.contains(words)), "lmex {line} --json: {error}");
    }
}

#[test]
fn too_little_money_says_where_to_look() {
    let venue = Venue::start();
    // The fourth risk limit takes 5 %: 100,000 USDT carry one order of 1.8 million, and no second.
    venue.lmex(r#"api POST /api/v2.3/risk_limit --body {"symbol":"BTC-PERP","riskLimitLevel":4}"#).ok();
    venue.lmex("buy BTC-PERP 30btc --limit 60000").ok();
    let err = venue.lmex("buy BTC-PERP 30btc --limit 60000").failed(3, "insufficient_funds");
    assert!(err.contains("`lmex balance`"), "{err}");
    assert_eq!(venue.open_orders(), 1);
}

#[test]
fn an_id_of_ones_own_is_used_once() {
    let venue = Venue::start();
    venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id twice").ok();
    let ran = venue.lmex("buy BTC-PERP 100ct --limit 50000 --client-id twice");
    assert_ne!(ran.code, Some(0), "{ran:?}");
    assert_eq!(venue.open_orders(), 1);
}
