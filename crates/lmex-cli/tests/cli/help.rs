//! `lmex`, `--version`, `help`, and what a wrong command line is told.

use std::time::{Duration, Instant};

use crate::support::{Place, as_it_is};

const COMMANDS: [&str; 33] = [
    "demo",
    "exchange",
    "exchange fault",
    "exchange fault add",
    "exchange fault clear",
    "exchange fault list",
    "exchange time",
    "exchange time step",
    "exchange verify",
    "markets",
    "price",
    "candles",
    "book",
    "trades",
    "funding",
    "buy",
    "sell",
    "orders",
    "order",
    "amend",
    "cancel",
    "fills",
    "positions",
    "close",
    "balance",
    "fees",
    "stream",
    "sign",
    "api",
    "doctor",
    "data",
    "data import",
    "data info",
];

#[test]
fn alone_it_says_what_it_is_and_the_three_next_steps() {
    let said = Place::new().lmex("").ok();
    for step in ["lmex demo", "lmex exchange", "lmex buy BTC-PERP 0.001btc --limit"] {
        assert!(said.out.contains(step), "{step}\n{}", said.out);
    }
    as_it_is().bind(|| insta::assert_snapshot!("welcome", said.out));
}

#[test]
fn the_version_comes_at_once() {
    let place = Place::new();
    let start = Instant::now();
    let said = place.lmex("--version").ok();
    assert_eq!(said.out, format!("lmex {}\n", env!("CARGO_PKG_VERSION")));
    // A debug build on a busy machine; the release build's figure is benchmarked.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn the_reference_is_what_help_prints() {
    let place = Place::new();
    let mut reference = place.lmex("help").ok().out;
    for command in COMMANDS {
        assert!(reference.contains(command.split(' ').next().unwrap()));
        let help = place.lmex(&format!("{command} --help")).ok().out;
        // The options that every command takes are shown once.
        let own = help.split("\nEverywhere:\n").next().unwrap();
        let after =
            help.split("\n\nExample").nth(1).map(|text| format!("\n\nExample{text}")).unwrap_or_default();
        reference.push_str(&format!("\n$ lmex {command} --help\n{}{after}", own.trim_end()));
        reference.push('\n');
    }
    as_it_is().bind(|| insta::assert_snapshot!("help", reference));
}

#[test]
fn help_does_not_show_what_variables_hold() {
    let variables = [("LMEX_REST_URL", "http://me:hunter2@127.0.0.1:1"), ("LMEX_API_SECRET", "hunter2")];
    let place = Place::new();
    for line in ["help", "buy --help", "doctor", "price BTC-PERP", "sign GET /api/x --nonce 1"] {
        let ran = place.lmex_with(&variables, line);
        assert!(!format!("{}{}", ran.out, ran.err).contains("hunter2"), "lmex {line}: {ran:?}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_how_to_write_it() {
    let place = Place::new();
    for (line, said) in [
        ("buy BTC-PERP 100 --limit 60000", "write ct for contracts (100ct)"),
        ("buy BTC-PERP 1.5ct --limit 60000", "not a whole number of contracts"),
        ("buy BTC-PERP 1e5ct --limit 60000", "not written in plain decimal digits"),
        ("buy BTC-PERP 0x10ct --limit 60000", "not written in plain decimal digits"),
        ("buy BTC-PERP 99999999999999999999ct --limit 60000", "too large"),
        (
            "buy BTC-PERP 0.00000000000000000000000000001btc --limit 60000",
            "more digits than can be kept exactly",
        ),
        ("sign GET /api/v2.3/price --nonce 1.5", "a nonce is milliseconds since 1970 in digits"),
        ("sign GET /api/v2.3/price --nonce +15", "a nonce is milliseconds since 1970 in digits"),
        ("sign FETCH /api/v2.3/price --nonce 1", "use GET, POST, PUT or DELETE"),
        ("buy BTC-PERP 0ct --limit 60000", "must be above zero"),
        ("buy BTC-PERP -5ct --limit 60000", "must be above zero"),
        ("buy BTC-PERP much --limit 60000", "write 100ct, 0.001btc or 60usdt"),
        ("buy BTC-PERP 100ct", "<--limit <PRICE>|--market>"),
        ("buy BTC-PERP 100ct --limit 60000 --market", "cannot be used with"),
        ("buy BTC-PERP 100ct --market --post-only", "cannot be used with"),
        ("buy BTC-PERP 100ct --limit 6e4", "a price is written in at most 28 decimal digits"),
        ("buy BTC-PERP 100ct --limit 60000.0000000000000000000000000001", "at most 28 decimal digits"),
        ("exchange --listen 9090", "such as 127.0.0.1:9090"),
        ("buy BTC-PERP 100ct --limit sixty", "invalid value 'sixty'"),
        ("buy BTC-PERP 100ct --limit 60000 --tif LATER", "LATER"),
        ("buy BTC/PERP 100ct --market", "BTC/PERP"),
        ("candles BTC-PERP 7h", "use 1m, 5m, 15m, 30m, 1h, 4h, 6h, 1d, 1w or 1mo"),
        ("candles BTC-PERP -n 301", "write a whole number from 1 to 300"),
        ("trades BTC-PERP -n 0", "write a whole number from 1 to 500"),
        ("exchange --seed abc", "write a whole number from 0 to 18446744073709551615"),
        ("buy BTC-PERP 100ct --limit 50,000", "without commas"),
        (
            "sell BTC-PERP 100ct --stop 50000",
            "next: sell places limit and market orders; stops and take profits go by `lmex api`: lmex api POST",
        ),
        ("amend abc", "<--limit <PRICE>|--size <SIZE>>"),
        ("cancel", "<ID|--all <MARKET>>"),
        ("stream candles BTC-PERP", "[possible values: book, trades, top]"),
        ("book BTC-PERP --updates 3", "--watch"),
        ("api FETCH /api/v2.3/price", "use GET, POST, PUT or DELETE"),
        ("price BTC-PERP --env mainnet", "use local, testnet or live"),
        ("price BTC-PERP --json --csv", "cannot be used with"),
        ("buy BTC-PERP 100 USDT --market", "next: write the size as one word: 100usdt"),
        ("buy BTC-PERP 100ct", "lmex buy BTC-PERP 100ct --limit 60000"),
        ("cancel --all", "next: name the market: lmex cancel --all BTC-PERP"),
        ("stream top BTC-PERP --updates 0", "write a whole number above zero"),
        ("book BTC-PERP --watch --updates 0", "write a whole number above zero"),
        ("bye BTC-PERP", "unrecognized subcommand 'bye'"),
    ] {
        let ran = place.lmex(line);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "lmex {line}: {ran:?}");
        assert!(ran.err.contains(said), "lmex {line}\n{}", ran.err);
    }
}

#[test]
fn with_json_it_is_told_in_json() {
    let ran = Place::new().lmex("buy BTC-PERP 100 --limit 60000 --json");
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    let told: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(told["error"]["category"], "invalid");
    assert!(told["error"]["message"].as_str().unwrap().contains("write ct for contracts (100ct)"), "{told}");
    let ran = Place::new().lmex("buy BTC-PERP 60usdt --stop 50000");
    assert!(!ran.err.contains("tip:") && ran.err.contains("\"triggerPrice\":50000"), "{}", ran.err);
    let ran = Place::new().lmex("--json cancel --all");
    let told: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(told["error"]["hint"], "name the market: lmex cancel --all BTC-PERP", "{told}");
}
