//! The crowd's depth and prints.
//!
//! A tape knows nothing of us. A user's order that takes from the crowd leaves less of it in our book, and the next
//! message that names the level re-asserts the tape's quantity: the impact heals. Where depth of the tape meets a
//! user's order, the tape's quantity trades with it; what of it is left rests. Depth of the crowd that newer depth
//! crosses is out of date and leaves, so that the book is never crossed.
//!
//! While a market is halted or closed no user's order trades, and still the book is never crossed: depth that would
//! cross a user's order is left out, all other depth is set as ever; a print is reported, and takes the crowd's depth up
//! to the first level where a user rests. Nothing is kept for later. After the market re-opens the next message that
//! names a level has it right again, as it heals everything else; whoever drives the crowd re-states it by a snapshot
//! to have that at once.

use lmex_types::Side;

use super::refused;
use crate::engine::State;
use crate::market::Market;
use crate::message::{CrowdLevel, CrowdPurpose, Event, LevelCause, Refusal};
use crate::{MarketId, Trading};

/// The most contracts of the crowd at one level, so that totals can be added up.
pub(crate) const MAX_CROWD: i64 = 1_000_000_000_000_000;

/// Where reading a depth message has come to.
pub(super) enum DepthCursor {
    /// The crowd leaves levels of this side behind this price that a snapshot does not name.
    Leaving(Side, Option<i64>),
    /// Levels from this one on are looked at for decreases.
    Decreasing(usize),
    /// Levels from this one on are looked at for increases.
    Increasing(usize),
}

impl DepthCursor {
    pub(super) fn new(snapshot: bool) -> Self {
        if snapshot { Self::Leaving(Side::Buy, None) } else { Self::Decreasing(0) }
    }

    /// The next difference between message and book.
    pub(super) fn next(
        &mut self,
        market: &Market,
        levels: &[CrowdLevel],
        named: &[(Side, i64)],
    ) -> Option<Event> {
        if let Some(event) = self.leaving(market, named).or_else(|| self.decreasing(market, levels)) {
            return Some(event);
        }
        let Self::Increasing(at) = self else { return None };
        while let Some(level) = levels.get(*at) {
            *at += 1;
            if level.contracts > crowd(market, level)
                && let Some(event) = increase(market, level)
            {
                return Some(event);
            }
        }
        None
    }

    fn leaving(&mut self, market: &Market, named: &[(Side, i64)]) -> Option<Event> {
        while let Self::Leaving(side, behind) = *self {
            match market.book.side(side).behind(behind) {
                Some((price, level)) => {
                    *self = Self::Leaving(side, Some(price));
                    if level.crowd() > 0 && named.binary_search(&(side, price)).is_err() {
                        return Some(set(market, side, price, 0));
                    }
                }
                None if side == Side::Buy => *self = Self::Leaving(Side::Sell, None),
                None => *self = Self::Decreasing(0),
            }
        }
        None
    }

    fn decreasing(&mut self, market: &Market, levels: &[CrowdLevel]) -> Option<Event> {
        let Self::Decreasing(at) = self else { return None };
        while let Some(level) = levels.get(*at) {
            *at += 1;
            if level.contracts < crowd(market, level) {
                return Some(set(market, level.side, level.price, level.contracts));
            }
        }
        *self = Self::Increasing(0);
        None
    }
}

fn crowd(market: &Market, level: &CrowdLevel) -> i64 {
    market.book.side(level.side).crowd(level.price)
}

fn increase(market: &Market, level: &CrowdLevel) -> Option<Event> {
    let &CrowdLevel { side, price, contracts } = level;
    if !market.book.crosses(side, price) {
        return Some(set(market, side, price, contracts));
    }
    if market.trading != Trading::Active && market.book.side(side.opposite()).users_within(price) {
        return None;
    }
    let contracts = contracts - crowd(market, level);
    Some(Event::CrowdEntered { market: market.id, side, price, contracts, purpose: CrowdPurpose::Depth })
}

/// The crowd's quantity at a level is re-stated.
pub(crate) fn set(market: &Market, side: Side, price: i64, crowd: i64) -> Event {
    changed(market, side, price, crowd, LevelCause::Set)
}

/// So many contracts of the crowd at the front of a level are traded away.
pub(crate) fn taken(market: &Market, side: Side, price: i64, contracts: i64) -> Event {
    let crowd = market.book.side(side).crowd(price) - contracts;
    changed(market, side, price, crowd, LevelCause::Taken)
}

fn changed(market: &Market, side: Side, price: i64, crowd: i64, cause: LevelCause) -> Event {
    let book = market.book.side(side);
    let contracts = book.total(price) - book.crowd(price) + crowd;
    Event::LevelChanged { market: market.id, side, price, contracts, crowd, cause }
}

pub(super) fn refuse_depth(state: &State, id: MarketId, levels: &[CrowdLevel]) -> Option<Event> {
    let refusal = match state.market(id) {
        None => Some(Refusal::UnknownMarket(id)),
        Some(market) => levels.iter().find_map(|level| out_of_range(market, level.price, level.contracts, 0)),
    };
    refusal.map(|refusal| refused(None, Some(id), refusal))
}

/// A print that reaches users comes in as an order of the crowd. `None` where no user is touched, or none may trade: the
/// print bypasses matching.
pub(super) fn enter_or_refuse(
    state: &State,
    id: MarketId,
    aggressor: Side,
    price: i64,
    contracts: i64,
) -> Option<Event> {
    let Some(market) = state.market(id) else {
        return Some(refused(None, Some(id), Refusal::UnknownMarket(id)));
    };
    if let Some(refusal) = out_of_range(market, price, contracts, 1) {
        return Some(refused(None, Some(id), refusal));
    }
    let reaches = market.trading == Trading::Active;
    let reaches = reaches && market.book.side(aggressor.opposite()).users_within(price);
    reaches.then_some(Event::CrowdEntered {
        market: id,
        side: aggressor,
        price,
        contracts,
        purpose: CrowdPurpose::Print,
    })
}

/// Takes up to `left` contracts of the best level that a print reaches, unless users rest there.
pub(super) fn take(market: &Market, aggressor: Side, limit: i64, left: i64) -> Option<(i64, Event)> {
    if left == 0 {
        return None;
    }
    let side = aggressor.opposite();
    let (price, level) =
        market.book.side(side).within(limit).next().filter(|(_, level)| !level.has_users())?;
    let contracts = left.min(level.crowd());
    Some((contracts, taken(market, side, price, contracts)))
}

fn out_of_range(market: &Market, price: i64, contracts: i64, min: i64) -> Option<Refusal> {
    let max = market.scale.max_price;
    if !(1..=max).contains(&price) {
        return Some(Refusal::PriceOutOfRange { price, max });
    }
    let max = MAX_CROWD;
    (!(min..=max).contains(&contracts)).then_some(Refusal::SizeOutOfRange { contracts, min, max })
}
