//! Orders: create, change, cancel, ask.

mod algo;
mod amend;
mod asked;
mod bind;
mod cancel;
mod close;
mod create;
mod query;

pub(super) use algo::create_algo;
pub(super) use amend::amend;
pub(super) use bind::bind;
pub(super) use cancel::{cancel, cancel_all_after};
pub(super) use close::close;
pub(super) use create::create;
pub(super) use query::{open, query};

use lmex_api::Status;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Event, NewOrder, OrderRef, Refusal};
use lmex_types::OrderId;

use super::market::market_named;
use crate::desk::{Desk, DeskState};
use crate::dialect::{Dialect, Manners as _};
use crate::error_body::Refused;
use crate::feed::Batch;
use crate::fields::Fields;
use crate::translate::{Answered, ended_because, order_answer, refused_answer, status};

/// What a new order has come to: the answers about it and what it brought, or why it was refused.
fn placed(desk: &Desk, new: &NewOrder, batch: &Batch, dialect: Dialect) -> Result<Vec<OrderAnswer>, Refused> {
    let state = &desk.state;
    let market = state.engine.market(new.market).ok_or_else(Refused::order_not_found)?;
    let refusal = batch.events.iter().find_map(|event| match event {
        Event::OrderRefused { order, refusal, .. } if *order == new.order => Some(*refusal),
        _ => None,
    });
    let refused = |status, message: &str| Ok(vec![refused_answer(new, &market, batch.at, status, message)]);
    match refusal {
        // These three LMEX reports as an order with a status.
        Some(refusal @ Refusal::DuplicateClientId) => refused(Status::REJECTED, &refusal.to_string()),
        Some(Refusal::NoPosition(_)) => {
            refused(Status::REJECTED, "there is no position to close in this market")
        }
        Some(refusal @ Refusal::PostOnlySpam { .. }) => refused(Status::CANCELLED, &refusal.to_string()),
        Some(refusal) => {
            let named: Vec<_> = named_prices(new).collect();
            let error = Refused::by_engine_named(&refusal, new.side, &market, &named);
            let is_short = matches!(refusal, Refusal::InsufficientMargin { .. });
            match is_short && dialect.answers_shortage_as_order() {
                true => refused(Status::INSUFFICIENT_BALANCE, error.message()),
                false => Err(error),
            }
        }
        None => made(state, new).map(|order| answer_about(state, new.account, order, batch, None)).collect(),
    }
}

/// The orders that a new one has become: of a pair the trigger leg first, then the exits that are bound already. Exits
/// that wait for its first fill are no orders yet.
fn made<'a>(state: &'a DeskState, new: &NewOrder) -> impl Iterator<Item = OrderId> + use<'a> {
    let account = new.account;
    let exits = [new.exits.take_profit, new.exits.stop_loss].into_iter().flatten().map(|exit| exit.order);
    let bound = exits.filter(move |order| state.orders.find(account, *order).is_some());
    new.oco.map(|stop| stop.order).into_iter().chain([new.order]).chain(bound)
}

/// The prices of a new order but its own, with the names of their fields.
fn named_prices(new: &NewOrder) -> impl Iterator<Item = (&'static str, i64)> + use<> {
    let waits = new.trigger.map(|trigger| ("triggerPrice", trigger.price));
    let fires = new.oco.map(|stop| ("triggerPrice", stop.trigger_price));
    let stop = new.oco.map(|stop| ("stopPrice", stop.price));
    waits.into_iter().chain(fires).chain(stop).chain(asked::exit_prices(&new.exits))
}

/// An order as it stands after a command, with the status it has or the one that is given.
fn answer_about(
    state: &DeskState,
    account: AccountId,
    id: OrderId,
    batch: &Batch,
    said: Option<Status>,
) -> Result<OrderAnswer, Refused> {
    let record = state.orders.find(account, id).ok_or_else(Refused::order_not_found)?;
    let market = state.engine.market(record.order.market).ok_or_else(Refused::order_not_found)?;
    let answered = Answered {
        status: said.unwrap_or_else(|| status(record)),
        at: batch.at,
        filled: filled_by(batch, id),
        message: ended_because(record),
    };
    Ok(order_answer(record, &market, &answered))
}

/// Contracts of an order that a command has filled.
fn filled_by(batch: &Batch, id: OrderId) -> i64 {
    let filled = |event: &Event| match event {
        Event::Fill(fill) if fill.taker.order == Some(id) || fill.maker.order == Some(id) => fill.contracts,
        _ => 0,
    };
    batch.events.iter().map(filled).sum()
}

/// Which order is meant. With both ids, LMEX goes by the first.
fn order_ref(fields: &mut Fields<'_>) -> Result<Option<OrderRef>, Refused> {
    let (id, client) = (fields.order_id("orderID")?, fields.client_id()?);
    Ok(id.map(OrderRef::Id).or(client.map(OrderRef::Client)))
}
