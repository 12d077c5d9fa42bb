//! One side of a tape's book.

use std::collections::{BTreeMap, BTreeSet};

use lmex_types::{Decimal, Side};

/// Sizes by price as they came, and their sums by tick.
#[derive(Debug)]
pub(super) struct Half {
    side: Side,
    prices: BTreeMap<Decimal, Resting>,
    totals: BTreeMap<i64, Decimal>,
    touched: BTreeSet<i64>,
}

#[derive(Debug, Clone, Copy)]
struct Resting {
    /// Where the price falls on the grid.
    ticks: i64,
    size: Decimal,
}

impl Half {
    pub(super) fn new(side: Side) -> Self {
        Self { side, prices: BTreeMap::new(), totals: BTreeMap::new(), touched: BTreeSet::new() }
    }

    pub(super) fn clear(&mut self) {
        self.prices.clear();
        self.totals.clear();
    }

    /// The best price, in ticks.
    pub(super) fn best(&self) -> Option<i64> {
        let best = match self.side {
            Side::Buy => self.totals.last_key_value(),
            Side::Sell => self.totals.first_key_value(),
        };
        best.map(|(ticks, _)| *ticks)
    }

    /// What rests at a tick, in the tape's unit.
    pub(super) fn total(&self, ticks: i64) -> Decimal {
        self.totals.get(&ticks).copied().unwrap_or_default()
    }

    /// Ticks that an opposite order at `limit` reaches, best first.
    pub(super) fn reached(&self, limit: i64) -> Box<dyn Iterator<Item = i64> + '_> {
        match self.side {
            Side::Buy => Box::new(self.totals.range(limit..).rev().map(|(ticks, _)| *ticks)),
            Side::Sell => Box::new(self.totals.range(..=limit).map(|(ticks, _)| *ticks)),
        }
    }

    /// So much rests at a price from now on.
    pub(super) fn set(&mut self, price: Decimal, ticks: i64, size: Decimal) {
        self.remove(price);
        self.touched.insert(ticks);
        if size > Decimal::ZERO {
            self.prices.insert(price, Resting { ticks, size });
            *self.totals.entry(ticks).or_default() += size;
        }
    }

    /// Prices that an order of the other side at `price` would trade with go.
    pub(super) fn drop_crossed_by(&mut self, price: Decimal) {
        while let Some(best) = self.best_price().filter(|best| match self.side {
            Side::Buy => *best >= price,
            Side::Sell => *best <= price,
        }) {
            self.remove(best);
        }
    }

    /// Keeps the best `most` prices.
    pub(super) fn prune(&mut self, most: usize) {
        while self.prices.len() > most {
            let worst = match self.side {
                Side::Buy => self.prices.first_key_value(),
                Side::Sell => self.prices.last_key_value(),
            };
            let Some((&worst, _)) = worst else { return };
            self.remove(worst);
        }
    }

    /// The ticks at which something was set or removed since the last call.
    pub(super) fn take_touched(&mut self) -> BTreeSet<i64> {
        std::mem::take(&mut self.touched)
    }

    fn best_price(&self) -> Option<Decimal> {
        let best = match self.side {
            Side::Buy => self.prices.last_key_value(),
            Side::Sell => self.prices.first_key_value(),
        };
        best.map(|(price, _)| *price)
    }

    fn remove(&mut self, price: Decimal) {
        let Some(Resting { ticks, size }) = self.prices.remove(&price) else { return };
        self.touched.insert(ticks);
        if let Some(total) = self.totals.get_mut(&ticks) {
            *total -= size;
            if *total <= Decimal::ZERO {
                self.totals.remove(&ticks);
            }
        }
    }
}
