//! The funding rates that were paid.

use std::collections::{BTreeMap, VecDeque};

use lmex_api::futures::{FundingPeriod, FundingRate};
use lmex_engine::{Event, MarketId, Rate};
use lmex_types::{Decimal, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

/// Fundings that are kept of each market: a year of eight-hour periods.
const KEPT: usize = 1_095;

/// Past funding rates of all markets.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Fundings(BTreeMap<MarketId, MarketFundings>);

#[derive(Debug, Serialize, Deserialize)]
struct MarketFundings {
    symbol: Symbol,
    /// Earliest first.
    paid: VecDeque<(TimeMs, Rate)>,
    /// The rate to come and when it is due.
    next: Option<(TimeMs, Rate)>,
}

impl Fundings {
    /// Gives a market its past, before its first event.
    pub fn seed(&mut self, market: MarketId, symbol: Symbol, paid: &[(TimeMs, Rate)]) {
        self.0.insert(market, MarketFundings { symbol, paid: paid.iter().copied().collect(), next: None });
    }

    /// Takes note of an event. A rate counts as paid when its time has come.
    pub fn apply(&mut self, at: TimeMs, event: &Event) {
        match *event {
            Event::MarketOpened(ref opened) => {
                let symbol = opened.instrument.symbol;
                let new = || MarketFundings { symbol, paid: VecDeque::new(), next: None };
                self.0.entry(opened.market).or_insert_with(new);
            }
            Event::FundingRateSet { market, rate, next } | Event::FundingEnded { market, rate, next, .. } => {
                if let Some(fundings) = self.0.get_mut(&market) {
                    fundings.settle(at);
                    fundings.next = Some((next, rate));
                }
            }
            _ => {}
        }
    }

    /// Fundings of a market up to `now`, newest first; none of a market that is not here. `Default` is the latest 90.
    pub fn query(&self, market: MarketId, period: FundingPeriod, now: TimeMs) -> Vec<FundingRate> {
        let Some(fundings) = self.0.get(&market) else { return Vec::new() };
        let (from, to, count) = match period {
            FundingPeriod::Default => (None, now, 90),
            FundingPeriod::Last(count) => (None, now, usize::try_from(count).unwrap_or(usize::MAX)),
            FundingPeriod::Between(from, to) => (Some(from), to.min(now), usize::MAX),
        };
        let newest_first = fundings.next.iter().chain(fundings.paid.iter().rev());
        let asked = newest_first.filter(|(time, _)| *time <= to && from.is_none_or(|from| *time >= from));
        let row = |&(time, rate): &(TimeMs, Rate)| FundingRate {
            time,
            rate: Decimal::from(rate),
            symbol: fundings.symbol,
        };
        asked.take(count).map(row).collect()
    }
}

impl MarketFundings {
    fn settle(&mut self, now: TimeMs) {
        if let Some(due) = self.next.take_if(|(time, _)| *time <= now) {
            if self.paid.len() >= KEPT {
                self.paid.pop_front();
            }
            self.paid.push_back(due);
        }
    }
}
