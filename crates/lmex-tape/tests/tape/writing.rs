//! The writer: what it refuses, and that nothing half-written is seen.

use std::fs;

use lmex_tape::{Existing, SizeUnit, TapeBody, TapeError, TapeHeader, TapeMessage, TapeWriter};
use lmex_types::{Decimal, Side};

use crate::captures::{Desk, dec, depth_body, quote, read};

fn header() -> TapeHeader {
    TapeHeader { price_scale: 2, size_scale: 3, ..TapeHeader::new("test", "BTC-PERP", SizeUnit::Base) }
}

fn trade(at_ns: i64, price: &str, size: &str) -> TapeMessage {
    let body = TapeBody::Trade { aggressor: Side::Buy, price: dec(price), size: dec(size) };
    TapeMessage { at_ns, received_ns: at_ns, body }
}

fn writer(desk: &Desk) -> TapeWriter {
    TapeWriter::create(&desk.tape(), header(), Existing::Refuse).unwrap()
}

#[test]
fn nothing_is_seen_under_the_name_before_the_end() {
    let desk = Desk::new();
    let mut tape = writer(&desk);
    tape.write(&trade(1, "1", "1")).unwrap();
    assert!(!desk.tape().exists());
    tape.finish().unwrap();
    assert_eq!(desk.names(), ["tape.parquet"]);
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let desk = Desk::new();
    let mut tape = writer(&desk);
    tape.write(&trade(1, "1", "1")).unwrap();
    assert_eq!(desk.names().len(), 1);
    drop(tape);
    assert!(desk.names().is_empty());
}

#[test]
fn an_empty_tape_is_refused() {
    let desk = Desk::new();
    assert!(matches!(writer(&desk).finish(), Err(TapeError::Empty { .. })));
    assert!(desk.names().is_empty());
}

#[test]
fn a_file_that_appears_meanwhile_is_not_overwritten() {
    let desk = Desk::new();
    let mut tape = writer(&desk);
    tape.write(&trade(1, "1", "1")).unwrap();
    desk.put("tape.parquet", "another");
    assert!(matches!(tape.finish(), Err(TapeError::Exists { .. })));
    assert_eq!(fs::read(desk.tape()).unwrap(), b"another");
    assert_eq!(desk.names(), ["tape.parquet"]);
}

#[test]
fn a_place_that_can_not_be_written_is_refused_at_once() {
    let desk = Desk::new();
    let create = |name: &str| TapeWriter::create(&desk.path(name), header(), Existing::Refuse).unwrap_err();
    assert!(matches!(create("no/tape.parquet"), TapeError::NoFolder { .. }));
    assert!(matches!(create(""), TapeError::NotAFile { .. }));
    desk.put("file", "");
    assert!(matches!(create("file/tape.parquet"), TapeError::NoFolder { .. }));
}

#[cfg(unix)]
#[test]
fn a_tape_is_as_readable_as_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let mut tape = writer(&desk);
    tape.write(&trade(1, "1", "1")).unwrap();
    tape.finish().unwrap();
    let mode = |name: &str| fs::metadata(desk.path(name)).unwrap().permissions().mode();
    desk.put("ordinary", "");
    assert_eq!(mode("tape.parquet"), mode("ordinary"));
}

#[test]
fn what_can_not_be_kept_is_refused_and_the_tape_stays_as_it_was() {
    let desk = Desk::new();
    let mut tape = writer(&desk);
    tape.write(&trade(5, "1.50", "1")).unwrap();
    let top = TapeBody::Top { bid: quote(("1", "1")), ask: quote(("1.001", "1")) };
    let late = depth_body(false, &[("1", "1"), ("2", "-1")], &[]);
    let message = |body| TapeMessage { at_ns: 9, received_ns: 9, body };
    for (message, expected) in [
        (trade(9, "1.001", "1"), "price 1.001 can't be kept: at most 2 decimals"),
        (trade(9, "1", "0.0001"), "size 0.0001 can't be kept: at most 3 decimals"),
        (trade(9, "1", "0"), "size 0 can't be kept: it must be above zero"),
        (trade(9, "0", "1"), "price 0 can't be kept"),
        (message(top), "price 1.001 can't be kept"),
        (message(late), "size -1 can't be kept"),
        (message(depth_body(true, &[], &[])), "without levels"),
        (trade(4, "1", "1"), "time of the trade stream goes back from 5 to 4 ns"),
        (TapeMessage { received_ns: 4, ..trade(9, "1", "1") }, "received of the trade stream goes back"),
    ] {
        let error = tape.write(&message).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let info = tape.finish().unwrap();
    assert_eq!(read(&desk.tape()), [trade(5, "1.5", "1")]);
    assert_eq!((info.messages, info.tops, info.levels), (1, 0, 0));
}

#[test]
fn streams_may_run_apart_in_venue_time() {
    let desk = Desk::new();
    let mut tape = writer(&desk);
    tape.write(&TapeMessage { received_ns: 20, ..trade(9, "1", "1") }).unwrap();
    let body = depth_body(true, &[("1", "1")], &[]);
    tape.write(&TapeMessage { at_ns: 5, received_ns: 20, body }).unwrap();
    let info = tape.finish().unwrap();
    assert_eq!((info.first_ns, info.last_ns, info.duration_ns()), (5, 9, 4));
}

#[test]
fn a_header_that_says_nothing_is_refused() {
    let desk = Desk::new();
    let contracts = SizeUnit::QuoteContracts { value: Decimal::ZERO };
    for header in [
        TapeHeader { source: String::new(), ..header() },
        TapeHeader { symbol: String::new(), ..header() },
        TapeHeader { size_unit: contracts, ..header() },
        TapeHeader { price_scale: 19, ..header() },
    ] {
        let error = TapeWriter::create(&desk.tape(), header, Existing::Refuse).unwrap_err();
        assert!(matches!(error, TapeError::Header { .. }), "{error}");
    }
}
