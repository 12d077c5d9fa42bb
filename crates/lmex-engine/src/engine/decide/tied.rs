//! What is tied to an order that traded, fired or ended: the other leg of its pair, and the exits it brings.
//!
//! First other legs end, then exits whose position is gone, then exits on their way to a position replace those that
//! it has.

use lmex_types::TimeMs;

use super::{bind, cancelled};
use crate::book::Key;
use crate::engine::State;
use crate::message::{CancelReason, Event};

/// `traded`: whether there was a trade since this answered nothing.
pub(super) fn next(state: &State, at: TimeMs, traded: bool) -> Option<Event> {
    let event = doomed(state);
    if event.is_some() {
        return event;
    }
    let event = if traded { released(state) } else { None };
    if event.is_some() { event } else { unbound(state, at) }
}

fn doomed(state: &State) -> Option<Event> {
    let orders = state.doomed.iter().flatten();
    orders.copied().find_map(|order| cancelled(state, state.orders.find(order)?, CancelReason::Oco))
}

/// Exits of a position that the last fill closed or turned round.
fn released(state: &State) -> Option<Event> {
    let holdings = state.touched.iter().flatten();
    let mut holdings = holdings.filter_map(|&(slot, market, leg)| state.accounts[slot].holding(market, leg));
    holdings.find_map(|holding| {
        let nothing_to_close = |key: &Key| holding.position.closable(state.orders[*key].order.side) == 0;
        let exits = [holding.take_profit, holding.stop_loss].into_iter().flatten();
        let key = exits.filter_map(|exit| state.orders.find(exit)).find(nothing_to_close)?;
        cancelled(state, key, CancelReason::Unbound)
    })
}

/// Exits that the orders of the last fill bring.
fn unbound(state: &State, at: TimeMs) -> Option<Event> {
    state.unbound.iter().flatten().find_map(|unbound| {
        let account = &state.accounts[unbound.slot];
        let (purpose, exit) = unbound.exits.iter().next()?;
        bind::set(state, account, (unbound.market, unbound.leg), purpose, exit, at)
    })
}
