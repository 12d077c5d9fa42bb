//! Pegged (algo) orders follow the index.
//!
//! LMEX documents the price as "how much should the order price deviate from index price" with a worst price that takes
//! precedence. What it does not say was chosen so that a peg never makes an order bolder than its owner asked for:
//! prices are rounded away from the market, and cut to the market's protection.

use std::ops::Bound;

use lmex_types::{Decimal, OrderType, Side, TimeInForce};

use super::{amend, cancelled};
use crate::book::Key;
use crate::engine::State;
use crate::market::Market;
use crate::message::{AmendCause, CancelReason, Conflict, Event, NewOrder, Refusal};
use crate::{MarketId, Order, Peg, Rate, Trading};

/// How far the repriced markets have been read: each pegged order is looked at once for each time.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    market: usize,
    /// The serial number of the order that was looked at last.
    last: Option<u64>,
}

/// The next pegged order whose price the index has changed, oldest first. It leaves the book and comes in again at the
/// new price, behind everyone there; it may trade.
pub(super) fn next(state: &State, repriced: &[MarketId], cursor: &mut Cursor) -> Option<Event> {
    while let Some(&id) = repriced.get(cursor.market) {
        let market = state.market(id).filter(|market| market.trading == Trading::Active);
        if let Some(event) = market.and_then(|market| next_in(state, market, &mut cursor.last)) {
            return Some(event);
        }
        *cursor = Cursor { market: cursor.market + 1, last: None };
    }
    None
}

fn next_in(state: &State, market: &Market, last: &mut Option<u64>) -> Option<Event> {
    let after = last.map_or(Bound::Unbounded, Bound::Excluded);
    for (&serial, &key) in market.pegged.range((after, Bound::Unbounded)) {
        *last = Some(serial);
        if let Some(event) = follow(state, market, key) {
            return Some(event);
        }
    }
    None
}

fn follow(state: &State, market: &Market, key: Key) -> Option<Event> {
    let resting = &state.orders[key];
    let old = &resting.order;
    let new = Order { price: target(market, old.side, &old.peg?), ..*old };
    if new.price == old.price || !resting.rests {
        return None;
    }
    match amend::check_risk(state, &state.accounts[resting.slot], market, old, &new) {
        Ok(()) => Some(amend::amended(market, old, &new, AmendCause::Peg)),
        Err(Refusal::InsufficientMargin { .. }) => cancelled(state, key, CancelReason::InsufficientMargin),
        Err(_) => cancelled(state, key, CancelReason::NotAllowed),
    }
}

/// The price of a pegged order, in ticks: index × (1 + deviation), rounded away from the market (a buy down, a sell
/// up), no worse than its own limit and the market's protection, and at least one tick.
pub(super) fn target(market: &Market, side: Side, peg: &Peg) -> i64 {
    let max = market.scale.max_price;
    let ticks = ticks(market, side, peg.deviation).clamp(1, max);
    let worst = market.protection(side);
    let ticks = match side {
        Side::Buy => ticks.min(worst).min(peg.limit.unwrap_or(max)),
        Side::Sell => ticks.max(worst).max(peg.limit.unwrap_or(1)),
    };
    ticks.clamp(1, max)
}

fn ticks(market: &Market, side: Side, deviation: Rate) -> i64 {
    let grid = &market.instrument.grid;
    let factor = Rate::from_parts(Rate::ONE.parts().saturating_add(deviation.parts()));
    let price = market.index.checked_mul(Decimal::from(factor)).unwrap_or(Decimal::MAX);
    let ticks = match side {
        Side::Buy => grid.ticks_down(price),
        Side::Sell => grid.ticks_up(price),
    };
    // Below the first tick or beyond all that is counted.
    ticks.unwrap_or(if price > grid.tick() { i64::MAX } else { 0 })
}

/// What an algo order can't be: the request has no field for any of it. Triggers, pairs and exits are excluded with all
/// other combinations.
pub(super) fn fits(new: &NewOrder) -> Result<(), Refusal> {
    let plain = new.order_type == OrderType::Limit && new.time_in_force == TimeInForce::Gtc;
    let with = if !plain {
        Conflict::PegType
    } else if new.post_only {
        Conflict::PegPostOnly
    } else if new.reduce_only {
        Conflict::PegReduceOnly
    } else {
        return Ok(());
    };
    Err(Refusal::Incompatible(with))
}

/// The price a new algo order starts with.
pub(super) fn first_price(market: &Market, side: Side, peg: &Peg) -> Result<i64, Refusal> {
    let max = market.scale.max_price;
    if let Some(price) = peg.limit.filter(|price| !(1..=max).contains(price)) {
        return Err(Refusal::PriceOutOfRange { price, max });
    }
    if !peg.is_in_range() {
        return Err(Refusal::PegOutOfRange);
    }
    Ok(target(market, side, peg))
}
