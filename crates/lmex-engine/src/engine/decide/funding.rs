//! Who pays funding, and how much.

use crate::engine::State;
use crate::message::Event;
use crate::{MarketId, Money};

/// A market's time has come.
pub(super) fn due(state: &State, market: MarketId) -> Option<Event> {
    let found = state.market(market)?;
    let next = found.funding.next.plus_ms(found.rules.funding.interval_ms);
    Some(Event::FundingEnded { market, rate: found.funding.rate, next, residue: Money::ZERO })
}

pub(super) fn next(_state: &State) -> Option<Event> {
    None
}
