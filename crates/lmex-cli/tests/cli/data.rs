//! `lmex data import` and `info`, on captures that the tests write.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use rustix::process::Signal;

use crate::support::{Place, redacted};

/// A recording in Binance's form: a whole book, changes, trades.
fn capture() -> String {
    let start = 1_700_000_000_000_i64;
    let mut text = String::new();
    let mut line = |ms: i64, json: String| text.push_str(&format!("{} {json}\n", (start + ms) * 1_000_000));
    let t = start;
    line(
        0,
        format!(
            r#"{{"lastUpdateId":100,"E":{t},"T":{t},"bids":[["60000.1","1.5"],["60000.0","2"]],"asks":[["60000.3","1"],["60000.5","3"]]}}"#
        ),
    );
    for n in 0..40_u32 {
        let (t, first) = (start + 100 * i64::from(n + 1), 101 + n);
        let before = first - 1;
        line(
            100 * i64::from(n + 1),
            format!(
                r#"{{"stream":"btcusdt@depth@0ms","data":{{"e":"depthUpdate","E":{t},"T":{t},"s":"BTCUSDT","U":{first},"u":{first},"pu":{before},"b":[["60000.1","{n}.5"]],"a":[]}}}}"#
            ),
        );
        line(
            100 * i64::from(n + 1) + 10,
            format!(
                r#"{{"stream":"btcusdt@trade","data":{{"e":"trade","E":{t},"T":{t},"s":"BTCUSDT","t":1,"p":"60000.3","q":"0.001","X":"MARKET","m":false}}}}"#
            ),
        );
    }
    text
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const IMPORT: &str = "data import --format binance capture.gz -o btc.parquet";

#[test]
fn a_capture_becomes_a_tape_that_can_be_looked_at() {
    let place = Place::new();
    std::fs::write(place.work().join("capture.gz"), packed(&capture())).unwrap();
    let import = place.lmex(IMPORT).ok();
    assert!(import.err.contains("next: lmex demo --replay btc.parquet"), "{}", import.err);
    let info = place.lmex("data info btc.parquet").ok();
    let seen = format!("$ lmex {IMPORT}\n{}\n$ lmex data info btc.parquet\n{}", import.out, info.out);
    redacted().bind(|| insta::assert_snapshot!("data", seen));

    let json = place.lmex("data info btc.parquet --json").json();
    assert_eq!((&json["symbol"], &json["trades"], &json["gaps"]), (&"BTCUSDT".into(), &40.into(), &0.into()));
    assert_eq!(json["volume"], "0.04");
    let (columns, rows) = place.lmex("data info btc.parquet --csv").csv();
    assert_eq!((columns.join(",").as_str(), rows[0].join(",").contains("source,")), ("what,value", true));
    let again = place.lmex(&format!("{IMPORT} --replace --json")).json();
    assert_eq!((&again["tape"], &again["trades"]), (&"btc.parquet".into(), &40.into()));
    assert_eq!(names(&place.work()), ["btc.parquet", "capture.gz"], "nothing is left lying around");
}

#[test]
fn a_tape_is_not_overwritten_unasked() {
    let place = Place::new();
    std::fs::write(place.work().join("capture.gz"), packed(&capture())).unwrap();
    std::fs::write(place.work().join("btc.parquet"), "mine").unwrap();
    let said = place.lmex(IMPORT).failed(8, "io");
    assert!(said.contains("btc.parquet"), "{said}");
    assert_eq!(std::fs::read_to_string(place.work().join("btc.parquet")).unwrap(), "mine");
}

#[test]
fn bad_captures_are_refused_with_their_place_and_leave_no_tape() {
    let whole = packed(&capture());
    let truncated = whole[..whole.len() / 2].to_vec();
    let mut corrupt = capture();
    corrupt.insert_str(corrupt.len() / 2, "\u{7f}garbage");
    for (name, bytes, said) in [
        ("truncated", truncated, "capture.gz"),
        ("corrupt", packed(&corrupt), "line"),
        ("empty", Vec::new(), "capture.gz"),
        ("not gzip", b"plain text, no capture".to_vec(), "capture.gz"),
    ] {
        let place = Place::new();
        std::fs::write(place.work().join("capture.gz"), bytes).unwrap();
        let err = place.lmex(IMPORT).failed(8, "io");
        assert!(err.contains(said), "{name}: {err}");
        assert_eq!(names(&place.work()), ["capture.gz"], "{name}: nothing half-written");
    }
}

#[test]
fn files_that_are_not_there_or_no_tapes_are_named() {
    let place = Place::new();
    std::fs::write(place.work().join("notes.txt"), "no tape").unwrap();
    for (line, said) in [
        ("data info missing.parquet", "missing.parquet"),
        ("data info notes.txt", "notes.txt"),
        ("data import --format binance missing.gz -o x.parquet", "missing.gz"),
        ("demo --replay missing.parquet", "missing.parquet"),
    ] {
        let ran = place.lmex(line);
        assert_eq!((ran.code, ran.out.as_str()), (Some(8), ""), "lmex {line}: {ran:?}");
        assert!(ran.err.contains(said), "lmex {line}: {}", ran.err);
        let is_import = line.starts_with("data import");
        assert!(
            is_import || ran.err.contains("`lmex data import --format binance"),
            "lmex {line}: {}",
            ran.err
        );
    }
}

#[test]
fn an_exchange_that_replays_says_whose_data_it_is() {
    let place = Place::new();
    std::fs::write(place.work().join("capture.gz"), packed(&capture())).unwrap();
    place.lmex(IMPORT).ok();
    let source = place.lmex("data info btc.parquet --json").json()["source"].as_str().unwrap().to_owned();
    let mut exchange = place.start(&[], "exchange --listen 127.0.0.1:0 --replay btc.parquet --json");
    let ready: serde_json::Value = serde_json::from_str(&exchange.line()).unwrap();
    let url = ready["rest"].as_str().unwrap();
    let ran = place.lmex("markets").ok();
    assert!(ran.err.contains(&source), "{source:?} is not in {}", ran.err);
    // Whoever knows only its address is told as well.
    let elsewhere = Place::new().lmex_with(&[("LMEX_REST_URL", url)], "markets").ok();
    assert_eq!(elsewhere.err, ran.err);
}

#[test]
fn a_tape_that_has_ended_is_said_to_have_ended_everywhere() {
    const ENDED: &str = "the tape has ended, its last book stays";
    let place = Place::new();
    std::fs::write(place.work().join("capture.gz"), packed(&capture())).unwrap();
    place.lmex(IMPORT).ok();
    let err = place.lmex(IMPORT).failed(8, "io");
    assert!(err.contains("btc.parquet exists") && err.contains("--replace overwrites it"), "{err}");
    let line = "exchange --listen 127.0.0.1:0 --replay btc.parquet --json";
    let mut exchange = place.start(&[], line);
    exchange.line();
    // Past whatever of it is left.
    for _ in 0..2 {
        place.lmex("exchange time step 24h").ok();
    }
    let ran = place.lmex("price BTC-PERP").ok();
    assert!(ran.err.contains(ENDED), "{}", ran.err);
    let doctor = place.lmex("doctor").ok().out;
    assert!(doctor.contains(ENDED), "{doctor}");
    exchange.signal(Signal::TERM);
    let said = exchange.wait().err;
    assert_eq!(said.matches(ENDED).count(), 1, "{said}");
    assert!(said.contains("prices: ") && !said.contains("ERROR"), "an end is no error: {said}");
}
