//! Input that can't become a tape: a clear error, and nothing on disk.

use std::fs;
use std::path::{Path, PathBuf};

use lmex_tape::import::{BinanceOptions, Family, ImportError, LineProblem, binance};
use lmex_tape::{Existing, TapeError};

use crate::captures::{Capture, Desk};

fn good() -> Capture {
    Capture::of(Family::UsdM).snapshot(1, &[("100", "1")], &[("101", "1")]).trade("100", "1", true)
}

/// Imports, expects a refusal of a line, and that no file was left.
fn refused(capture: &Capture) -> (u64, u64, LineProblem) {
    let desk = Desk::new();
    let error = desk.import(capture).unwrap_err();
    assert_eq!(desk.names(), ["capture.gz"], "{error}");
    let ImportError::Line { place, problem } = error else { panic!("{error}") };
    assert_eq!(*place.file, *desk.path("capture.gz"));
    (place.line, place.byte, problem)
}

#[test]
fn a_corrupt_line_is_named_by_line_and_byte_of_the_text() {
    let start = good().text().len() as u64;
    for (line, expected) in [
        ("1700000000000000000 {\"stream\":\"x\",\"data\":{\"e\":\"tra\n", "bad JSON"),
        ("1700000000000000000\n", "bad JSON"),
        ("yesterday {}\n", "\"yesterday\" is not a receive time"),
        ("-5 {}\n", "is not a receive time"),
        ("\n", "\"\" is not a receive time"),
    ] {
        let (line, byte, problem) = refused(&good().raw(line));
        assert_eq!((line, byte), (3, start));
        assert!(problem.to_string().contains(expected), "{problem}");
    }
}

#[test]
fn a_number_that_is_none_is_named() {
    for text in ["", ".", "1e5", "-1", "1_0", " 1", "NaN", "0x1", "1.2.3", "99999999999999999999999999999999"]
    {
        let (line, _, problem) = refused(&good().trade("100", text, true));
        assert_eq!(line, 3);
        assert!(matches!(&problem, LineProblem::Number { field: "q", .. }), "{text}: {problem}");
    }
    let (_, _, problem) = refused(&good().depth(1, 2, &[("0", "1")], &[]));
    assert!(matches!(problem, LineProblem::Number { field: "price", .. }));
}

#[test]
fn more_decimals_than_the_tape_keeps_are_refused_not_rounded() {
    let (_, _, problem) = refused(&good().trade("100.123456789", "1", true));
    assert!(matches!(problem, LineProblem::Tape(TapeError::Value { field: "price", .. })), "{problem}");
}

#[test]
fn ids_the_wrong_way_round_are_refused() {
    let (_, _, problem) = refused(&good().depth(20, 10, &[("100", "1")], &[]));
    assert!(matches!(problem, LineProblem::Ids { first: 21, last: 10 }));
}

#[test]
fn a_truncated_gzip_is_named_where_it_ends() {
    let desk = Desk::new();
    let packed = good().gzip();
    for cut in [packed.len() - 1, packed.len() - 9, 12] {
        let input = desk.put("capture.gz", &packed[..cut]);
        let error = desk.import_files(&[input]).unwrap_err();
        assert!(matches!(error, ImportError::Line { problem: LineProblem::Truncated, .. }), "{cut}: {error}");
        assert_eq!(desk.names(), ["capture.gz"]);
    }
}

#[test]
fn a_damaged_gzip_is_refused() {
    let desk = Desk::new();
    let mut packed = good().gzip();
    let at = packed.len() - 6;
    packed[at] ^= 0xff;
    let error = desk.import_files(&[desk.put("capture.gz", packed)]).unwrap_err();
    assert!(matches!(error, ImportError::Line { problem: LineProblem::Read(_), .. }), "{error}");
}

#[test]
fn binary_data_is_refused() {
    let desk = Desk::new();
    let error = desk.import_files(&[desk.put("capture", [b'1', b' ', 0xff, 0xfe, b'\n'])]).unwrap_err();
    assert!(matches!(error, ImportError::Line { problem: LineProblem::NotText, .. }), "{error}");
}

#[test]
fn a_line_beyond_the_limit_is_refused_without_being_held() {
    let desk = Desk::new();
    let input = desk.put("capture.gz", good().raw(&format!("1 {}", "x".repeat(5_000))).gzip());
    let options = BinanceOptions { max_line_bytes: 1_000, ..BinanceOptions::default() };
    let error = binance(&[input], &desk.tape(), &options, &mut |_, _| {}).unwrap_err();
    let ImportError::Line { place, problem } = error else { panic!("{error}") };
    assert!(matches!(problem, LineProblem::TooLong { limit: 1_000 }));
    assert_eq!(place.line, 3);
}

