//! Orders that end without being filled.

use lmex_types::TimeMs;

use super::{check, funding};
use crate::book::Key;
use crate::engine::{Due, State};
use crate::margin::Account;
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
        Due::CancelAll(account) => Some(switched_off(state, account)),
        Due::Funding(market) => funding::due(state, market, due_at),
    }
}

/// A dead man's switch cancels one order after the other, then it is used up.
fn switched_off(state: &State, account: AccountId) -> Event {
    let holdings = state.accounts.find(account).into_iter().flat_map(Account::holdings);
    let oldest = holdings.filter_map(|holding| holding.oldest()).next();
    oldest
        .and_then(|key| cancelled(state, key, CancelReason::CancelAllAfter))
        .unwrap_or(Event::CancelAllAfterSet { account, at: None })
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
    let holdings = state.accounts.find(account)?.holdings_in(market);
    let key = holdings.iter().find_map(|holding| holding.oldest())?;
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
