//! Funding is paid.

use lmex_types::TimeMs;

use crate::engine::{Due, State};
use crate::funding::{FundingRun, premium};
use crate::{AccountId, LegId, MarketId, Money, Rate};

impl State {
    pub(super) fn funding_rate_set(&mut self, market: MarketId, rate: Rate, next: TimeMs) {
        let Some(found) = self.market_mut(market) else { return };
        let before = std::mem::replace(&mut found.funding.next, next);
        found.funding.rate = rate;
        self.agenda.remove(&(before, Due::Funding(market)));
        // The end of time is never: an interval later would be the same moment again.
        if next != TimeMs::from_millis(i64::MAX) {
            self.agenda.insert((next, Due::Funding(market)));
        }
    }

    /// Prices changed, and with them how far the mark is above the index.
    pub(super) fn premium_measured(&mut self, market: MarketId, at: TimeMs) {
        self.on_market(market, |market| {
            let premium = premium(market.mark.price, market.index);
            market.funding.premium = market.funding.premium.changed(at, premium);
        });
    }

    pub(super) fn funding_started(&mut self, market: MarketId, rate: Rate, value: Money) {
        self.funding = Some(FundingRun { market, rate, value, last: None, paid: Money::ZERO });
    }

    pub(super) fn funding_paid(&mut self, account: AccountId, market: MarketId, leg: LegId, amount: Money) {
        let Some(slot) = self.accounts.slot(account) else { return };
        let holder = &mut self.accounts[slot];
        let holding = holder.holding_mut(market, leg);
        if holding.is_isolated() {
            holding.wallet -= amount;
        } else {
            holder.balance -= amount;
        }
        if let Some(run) = &mut self.funding {
            run.last = Some((slot, leg));
            run.paid += amount;
        }
    }

    pub(super) fn funding_ended(&mut self, market: MarketId, rate: Rate, next: TimeMs, residue: Money) {
        self.residue += residue;
        self.funding = None;
        self.on_market(market, |market| {
            market.funding.premium = market.funding.premium.restarted(market.funding.next);
        });
        self.funding_rate_set(market, rate, next);
    }
}
