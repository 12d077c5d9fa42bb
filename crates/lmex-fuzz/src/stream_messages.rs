//! Messages of streams: every decoder there is, on the same text.

use std::path::Path;

use lmex_api::stream::{AccountTopic, BookUpdate, ClientFrame, DataFrame, Incoming, OrderBook, Topic};
use lmex_api::unlock_time;
use lmex_types::{Decimal, Symbol, TimeMs};
use serde::Serialize;

use crate::input::text;
use crate::seeds;

pub(crate) fn run(data: &[u8]) {
    let text = text(data);
    if let Ok(Incoming::Data(frame)) = Incoming::read(&text) {
        check_data(&frame);
    }
    check_book(&text);
    check_unlock(&text);
    // What a server of ours reads.
    if let Ok(frame) = serde_json::from_str::<ClientFrame>(&text) {
        assert_eq!(serde_json::from_str(&frame.to_json()).ok(), Some(frame));
    }
}

/// Writes what was read, and reads it again.
macro_rules! again {
    ($frame:expr, $read:ident) => {
        if let Ok(value) = $frame.$read() {
            let message = message(&value);
            assert_eq!(data(&message).$read(), Ok(value), "{message}");
        }
    };
}

/// What was read of a topic's data is written, and read again to the same.
fn check_data(frame: &DataFrame<'_>) {
    again!(frame, trades);
    again!(frame, top);
    again!(frame, notifications);
    again!(frame, fills);
    again!(frame, positions);
    if let Ok(update) = frame.open_orders() {
        let written = String::from_utf8(seeds::json(&update)).unwrap_or_default();
        assert_eq!(data(&written).open_orders(), Ok(update), "{written}");
    }
    for market in ["BTC-PERP", "BTCPFC"].into_iter().filter_map(|name| name.parse::<Symbol>().ok()) {
        for topic in [Topic::Book(market), Topic::Top(market), Topic::Trades(market)] {
            topic.matches(&frame.topic, Some(market));
            topic.matches(&frame.topic, None);
        }
        AccountTopic::OpenOrders(market).matches(&frame.topic);
    }
}

/// A message with this data.
fn message(value: &impl Serialize) -> String {
    format!(r#"{{"topic":"again","data":{}}}"#, String::from_utf8_lossy(&seeds::json(value)))
}

fn data(message: &str) -> DataFrame<'_> {
    match Incoming::read(message) {
        Ok(Incoming::Data(frame)) => frame,
        _ => unreadable(message),
    }
}

fn unreadable(written: &str) -> ! {
    #[expect(clippy::panic, reason = "a finding")]
    {
        panic!("what was written can't be read: {written}")
    }
}

/// The quick way and the slow way read the same, and a book made of it holds together.
fn check_book(text: &str) {
    let mut update = BookUpdate::default();
    if update.decode(text).is_err() {
        return;
    }
    // A field that nobody knows is left to the slow way.
    let mut slowly = BookUpdate::default();
    let result = slowly.decode(&text.replacen('{', r#"{"nobody knows":1,"#, 1));
    assert_eq!((result, &slowly), (Ok(()), &update), "{text}");

    let mut book = OrderBook::default();
    let is_applied = book.apply(&update).is_ok();
    assert_eq!(is_applied, book.in_sync());
    check_levels(&book);
    update.kind = Some(lmex_api::stream::BookUpdateKind::Delta);
    (update.prev_seq_num, update.seq_num) = (update.seq_num, update.seq_num.wrapping_add(1));
    let is_applied = book.apply(&update).is_ok();
    assert_eq!(is_applied, book.in_sync());
    check_levels(&book);
}

/// Both sides sorted, uncrossed, with sizes; nothing at all while it is not in sync.
pub(crate) fn check_levels(book: &OrderBook) {
    let bids: Vec<(Decimal, Decimal)> = book.bids().collect();
    let asks: Vec<(Decimal, Decimal)> = book.asks().collect();
    assert!(
        book.in_sync() || (bids.is_empty() && asks.is_empty()),
        "a book that is not in sync shows levels"
    );
    assert!(bids.is_sorted_by(|better, worse| better.0 > worse.0), "{bids:?}");
    assert!(asks.is_sorted_by(|better, worse| better.0 < worse.0), "{asks:?}");
    assert!(bids.iter().chain(&asks).all(|(price, size)| *price > Decimal::ZERO && *size > Decimal::ZERO));
    assert!(book.spread().is_none_or(|spread| spread > Decimal::ZERO));
    if let (Some(mid), Some(bid), Some(ask)) = (book.mid(), book.best_bid(), book.best_ask()) {
        assert!(bid.0 <= mid && mid <= ask.0, "{mid} is not between {} and {}", bid.0, ask.0);
    }
}

/// A block ends within a quarter of an hour, whatever it says.
fn check_unlock(text: &str) {
    for now in [0, 1_700_000_000_000, i64::MAX / 2].map(TimeMs::from_millis) {
        assert!((1_000..=900_000).contains(&unlock_time(text, now).ms_since(now)));
    }
}

pub(crate) fn seeds(shared: Option<&Path>) -> Vec<Vec<u8>> {
    let mut seeds = seeds::payloads(shared);
    seeds.extend(["1700000300000", "1700000300", "5", "-1.5"].map(|stamp| stamp.as_bytes().to_vec()));
    seeds
}
