//! A market: what it trades, within which limits, at which prices.

use std::collections::{BTreeMap, BTreeSet};

use lmex_types::{Decimal, Instrument, Side};
use serde::{Deserialize, Serialize};

use crate::book::{Book, Key};
use crate::funding::Funding;
use crate::margin::{Slot, Tiers};
use crate::message::{InstrumentPart, OpenedMarket, Refusal};
use crate::trigger::Triggers;
use crate::{MarketId, Money, Rate};

/// The rules of a market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketRules {
    /// How far a buy may be above, or a sell below, the mark price; market orders trade no further than this. `None`
    /// is no limit. LMEX does not publish its band (status 305, PRICE_PROTECTION); 10 % is an assumption.
    pub price_band: Option<Rate>,
    /// Risk-limit tiers: how large a position may be at which margin rates.
    pub tiers: Tiers,
    /// Most open orders of one account, waiting ones included.
    pub max_open_orders: u32,
    /// What becomes of orders that are not worth the minimum notional.
    pub small_orders: SmallOrders,
    /// How the mark price comes about when it is not given.
    pub mark: MarkRules,
    /// How funding comes about.
    pub funding: FundingRules,
    /// Part of the notional of a liquidation that goes to the insurance fund, as far as there is money left.
    pub liquidation_fee: Rate,
}

/// What becomes of orders that are not worth the minimum notional (5 USDT).
///
/// The documents contradict each other: the description of `size` refuses them, the chapter on spam orders hides them
/// and charges the taker fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SmallOrders {
    /// Refused.
    #[default]
    Refuse,
    /// Accepted as spam: hidden, and charged the taker fee; refused if post-only.
    Hide,
}

/// What a market takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Trading {
    /// Everything.
    #[default]
    Active,
    /// Cancels only; orders stay and may expire, but none trades, what waits does not fire, and pegs do not move. The
    /// crowd goes on without the users: its depth where it does not cross their orders, its prints past them.
    Halted,
    /// As halted, and all open orders were cancelled when it closed. Positions stay and pay funding.
    Closed,
}

/// How the mark price comes about: a mix of the index and the market's own impact mid price.
///
/// LMEX (support article, 2023): 75 % spot mid and 25 % impact mid. The impact mid is the mean of the average prices at
/// which `impact_notional` could be sold and bought; the index stands in where the book is too thin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkRules {
    /// The weight of the impact mid.
    pub impact_weight: Rate,
    /// In the quote currency.
    pub impact_notional: Money,
}

/// How funding comes about.
///
/// LMEX publishes the interval and "notional × rate" alone. The rate is the usual one of perpetuals:
/// `premium + clamp(interest − premium, ±clamp)`, cut to `±cap`, where the premium is the mean over the interval, by
/// time, of (mark − index) / index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingRules {
    /// How often it is paid, in milliseconds. LMEX: 8 hours, some markets 4.
    pub interval_ms: i64,
    /// Interest per interval. 0.01 %.
    pub interest: Rate,
    /// How far interest may pull. 0.05 %.
    pub clamp: Rate,
    /// The largest rate either way. 0.75 % is an assumption.
    pub cap: Rate,
    /// Whether the engine computes the rate; otherwise it is what `SetFundingRate` said last.
    pub computed: bool,
}

impl Default for MarketRules {
    fn default() -> Self {
        Self {
            price_band: Some(Rate::from_basis_points(1_000)),
            tiers: Tiers::default(),
            max_open_orders: 500,
            small_orders: SmallOrders::default(),
            mark: MarkRules::default(),
            funding: FundingRules::default(),
            liquidation_fee: Rate::from_basis_points(20),
        }
    }
}

impl Default for MarkRules {
    fn default() -> Self {
        Self { impact_weight: Rate::from_basis_points(2_500), impact_notional: Money::from_quote(10_000) }
    }
}

impl Default for FundingRules {
    fn default() -> Self {
        Self {
            interval_ms: 8 * 60 * 60 * 1_000,
            interest: Rate::from_basis_points(1),
            clamp: Rate::from_basis_points(5),
            cap: Rate::from_basis_points(75),
            computed: false,
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
    pub(crate) trading: Trading,
    pub(crate) last: i64,
    pub(crate) index: Decimal,
    pub(crate) mark: Mark,
    pub(crate) funding: Funding,
    pub(crate) book: Book,
    /// Orders that wait for a price.
    pub(crate) triggers: Triggers,
    /// Pegged orders by serial number, oldest first.
    pub(crate) pegged: BTreeMap<u64, Key>,
    /// Users with a position here.
    pub(crate) holders: BTreeSet<Slot>,
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
        let OpenedMarket { market, ref instrument, ref rules, price } = *opened;
        let scale = Scale::of(instrument).ok()?;
        let index = instrument.grid.price(price);
        let mark = Mark::of(index, instrument, rules, &scale)?;
        Some(Self {
            id: market,
            instrument: instrument.clone(),
            rules: rules.clone(),
            scale,
            trading: Trading::Active,
            last: price,
            index,
            mark,
            funding: Funding::default(),
            book: Book::new(),
            triggers: Triggers::default(),
            pegged: BTreeMap::new(),
            holders: BTreeSet::new(),
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
            .ok_or(refused(InstrumentPart::Tick))?;
        let Instrument { min_contracts, max_contracts, step_contracts, .. } = *instrument;
        if min_contracts < 1
            || step_contracts < 1
            || !(min_contracts..=MAX_CONTRACTS).contains(&max_contracts)
        {
            return Err(refused(InstrumentPart::OrderSize));
        }
        let largest = MAX_NOTIONAL / tick_value.units() / i128::from(max_contracts);
        let max_price = i64::try_from(largest).unwrap_or(i64::MAX);
        let min_notional = Money::nearest(instrument.min_notional)
            .filter(|min| !min.is_negative())
            .ok_or(refused(InstrumentPart::MinNotional))?;
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
