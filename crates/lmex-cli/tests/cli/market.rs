//! `lmex markets`, `price`, `candles`, `book`, `trades`, `funding`: for people, as JSON, as CSV.

use serde_json::Value;

use crate::support::{Venue, without_numbers};

/// Each verb, and the names its JSON and its CSV have. Where LMEX's documents have a name, it is that.
const VERBS: [(&str, &[&str], &[&str]); 6] = [
    (
        "markets",
        &["symbol", "last", "lowestAsk", "highestBid", "contractSize", "minPriceIncrement"],
        &["symbol", "last", "highestBid", "lowestAsk"],
    ),
    (
        "price BTC-PERP",
        &["symbol", "indexPrice", "lastPrice", "markPrice"],
        &["symbol", "lastPrice", "markPrice", "indexPrice"],
    ),
    (
        "candles BTC-PERP 1h -n 3",
        &["time", "open", "high", "low", "close", "volume", "finished"],
        &["time", "open", "high", "low", "close", "volume", "finished"],
    ),
    ("book BTC-PERP -n 3", &["symbol", "buyQuote", "sellQuote", "timestamp"], &["side", "price", "size"]),
    (
        "trades BTC-PERP -n 3",
        &["price", "size", "side", "symbol", "serialId", "timestamp"],
        &["timestamp", "side", "price", "size", "serialId"],
    ),
    ("funding BTC-PERP -n 3", &["time", "rate", "symbol"], &["time", "symbol", "rate"]),
];

#[test]
fn people_see_tables_and_pictures_and_stderr_names_the_exchange() {
    let venue = Venue::start();
    let mut seen = String::new();
    for (line, ..) in VERBS {
        let ran = venue.lmex(line).ok();
        assert_eq!(
            ran.err,
            format!("local {} (simulated, seed 7)\n", venue.handle().rest_url()),
            "lmex {line}"
        );
        assert!(ran.out.lines().all(|line| line == line.trim_end()), "no trailing blanks: {}", ran.out);
        // Bars are as long as what stands in the book.
        seen.push_str(&format!("$ lmex {line}\n{}\n", ran.out.replace('█', "").replace(" \n", "\n")));
    }
    without_numbers().bind(|| insta::assert_snapshot!("market", seen));
}

#[test]
fn programs_get_json_with_the_documents_names() {
    let venue = Venue::start();
    for (line, names, _) in VERBS {
        let value = venue.lmex(&format!("{line} --json")).json();
        let first = value.as_array().map_or(&value, |rows| &rows[0]);
        for name in names {
            assert!(first.get(name).is_some(), "lmex {line} --json has no {name}: {first}");
        }
    }
}

#[test]
fn programs_get_csv_with_one_header_line() {
    let venue = Venue::start();
    for (line, _, names) in VERBS {
        let (columns, rows) = venue.lmex(&format!("{line} --csv")).csv();
        assert!(columns.starts_with(&names.map_to_owned()), "lmex {line} --csv: {columns:?}");
        assert!(!rows.is_empty(), "lmex {line} --csv has no rows");
    }
}

#[test]
fn counts_are_what_was_asked_for() {
    let venue = Venue::start();
    for (line, count) in [
        ("candles BTC-PERP 5m -n 7 --json", 7),
        ("candles ETH-PERP --json", 100),
        ("candles BTC-PERP 1mo -n 300 --json", 300),
        ("trades BTC-PERP -n 5 --json", 5),
        ("funding BTC-PERP -n 2 --json", 2),
    ] {
        assert_eq!(venue.lmex(line).json().as_array().unwrap().len(), count, "lmex {line}");
    }
    let book = venue.lmex("book BTC-PERP -n 4 --json").json();
    assert_eq!(book["buyQuote"].as_array().unwrap().len(), 4);
}

#[test]
fn csv_and_json_of_candles_agree_and_the_last_is_unfinished() {
    let venue = Venue::start();
    let json = venue.lmex("candles BTC-PERP 1d -n 10 --json").json();
    let (_, rows) = venue.lmex("candles BTC-PERP 1d -n 10 --csv").csv();
    let json = json.as_array().unwrap();
    let finished: Vec<_> = json.iter().map(|candle| candle["finished"].as_bool().unwrap()).collect();
    assert_eq!(finished.iter().filter(|finished| !**finished).count(), 1);
    assert_eq!(finished.last(), Some(&false), "oldest first");
    for (candle, row) in json.iter().zip(&rows).take(9) {
        let number = |name: &str| candle[name].to_string();
        assert_eq!(
            row[..5],
            ["time", "open", "high", "low", "close"].map(number),
            "seconds and exact prices"
        );
    }
}

#[test]
fn symbols_may_be_typed_in_any_case() {
    let venue = Venue::start();
    assert_eq!(venue.lmex("price btc-perp --json").json()["symbol"], Value::from("BTC-PERP"));
}

trait MapToOwned {
    fn map_to_owned(&self) -> Vec<String>;
}

impl MapToOwned for &[&str] {
    fn map_to_owned(&self) -> Vec<String> {
        self.iter().map(|name| (*name).to_owned()).collect()
    }
}
