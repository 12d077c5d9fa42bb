//! Money, reckoned a second time: fees, profit and funding, each rounded as is documented, the margin of orders, who has less
//! than the maintenance margin, and what becomes of their positions.

mod margin;
mod queue;
mod solvency;
mod takeover;

use std::collections::{BTreeMap, BTreeSet};

use lmex_engine::{AccountId, Engine, Event, Fill, LegId, MarginMode, MarketId, Party, Refusal};
use lmex_types::{Decimal, Instrument, OrderId, Side};

use takeover::Closing;

/// Units of money in one of the quote currency, and parts in a rate of 100 %.
const ONE: i128 = 1_000_000_000_000;

#[derive(Default)]
pub(crate) struct Bookkeeper {
    markets: BTreeMap<MarketId, Priced>,
    /// Maker and taker fee, in parts of [`ONE`].
    fees: BTreeMap<AccountId, [i128; 2]>,
    /// Orders that pay the taker fee even as maker.
    spam: BTreeSet<OrderId>,
    /// Signed contracts, and what they cost.
    positions: BTreeMap<(AccountId, MarketId, LegId), (i64, i128)>,
    /// The funding that is being paid: value of a contract, rate in parts of [`ONE`].
    funding: (i128, i128),
    closing: Option<Closing>,
}

/// What decides about the value of a contract, in units.
struct Priced {
    contract_size: Decimal,
    tick_value: i128,
    mark_value: i128,
    /// In ticks.
    highest: i128,
}

/// An isolated position, or (`None`) the balance with all cross positions.
type Scope = Option<(MarketId, LegId)>;

/// What there is, and what there should be.
#[derive(Debug, Default)]
struct Cover {
    equity: i128,
    maintenance: i128,
    open_positions: usize,
    /// A position is in a market that takes orders.
    can_be_closed: bool,
}

impl Bookkeeper {
    /// `engine` has not gone past this event yet.
    pub(crate) fn expect(&self, event: &Event, engine: &Engine) {
        self.has_margin(event, engine);
        if let Event::Fill(fill) = event {
            self.takes_what_is_left(fill, engine);
            self.closes_within_its_money(fill, engine);
        }
    }

    /// `engine` has gone past this event and no further: it knows balances and terms.
    pub(crate) fn hear(&mut self, event: &Event, engine: &Engine) {
        self.hear_liquidation(event, engine);
        match event {
            Event::MarketOpened(opened) => {
                self.markets.insert(opened.market, Priced::new(&opened.instrument, opened.price));
            }
            Event::PricesSet { market, mark, .. } => {
                let market = self.markets.get_mut(market).unwrap();
                market.mark_value = units(*mark * market.contract_size);
            }
            Event::AccountOpened { account, maker_fee, taker_fee } => {
                self.fees.insert(*account, [maker_fee, taker_fee].map(|rate| rate.parts().into()));
            }
            Event::OrderAccepted { order } => {
                self.spam.remove(&order.id);
                self.spam.extend(order.is_spam.then_some(order.id));
            }
            Event::OrderRefused {
                account,
                refusal: Refusal::InsufficientMargin { required, available },
                ..
            } => {
                let reckoned = self.available(*account, engine);
                assert_eq!(available.units(), reckoned, "{event:?}");
                assert!(required > available, "{event:?}");
            }
            Event::Fill(fill) => {
                self.fees_are_right(fill);
                let value = self.markets[&fill.market].tick_value * i128::from(fill.price);
                for (party, side) in [(&fill.maker, fill.aggressor.opposite()), (&fill.taker, fill.aggressor)]
                {
                    self.settle(party, fill.market, side, fill.contracts, value);
                }
            }
            Event::Deleveraged(trade) => {
                let value = self.markets[&trade.market].tick_value * i128::from(trade.price);
                for (party, side) in [(&trade.loser, trade.side), (&trade.winner, trade.side.opposite())] {
                    assert_eq!((party.fee.units(), party.liquidation_fee.units()), (0, 0), "{event:?}");
                    self.settle(party, trade.market, side, trade.contracts, value);
                }
                self.look_for_first(engine);
            }
            Event::FundingStarted { market, rate, value } => {
                assert_eq!(value.units(), self.markets[market].mark_value, "{event:?}");
                self.funding = (value.units(), rate.parts().into());
            }
            Event::FundingPaid { contracts, amount, .. } => {
                let (value, rate) = self.funding;
                assert_eq!(amount.units(), part_up(value * i128::from(*contracts), rate), "{event:?}");
            }
            Event::LiquidationStarted { account, position, equity, maintenance } => {
                let mut covers = self.covers(*account, engine);
                // Who was deleveraged last may owe, and have nothing left.
                let flat = || Cover { equity: wallet(engine, *account, *position), ..Cover::default() };
                let cover = covers.entry(*position).or_insert_with(flat);
                let reckoned = (cover.equity, cover.maintenance);
                assert_eq!((equity.units(), maintenance.units()), reckoned, "{event:?}");
                assert!(cover.is_short(), "{event:?}");
            }
            _ => {}
        }
    }

