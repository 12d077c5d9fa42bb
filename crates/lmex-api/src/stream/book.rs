//! A maintained order book: a snapshot, then changes in sequence.

use lmex_types::{Decimal, Side, TimeMs};

use super::book_update::{BookUpdate, BookUpdateKind, UpdateLevel};
use super::fixed::Fixed;

/// The book of one market, kept by applying each message of its stream.
///
/// It refuses a message out of sequence and a book whose best bid is not below its best offer. After a refusal the
/// book is empty and not [`in sync`](Self::in_sync) until the next snapshot: a wrong book is never shown.
///
/// ```
/// use lmex_api::stream::{BookUpdate, OrderBook};
/// let mut book = OrderBook::default();
/// let mut update = BookUpdate::default();
/// update.decode(r#"{"topic":"update:BTC-PERP_0","data":{"bids":[["99.5","3"]],"asks":[["100","1"]],
///     "seqNum":2,"prevSeqNum":1,"type":"snapshot","timestamp":1,"symbol":"BTC-PERP"}}"#)?;
/// book.apply(&update)?;
/// assert_eq!(book.best_ask().unwrap().0, "100".parse()?);
/// assert_eq!(book.spread().unwrap(), "0.5".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct OrderBook {
    bids: Levels,
    asks: Levels,
    /// Decimals of the keys of both sides.
    scale: u8,
    seq_num: Option<i64>,
    updated: TimeMs,
}

/// Why a message was not applied. The book must be asked for anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// A message is missing, repeated or early.
    #[error("order book message out of sequence: expected one after {expected}, got one after {got}")]
    OutOfSequence {
        /// The last message applied.
        expected: i64,
        /// What the message says came before it.
        got: i64,
    },
    /// A change before any snapshot.
    #[error("order book change came before a snapshot")]
    NoSnapshot,
    /// Best bid at or above best offer.
    #[error("order book is crossed: best bid {bid}, best offer {ask}")]
    Crossed {
        /// Best bid.
        bid: Decimal,
        /// Best offer.
        ask: Decimal,
    },
    /// A price or size that makes no sense, or more levels than any venue has.
    #[error("order book message has {0}")]
    Malformed(&'static str),
}

/// More levels on a side than this are a fault of the sender: memory stays bounded.
const MAX_LEVELS: usize = 50_000;

impl OrderBook {
    /// Applies one message, or refuses it and forgets the book.
    pub fn apply(&mut self, update: &BookUpdate) -> Result<(), BookError> {
        let result = self.try_apply(update);
        if result.is_err() {
            self.clear();
        }
        result
    }

    /// Forgets everything, as after a lost connection.
    pub fn clear(&mut self) {
        self.bids.0.clear();
        self.asks.0.clear();
        self.scale = 0;
        self.seq_num = None;
    }

    /// Whether the book can be trusted: a snapshot came, and every change since.
    pub fn in_sync(&self) -> bool {
        self.seq_num.is_some()
    }

    /// The number of the last message applied.
    pub fn seq_num(&self) -> Option<i64> {
        self.seq_num
    }

    /// When the venue sent the last message.
    pub fn updated(&self) -> TimeMs {
        self.updated
    }

    /// Highest bid: price and size in contracts.
    pub fn best_bid(&self) -> Option<(Decimal, Decimal)> {
        self.bids().next()
    }

    /// Lowest offer: price and size in contracts.
    pub fn best_ask(&self) -> Option<(Decimal, Decimal)> {
        self.asks().next()
    }

    /// Best offer less best bid.
    pub fn spread(&self) -> Option<Decimal> {
        Some(self.best_ask()?.0 - self.best_bid()?.0)
    }

    /// Halfway between best bid and best offer.
    pub fn mid(&self) -> Option<Decimal> {
        Some((self.best_ask()?.0 + self.best_bid()?.0) / Decimal::TWO)
    }

