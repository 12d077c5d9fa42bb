//! What a scan makes of a tape.

use lmex_tape::{
    BookCheck, Existing, PriceRange, SizeUnit, TapeBody, TapeHeader, TapeMessage, TapeScan, TapeWriter, scan,
};
use lmex_types::Side;

use crate::captures::{Desk, dec, depth_body, quote};

/// Scans a tape of these messages; the number is the time of each.
fn scanned(messages: Vec<(i64, TapeBody)>) -> TapeScan {
    let desk = Desk::new();
    let header = TapeHeader::new("test", "BTC-PERP", SizeUnit::Base);
    let mut tape = TapeWriter::create(&desk.tape(), header, Existing::Refuse).unwrap();
    for (at_ns, body) in messages {
        tape.write(&TapeMessage { at_ns, received_ns: at_ns, body }).unwrap();
    }
    tape.finish().unwrap();
    scan(&desk.tape()).unwrap()
}

fn top(bid: &str, ask: &str) -> TapeBody {
    TapeBody::Top { bid: quote((bid, "1")), ask: quote((ask, "1")) }
}

fn trade(price: &str, size: &str) -> TapeBody {
    TapeBody::Trade { aggressor: Side::Sell, price: dec(price), size: dec(size) }
}

#[test]
fn trades_give_range_and_volume() {
    let scan = scanned(vec![(1, trade("5", "1")), (2, trade("7.5", "0.25")), (3, trade("6", "2"))]);
    assert_eq!(scan.traded, Some(PriceRange { low: dec("5"), high: dec("7.5") }));
    assert_eq!(scan.volume, dec("3.25"));
    assert_eq!((scan.median_spread, scan.book), (None, BookCheck::default()));
}

#[test]
fn the_median_spread_is_that_of_the_tops() {
    let tops = vec![(1, top("10", "11")), (2, top("10", "15")), (3, top("10", "12")), (4, top("10", "12"))];
    assert_eq!(scanned(tops).median_spread, Some(dec("2")));
}

#[test]
fn without_tops_the_spread_is_that_of_the_book() {
    let book = depth_body(true, &[("10", "1"), ("9", "1")], &[("12", "1")]);
    let closer = depth_body(false, &[("11", "1")], &[]);
    let wider = depth_body(false, &[("11", "0"), ("10", "0")], &[]);
    let scan = scanned(vec![(1, book), (2, closer), (3, wider)]);
    assert_eq!(scan.median_spread, Some(dec("2")));
    assert_eq!(scan.book, BookCheck { checked: 3, ..BookCheck::default() });
}

#[test]
fn a_crossed_book_and_a_top_that_disagrees_are_counted() {
    let scan = scanned(vec![
        (1, depth_body(true, &[("10", "1")], &[("12", "1")])),
        (2, top("11", "12")),
        (2, depth_body(false, &[("11", "1")], &[])),
        (3, top("11", "11.5")),
        (3, depth_body(false, &[("12", "1")], &[])),
        (4, depth_body(true, &[("10", "1")], &[("12", "1")])),
    ]);
    assert_eq!(scan.book, BookCheck { checked: 4, crossed: 1, compared: 2, agreed: 1 });
}
