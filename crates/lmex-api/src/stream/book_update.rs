//! One message of the order book stream: a snapshot or a change.

use lmex_types::{Symbol, TimeMs};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fixed::Fixed;
use super::scan::Scanner;
use crate::error::printable;
use crate::wire;

/// A message of `update:<symbol>_0`, decoded into buffers that are used again.
///
/// Levels stand in the order in which they came: LMEX's documents show snapshots with the worst offer first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookUpdate {
    /// Snapshot or change; `None` only in a value that nothing has been decoded into.
    pub kind: Option<BookUpdateKind>,
    /// The market.
    pub symbol: Option<Symbol>,
    /// The number of this message.
    pub seq_num: i64,
    /// The number of the message before it.
    pub prev_seq_num: i64,
    /// When the venue sent it.
    pub timestamp: TimeMs,
    /// Bids that are new or changed; size zero removes the level.
    pub bids: Vec<UpdateLevel>,
    /// Offers that are new or changed; size zero removes the level.
    pub asks: Vec<UpdateLevel>,
}

/// Whether a message replaces the book or changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookUpdateKind {
    /// The whole book.
    Snapshot,
    /// Changes since the message before.
    Delta,
}

/// A price and the new size at it, in contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateLevel {
    /// In the quote currency.
    pub price: Fixed,
    /// In contracts; zero removes the level.
    pub size: Fixed,
}

/// A book message that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("order book message can't be read: {0}")]
pub struct DecodeError(String);

impl DecodeError {
    /// A reason may quote what was sent: without end, or with what steers a terminal.
    pub(super) fn new(reason: impl std::fmt::Display) -> Self {
        Self(printable(&reason.to_string()))
    }
}

impl BookUpdate {
    /// Reads a whole message `{"topic":…,"data":{…}}` into this value. The topic is not looked at.
    ///
    /// No allocation, once the buffers have grown to the size of the messages.
    pub fn decode(&mut self, text: &str) -> Result<(), DecodeError> {
        match self.decode_fast(text.as_bytes()) {
            Some(()) => Ok(()),
            None => self.decode_slowly(text),
        }
    }

    fn clear(&mut self) {
        self.kind = None;
        self.symbol = None;
        (self.seq_num, self.prev_seq_num, self.timestamp) = (0, 0, TimeMs::default());
        self.bids.clear();
        self.asks.clear();
    }

    fn decode_fast(&mut self, text: &[u8]) -> Option<()> {
        self.clear();
        let mut scanner = Scanner::new(text);
        let mut seen = Seen::default();
        scanner.expect(b'{')?;
        loop {
            match field(&mut scanner)? {
                b"topic" => {
                    scanner.string()?;
                }
                b"data" => self.data(&mut scanner, &mut seen)?,
                _ => return None,
            }
            if !scanner.take(b',') {
                break;
            }
        }
        scanner.expect(b'}')?;
        (scanner.at_end() && seen.all()).then_some(())
    }

    fn data(&mut self, scanner: &mut Scanner<'_>, seen: &mut Seen) -> Option<()> {
        scanner.expect(b'{')?;
        loop {
            match field(scanner)? {
                b"bids" => seen.bids = once(seen.bids, levels(scanner, &mut self.bids)?)?,
                b"asks" => seen.asks = once(seen.asks, levels(scanner, &mut self.asks)?)?,
                b"seqNum" => (self.seq_num, seen.seq_num) = (integer(scanner)?, true),
                b"prevSeqNum" => (self.prev_seq_num, seen.prev_seq_num) = (integer(scanner)?, true),
                b"timestamp" => self.timestamp = TimeMs::from_millis(integer(scanner)?),
                b"type" => self.kind = Some(kind(scanner.string()?)?),
                b"symbol" => {
                    self.symbol = Some(std::str::from_utf8(scanner.string()?).ok()?.parse().ok()?);
                }
                _ => return None,
            }
            if !scanner.take(b',') {
                break;
            }
        }
        seen.kind = self.kind.is_some();
        scanner.expect(b'}')
    }

    fn decode_slowly(&mut self, text: &str) -> Result<(), DecodeError> {
        self.clear();
        let refused = |error: serde_json::Error| DecodeError::new(error);
        let slow: SlowMessage<'_> = serde_json::from_str(text).map_err(refused)?;
        let data = slow.data;
        self.kind = Some(
            kind(data.kind.as_bytes())
                .ok_or_else(|| DecodeError::new(format!("type {:?} is not known", data.kind)))?,
        );
        self.symbol = data.symbol.and_then(|symbol| symbol.parse().ok());
        self.seq_num = data.seq_num;
        self.prev_seq_num = data.prev_seq_num;
        self.timestamp = data.timestamp;
        slow_levels(&data.bids, &mut self.bids)?;
        slow_levels(&data.asks, &mut self.asks)
    }
}

#[derive(Default)]
struct Seen {
    bids: bool,
    asks: bool,
    seq_num: bool,
    prev_seq_num: bool,
    kind: bool,
}

impl Seen {
    fn all(&self) -> bool {
        self.bids && self.asks && self.seq_num && self.prev_seq_num && self.kind
    }
}

/// A field that was there already leaves it to the slow way to say what is wrong.
fn once(seen: bool, (): ()) -> Option<bool> {
    (!seen).then_some(true)
}

