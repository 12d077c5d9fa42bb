//! Orders whose price has come.
//!
//! One after the other: each goes through matching before the next is looked at, and the trades of one may make more
//! of them due. That ends, because each order waits once. The limit leg of a pair ends before the stop leg is judged: what
//! it needed is free then.

use lmex_types::OrderType;

use super::{cancelled, check};
use crate::Order;
use crate::book::{Key, OpenOrder};
use crate::engine::State;
use crate::margin::{Candidate, OpenSide};
use crate::market::Market;
use crate::message::{CancelReason, Event, Refusal};

pub(super) fn next(state: &State) -> Option<Event> {
    let market = state.market(*state.firing.first()?)?;
    let key = state.orders.find(market.first_due()?)?;
    let order = &state.orders.whole(key);
    if let Some(peer) = order.peer {
        return cancelled(state, state.orders.find(peer)?, CancelReason::Oco);
    }
    match judge(state, market, key) {
        Ok(contracts) => Some(triggered(order, contracts)),
        Err(Refusal::InsufficientMargin { .. }) => cancelled(state, key, CancelReason::InsufficientMargin),
        Err(_) => cancelled(state, key, CancelReason::NotAllowed),
    }
}

fn triggered(order: &Order, contracts: i64) -> Event {
    let Order { account, market, id, .. } = *order;
    let trigger = order.trigger.map_or(0, |trigger| trigger.price);
    Event::OrderTriggered { account, market, order: id, contracts, trigger }
}

/// What a waiting order was spared when it was accepted: the price band, the position that it reduces, the risk
/// limit, the largest position and margin. Answers its contracts.
fn judge(state: &State, market: &Market, key: Key) -> Result<i64, Refusal> {
    let order = &state.orders[key].order;
    let account = &state.accounts[state.orders[key].slot];
    if order.order_type == OrderType::Limit {
        check::price_band(market, order.side, order.price)?;
    }
    if order.reduce_only {
        let closable = check::reducible(account, market, order.leg, order.side)?;
        return Ok(if order.is_bound() { closable } else { order.contracts.min(closable) });
    }
    let OpenOrder { leg, side, contracts, .. } = *order;
    let (holding, replaces) = (account.known_or_new(market.id, leg), OpenSide::default());
    let value = check::value(market, order.order_type, side, order.price);
    check::risk_limit(&holding, market, side, value.times(contracts), replaces)?;
    check::position_limit(&holding, market, side, contracts, replaces)?;
    check::margin(account, &holding, market, &Candidate { side, contracts, value, replaces })?;
    Ok(contracts)
}