    /// Bids, best first: price and size in contracts.
    pub fn bids(&self) -> BookSide<'_> {
        BookSide { levels: self.bids.0.iter().rev(), scale: self.scale, negate: false }
    }

    /// Offers, best first: price and size in contracts.
    pub fn asks(&self) -> BookSide<'_> {
        BookSide { levels: self.asks.0.iter().rev(), scale: self.scale, negate: true }
    }

    /// The levels of the side that an order of `side` would rest on.
    pub fn side(&self, side: Side) -> BookSide<'_> {
        match side {
            Side::Buy => self.bids(),
            Side::Sell => self.asks(),
        }
    }

    fn try_apply(&mut self, update: &BookUpdate) -> Result<(), BookError> {
        match update.kind {
            Some(BookUpdateKind::Snapshot) => self.clear(),
            Some(BookUpdateKind::Delta) => self.check_sequence(update)?,
            None => return Err(BookError::Malformed("no type")),
        }
        self.widen_scale(update)?;
        let scale = self.scale;
        for level in &update.bids {
            self.bids.set(key(level, scale)?, level.size)?;
        }
        for level in &update.asks {
            // Negated, so that on both sides the best price has the highest key and stands at the end, where
            // changes are frequent and cheap.
            self.asks.set(-key(level, scale)?, level.size)?;
        }
        self.check_uncrossed()?;
        self.seq_num = Some(update.seq_num);
        self.updated = update.timestamp;
        Ok(())
    }

    fn check_sequence(&self, update: &BookUpdate) -> Result<(), BookError> {
        let expected = self.seq_num.ok_or(BookError::NoSnapshot)?;
        if update.prev_seq_num != expected || update.seq_num <= expected {
            return Err(BookError::OutOfSequence { expected, got: update.prev_seq_num });
        }
        Ok(())
    }

    /// A price with more decimals than any before it makes all keys finer.
    fn widen_scale(&mut self, update: &BookUpdate) -> Result<(), BookError> {
        let finest = update.bids.iter().chain(&update.asks).map(|level| level.price.scale).max().unwrap_or(0);
        let Some(more) = finest.checked_sub(self.scale).filter(|more| *more > 0) else { return Ok(()) };
        let factor =
            10_i64.checked_pow(u32::from(more)).ok_or(BookError::Malformed("a price that is too fine"))?;
        for level in self.bids.0.iter_mut().chain(&mut self.asks.0) {
            level.key =
                level.key.checked_mul(factor).ok_or(BookError::Malformed("a price that is too large"))?;
        }
        self.scale = finest;
        Ok(())
    }

    fn check_uncrossed(&self) -> Result<(), BookError> {
        match (self.best_bid(), self.best_ask()) {
            (Some((bid, _)), Some((ask, _))) if bid >= ask => Err(BookError::Crossed { bid, ask }),
            _ => Ok(()),
        }
    }
}

fn key(level: &UpdateLevel, scale: u8) -> Result<i64, BookError> {
    level.price.at_scale(scale).filter(|key| *key > 0).ok_or(BookError::Malformed("a price out of range"))
}

/// Levels of one side, worst first.
#[derive(Debug, Clone, Default)]
struct Levels(Vec<Level>);

#[derive(Debug, Clone, Copy)]
struct Level {
    key: i64,
    size: Fixed,
}

impl Levels {
    fn set(&mut self, key: i64, size: Fixed) -> Result<(), BookError> {
        if size.mantissa < 0 {
            return Err(BookError::Malformed("a negative size"));
        }
        match (self.0.binary_search_by_key(&key, |level| level.key), size.is_zero()) {
            (Ok(at), true) => {
                self.0.remove(at);
            }
            (Ok(at), false) => self.0[at].size = size,
            // LMEX removes levels that were never sent: outside the snapshot's depth.
            (Err(_), true) => {}
            (Err(_), false) if self.0.len() >= MAX_LEVELS => {
                return Err(BookError::Malformed("too many levels"));
            }
            (Err(at), false) => self.0.insert(at, Level { key, size }),
        }
        Ok(())
    }
}

/// The levels of one side, best first: price and size in contracts.
#[derive(Debug, Clone)]
pub struct BookSide<'a> {
    levels: std::iter::Rev<std::slice::Iter<'a, Level>>,
    scale: u8,
    negate: bool,
}

