//! The tape's book on the market's grid.

use lmex_engine::CrowdLevel;
use lmex_tape::{SizeUnit, TapeLevel};
use lmex_types::{Decimal, Grid, Side};

use super::half::Half;
use crate::crowd::Listing;

/// Most levels that are kept on a side; beyond it the worst go.
const MAX_LEVELS: usize = 20_000;
/// Most contracts at a level.
const MAX_CONTRACTS: i64 = 1_000_000_000_000;

/// Prices as they came, and what they come to on the grid: bids are rounded down, asks up, and what falls on one tick
/// is added up. So a book that is not crossed stays so.
///
/// Sizes are added in the tape's unit, where sums are exact, and become contracts last.
#[derive(Debug)]
pub(super) struct TapeBook {
    grid: Grid,
    unit: SizeUnit,
    /// Prices above this many ticks are not kept: the engine has a limit too, and refuses whole messages beyond it.
    highest: i64,
    bids: Half,
    asks: Half,
    /// Whether the tape had a price above the highest.
    left_out: bool,
}

impl TapeBook {
    /// An empty book of this market. Prices beyond a hundred times the start price are left out.
    pub(super) fn new(listing: &Listing, unit: SizeUnit) -> Self {
        let highest = listing.price.saturating_mul(100);
        let grid = listing.instrument.grid;
        let (bids, asks) = (Half::new(Side::Buy), Half::new(Side::Sell));
        Self { grid, unit, highest, bids, asks, left_out: false }
    }

    /// Takes a depth message in. Appends every level of the market that it touches, with its quantity now; of a
    /// snapshot, the whole book.
    ///
    /// A level that a newer one of the other side crosses is out of date and goes.
    pub(super) fn apply(&mut self, snapshot: bool, levels: &[TapeLevel], changed: &mut Vec<CrowdLevel>) {
        if snapshot {
            self.bids.clear();
            self.asks.clear();
        }
        for level in levels {
            self.apply_level(level);
        }
        for side in [Side::Buy, Side::Sell] {
            self.half_mut(side).prune(MAX_LEVELS);
            let ticks = self.half_mut(side).take_touched();
            changed.extend(ticks.into_iter().map(|ticks| self.level(side, ticks)));
        }
    }

    /// The best bid and ask in ticks, once there are both.
    pub(super) fn best(&self) -> Option<(i64, i64)> {
        Some((self.bids.best()?, self.asks.best()?))
    }

    /// The highest price that is kept, once the tape has gone beyond it.
    pub(super) fn left_out_above(&self) -> Option<Decimal> {
        self.left_out.then(|| self.grid.price(self.highest).normalize())
    }

    /// Levels of a side that an opposite order at `ticks` reaches, best first.
    pub(super) fn reached(&self, side: Side, ticks: i64) -> impl Iterator<Item = CrowdLevel> {
        self.half(side).reached(ticks).map(move |ticks| self.level(side, ticks))
    }

    /// A price of this side of the book on the grid; `None` when it is out of range.
    pub(super) fn ticks(&self, side: Side, price: Decimal) -> Option<i64> {
        let ticks = match side {
            Side::Buy => self.grid.ticks_down(price),
            Side::Sell => self.grid.ticks_up(price),
        };
        ticks.ok().filter(|ticks| (1..=self.highest).contains(ticks))
    }

    /// A size of the tape in contracts at a price: the nearest number, but at least 1 of something; 0 of nothing.
    pub(super) fn contracts(&self, ticks: i64, size: Decimal) -> i64 {
        if size <= Decimal::ZERO {
            return 0;
        }
        let contract_size = self.grid.contract_size();
        let contracts = match self.unit {
            SizeUnit::Base => size.checked_div(contract_size),
            SizeUnit::QuoteContracts { value } => {
                let one = self.grid.price(ticks).checked_mul(contract_size);
                size.checked_mul(value).zip(one).and_then(|(quote, one)| quote.checked_div(one))
            }
        };
        let contracts = contracts.and_then(|contracts| i64::try_from(contracts.round()).ok());
        contracts.unwrap_or(MAX_CONTRACTS).clamp(1, MAX_CONTRACTS)
    }

    fn apply_level(&mut self, level: &TapeLevel) {
        let Some(ticks) = self.ticks(level.side, level.price) else {
            self.left_out |= level.price > self.grid.price(self.highest);
            return;
        };
        if !level.size.is_zero() {
            self.half_mut(level.side.opposite()).drop_crossed_by(level.price);
        }
        self.half_mut(level.side).set(level.price, ticks, level.size);
    }

    fn level(&self, side: Side, ticks: i64) -> CrowdLevel {
        let contracts = self.contracts(ticks, self.half(side).total(ticks));
        CrowdLevel { side, price: ticks, contracts }
    }

    fn half(&self, side: Side) -> &Half {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}
