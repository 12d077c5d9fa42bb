//! Reduce-only orders follow the position: each is cut to it, and cancelled when there is nothing to reduce. An exit that
//! is bound to the position has its size, also when that grows.
//!
//! The rule is per order, so that several may stand for the same position (a ladder of exits, or a target and a
//! stop). It runs after every fill, before the next: two such orders can't close more than there is.

use super::{amend, cancel};
use crate::book::{Key, OpenOrder};
use crate::engine::State;
use crate::margin::Slot;
use crate::message::{AmendCause, CancelReason, Event};
use crate::{LegId, MarketId, Order};

/// The next reduce-only order that is too large after the last fill, or exit that has another size than its position.
pub(super) fn next(state: &State) -> Option<Event> {
    state.touched.iter().flatten().find_map(|&(slot, market, leg)| {
        excess(state, slot, market, leg).or_else(|| bound(state, slot, market, leg))
    })
}

fn bound(state: &State, slot: Slot, market: MarketId, leg: LegId) -> Option<Event> {
    let holding = state.accounts[slot].holding(market, leg)?;
    let exits = [holding.take_profit, holding.stop_loss].into_iter().flatten();
    let closable = |key: Key| holding.position.closable(state.orders[key].order.side);
    let is_other = |&key: &Key| state.orders.waits(key) && state.orders[key].order.contracts != closable(key);
    let key = exits.filter_map(|exit| state.orders.find(exit)).find(is_other)?;
    let sized = Order { contracts: closable(key), ..state.orders.whole(key) };
    Some(amend::amended(state, state.market(market)?, key, &sized, AmendCause::Bound))
}

fn excess(state: &State, slot: Slot, market: MarketId, leg: LegId) -> Option<Event> {
    let holding = state.accounts[slot].holding(market, leg)?;
    let closable = |order: &OpenOrder| holding.position.closable(order.side);
    let too_large = |key: Key| {
        let resting = &state.orders[key];
        resting.rests && resting.order.remaining() > closable(&resting.order)
    };
    let key = holding.reduce_only.iter().copied().find(|&key| too_large(key))?;
    let order = &state.orders[key].order;
    match closable(order) {
        0 => cancel::cancelled(state, key, CancelReason::ReduceOnly),
        closable => {
            let cut = Order { contracts: order.filled + closable, ..state.orders.whole(key) };
            Some(amend::amended(state, state.market(market)?, key, &cut, AmendCause::ReduceOnly))
        }
    }
}