impl Iterator for BookSide<'_> {
    type Item = (Decimal, Decimal);

    fn next(&mut self) -> Option<Self::Item> {
        let level = self.levels.next()?;
        let key = if self.negate { -level.key } else { level.key };
        Some((Decimal::new(key, u32::from(self.scale)), level.size.to_decimal()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.levels.size_hint()
    }
}

impl ExactSizeIterator for BookSide<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn level(price: &str, size: &str) -> UpdateLevel {
        let parse = |text: &str| Fixed::parse(text.as_bytes()).unwrap();
        UpdateLevel { price: parse(price), size: parse(size) }
    }

    fn update(
        kind: BookUpdateKind,
        seq_num: i64,
        bids: &[(&str, &str)],
        asks: &[(&str, &str)],
    ) -> BookUpdate {
        let levels = |rows: &[(&str, &str)]| rows.iter().map(|(price, size)| level(price, size)).collect();
        BookUpdate {
            kind: Some(kind),
            seq_num,
            prev_seq_num: seq_num - 1,
            bids: levels(bids),
            asks: levels(asks),
            ..BookUpdate::default()
        }
    }

    fn book() -> OrderBook {
        let mut book = OrderBook::default();
        let asks = [("102.5", "1"), ("101.0", "2"), ("100.5", "3")];
        book.apply(&update(BookUpdateKind::Snapshot, 10, &[("100", "5"), ("99.5", "4")], &asks)).unwrap();
        book
    }

    fn prices(side: BookSide<'_>) -> Vec<String> {
        side.map(|(price, size)| format!("{}x{size}", price.normalize())).collect()
    }

    #[test]
    fn a_snapshot_with_the_worst_offer_first_is_sorted() {
        assert_eq!(prices(book().bids()), ["100x5", "99.5x4"]);
        assert_eq!(prices(book().asks()), ["100.5x3", "101x2", "102.5x1"]);
    }

    #[test]
    fn changes_set_add_and_remove_levels() {
        let mut book = book();
        let change = [("100.5", "0"), ("101", "7"), ("555", "0"), ("100.75", "2")];
        book.apply(&update(BookUpdateKind::Delta, 11, &[("99.5", "1")], &change)).unwrap();
        assert_eq!(prices(book.asks()), ["100.75x2", "101x7", "102.5x1"]);
        assert_eq!(prices(book.bids()), ["100x5", "99.5x1"], "a finer price changes no other level");
    }

    #[test]
    fn a_gap_a_repetition_and_an_early_change_empty_the_book() {
        for seq_num in [10, 12, 9] {
            let mut book = book();
            let error = book.apply(&update(BookUpdateKind::Delta, seq_num, &[], &[])).unwrap_err();
            assert!(matches!(error, BookError::OutOfSequence { expected: 10, .. }));
            assert!(!book.in_sync() && book.best_bid().is_none());
        }
        let early = OrderBook::default().apply(&update(BookUpdateKind::Delta, 1, &[], &[]));
        assert_eq!(early, Err(BookError::NoSnapshot));
    }

    #[test]
    fn a_crossed_book_is_never_shown() {
        let mut book = book();
        let error = book.apply(&update(BookUpdateKind::Delta, 11, &[("100.5", "1")], &[])).unwrap_err();
        assert!(error.to_string().starts_with("order book is crossed: best bid 100.5"));
        assert!(!book.in_sync());
        let snapshot = update(BookUpdateKind::Snapshot, 50, &[("1", "1")], &[("2", "1")]);
        book.apply(&snapshot).unwrap();
        assert!(book.in_sync());
    }

    #[test]
    fn nonsense_is_refused() {
        for (price, size) in [("0", "1"), ("-1", "1"), ("1", "-1")] {
            let change = update(BookUpdateKind::Delta, 11, &[(price, size)], &[]);
            assert!(matches!(book().apply(&change), Err(BookError::Malformed(_))), "{price} {size}");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_agrees_with_a_naive_book(changes in proptest::collection::vec((0_i64..40, 0_i64..4, proptest::bool::ANY), 0..300)) {
            let mut book = book();
            let mut naive: BTreeMap<i64, i64> = BTreeMap::from([(1_005, 3), (1_010, 2), (1_025, 1)]);
            let mut seq_num = 10;
            for (offset, size, fine) in changes {
                seq_num += 1;
                let key = 1_005 + offset;
                let (mantissa, scale) = if fine { (key * 100, 3) } else { (key, 1) };
                let price = Fixed { mantissa, scale };
                let mut change = update(BookUpdateKind::Delta, seq_num, &[], &[]);
                change.asks.push(UpdateLevel { price, size: Fixed { mantissa: size, scale: 0 } });
                book.apply(&change).unwrap();
                if size == 0 { naive.remove(&key); } else { naive.insert(key, size); }
            }
            let expected: Vec<_> = naive.into_iter().map(|(key, size)| (Decimal::new(key, 1), Decimal::from(size))).collect();
            proptest::prop_assert_eq!(book.asks().collect::<Vec<_>>(), expected);
        }
    }
}
