//! How books are written: prices and sizes as strings, prices with the decimals of the tick.

use lmex_api::stream::BookUpdateKind;
use lmex_types::{Decimal, Symbol, TimeMs};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::book_feed::Numbered;
use super::ladder::{Level, Top};

/// The `data` of a book message, in the documented order: both sides from the highest price to the lowest.
pub(super) fn book_data(symbol: Symbol, tick: Decimal, kind: BookUpdateKind, message: &Numbered) -> String {
    let data = BookData {
        bids: Levels { levels: &message.levels.bids, tick, reversed: false },
        asks: Levels { levels: &message.levels.asks, tick, reversed: true },
        seq_num: message.seq_num,
        prev_seq_num: message.seq_num - 1,
        kind: match kind {
            BookUpdateKind::Snapshot => "snapshot",
            BookUpdateKind::Delta => "delta",
        },
        timestamp: message.at.as_millis(),
        symbol: symbol.as_str(),
    };
    // Strings and numbers: writing them cannot fail.
    serde_json::to_string(&data).unwrap_or_default()
}

/// The `data` of a best bid and offer.
pub(super) fn top_data(symbol: Symbol, tick: Decimal, top: Top, timestamp: TimeMs) -> String {
    let data = TopData {
        bids: Levels { levels: top.bid.as_slice(), tick, reversed: false },
        asks: Levels { levels: top.ask.as_slice(), tick, reversed: false },
        kind: "snapshotL1",
        symbol: symbol.as_str(),
        timestamp: timestamp.as_millis(),
    };
    serde_json::to_string(&data).unwrap_or_default()
}

/// A price with the decimals of the tick: `60000.0` where the tick is 0.1.
pub(super) fn ticks_to_price(ticks: i64, tick: Decimal) -> Decimal {
    // A product keeps the decimals of its factors, and the grid's tick has no trailing zero.
    Decimal::from(ticks).checked_mul(tick).unwrap_or(Decimal::MAX)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BookData<'a> {
    bids: Levels<'a>,
    asks: Levels<'a>,
    seq_num: i64,
    prev_seq_num: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: i64,
    symbol: &'a str,
}

#[derive(Serialize)]
struct TopData<'a> {
    bids: Levels<'a>,
    asks: Levels<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
    symbol: &'a str,
    timestamp: i64,
}

/// Levels, best first in memory; written from the highest price to the lowest.
struct Levels<'a> {
    levels: &'a [Level],
    tick: Decimal,
    reversed: bool,
}

impl Serialize for Levels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.levels.len()))?;
        let count = self.levels.len();
        for at in 0..count {
            let at = if self.reversed { count - 1 - at } else { at };
            if let Some(&(price, contracts)) = self.levels.get(at) {
                list.serialize_element(&(Text(ticks_to_price(price, self.tick)), Text(contracts)))?;
            }
        }
        list.end()
    }
}

struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
