//! Orders that end without being filled.

use lmex_types::TimeMs;

use super::check;
use crate::book::Key;
use crate::engine::State;
use crate::message::{CancelReason, CancelTarget, Event, OrderRef, Refusal};
use crate::{AccountId, MarketId};

/// The next order whose time is over.
pub(super) fn due(state: &State, at: TimeMs) -> Option<Event> {
    let (expires_at, id) = state.expiries.first()?;
    if *expires_at > at {
        return None;
    }
    cancelled(state, state.orders.find(*id)?, CancelReason::Expired)
}

/// The one order that is meant, or a refusal. `None` when all are meant: then ask [`oldest`] again and again.
pub(super) fn cancel(
    state: &State,
    account: AccountId,
    market: MarketId,
    target: CancelTarget,
) -> Option<Event> {
    let refused = |target, refusal| Some(Event::CancelRefused { account, market, target, refusal });
    let target = match target {
        CancelTarget::Order(id) => Some(OrderRef::Id(id)),
        CancelTarget::Client(id) => Some(OrderRef::Client(id)),
        CancelTarget::All => None,
    };
    if let Err(refusal) = check::parties(state, account, market) {
        return refused(target, refusal);
    }
    match state.find(account, market, target?) {
        Some(key) => cancelled(state, key, CancelReason::User),
        None => refused(target, Refusal::OrderNotFound),
    }
}

/// Cancels the account's oldest order in the market.
pub(super) fn oldest(state: &State, account: AccountId, market: MarketId) -> Option<Event> {
    let key = state.accounts.find(account)?.holding(market)?.oldest()?;
    cancelled(state, key, CancelReason::User)
}

/// The event of an open order that ends, whether it rests or is in flight.
pub(crate) fn cancelled(state: &State, key: Key, reason: CancelReason) -> Option<Event> {
    let resting = &state.orders[key];
    let order = &resting.order;
    let book = state.market(order.market)?.book.side(order.side);
    Some(Event::OrderCancelled {
        account: order.account,
        market: order.market,
        order: order.id,
        client_id: order.client_id,
        side: order.side,
        price: order.price,
        remaining: order.remaining(),
        reason,
        level: resting.rests.then(|| book.total(order.price) - order.remaining()),
    })
}
