//! What the rows of a tape come to: prices, spreads, and whether its book holds together.

use std::collections::BTreeMap;
use std::path::Path;

use lmex_types::Decimal;

use crate::book::LevelBook;
use crate::{TapeBody, TapeError, TapeInfo, TapeReader};

/// The result of reading a whole tape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapeScan {
    /// What the tape says about itself.
    pub info: TapeInfo,
    /// Lowest and highest price traded; `None` without trades.
    pub traded: Option<PriceRange>,
    /// Sum of the sizes traded, in the tape's size unit.
    pub volume: Decimal,
    /// Best ask minus best bid in quote currency, the median over all best bids and asks: those that the venue
    /// sent, or without any, those of the rebuilt book after each change. `None` if there are neither.
    pub median_spread: Option<Decimal>,
    /// What the rebuilt book shows.
    pub book: BookCheck,
}

/// Two prices in quote currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceRange {
    /// The lowest.
    pub low: Decimal,
    /// The highest.
    pub high: Decimal,
}

/// The book, rebuilt from snapshots and changes, and held against the best prices that the venue sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BookCheck {
    /// Depth messages after which the book had two sides.
    pub checked: u64,
    /// Of these, how often the best bid was at or above the best ask: zero on a sound tape.
    pub crossed: u64,
    /// Depth messages that could be held against a best bid and ask of the very same venue time, received before.
    pub compared: u64,
    /// Of these, how often both prices were the same. The clock of most venues ticks in milliseconds, so a few
    /// differ on a sound tape too.
    pub agreed: u64,
}

/// Reads a tape from end to end.
pub fn scan(path: &Path) -> Result<TapeScan, TapeError> {
    let mut reader = TapeReader::open(path)?;
    let mut tally = Tally::default();
    for message in reader.by_ref() {
        let message = message?;
        tally.take(message.at_ns, &message.body);
    }
    Ok(tally.result(reader.info().clone()))
}

#[derive(Default)]
struct Tally {
    traded: Option<PriceRange>,
    volume: Decimal,
    top_spreads: Spreads,
    book_spreads: Spreads,
    check: BookCheck,
    book: LevelBook,
    top: Option<(i64, Decimal, Decimal)>,
}

impl Tally {
    fn take(&mut self, at_ns: i64, body: &TapeBody) {
        match body {
            TapeBody::Depth { snapshot, levels } => {
                self.book.apply(*snapshot, levels);
                self.check_book(at_ns);
            }
            TapeBody::Trade { price, size, .. } => self.trade(*price, *size),
            TapeBody::Top { bid, ask } => {
                self.top_spreads.add(bid.price, ask.price);
                self.top = Some((at_ns, bid.price, ask.price));
            }
        }
    }

    fn trade(&mut self, price: Decimal, size: Decimal) {
        let range = self.traded.get_or_insert(PriceRange { low: price, high: price });
        range.low = range.low.min(price);
        range.high = range.high.max(price);
        self.volume = self.volume.saturating_add(size);
    }

    fn check_book(&mut self, at_ns: i64) {
        let Some((bid, ask)) = self.book.best() else { return };
        self.book_spreads.add(bid, ask);
        self.check.checked += 1;
        self.check.crossed += u64::from(bid >= ask);
        if let Some((_, top_bid, top_ask)) = self.top.filter(|(top_ns, _, _)| *top_ns == at_ns) {
            self.check.compared += 1;
            self.check.agreed += u64::from((top_bid, top_ask) == (bid, ask));
        }
    }

    fn result(self, info: TapeInfo) -> TapeScan {
        let median_spread = self.top_spreads.median().or_else(|| self.book_spreads.median());
        TapeScan { info, traded: self.traded, volume: self.volume, median_spread, book: self.check }
    }
}

/// How often each spread was seen: few differ, so their number stays small however long the tape is.
#[derive(Default)]
struct Spreads(BTreeMap<Decimal, u64>);

impl Spreads {
    fn add(&mut self, bid: Decimal, ask: Decimal) {
        *self.0.entry(ask.saturating_sub(bid)).or_default() += 1;
    }

    /// The lower median, so that it is a spread that was really there.
    fn median(&self) -> Option<Decimal> {
        let half = self.0.values().sum::<u64>().div_ceil(2);
        let mut seen = 0;
        let mut spreads = self.0.iter();
        spreads
            .find(|(_, count)| {
                seen += **count;
                seen >= half
            })
            .map(|(spread, _)| *spread)
    }
}
