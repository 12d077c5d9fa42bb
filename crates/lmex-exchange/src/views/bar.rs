//! A candle as it is kept: whole ticks and an exact volume.

use lmex_api::futures::Candle;
use lmex_types::{Decimal, Grid, TimeMs};
use serde::{Deserialize, Serialize};

/// What a market did in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// When it begins.
    pub start: TimeMs,
    /// The first price, in ticks: where the bar before it closed.
    pub open: i64,
    /// The highest, in ticks.
    pub high: i64,
    /// The lowest, in ticks.
    pub low: i64,
    /// The last, in ticks.
    pub close: i64,
    /// Sum of ticks × contracts over its trades.
    pub volume: i128,
}

impl Bar {
    /// A bar in which nothing traded.
    pub fn flat(start: TimeMs, price: i64) -> Self {
        Self { start, open: price, high: price, low: price, close: price, volume: 0 }
    }

    /// Takes in what happened next.
    pub(crate) fn extend(&mut self, next: &Bar) {
        self.high = self.high.max(next.high);
        self.low = self.low.min(next.low);
        self.close = next.close;
        self.volume = self.volume.saturating_add(next.volume);
    }

    /// Takes in a trade.
    pub(crate) fn trade(&mut self, price: i64, contracts: i64) {
        let volume = i128::from(price) * i128::from(contracts);
        self.extend(&Bar { volume, ..Bar::flat(self.start, price) });
    }

    /// As the API gives it: prices, and volume in the quote currency.
    pub(crate) fn candle(&self, grid: &Grid) -> Candle {
        Candle {
            start: self.start,
            open: grid.price(self.open),
            high: grid.price(self.high),
            low: grid.price(self.low),
            close: grid.price(self.close),
            volume: quote_volume(self.volume, grid),
        }
    }
}

/// Ticks × contracts in the quote currency, at most as much as a decimal holds.
pub(crate) fn quote_volume(volume: i128, grid: &Grid) -> Decimal {
    let whole = Decimal::try_from_i128_with_scale(volume, 0).unwrap_or(Decimal::MAX);
    let value = whole.checked_mul(grid.tick()).and_then(|value| value.checked_mul(grid.contract_size()));
    value.unwrap_or(Decimal::MAX).normalize()
}
