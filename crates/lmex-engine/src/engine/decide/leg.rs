//! Which position an order is for.

use lmex_types::Side;

use crate::margin::{Account, Holding};
use crate::message::{NewOrder, Refusal};
use crate::{LegId, MarketId, PositionMode};

/// The leg of a new order.
///
/// One-way: the net position. Hedge: a buy is for the long one and a sell for the short one, reduce-only the other way
/// round. Isolated: the one that is named, else a new one; what only reduces must name one.
pub(super) fn choose(account: &Account, market: MarketId, new: &NewOrder) -> Result<LegId, Refusal> {
    let set = account.mode(market);
    if new.mode.is_some_and(|mode| mode != set) {
        return Err(Refusal::PositionModeInvalid { set });
    }
    let leg = match set {
        PositionMode::OneWay => LegId::ONE_WAY,
        PositionMode::Hedge => match (new.side, new.reduce_only) {
            (Side::Buy, false) | (Side::Sell, true) => LegId::LONG,
            (Side::Sell, false) | (Side::Buy, true) => LegId::SHORT,
        },
        PositionMode::Isolated => match new.leg {
            Some(leg) => known(account, market, leg)?,
            None if new.reduce_only => return Err(Refusal::LegMissing),
            None => LegId::isolated(account.isolated_legs.saturating_add(1)),
        },
    };
    match new.leg {
        Some(named) if named != leg => Err(Refusal::UnknownLeg(named)),
        _ => Ok(leg),
    }
}

/// A leg that the account has in this market and mode.
pub(super) fn known(account: &Account, market: MarketId, leg: LegId) -> Result<LegId, Refusal> {
    let fits = leg.mode() == account.mode(market);
    let exists = leg.mode() != PositionMode::Isolated || account.holding(market, leg).is_some();
    if fits && exists { Ok(leg) } else { Err(Refusal::UnknownLeg(leg)) }
}

/// The account's position and orders are none.
pub(super) fn idle(account: &Account, market: MarketId) -> Result<(), Refusal> {
    let idle = account.holdings_in(market).iter().all(Holding::is_idle);
    if idle { Ok(()) } else { Err(Refusal::NotFlat) }
}
