//! Candles of every market and resolution, kept by the trades.
//!
//! A candle starts at a multiple of its length since 1970 and opens where the one before it closed, so that it can be
//! shown before its first trade. Time without trades gives flat candles of no volume.

use std::collections::{BTreeMap, VecDeque};

use lmex_api::futures::{Candle, Resolution};
use lmex_engine::{Event, MarketId};
use lmex_types::{Decimal, Grid, Instrument, TimeMs};
use serde::{Deserialize, Serialize};

use super::bar::{Bar, quote_volume};
use crate::history::PastBar;

/// Candles that are kept of each resolution: 25 hours of the shortest.
const KEPT: i64 = 1_500;
/// Candles in an answer: LMEX's limit.
const ANSWER: usize = 300;
const DAY_MS: i64 = 86_400_000;

/// The candles of all markets.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Candles(BTreeMap<MarketId, MarketCandles>);

/// More candles than an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("resolution too small for the requested time range. Records returned exceeds 300")]
pub struct TooMany;

/// What a market did in the last 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayStats {
    /// The price 24 hours ago.
    pub open: Decimal,
    /// The highest price.
    pub high: Decimal,
    /// The lowest price.
    pub low: Decimal,
    /// Traded, in the quote currency.
    pub volume: Decimal,
}

impl Candles {
    /// Gives a market its past, before its first event.
    pub fn seed(&mut self, market: MarketId, instrument: &Instrument, bars: &[PastBar]) {
        let mut candles = MarketCandles::new(instrument.grid);
        for past in bars {
            candles.take_in(past);
        }
        self.0.insert(market, candles);
    }

    /// Takes note of an event at venue time `at`.
    pub fn apply(&mut self, at: TimeMs, event: &Event) {
        match *event {
            Event::MarketOpened(ref opened) => {
                let new = || MarketCandles::new(opened.instrument.grid);
                let candles = self.0.entry(opened.market).or_insert_with(new);
                candles.series.iter_mut().for_each(|series| series.start(at, opened.price));
            }
            Event::Fill(ref fill) => self.trade(fill.market, at, fill.price, fill.contracts),
            Event::Trade { market, price, contracts, .. } => self.trade(market, at, price, contracts),
            _ => {}
        }
    }

    /// Candles that start within the bounds, newest first, the present one included. Without `start` the newest 300;
    /// none of a market that is not here.
    pub fn query(
        &self,
        market: MarketId,
        resolution: Resolution,
        start: Option<TimeMs>,
        end: Option<TimeMs>,
        now: TimeMs,
    ) -> Result<Vec<Candle>, TooMany> {
        let Some(candles) = self.0.get(&market) else { return Ok(Vec::new()) };
        let until = end.map_or(now, |end| end.min(now));
        let since = start.unwrap_or(TimeMs::from_millis(i64::MIN));
        let bars = candles.of(resolution).bars(until).take_while(|bar| bar.start >= since);
        let most = if start.is_some() { ANSWER + 1 } else { ANSWER };
        let found: Vec<_> = bars.take(most).map(|bar| bar.candle(&candles.grid)).collect();
        if found.len() > ANSWER { Err(TooMany) } else { Ok(found) }
    }

    /// The last 24 hours, to the minute; `None` of a market that is not here.
    pub fn day(&self, market: MarketId, now: TimeMs) -> Option<DayStats> {
        let candles = self.0.get(&market)?;
        let since = now.plus_ms(-DAY_MS);
        let minutes = candles.of(Resolution::M1).bars(now).take_while(|bar| bar.start > since);
        let day = minutes.reduce(|later, mut earlier| {
            earlier.extend(&later);
            earlier
        })?;
        let grid = &candles.grid;
        Some(DayStats {
            open: grid.price(day.open),
            high: grid.price(day.high),
            low: grid.price(day.low),
            volume: quote_volume(day.volume, grid),
        })
    }

    fn trade(&mut self, market: MarketId, at: TimeMs, price: i64, contracts: i64) {
        if let Some(candles) = self.0.get_mut(&market) {
            candles.series.iter_mut().for_each(|series| series.trade(at, price, contracts));
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct MarketCandles {
    grid: Grid,
    /// In the order of `Resolution::ALL`.
    series: [Series; 10],
}

impl MarketCandles {
    fn new(grid: Grid) -> Self {
        Self { grid, series: Resolution::ALL.map(Series::new) }
    }

    fn of(&self, resolution: Resolution) -> &Series {
        // `Resolution::ALL` holds the resolutions in the order in which they are declared.
        &self.series[resolution as usize]
    }

    fn take_in(&mut self, past: &PastBar) {
        let fitting = self.series.iter_mut().filter(|series| series.length_ms >= past.length_ms);
        fitting.for_each(|series| series.take_in(&past.bar));
    }
}

/// Candles of one length, earliest first and without a hole.
#[derive(Debug, Serialize, Deserialize)]
struct Series {
    length_ms: i64,
    bars: VecDeque<Bar>,
}

impl Series {
    fn new(resolution: Resolution) -> Self {
        Self { length_ms: resolution.millis(), bars: VecDeque::new() }
    }

    /// Begins with a flat candle, unless there are candles already.
    fn start(&mut self, at: TimeMs, price: i64) {
        if self.bars.is_empty() {
            self.bars.push_back(Bar::flat(at.floor_to(self.length_ms), price));
        }
    }

    /// A bar of the past, no longer than a candle. The first candle is not begun in its middle.
    fn take_in(&mut self, bar: &Bar) {
        let start = bar.start.floor_to(self.length_ms);
        match self.bars.back_mut() {
            Some(last) if last.start >= start => last.extend(bar),
            None if bar.start != start => {}
            _ => self.push(Bar { start, ..*bar }),
        }
    }

    fn trade(&mut self, at: TimeMs, price: i64, contracts: i64) {
        self.fill_up(at);
        if let Some(last) = self.bars.back_mut() {
            last.trade(price, contracts);
        }
    }

    /// Adds flat candles up to the one of this moment.
    fn fill_up(&mut self, at: TimeMs) {
        let Some(last) = self.bars.back().copied() else { return };
        let present = at.floor_to(self.length_ms);
        // What would be dropped again is left out.
        let earliest = present.plus_ms(-KEPT * self.length_ms);
        let mut start = last.start.max(earliest);
        if start > last.start {
            self.bars.clear();
        }
        while start < present {
            start = start.plus_ms(self.length_ms);
            self.push(Bar::flat(start, last.close));
        }
    }

    fn push(&mut self, bar: Bar) {
        if self.bars.len() as i64 >= KEPT {
            self.bars.pop_front();
        }
        self.bars.push_back(bar);
    }

    /// Candles that start at or before this moment, newest first, with the flat ones that no trade has made yet.
    fn bars(&self, until: TimeMs) -> impl Iterator<Item = Bar> {
        let length_ms = self.length_ms;
        let newest = until.floor_to(length_ms);
        let flat = self.bars.back().into_iter().flat_map(move |last| {
            let missing = newest.ms_since(last.start) / length_ms;
            (0..missing).map(move |ago| Bar::flat(newest.plus_ms(-ago * length_ms), last.close))
        });
        flat.chain(self.bars.iter().rev().copied().skip_while(move |bar| bar.start > newest))
    }
}
