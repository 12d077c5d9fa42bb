//! Orders: create, change, cancel, ask.

mod amend;
mod cancel;
mod close;
mod create;
mod query;

pub(super) use amend::amend;
pub(super) use cancel::{cancel, cancel_all_after};
pub(super) use close::close;
pub(super) use create::create;
pub(super) use query::{open, query};

use lmex_api::Status;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, Event, LegId, MarketView, NewOrder, OrderRef, Refusal};
use lmex_types::{Decimal, OrderId, Side};

use super::market::market_named;
use crate::desk::{Desk, DeskState};
use crate::error_body::Refused;
use crate::feed::Batch;
use crate::fields::Fields;
use crate::translate::{Answered, ended_because, order_answer, refused_answer, status};

/// What a new order has come to: the answer, or why it was refused.
fn placed(desk: &Desk, new: &NewOrder, batch: &Batch) -> Result<OrderAnswer, Refused> {
    let state = &desk.state;
    let market = state.engine.market(new.market).ok_or_else(Refused::order_not_found)?;
    let refusal = batch.events.iter().find_map(|event| match event {
        Event::OrderRefused { order, refusal, .. } if *order == new.order => Some(*refusal),
        _ => None,
    });
    match refusal {
        // The two that LMEX reports as an order with status 15.
        Some(refusal @ (Refusal::DuplicateClientId | Refusal::NoPosition(_))) => {
            let message = match refusal {
                Refusal::NoPosition(_) => "there is no position to close in this market".to_owned(),
                other => other.to_string(),
            };
            Ok(refused_answer(new, &market, batch.at, &message))
        }
        Some(refusal) => Err(Refused::by_engine(&refusal, new.side, &market)),
        None => answer_about(state, new.account, new.order, batch, None),
    }
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

/// A limit price as ticks; `field` is what the request calls it.
fn ticks(market: &MarketView<'_>, field: &str, price: Decimal) -> Result<i64, Refused> {
    market.instrument().grid.ticks(price).map_err(|error| Refused::price(field, &error))
}

/// Which order is meant. With both ids, LMEX goes by the first.
fn order_ref(fields: &mut Fields) -> Result<Option<OrderRef>, Refused> {
    let (id, client) = (fields.order_id("orderID")?, fields.client_id()?);
    Ok(id.map(OrderRef::Id).or(client.map(OrderRef::Client)))
}

/// The side of an order that closes a position; for messages only when there is none.
fn closing_side(state: &DeskState, account: AccountId, market: &MarketView<'_>) -> Side {
    let held = state.engine.position(account, market.id(), LegId::ONE_WAY).map_or(0, |held| held.contracts);
    if held > 0 { Side::Sell } else { Side::Buy }
}
