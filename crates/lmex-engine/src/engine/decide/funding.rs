//! Who pays funding, and how much.

use lmex_types::TimeMs;

use crate::engine::State;
use crate::funding::{FundingRun, due_after, payment};
use crate::margin::{Account, Slot};
use crate::market::Market;
use crate::message::Event;
use crate::{LegId, MarketId};

/// A market's time has come. Positions pay whether or not the market takes orders.
pub(super) fn due(state: &State, market: MarketId, due: TimeMs) -> Option<Event> {
    let found = state.market(market)?;
    let rate = found.funding_rate_at(due);
    Some(Event::FundingStarted { market, rate, value: found.mark.value })
}

/// The next position that pays, or the end.
pub(super) fn next(state: &State, at: TimeMs) -> Option<Event> {
    let run = state.funding.as_ref()?;
    let market = state.market(run.market)?;
    Some(paid(state, market, run).unwrap_or_else(|| ended(market, run, at)))
}

/// By account in the order they were opened, the crowd first, and by leg.
fn paid(state: &State, market: &Market, run: &FundingRun) -> Option<Event> {
    let from = run.last.map_or(Slot::CROWD, |(slot, _)| slot);
    let crowd = (from == Slot::CROWD).then_some(Slot::CROWD);
    let mut holders = crowd.into_iter().chain(market.holders.range(from..).copied());
    let (account, leg, contracts) = holders.find_map(|slot| {
        let account = &state.accounts[slot];
        let paid = run.last.filter(|&(last, _)| last == slot).map(|(_, leg)| leg);
        open_after(account, market.id, paid).map(|(leg, contracts)| (account.id, leg, contracts))
    })?;
    let amount = payment(run.value, contracts, run.rate);
    Some(Event::FundingPaid { account, market: market.id, leg, contracts, amount })
}

fn open_after(account: &Account, market: MarketId, paid: Option<LegId>) -> Option<(LegId, i64)> {
    let mut open = account.holdings_in(market).iter().filter(|holding| !holding.position.is_flat());
    let holding = open.find(|holding| paid.is_none_or(|paid| holding.leg > paid))?;
    Some((holding.leg, holding.position.contracts))
}

fn ended(market: &Market, run: &FundingRun, at: TimeMs) -> Event {
    let next = due_after(market.funding.next, at, market.rules.funding.interval_ms);
    let rate = market.funding_rate_restarted();
    Event::FundingEnded { market: market.id, rate, next, residue: run.paid }
}