fn field<'a>(scanner: &mut Scanner<'a>) -> Option<&'a [u8]> {
    let name = scanner.string()?;
    scanner.expect(b':')?;
    Some(name)
}

fn integer(scanner: &mut Scanner<'_>) -> Option<i64> {
    scanner.fixed()?.at_scale(0)
}

fn kind(name: &[u8]) -> Option<BookUpdateKind> {
    match name {
        b"snapshot" => Some(BookUpdateKind::Snapshot),
        b"delta" => Some(BookUpdateKind::Delta),
        _ => None,
    }
}

fn levels(scanner: &mut Scanner<'_>, into: &mut Vec<UpdateLevel>) -> Option<()> {
    scanner.expect(b'[')?;
    if scanner.take(b']') {
        return Some(());
    }
    loop {
        scanner.expect(b'[')?;
        let price = scanner.fixed()?;
        scanner.expect(b',')?;
        let size = scanner.fixed()?;
        scanner.expect(b']')?;
        into.push(UpdateLevel { price, size });
        if !scanner.take(b',') {
            break;
        }
    }
    scanner.expect(b']')
}

#[derive(Deserialize)]
struct SlowMessage<'a> {
    #[serde(borrow)]
    data: SlowData<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SlowData<'a> {
    #[serde(borrow, default)]
    bids: Vec<(&'a RawValue, &'a RawValue)>,
    #[serde(borrow, default)]
    asks: Vec<(&'a RawValue, &'a RawValue)>,
    #[serde(with = "wire::integer")]
    seq_num: i64,
    #[serde(with = "wire::integer")]
    prev_seq_num: i64,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default = "TimeMs::default", with = "wire::time")]
    timestamp: TimeMs,
    #[serde(default)]
    symbol: Option<String>,
}

fn slow_levels(raw: &[(&RawValue, &RawValue)], into: &mut Vec<UpdateLevel>) -> Result<(), DecodeError> {
    for (price, size) in raw {
        into.push(UpdateLevel { price: slow_fixed(price)?, size: slow_fixed(size)? });
    }
    Ok(())
}

fn slow_fixed(raw: &RawValue) -> Result<Fixed, DecodeError> {
    let value = wire::decimal::parse(raw.get()).map_err(DecodeError::new)?;
    value
        // With the digits it came with, as on the fast way; zeros at the end go only if there are too many.
        .and_then(|value| Fixed::from_decimal(value).or_else(|| Fixed::from_decimal(value.normalize())))
        .ok_or_else(|| DecodeError::new(format!("level {raw} is out of range")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELTA: &str = r#"{"topic":"update:BTC-PERP_0","data":{"bids":[],"asks":[["59367.5","2.15622"],["59325.5","0"]],"seqNum":628283,"prevSeqNum":628282,"type":"delta","timestamp":1565135165600,"symbol":"BTC-PERP"}}"#;

    fn slow(text: &str) -> Result<BookUpdate, DecodeError> {
        let mut update = BookUpdate::default();
        update.decode_slowly(text).map(|()| update)
    }

    #[test]
    fn the_documented_delta_takes_the_fast_way_and_both_agree() {
        let mut update = BookUpdate::default();
        assert!(update.decode_fast(DELTA.as_bytes()).is_some());
        assert_eq!(update, slow(DELTA).unwrap());
        assert_eq!((update.seq_num, update.prev_seq_num), (628_283, 628_282));
        assert_eq!(update.asks[0].size.to_decimal(), "2.15622".parse().unwrap());
        assert!(update.asks[1].size.is_zero());
    }

    #[test]
    fn unusual_spellings_take_the_slow_way() {
        for text in [
            DELTA.replace("\"0\"", "1e-5"),
            DELTA.replace("\"data\"", "\"new\":{\"x\":[1]},\"data\""),
            DELTA.replace("\"BTC-PERP\"", "\"BTC\\u002dPERP\""),
            DELTA.replace("628283", "\"628283\""),
            DELTA.replace(",\"timestamp\":1565135165600", ""),
        ] {
            let mut update = BookUpdate::default();
            update.decode(&text).unwrap();
            assert_eq!(update.seq_num, 628_283, "{text}");
            assert_eq!(update.symbol.unwrap().as_str(), "BTC-PERP", "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let mut update = BookUpdate::default();
        for text in [
            "",
            "{}",
            &DELTA[..DELTA.len() - 1],
            &DELTA.replace("delta", "delto"),
            &DELTA.replace("\"seqNum\":628283,", ""),
            &DELTA.replace("\"59367.5\"", "\"many\""),
            &DELTA.replace("628283", "628283."),
            &DELTA.replace("628283", "0628283"),
            &DELTA.replace("628283", "-0628283"),
            &DELTA.replace("\"59367.5\"", ".5"),
            &DELTA.replace("\"59367.5\"", "00.5"),
            &format!("{DELTA} x"),
        ] {
            assert!(update.decode(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn decoding_never_panics_and_the_ways_agree(cut in 0..DELTA.len(), with in ".{0,8}") {
            let mut text = String::from(&DELTA[..cut]);
            text.push_str(&with);
            text.push_str(DELTA.get(cut + with.len()..).unwrap_or_default());
            let mut update = BookUpdate::default();
            if update.decode_fast(text.as_bytes()).is_some() {
                proptest::prop_assert_eq!(Ok(update), slow(&text));
            }
        }
    }
}
