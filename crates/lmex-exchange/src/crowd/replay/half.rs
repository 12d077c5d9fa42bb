//! One side of a tape's book.

use std::collections::{BTreeMap, BTreeSet};

use lmex_types::{Decimal, Side};

/// Sizes by price as they came, and their sums by tick.
#[derive(Debug)]
pub(super) struct Half {
    side: Side,
    prices: BTreeMap<Decimal, Resting>,
    totals: BTreeMap<i64, Total>,
    touched: BTreeSet<i64>,
}

#[derive(Debug, Clone, Copy)]
struct Resting {
    /// Where the price falls on the grid.
    ticks: i64,
    size: Decimal,
}

/// What rests at a tick.
#[derive(Debug, Clone, Copy, Default)]
struct Total {
    size: Decimal,
    /// From how many prices it is: the level goes with the last of them, whatever the sum was rounded to.
    prices: usize,
}

/// More than this at one price is not counted, so that sums can't overflow: a tape may say anything.
const LARGEST: Decimal = Decimal::from_parts(0x6310_0000, 0x6bc7_5e2d, 5, false, 0);

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
        self.totals.get(&ticks).map(|total| total.size).unwrap_or_default()
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
            let size = size.min(LARGEST);
            self.prices.insert(price, Resting { ticks, size });
            let total = self.totals.entry(ticks).or_default();
            total.size = total.size.saturating_add(size);
            total.prices += 1;
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
            total.size = total.size.saturating_sub(size);
            total.prices -= 1;
            if total.prices == 0 {
                self.totals.remove(&ticks);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_beyond_counting_are_added_up_and_taken_away_again() {
        assert_eq!(LARGEST, "100000000000000000000".parse().unwrap());
        let mut half = Half::new(Side::Buy);
        for price in 1..=3 {
            half.set(Decimal::from(price), 10, Decimal::MAX);
        }
        assert_eq!(half.total(10), LARGEST * Decimal::from(3));
        half.set(Decimal::ONE, 10, Decimal::ZERO);
        half.set(Decimal::TWO, 10, "0.0000000000000000000000000001".parse().unwrap());
        assert!(half.total(10) >= LARGEST);
        half.drop_crossed_by(Decimal::TWO);
        assert_eq!((half.best(), half.total(10)), (None, Decimal::ZERO));
    }
}
