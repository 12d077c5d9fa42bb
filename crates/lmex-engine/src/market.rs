//! A market: what it trades, within which limits, at which prices.

use lmex_types::{Decimal, Instrument, Side, TimeMs};

use crate::book::Book;
use crate::message::{OpenedMarket, Refusal};
use crate::{MarketId, Money, Rate};

/// The limits of a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketRules {
    /// How far a buy may be above, or a sell below, the mark price; market orders trade no further than this. `None`
    /// is no limit. LMEX does not publish its band (status 305, PRICE_PROTECTION); 10 % is an assumption.
    pub price_band: Option<Rate>,
    /// The highest leverage; its inverse is the initial margin rate. LMEX's BTC-PERP: 100.
    pub max_leverage: u32,
    /// Part of a position's value that must be covered. LMEX's BTC-PERP: 0.5 %.
    pub maintenance_margin: Rate,
    /// Most resting orders of one account.
    pub max_open_orders: u32,
}

impl Default for MarketRules {
    fn default() -> Self {
        Self {
            price_band: Some(Rate::from_basis_points(1_000)),
            max_leverage: 100,
            maintenance_margin: Rate::from_basis_points(50),
            max_open_orders: 500,
        }
    }
}

/// A market's state.
#[derive(Debug, Clone)]
pub(crate) struct Market {
    pub(crate) id: MarketId,
    pub(crate) instrument: Instrument,
    pub(crate) rules: MarketRules,
    pub(crate) scale: Scale,
    pub(crate) open: bool,
    pub(crate) last: i64,
    pub(crate) index: Decimal,
    pub(crate) mark: Mark,
    pub(crate) funding_rate: Rate,
    pub(crate) next_funding: TimeMs,
    pub(crate) book: Book,
    /// Reduce-only orders that rest.
    pub(crate) reduce_only: usize,
}

/// How ticks become money in one market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    /// Value of one contract at a price of one tick: tick × contract size.
    pub(crate) tick_value: Money,
    /// The highest price that is counted, in ticks.
    pub(crate) max_price: i64,
    /// Must be exceeded by an order's notional.
    pub(crate) min_notional: Money,
}

/// The mark price, with what is computed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) price: Decimal,
    /// Value of one contract, to the nearest unit.
    pub(crate) value: Money,
    /// The lowest price to sell at and the highest to buy at, in ticks.
    lowest: i64,
    highest: i64,
}

/// The largest order's notional, in units: 1e12 of the quote currency. With it no product overflows (see `Money`).
const MAX_NOTIONAL: i128 = 1_000_000_000_000 * Money::UNITS_PER_QUOTE;
/// The most contracts in one order of any market.
const MAX_CONTRACTS: i64 = 10_000_000_000;

impl Market {
    /// `None` when [`Scale::of`] or the price refuses.
    pub(crate) fn new(opened: &OpenedMarket) -> Option<Self> {
        let OpenedMarket { market, ref instrument, rules, price } = *opened;
        let scale = Scale::of(instrument).ok()?;
        let index = instrument.grid.price(price);
        let mark = Mark::of(index, instrument, &rules, &scale)?;
        Some(Self {
            id: market,
            instrument: instrument.clone(),
            rules,
            scale,
            open: true,
            last: price,
            index,
            mark,
            funding_rate: Rate::ZERO,
            next_funding: TimeMs::default(),
            book: Book::new(),
            reduce_only: 0,
        })
    }

    /// Value of `contracts` at `price` ticks. Exact.
    pub(crate) fn value(&self, price: i64, contracts: i64) -> Money {
        self.scale.tick_value.times(price).times(contracts)
    }

    /// The worst price an order of this side may trade at, in ticks.
    pub(crate) fn protection(&self, side: Side) -> i64 {
        match side {
            Side::Buy => self.mark.highest,
            Side::Sell => self.mark.lowest,
        }
    }

    /// What a market order of this side is valued at before it trades: the best opposite price, else the mark.
    pub(crate) fn reference_value(&self, side: Side) -> Money {
        match self.book.side(side.opposite()).best() {
            Some((price, _)) => self.value(price, 1),
            None => self.mark.value,
        }
    }

    /// The most contracts in a position with its orders.
    pub(crate) fn max_position(&self) -> i64 {
        self.instrument.max_contracts.saturating_mul(1_000)
    }
}

impl Scale {
    /// Refuses an instrument whose values are not exact in units of money.
    pub(crate) fn of(instrument: &Instrument) -> Result<Self, Refusal> {
        let refused = Refusal::InstrumentOutOfRange;
        let grid = &instrument.grid;
        let tick_value = grid
            .tick()
            .checked_mul(grid.contract_size())
            .and_then(|value| Money::try_from(value).ok())
            .filter(|value| *value > Money::ZERO)
            .ok_or(refused("tick"))?;
        let Instrument { min_contracts, max_contracts, step_contracts, .. } = *instrument;
        if min_contracts < 1
            || step_contracts < 1
            || !(min_contracts..=MAX_CONTRACTS).contains(&max_contracts)
        {
            return Err(refused("order size"));
        }
        let largest = MAX_NOTIONAL / tick_value.units() / i128::from(max_contracts);
        let max_price = i64::try_from(largest).unwrap_or(i64::MAX);
        let min_notional = Money::nearest(instrument.min_notional)
            .filter(|min| !min.is_negative())
            .ok_or(refused("minimum notional"))?;
        Ok(Self { tick_value, max_price, min_notional })
    }
}

impl Mark {
    /// `None` when the price is not positive or above the market's range.
    pub(crate) fn of(
        price: Decimal,
        instrument: &Instrument,
        rules: &MarketRules,
        scale: &Scale,
    ) -> Option<Self> {
        let value = price.checked_mul(instrument.grid.contract_size()).and_then(Money::nearest)?;
        if value <= Money::ZERO || value > scale.tick_value.times(scale.max_price) {
            return None;
        }
        let (lowest, highest) = match rules.price_band {
            None => (1, scale.max_price),
            Some(band) => Self::band(value, band, scale),
        };
        Some(Self { price, value, lowest, highest })
    }

    fn band(value: Money, band: Rate, scale: &Scale) -> (i64, i64) {
        let distance = value.part_up(band);
        let tick = scale.tick_value.units();
        let ticks = |units: i128| i64::try_from(units).unwrap_or(i64::MAX).clamp(1, scale.max_price);
        let lowest = ((value - distance).units() + tick - 1).div_euclid(tick);
        let highest = (value + distance).units().div_euclid(tick);
        (ticks(lowest), ticks(highest))
    }
}