    /// Between commands nobody has less than the maintenance margin, where it can be helped, or debts alone.
    pub(crate) fn nobody_is_short(&self, engine: &Engine) {
        for &account in self.fees.keys().filter(|account| **account != AccountId::CROWD) {
            for (scope, cover) in self.covers(account, engine) {
                assert!(!cover.is_short(), "{account} was not liquidated: {scope:?} has {cover:?}");
            }
        }
    }

    fn covers(&self, account: AccountId, engine: &Engine) -> BTreeMap<Scope, Cover> {
        let balance = engine.wallet(account).unwrap().balance.units();
        let mut covers = BTreeMap::from([(None, Cover { equity: balance, ..Cover::default() })]);
        for (&(owner, market, leg), &(contracts, cost)) in &self.positions {
            let Some(view) = engine.leg(account, market, leg).filter(|_| owner == account) else { continue };
            let is_isolated = view.margin == MarginMode::Isolated;
            let cover = covers.entry(is_isolated.then_some((market, leg))).or_default();
            let value = self.markets[&market].mark_value * i128::from(contracts);
            cover.equity += value - cost + view.wallet.units();
            cover.maintenance += part_up(value.abs(), view.maintenance.parts().into());
            cover.open_positions += 1;
            cover.can_be_closed |= engine.market(market).unwrap().is_open();
        }
        covers
    }

    /// A rate of what is traded, rounded up.
    fn fees_are_right(&self, fill: &Fill) {
        let notional =
            self.markets[&fill.market].tick_value * i128::from(fill.price) * i128::from(fill.contracts);
        for (party, is_maker) in [(&fill.maker, true), (&fill.taker, false)] {
            let is_spam = party.order.is_some_and(|order| self.spam.contains(&order));
            let [maker_fee, taker_fee] = self.fees.get(&party.account).copied().unwrap_or_default();
            let fee = part_up(notional, if is_maker && !is_spam { maker_fee } else { taker_fee });
            if !is_of_venue(party) {
                assert_eq!((party.fee.units(), party.liquidation_fee.units()), (fee, 0), "{fill:?}");
            }
        }
    }

    /// What is closed realises its value less its share of the cost, cut to the unit; what is opened costs its value.
    fn settle(&mut self, party: &Party, market: MarketId, side: Side, contracts: i64, value: i128) {
        let place = (party.account, market, party.leg);
        let held = self.positions.entry(place).or_default();
        let sign = side.sign();
        let closing = contracts.min((-sign * held.0).max(0));
        let share = if closing == 0 { 0 } else { held.1 * i128::from(closing) / i128::from(held.0.abs()) };
        let realised = -i128::from(sign * closing) * value - share;
        assert_eq!(party.realised_pnl.units(), realised, "profit of {party:?}");
        held.0 += sign * contracts;
        held.1 += i128::from(sign * (contracts - closing)) * value - share;
        if *held == (0, 0) {
            self.positions.remove(&place);
        }
    }
}

impl Cover {
    fn is_short(&self) -> bool {
        if self.open_positions > 0 {
            self.can_be_closed && self.equity < self.maintenance
        } else {
            self.equity < 0
        }
    }
}

impl Priced {
    fn new(instrument: &Instrument, price: i64) -> Self {
        let contract_size = instrument.grid.contract_size();
        let tick_value = units(instrument.grid.tick() * contract_size);
        let highest = Self::highest_price(tick_value, instrument.max_contracts);
        Self { contract_size, tick_value, mark_value: tick_value * i128::from(price), highest }
    }
}

/// Units of money, the nearest.
fn units(quote: Decimal) -> i128 {
    i128::try_from((quote * Decimal::from(ONE)).round()).unwrap()
}

/// A rate of an amount, rounded up: against whoever pays, and against whoever receives.
fn part_up(amount: i128, rate: i128) -> i128 {
    -(-amount * rate).div_euclid(ONE)
}

/// The money of an isolated position.
fn wallet(engine: &Engine, account: AccountId, position: Scope) -> i128 {
    position.map_or(0, |(market, leg)| engine.leg(account, market, leg).unwrap().wallet.units())
}

/// The venue's own orders have ids of their own.
fn is_of_venue(party: &Party) -> bool {
    party.order.is_some_and(|order| order.to_bits() >> 64 == u128::from(u64::MAX))
}
