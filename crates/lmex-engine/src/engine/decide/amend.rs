//! Whether and how an open order changes.

use lmex_types::OrderType;

use super::{check, condition};
use crate::engine::State;
use crate::margin::{Account, Candidate, OpenSide};
use crate::market::Market;
use crate::message::{AmendCause, Event, Fixed, OrderRef, Refusal};
use crate::{AccountId, MarketId, Order, Trigger};

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
    amendable(old, Change { price, contracts, trigger })?;
    let mut new =
        Order { price: price.unwrap_or(old.price), contracts: contracts.unwrap_or(old.contracts), ..*old };
    new.trigger = old.trigger.map(|old| Trigger { price: trigger.unwrap_or(old.price), ..old });
    let waits = new.waits();
    if new.reduce_only && !waits {
        let closable = check::reducible(account, market, new.leg, new.side)?;
        new.contracts = new.contracts.min(old.filled + closable);
    }
    if new == *old {
        return Err(Refusal::NothingToAmend);
    }
    check_size(market, old, &new)?;
    if new.price != old.price {
        check::price_range(market, new.price)?;
    }
    if let Some(changed) = new.trigger.filter(|_| new.trigger != old.trigger) {
        check::price_range(market, changed.price)?;
        condition::lies_ahead(market, changed.source, changed.crossing, changed.price)?;
    }
    if new.price != old.price && !waits {
        check::price_band(market, new.side, new.price)?;
    }
    if !new.reduce_only {
        let value = check::value(market, new.order_type, new.side, new.price);
        check::notional(market, value, new.contracts)?;
    }
    if waits {
        return Ok(amended(market, old, &new, AmendCause::User));
    }
    if new.post_only && market.book.crosses(new.side, new.price) {
        return Err(Refusal::PostOnlyWouldCross);
    }
    check_risk(state, account, market, old, &new)?;
    Ok(amended(market, old, &new, AmendCause::User))
}

/// What an order of this kind has, and may change: one that waits its trigger, unless it trails; a market order no
/// price; a bound exit no size; an algo order nothing.
fn amendable(old: &Order, change: Change) -> Result<(), Refusal> {
    let is_peg = old.peg.is_some();
    let trails = old.trigger.is_some_and(|trigger| trigger.trail.is_some());
    let fixed = [
        (change.price.is_some() && (is_peg || old.order_type == OrderType::Market), Fixed::Price),
        (change.contracts.is_some() && (is_peg || old.is_bound()), Fixed::Size),
        (change.trigger.is_some() && (is_peg || trails || !old.waits()), Fixed::TriggerPrice),
    ];
    let found = fixed.into_iter().find(|(is_fixed, _)| *is_fixed);
    found.map_or(Ok(()), |(_, what)| Err(Refusal::NotAmendable(what)))
}

fn check_size(market: &Market, old: &Order, new: &Order) -> Result<(), Refusal> {
    if new.contracts == old.contracts {
        return Ok(());
    }
    if !new.reduce_only || new.waits() {
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