#[test]
fn another_symbol_or_family_is_refused() {
    let (line, _, problem) = refused(&good().symbol("ETHUSDT").trade("100", "1", true));
    assert_eq!(line, 3);
    assert!(matches!(problem, LineProblem::Symbol { .. }), "{problem}");

    let desk = Desk::new();
    let spot = Capture::of(Family::Spot).pass_ms(100).trade("100", "1", true);
    let inputs = [desk.put("1.gz", good().gzip()), desk.put("2.gz", spot.gzip())];
    let error = desk.import_files(&inputs).unwrap_err();
    let ImportError::Line { place, problem } = error else { panic!("{error}") };
    assert_eq!((place.file.as_ref(), place.line), (inputs[1].as_path(), 1));
    assert!(matches!(problem, LineProblem::Family { found: Family::Spot, expected: Family::UsdM }));
}

#[test]
fn time_that_goes_back_is_refused_beyond_the_tolerance_and_evened_out_within() {
    let (line, _, problem) = refused(&good().pass_ms(-5_000).trade("100", "1", true));
    assert_eq!(line, 3);
    assert!(matches!(problem, LineProblem::ReceivedBack { by_ns: 4_990_000_000 }), "{problem}");

    let desk = Desk::new();
    let summary = desk.import(&good().pass_ms(-500).trade("100", "1", true)).unwrap();
    // Both its receive time and its venue time.
    assert_eq!(summary.adjusted_times, 2);
}

#[test]
fn venue_time_that_goes_back_is_refused_too() {
    let old = r#"{"e":"trade","E":1690000000000,"T":1690000000000,"s":"BTCUSDT","p":"1","q":"1","X":"MARKET","m":true}"#;
    let (_, _, problem) = refused(&good().event("trade", old));
    assert!(matches!(problem, LineProblem::VenueBack { stream: lmex_tape::Stream::Trade, .. }), "{problem}");
}

#[test]
fn files_in_the_wrong_order_are_refused() {
    let desk = Desk::new();
    let later = Capture::of(Family::UsdM).pass_ms(60_000).trade("100", "1", true);
    let inputs = [desk.put("2.gz", later.gzip()), desk.put("1.gz", good().gzip())];
    let error = desk.import_files(&inputs).unwrap_err();
    assert!(matches!(error, ImportError::Line { problem: LineProblem::ReceivedBack { .. }, .. }), "{error}");
    assert_eq!(desk.names(), ["1.gz", "2.gz"]);
}

#[test]
fn no_input_empty_input_and_input_of_something_else_are_refused() {
    let desk = Desk::new();
    assert!(matches!(desk.import_files(&[]), Err(ImportError::NoInput)));
    let empty = Capture::of(Family::UsdM);
    for empty in [desk.put("empty.gz", empty.gzip()), desk.put("empty", "")] {
        for inputs in [vec![empty.clone()], vec![desk.put("good.gz", good().gzip()), empty.clone()]] {
            let error = desk.import_files(&inputs).unwrap_err();
            assert!(matches!(&error, ImportError::EmptyFile { file } if *file == empty), "{error}");
        }
    }
    let snapshot_only = Capture::of(Family::UsdM).snapshot(1, &[("1", "1")], &[]);
    assert!(matches!(desk.import(&snapshot_only), Err(ImportError::NoMarket)));
    assert!(matches!(desk.import_files(&[desk.path("missing")]), Err(ImportError::Open { .. })));
    assert!(matches!(desk.import_files(&[desk.folder.path().into()]), Err(ImportError::NotAFile { .. })));
    assert!(!desk.tape().exists());
}

#[test]
fn an_output_that_is_there_is_replaced_only_when_asked_and_only_by_a_whole_tape() {
    let desk = Desk::new();
    let input = desk.put("capture.gz", good().gzip());
    desk.put("tape.parquet", "older");
    let error = desk.import_files(std::slice::from_ref(&input)).unwrap_err();
    assert!(matches!(error, ImportError::Tape(TapeError::Exists { .. })), "{error}");

    let bad = desk.put("bad.gz", good().raw("x").gzip());
    let options = BinanceOptions { existing: Existing::Replace, ..BinanceOptions::default() };
    let replace = |inputs: &[PathBuf], output: &Path| binance(inputs, output, &options, &mut |_, _| {});
    assert!(replace(&[bad], &desk.tape()).is_err());
    assert_eq!(fs::read(desk.tape()).unwrap(), b"older");
    assert_eq!(replace(std::slice::from_ref(&input), &desk.tape()).unwrap().info.trades, 1);

    let error = replace(std::slice::from_ref(&input), &input).unwrap_err();
    assert!(matches!(error, ImportError::OutputIsInput { .. }), "{error}");
    assert_eq!(desk.names(), ["bad.gz", "capture.gz", "tape.parquet"]);
}
