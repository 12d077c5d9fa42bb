//! Whether and how an open order changes.

use super::check;
use crate::engine::State;
use crate::margin::{Account, Candidate, OpenSide};
use crate::market::Market;
use crate::message::{AmendCause, Event, OrderRef, Refusal};
use crate::{AccountId, MarketId, Order};

/// What an amend asks for; `None` keeps it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    /// In ticks.
    pub(super) price: Option<i64>,
    /// The original size, filled part included.
    pub(super) contracts: Option<i64>,
    /// The trigger price, in ticks.
    pub(super) trigger: Option<i64>,
}

/// A smaller size at the same price keeps the order's place in the queue; anything else takes it out, and it comes
/// in again like a new one: it may trade, and rests at the back.
pub(super) fn amend(
    state: &State,
    account: AccountId,
    market: MarketId,
    target: OrderRef,
    change: Change,
) -> Event {
    match check(state, account, market, target, change) {
        Ok(event) => event,
        Err(refusal) => Event::AmendRefused { account, market, target, refusal },
    }
}

/// The checks, in the order of [`Refusal`].
fn check(
    state: &State,
    account: AccountId,
    market: MarketId,
    target: OrderRef,
    Change { price, contracts, trigger }: Change,
) -> Result<Event, Refusal> {
    let (account, market) = check::parties(state, account, market)?;
    check::open(market)?;
    let key = state.find(account.id, market.id, target).ok_or(Refusal::OrderNotFound)?;
    let old = &state.orders[key].order;
    if trigger.is_some() && !old.waits() {
        return Err(Refusal::NotAmendable("triggerPrice"));
    }
    let mut new =
        Order { price: price.unwrap_or(old.price), contracts: contracts.unwrap_or(old.contracts), ..*old };
    if new.reduce_only {
        let closable = check::reducible(account, market, new.leg, new.side)?;
        new.contracts = new.contracts.min(old.filled + closable);
    }
    if new == *old {
        return Err(Refusal::NothingToAmend);
    }
    check_size(market, old, &new)?;
    if new.price != old.price {
        check::price(market, new.side, new.price)?;
    }
    if !new.reduce_only {
        check::notional(market, market.value(new.price, 1), new.contracts)?;
    }
    if new.post_only && market.book.crosses(new.side, new.price) {
        return Err(Refusal::PostOnlyWouldCross);
    }
    check_risk(state, account, market, old, &new)?;
    Ok(amended(market, old, &new, AmendCause::User))
}

fn check_size(market: &Market, old: &Order, new: &Order) -> Result<(), Refusal> {
    if new.contracts == old.contracts {
        return Ok(());
    }
    if !new.reduce_only {
        check::size(market, new.contracts)?;
    }
    if new.contracts <= old.filled {
        return Err(Refusal::SizeBelowFilled { contracts: new.contracts, filled: old.filled });
    }
    Ok(())
}

pub(super) fn check_risk(
    state: &State,
    account: &Account,
    market: &Market,
    old: &Order,
    new: &Order,
) -> Result<(), Refusal> {
    if new.reduce_only {
        return Ok(());
    }
    let contracts = new.remaining();
    let replaces = OpenSide { contracts: old.remaining(), value: market.value(old.price, old.remaining()) };
    check::risk_limit(account, market, (new.leg, new.side), market.value(new.price, contracts), replaces)?;
    check::position_limit(account, market, (new.leg, new.side), contracts, replaces)?;
    let candidate =
        Candidate { leg: new.leg, side: new.side, contracts, value: market.value(new.price, 1), replaces };
    check::margin(state, account, market, &candidate)
}

/// The event of a resting order that changes.
pub(super) fn amended(market: &Market, old: &Order, new: &Order, cause: AmendCause) -> Event {
    let waits = new.waits();
    let kept_place = waits || (new.price == old.price && new.contracts <= old.contracts);
    let stays = if kept_place { new.remaining() } else { 0 };
    Event::OrderAmended {
        account: old.account,
        market: market.id,
        order: old.id,
        side: old.side,
        old_price: old.price,
        price: new.price,
        contracts: new.contracts,
        remaining: new.remaining(),
        trigger: new.trigger.filter(|_| waits).map(|trigger| trigger.price),
        kept_place,
        cause,
        level: (!waits).then(|| market.book.total_after(old, old.remaining(), stays)),
    }
}
