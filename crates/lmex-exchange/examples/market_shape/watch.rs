//! Lets a source trade in an engine and looks at the market by the clock.

use lmex_engine::{Command, Engine, Event, MarketView, Stamped};
use lmex_exchange::crowd::{Listing, MarketSource, SourceError};
use lmex_types::{Decimal, Side, TimeMs};

/// Time between two looks at prices and spread.
pub(crate) const LOOK_MS: i64 = 200;
/// Looks between two of the depth.
const DEPTH_LOOKS: usize = 25;
/// How far from the middle depth is added up, in basis points.
pub(crate) const DISTANCES: [f64; 11] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];

/// What was seen of one market.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The natural logarithm of the middle of best bid and ask, in basis points, at every look.
    pub(crate) middles: Vec<f64>,
    /// Best ask less best bid in ticks, at every look.
    pub(crate) spread_ticks: Vec<f64>,
    /// The same in basis points of the middle.
    pub(crate) spread_bps: Vec<f64>,
    /// Quote currency within each of [`DISTANCES`] of the middle, the mean of both sides, at every look at the depth.
    pub(crate) depth: Vec<[f64; DISTANCES.len()]>,
    /// Quote currency at the best level, the mean of both sides, at every look at the depth.
    pub(crate) touch: Vec<f64>,
    /// Market orders: trades of one millisecond and direction, one after the other, are one.
    pub(crate) orders: Vec<Taken>,
    /// Funding rates that were told, in basis points.
    pub(crate) fundings: Vec<f64>,
    /// Commands of the source.
    pub(crate) commands: usize,
}

/// A market order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// When.
    pub(crate) at: TimeMs,
    /// +1 for a buy, -1 for a sell.
    pub(crate) sign: f64,
    /// What it came to, in quote currency.
    pub(crate) worth: f64,
}

/// Steps a source in an engine of its own, from `start` for `length_ms`; one result for each listing, in their order.
///
/// Ends early when the source does. Every look is at the book as it is after all that came before.
pub(crate) fn watch(
    source: &mut dyn MarketSource,
    listings: &[Listing],
    start: TimeMs,
    length_ms: i64,
) -> Result<Vec<Seen>, SourceError> {
    let mut engine = Engine::default();
    let mut seen = vec![Seen::default(); listings.len()];
    let (mut commands, mut events) = (Vec::new(), Vec::new());
    let opened = listings.iter().map(|listing| Stamped { seq: 0, at: start, command: listing.open() });
    opened.for_each(|command| engine.apply(&command, &mut events));
    let mut look_at = start.plus_ms(1_000);
    while let Some(at) = source.next_at().filter(|at| at.ms_since(start) <= length_ms) {
        while look_at < at {
            for (listing, seen) in listings.iter().zip(&mut seen) {
                engine.market(listing.market).into_iter().for_each(|market| seen.look(market));
            }
            look_at = look_at.plus_ms(LOOK_MS);
        }
        source.step(at, &mut commands)?;
        for command in commands.drain(..) {
            events.clear();
            let found = listings.iter().position(|listing| Some(listing.market) == market_of(&command));
            let market = market_of(&command);
            engine.apply(&Stamped { seq: 0, at, command }, &mut events);
            let market = market.and_then(|market| engine.market(market));
            if let Some((seen, market)) = found.and_then(|found| seen.get_mut(found)).zip(market) {
                seen.commands += 1;
                events.iter().for_each(|event| seen.note(at, event, market));
            }
        }
    }
    Ok(seen)
}

impl Seen {
    fn look(&mut self, market: MarketView<'_>) {
        let (Some((bid, _)), Some((ask, _))) = (market.best_bid(), market.best_ask()) else { return };
        let middle = (bid + ask) as f64 / 2.0;
        self.middles.push(middle.ln() * 10_000.0);
        self.spread_ticks.push((ask - bid) as f64);
        self.spread_bps.push((ask - bid) as f64 / middle * 10_000.0);
        if self.middles.len().is_multiple_of(DEPTH_LOOKS) {
            self.look_deep(market, middle);
        }
    }

    fn look_deep(&mut self, market: MarketView<'_>, middle: f64) {
        let mut within = [0.0; DISTANCES.len()];
        let mut touch = 0.0;
        for side in [Side::Buy, Side::Sell] {
            for (place, (ticks, contracts)) in market.depth(side).enumerate() {
                let distance = (ticks as f64 / middle - 1.0).abs() * 10_000.0;
                let half = worth(market, ticks, contracts) / 2.0;
                touch += if place == 0 { half } else { 0.0 };
                let reached = within.iter_mut().zip(DISTANCES).filter(|(_, limit)| distance <= *limit);
                reached.for_each(|(sum, _)| *sum += half);
            }
        }
        self.depth.push(within);
        self.touch.push(touch);
    }

    fn note(&mut self, at: TimeMs, event: &Event, market: MarketView<'_>) {
        match *event {
            Event::Trade { aggressor, price, contracts, .. } => {
                let (sign, worth) = (aggressor.sign() as f64, worth(market, price, contracts));
                match self.orders.last_mut() {
                    Some(last) if last.at == at && last.sign * sign > 0.0 => last.worth += worth,
                    _ => self.orders.push(Taken { at, sign, worth }),
                }
            }
            Event::FundingRateSet { rate, .. } => self.fundings.push(float(Decimal::from(rate)) * 10_000.0),
            _ => {}
        }
    }
}

fn worth(market: MarketView<'_>, ticks: i64, contracts: i64) -> f64 {
    let grid = market.instrument().grid;
    float(grid.tick()) * ticks as f64 * float(grid.contract_size()) * contracts as f64
}

/// The nearest float.
fn float(exact: Decimal) -> f64 {
    exact.mantissa() as f64 / 10_f64.powi(i32::try_from(exact.scale()).unwrap_or(0))
}

fn market_of(command: &Command) -> Option<lmex_engine::MarketId> {
    match *command {
        Command::CrowdDepth { market, .. }
        | Command::CrowdTrade { market, .. }
        | Command::SetPrices { market, .. }
        | Command::SetFundingRate { market, .. } => Some(market),
        _ => None,
    }
}
