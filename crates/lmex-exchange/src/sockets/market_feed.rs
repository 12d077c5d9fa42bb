//! One market as the streams show it: its book, its best prices, its trades.

use std::collections::BTreeMap;

use lmex_api::stream::{BookUpdateKind, StreamTrade};
use lmex_engine::{Event, LevelChange, MarketId};
use lmex_types::{Decimal, Instrument, Symbol, TimeMs};

use super::book_feed::{BookFeed, Numbered};
use super::book_message::{book_data, ticks_to_price, top_data};
use super::channel::MarketTopic;
use super::ladder::{Level, Top};
use crate::grouping::Grouping;

/// A market and its visible depth at the moment the hub starts.
#[derive(Debug, Clone)]
pub(crate) struct MarketDepth {
    /// The engine's number of it.
    pub(crate) market: MarketId,
    /// What it trades.
    pub(crate) instrument: Instrument,
    /// When the depth was taken.
    pub(crate) at: TimeMs,
    /// The number that the book's messages go on from.
    pub(crate) seq_num: i64,
    /// Ticks and contracts, in any order.
    pub(crate) bids: Vec<(i64, i64)>,
    /// Ticks and contracts, in any order.
    pub(crate) asks: Vec<(i64, i64)>,
}

/// One market's streams.
#[derive(Debug)]
pub(super) struct MarketFeed {
    pub(super) instrument: Instrument,
    book: BookFeed,
    /// The best prices as they were told last, and in the groupings that somebody listens to.
    told_tops: BTreeMap<Grouping, Top>,
    /// Since they were last taken, oldest first.
    trades: Vec<StreamTrade>,
}

impl MarketFeed {
    pub(super) fn new(instrument: Instrument, at: TimeMs, bids: &[Level], asks: &[Level]) -> Self {
        Self::with(instrument, BookFeed::new(at, bids, asks))
    }

    /// A market that stood before the hub did.
    pub(super) fn resume(depth: MarketDepth) -> Self {
        let book = BookFeed::new(depth.at, &depth.bids, &depth.asks).numbered_from(depth.seq_num);
        Self::with(depth.instrument, book)
    }

    fn with(instrument: Instrument, book: BookFeed) -> Self {
        let told_tops = BTreeMap::from([(Grouping::NONE, book.top(Grouping::NONE))]);
        Self { instrument, told_tops, book, trades: Vec::new() }
    }

    pub(super) fn symbol(&self) -> Symbol {
        self.instrument.symbol
    }

    /// A price with the decimals of the market's tick.
    pub(super) fn price(&self, ticks: i64) -> Decimal {
        ticks_to_price(ticks, self.tick())
    }

    pub(super) fn set_level(&mut self, change: LevelChange) {
        self.book.set(change.side, change.price, change.contracts);
    }

    /// Keeps a trade until [`Self::take_trades`]; other events are no trades.
    pub(super) fn keep_trade(&mut self, event: &Event, timestamp: TimeMs) {
        let (trade_id, price, contracts, side) = match *event {
            Event::Fill(ref fill) => (fill.trade_id, fill.price, fill.contracts, fill.aggressor),
            Event::Trade { trade_id, price, contracts, aggressor, .. } => {
                (trade_id, price, contracts, aggressor)
            }
            _ => return,
        };
        self.trades.push(StreamTrade {
            symbol: self.symbol(),
            side,
            size: contracts.into(),
            price: self.price(price),
            trade_id: i64::try_from(trade_id).unwrap_or(i64::MAX),
            timestamp,
        });
    }

    /// The trades since the last time, newest first as LMEX sends them.
    pub(super) fn take_trades(&mut self) -> Vec<StreamTrade> {
        let mut trades = std::mem::take(&mut self.trades);
        trades.reverse();
        trades
    }

    /// The data of best bid and offer in the groupings in which they are not those of the last time. `is_heard` says
    /// which groupings somebody listens to; the others are forgotten.
    pub(super) fn take_tops(
        &mut self,
        at: TimeMs,
        is_heard: impl Fn(Grouping) -> bool,
    ) -> Vec<(Grouping, String)> {
        let Self { book, told_tops, .. } = self;
        told_tops.retain(|grouping, _| *grouping == Grouping::NONE || is_heard(*grouping));
        let changed = told_tops.iter_mut().filter_map(|(grouping, told)| {
            let top = book.top(*grouping);
            (std::mem::replace(told, top) != top).then_some(*grouping)
        });
        let changed: Vec<_> = changed.collect();
        changed.into_iter().map(|grouping| (grouping, self.top_as_told(grouping, at))).collect()
    }

    /// The data of best bid and offer. From now on their changes are taken note of.
    pub(super) fn top(&mut self, grouping: Grouping, at: TimeMs) -> String {
        let top = self.book.top(grouping);
        // What the others have not heard yet comes to them still.
        self.told_tops.entry(grouping).or_insert(top);
        top_data(self.symbol(), self.tick(), top, at)
    }

    fn top_as_told(&self, grouping: Grouping, at: TimeMs) -> String {
        let top = self.told_tops.get(&grouping).copied().unwrap_or_default();
        top_data(self.symbol(), self.tick(), top, at)
    }

    /// Whether nobody could have heard of the book yet.
    pub(super) fn is_untold(&self) -> bool {
        self.book.is_untold()
    }

    /// The data of a book's snapshot.
    pub(super) fn snapshot(&mut self, grouping: Grouping, at: TimeMs) -> String {
        let snapshot = self.book.snapshot(grouping, at);
        book_data(self.symbol(), self.tick(), BookUpdateKind::Snapshot, &snapshot)
    }

    /// The data of the books' deltas where anything changed. `is_heard` says what to write at all: the numbers of the
    /// book without a grouping go on without readers, the others are forgotten.
    pub(super) fn take_deltas(
        &mut self,
        at: TimeMs,
        is_heard: impl Fn(Grouping) -> bool,
    ) -> Vec<(Grouping, String)> {
        self.book.keep_groupings(&is_heard);
        let deltas = self.book.deltas(at).into_iter().filter(|(grouping, _)| is_heard(*grouping));
        let data = |delta: &Numbered| book_data(self.symbol(), self.tick(), BookUpdateKind::Delta, delta);
        deltas.map(|(grouping, delta)| (grouping, data(&delta))).collect()
    }

    fn tick(&self) -> Decimal {
        self.instrument.grid.tick()
    }
}

/// The data of trades under a topic: the legacy one calls markets by their old names.
pub(super) fn trades_data(topic: MarketTopic, trades: &[StreamTrade]) -> String {
    let written = if topic == MarketTopic::TradesLegacy {
        let legacy =
            |trade: &StreamTrade| StreamTrade { symbol: legacy_symbol(trade.symbol), ..trade.clone() };
        serde_json::to_string(&trades.iter().map(legacy).collect::<Vec<_>>())
    } else {
        serde_json::to_string(trades)
    };
    // Strings and numbers: writing them cannot fail.
    written.unwrap_or_default()
}

/// `BTC-PERP` was `BTCPFC` up to version 2.1; other markets keep their names.
fn legacy_symbol(symbol: Symbol) -> Symbol {
    let perpetual = symbol.as_str().strip_suffix("-PERP");
    perpetual.and_then(|base| format!("{base}PFC").parse().ok()).unwrap_or(symbol)
}
