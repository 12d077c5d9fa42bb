//! Orders that end without being filled.

use lmex_types::TimeMs;

use super::{check, funding};
use crate::book::Key;
use crate::engine::{Due, State};
use crate::margin::{Account, Holding};
use crate::message::{CancelReason, CancelTarget, Event, OrderRef, Refusal};
use crate::{AccountId, MarketId};

/// The next thing that is due by the clock.
pub(super) fn due(state: &State, at: TimeMs) -> Option<Event> {
    let &(due_at, due) = state.agenda.first()?;
    if due_at > at {
        return None;
    }
    match due {
        Due::Order(id) => cancelled(state, state.orders.find(id)?, CancelReason::Expired),
        Due::CancelAll(account) => switch_off(state, account, at),
        Due::Funding(market) => funding::due(state, market, due_at),
    }
}

/// A dead man's switch whose time has come cancels one order after the other, in all markets, oldest first; waiting
/// ones too. Then it is used up.
pub(super) fn switch_off(state: &State, account: AccountId, at: TimeMs) -> Option<Event> {
    let found = state.accounts.find(account)?;
    found.cancel_all_at.filter(|&due_at| due_at <= at)?;
    let event = oldest_in(state, found.holdings(), CancelReason::CancelAllAfter);
    Some(event.unwrap_or(Event::CancelAllAfterSet { account, at: None }))
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

/// Cancels the account's oldest order in the market, whichever position it is for.
pub(super) fn oldest(
    state: &State,
    account: &Account,
    market: MarketId,
    reason: CancelReason,
) -> Option<Event> {
    oldest_in(state, account.holdings_in(market), reason)
}

fn oldest_in(state: &State, holdings: &[Holding], reason: CancelReason) -> Option<Event> {
    let oldest = holdings.iter().filter_map(Holding::oldest);
    let key = oldest.min_by_key(|&key| state.orders[key].serial)?;
    cancelled(state, key, reason)
}

/// The event of an open order that ends, whether it rests or is in flight.
pub(crate) fn cancelled(state: &State, key: Key, reason: CancelReason) -> Option<Event> {
    let resting = &state.orders[key];
    let order = &resting.order;
    let book = &state.market(order.market)?.book;
    Some(Event::OrderCancelled {
        account: order.account,
        market: order.market,
        order: order.id,
        client_id: order.client_id,
        side: order.side,
        price: order.price,
        remaining: order.remaining(),
        reason,
        level: resting.rests.then(|| book.total_after(&state.orders, key, order.remaining(), 0)),
    })
}
