//! Exits are bound to a position.
//!
//! A bound exit is a market order for all of the position that waits for its price. It reserves no margin, counts
//! as an open order, and ends when the position is closed or turns round.

use lmex_types::TimeMs;

use super::{cancelled, check, condition, leg, refused};
use crate::engine::State;
use crate::margin::Account;
use crate::message::{CancelReason, Event, Refusal};
use crate::{AccountId, Exit, Exits, LegId, MarketId, Purpose};

/// What speaks against it. `None` when nothing does: then ask [`next`] again and again.
pub(super) fn refuse(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    exits: &Exits,
) -> Option<Event> {
    let refusal = check(state, account, market, leg, exits).err()?;
    Some(refused(Some(account), Some(market), refusal))
}

/// The checks, in the order of [`Refusal`].
fn check(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    exits: &Exits,
) -> Result<(), Refusal> {
    let (account, market) = check::parties(state, account, market)?;
    let leg = leg::known(account, market.id, leg)?;
    check::open(market)?;
    condition::new_ids(state, &condition::exit_ids(exits))?;
    let holding = account.holding(market.id, leg).filter(|holding| !holding.position.is_flat());
    let holding = holding.ok_or(Refusal::NoPosition(market.id))?;
    if exits.is_empty() {
        return Err(Refusal::NoExit);
    }
    for (_, exit) in exits.iter() {
        check::price_range(market, exit.price)?;
    }
    let orders = exits.iter().filter_map(|(purpose, exit)| {
        condition::exit_order(account, market, leg, purpose, exit, TimeMs::from_millis(0))
    });
    for trigger in orders.filter_map(|order| order.trigger) {
        condition::lies_ahead(market, trigger.source, trigger.crossing, trigger.price)?;
    }
    let is_more = |purpose: Purpose| u32::from(holding.exit(purpose).is_none());
    check::order_count(account, market, exits.iter().map(|(purpose, _)| is_more(purpose)).sum())
}

/// The next event of exits that replace others one by one; `done` of them have been bound.
pub(super) fn next(
    state: &State,
    account: AccountId,
    place: (MarketId, LegId),
    exits: &Exits,
    done: &mut usize,
    at: TimeMs,
) -> Option<Event> {
    let (purpose, exit) = exits.iter().nth(*done)?;
    let event = set(state, state.accounts.find(account)?, place, purpose, exit, at)?;
    *done += usize::from(matches!(event, Event::OrderAccepted { .. }));
    Some(event)
}

/// The exit that is bound ends, then the new one is accepted. `None` when the position is flat.
pub(super) fn set(
    state: &State,
    account: &Account,
    (market, leg): (MarketId, LegId),
    purpose: Purpose,
    exit: Exit,
    at: TimeMs,
) -> Option<Event> {
    let bound = account.holding(market, leg)?.exit(purpose);
    if let Some(key) = bound.and_then(|bound| state.orders.find(bound)) {
        return cancelled(state, key, CancelReason::Unbound);
    }
    let order = condition::exit_order(account, state.market(market)?, leg, purpose, exit, at)?;
    Some(Event::OrderAccepted { order })
}
