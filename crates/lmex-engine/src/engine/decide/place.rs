//! Whether a new order is accepted.

use lmex_types::{OrderId, OrderType, Side, TimeInForce, TimeMs};

use super::{check, leg, peg};
use crate::engine::State;
use crate::margin::{Candidate, OpenSide};
use crate::market::Market;
use crate::message::{Event, NewOrder, Refusal};
use crate::{AccountId, LegId, MarketId, Order, Purpose};

pub(super) fn place(state: &State, new: &NewOrder, at: TimeMs) -> Event {
    answer(new, accept(state, new, at, false))
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
        None => NewOrder {
            time_in_force: TimeInForce::Ioc,
            ..NewOrder::market(account, market, order, side, contracts)
        },
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
    if new.peg.is_some() {
        peg::fits(new)?;
    }
    if !closing {
        check::size(market, new.contracts)?;
    }
    let price = first_price(market, new)?;
    let value = check::value(market, new.order_type, new.side, price);
    let mut contracts = new.contracts;
    let mut is_spam = false;
    if new.reduce_only {
        contracts = contracts.min(check::reducible(account, market, leg, new.side)?);
    } else {
        is_spam = check::spam(market, value, contracts, new.post_only)?;
        let (at, none) = ((leg, new.side), OpenSide::default());
        check::risk_limit(account, market, at, value.times(contracts), none)?;
        check::position_limit(account, market, at, contracts, none)?;
    }
    check::order_count(account, market)?;
    if !new.reduce_only {
        let candidate = Candidate { leg, side: new.side, contracts, value, replaces: OpenSide::default() };
        check::margin(state, account, market, &candidate)?;
    }
    Ok(Order { price, is_spam, ..order_of(new, leg, contracts, at) })
}

/// The limit price that an order starts with, in ticks; 0 of a market order.
fn first_price(market: &Market, new: &NewOrder) -> Result<i64, Refusal> {
    match (&new.peg, new.order_type) {
        (Some(peg), _) => peg::first_price(market, new.side, peg),
        (None, OrderType::Limit) => check::price(market, new.side, new.price).map(|()| new.price),
        (None, OrderType::Market) => Ok(0),
    }
}

fn check_ids(state: &State, new: &NewOrder) -> Result<(), Refusal> {
    if state.orders.find(new.order).is_some() {
        return Err(Refusal::DuplicateOrderId);
    }
    let taken = |id| state.orders.find_client(new.account, new.market, id).is_some();
    if new.client_id.is_some_and(taken) { Err(Refusal::DuplicateClientId) } else { Ok(()) }
}

fn order_of(new: &NewOrder, leg: LegId, contracts: i64, at: TimeMs) -> Order {
    let is_limit = new.order_type == OrderType::Limit;
    let lifetime = new.time_in_force.lifetime_ms().filter(|_| is_limit);
    Order {
        id: new.order,
        client_id: new.client_id,
        account: new.account,
        market: new.market,
        leg,
        side: new.side,
        order_type: new.order_type,
        price: if is_limit { new.price } else { 0 },
        contracts,
        filled: 0,
        time_in_force: new.time_in_force,
        post_only: new.post_only,
        reduce_only: new.reduce_only,
        accepted_at: at,
        expires_at: lifetime.map(|lifetime| at.plus_ms(lifetime)),
        trigger: None,
        purpose: Purpose::Trade,
        peer: None,
        exits: new.exits,
        peg: new.peg,
        is_spam: false,
    }
}
