//! Whether a new order is accepted.

use lmex_types::{OrderId, OrderType, Side, TimeMs};

use super::{check, condition, leg, peg};
use crate::engine::State;
use crate::margin::{Account, Candidate, OpenSide};
use crate::market::Market;
use crate::message::{Event, NewOrder, Refusal};
use crate::{AccountId, LegId, MarketId, Money, Order};

pub(super) fn place(state: &State, new: &NewOrder, at: TimeMs) -> Event {
    let accepted = accept(state, new, at, false);
    match new.oco {
        Some(oco) => answer(new, accepted.map(|order| condition::stop_leg(&order, &oco))),
        None => answer(new, accepted),
    }
}

/// The limit leg of a pair, after its stop leg was accepted.
pub(super) fn limit_leg(state: &State, new: &NewOrder) -> Option<Event> {
    let stop = state.orders.find(new.oco?.order)?;
    Some(Event::OrderAccepted { order: condition::limit_leg(new, &state.orders.whole(stop)) })
}

/// Reduce-only, of the position's size.
pub(super) fn close(
    state: &State,
    account: AccountId,
    (market, leg): (MarketId, LegId),
    order: OrderId,
    price: Option<i64>,
    post_only: bool,
    at: TimeMs,
) -> Event {
    let position = state.accounts.find(account).map_or(0, |found| found.position(market, leg).contracts);
    let is_long = position > 0 || leg == LegId::LONG;
    let side = if is_long { Side::Sell } else { Side::Buy };
    let contracts = position.abs();
    let plain = match price {
        Some(price) => NewOrder::limit(account, market, order, side, price, contracts),
        None => NewOrder::market(account, market, order, side, contracts),
    };
    let new = NewOrder { post_only, reduce_only: true, leg: Some(leg), ..plain };
    answer(&new, accept(state, &new, at, true))
}

fn answer(new: &NewOrder, accepted: Result<Order, Refusal>) -> Event {
    match accepted {
        Ok(order) => Event::OrderAccepted { order },
        Err(refusal) => Event::OrderRefused {
            account: new.account,
            market: new.market,
            order: new.order,
            client_id: new.client_id,
            refusal,
        },
    }
}

/// The checks, in the order of [`Refusal`].
fn accept(state: &State, new: &NewOrder, at: TimeMs, closing: bool) -> Result<Order, Refusal> {
    let (account, market) = check::parties(state, new.account, new.market)?;
    let leg = leg::choose(account, market.id, new)?;
    check::open(market)?;
    check_ids(state, new)?;
    if closing && new.contracts == 0 {
        return Err(Refusal::NoPosition(market.id));
    }
    let is_plain = new.is_plain();
    if new.peg.is_some() {
        peg::fits(new)?;
    }
    if !is_plain {
        condition::compatible(market, new)?;
    }
    if !closing {
        check::size(market, new.contracts)?;
    }
    let price = first_price(market, new)?;
    let trigger = if is_plain { None } else { condition::conditions(market, new)? };
    if trigger.is_some() {
        return wait(account, market, new, Order { trigger, ..order_of(new, leg, new.contracts, at) });
    }
    if new.order_type == OrderType::Limit {
        check::price_band(market, new.side, price)?;
    }
    let value = check::value(market, new.order_type, new.side, price);
    let holding = account.known_or_new(market.id, leg);
    let mut contracts = new.contracts;
    let mut is_spam = false;
    if new.reduce_only {
        contracts = contracts.min(check::reducible(account, market, leg, new.side)?);
    } else {
        is_spam = check::spam(market, least_value(market, new, value), contracts, new.post_only)?;
        let none = OpenSide::default();
        check::risk_limit(&holding, market, new.side, value.times(contracts), none)?;
        check::position_limit(&holding, market, new.side, contracts, none)?;
    }
    check::order_count(account, market, condition::order_count(new))?;
    if !new.reduce_only {
        let candidate = Candidate { side: new.side, contracts, value, replaces: OpenSide::default() };
        check::margin(account, &holding, market, &candidate)?;
    }
    Ok(Order { price, is_spam, ..order_of(new, leg, contracts, at) })
}

/// The limit price that an order starts with, in ticks; 0 of a market order.
fn first_price(market: &Market, new: &NewOrder) -> Result<i64, Refusal> {
    match (&new.peg, new.order_type) {
        (Some(peg), _) => peg::first_price(market, new.side, peg),
        (None, OrderType::Limit) => check::price_range(market, new.price).map(|()| new.price),
        (None, OrderType::Market) => Ok(0),
    }
}

/// Value of one contract where it is worth least: of a pair, that of the cheaper leg, so that both count as spam or
/// none.
fn least_value(market: &Market, new: &NewOrder, value: Money) -> Money {
    new.oco.map_or(value, |oco| value.min(market.value(oco.price, 1)))
}

/// The rest of the checks of an order that waits. Band, position and margin are looked at when it fires.
fn wait(account: &Account, market: &Market, new: &NewOrder, order: Order) -> Result<Order, Refusal> {
    let mut is_spam = false;
    if !new.reduce_only {
        let value = check::value(market, new.order_type, new.side, new.price);
        is_spam = check::spam(market, value, new.contracts, new.post_only)?;
    }
    check::order_count(account, market, condition::order_count(new))?;
    Ok(Order { is_spam, ..order })
}

fn check_ids(state: &State, new: &NewOrder) -> Result<(), Refusal> {
    if new.is_plain() {
        condition::new_ids(state, &[Some(new.order)])?;
    } else {
        let [oco, profit, loss] = condition::extra_ids(new);
        condition::new_ids(state, &[Some(new.order), oco, profit, loss])?;
    }
    let taken = |id| state.orders.find_client(new.account, new.market, id).is_some();
    if new.client_id.is_some_and(taken) { Err(Refusal::DuplicateClientId) } else { Ok(()) }
}

fn order_of(new: &NewOrder, leg: LegId, contracts: i64, at: TimeMs) -> Order {
    Order { leg, contracts, expires_at: condition::expiry(new, at), ..Order::of(new, at) }
}
