//! `lmex stream` and `lmex book --watch`: a line for each update.

use crate::support::{Venue, canned, without_numbers};

#[test]
fn programs_get_a_json_line_for_each_update() {
    let venue = Venue::streaming();
    for (line, names) in [
        ("stream book BTC-PERP --updates 3 --json", &["symbol", "seqNum", "timestamp", "bids", "asks"][..]),
        ("stream top BTC-PERP --updates 3 --json", &["symbol", "type", "timestamp", "bids", "asks"]),
        (
            "stream trades BTC-PERP --updates 3 --json",
            &["symbol", "side", "price", "size", "tradeId", "timestamp"],
        ),
        ("book BTC-PERP --watch --updates 3 --json", &["symbol", "seqNum", "timestamp", "bids", "asks"]),
    ] {
        let ran = venue.lmex(line).ok();
        assert_eq!(
            ran.err,
            format!("local {} (simulated, seed 7)\n", venue.handle().rest_url()),
            "lmex {line}"
        );
        let lines = ran.json_lines();
        assert_eq!(lines.len(), 3, "lmex {line}");
        for name in names {
            assert!(
                lines.iter().all(|update| update.get(name).is_some()),
                "lmex {line} has no {name}: {lines:?}"
            );
        }
        assert!(lines.iter().all(|update| update["symbol"] == "BTC-PERP"));
    }
}

#[test]
fn the_maintained_book_goes_forward_and_is_never_crossed() {
    let venue = Venue::streaming();
    let updates = venue.lmex("stream book BTC-PERP -n 5 --updates 6 --json").json_lines();
    let sequence: Vec<_> = updates.iter().map(|update| update["seqNum"].as_i64().unwrap()).collect();
    assert!(sequence.is_sorted_by(|a, b| a < b), "{sequence:?}");
    for update in &updates {
        let best = |side: &str| update[side][0][0].as_str().unwrap().parse::<lmex::Decimal>().unwrap();
        assert!(best("bids") < best("asks"), "{update}");
        assert_eq!(update["bids"].as_array().unwrap().len(), 5);
    }
}

#[test]
fn csv_has_one_header_and_a_row_for_each_update_or_level() {
    let venue = Venue::streaming();
    for (line, columns, count) in [
        ("stream top BTC-PERP --updates 3 --csv", "timestamp,bid,bidSize,ask,askSize", 3),
        ("stream trades BTC-PERP --updates 2 --csv", "timestamp,side,price,size,tradeId", 2),
        ("stream book BTC-PERP -n 2 --updates 2 --csv", "timestamp,seqNum,side,price,size", 8),
        ("book BTC-PERP --watch -n 1 --updates 2 --csv", "timestamp,seqNum,side,price,size", 4),
    ] {
        let (header, rows) = venue.lmex(line).csv();
        assert_eq!(header.join(","), columns, "lmex {line}");
        assert_eq!(rows.len(), count, "lmex {line}: {rows:?}");
    }
}

#[test]
fn people_get_lines_too() {
    let venue = Venue::streaming();
    let mut seen = String::new();
    for line in [
        "stream top BTC-PERP --updates 1",
        "stream book BTC-PERP --updates 1",
        "stream trades BTC-PERP --updates 1",
        "book BTC-PERP --watch --updates 1",
    ] {
        let out = venue.lmex(line).ok().out;
        assert!(out.lines().all(|line| line == line.trim_end()), "{out:?}");
        seen.push_str(&format!("$ lmex {line}\n{out}"));
    }
    without_numbers().bind(|| insta::assert_snapshot!("stream", seen));
}

#[test]
fn a_stream_that_can_not_be_read_does_not_flood_the_terminal() {
    let venue = Venue::start();
    let top = r#"{"topic":"snapshotL1:BTC-PERP","data":{"symbol":"BTC-PERP","type":"snapshotL1","timestamp":1,"bids":[["1","1"]],"asks":[["2","1"]]}}"#;
    let garbage = |n: u32| format!("\u{1b}[2J no JSON, for the {n}th time");
    let messages = (0..800).map(garbage).chain([top.to_owned()]).collect();
    let variables =
        [("LMEX_REST_URL", venue.handle().rest_url()), ("LMEX_WS_URL", canned::stream(&venue, messages))];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let ran = venue.place.lmex_with(&variables, "stream top BTC-PERP --updates 1 --json").ok();
    assert_eq!(ran.out.lines().count(), 1, "what can be read is passed on: {}", ran.out);
    let news: Vec<_> = ran.err.lines().filter(|line| line.starts_with("stream: ")).collect();
    let counted: u32 = news[1..]
        .iter()
        .map(|line| line["stream: ".len()..].split(' ').next().unwrap().parse::<u32>().unwrap())
        .sum();
    assert!(news.len() <= 4 && counted == 799, "the first, then numbers: {news:#?}");
    assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
}

#[test]
fn ctrl_c_ends_a_stream_well() {
    let venue = Venue::streaming();
    let mut running = venue.place.start(&[], "stream top BTC-PERP --json");
    assert!(running.line().contains("BTC-PERP"));
    running.signal(rustix::process::Signal::INT);
    let ran = running.wait();
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.out.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "whole lines"
    );
}
