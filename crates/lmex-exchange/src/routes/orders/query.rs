//! `GET /order`: one order, open or lately finished. `GET /user/open_orders`: what is in the book.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::{OpenOrder, OrderDetail};
use lmex_engine::{AccountId, OrderRef};

use super::{market_named, order_ref};
use crate::call::PrivateCall;
use crate::desk::DeskState;
use crate::error_body::Refused;
use crate::fields::mandatory;
use crate::routes::{Answer, Json};
use crate::server::App;
use crate::translate::{open_order, order_detail};

/// One order as a single object.
pub(in crate::routes) async fn query(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<OrderDetail> {
    let mut fields = call.query()?;
    let target = mandatory("orderID or clOrderID", order_ref(&mut fields)?)?;
    fields.finish()?;
    let detail = app.desk.read(move |state| detail(state, call.account, target)).await?;
    detail.map(Json).ok_or_else(Refused::order_not_found)
}

fn detail(state: &DeskState, account: AccountId, target: OrderRef) -> Option<OrderDetail> {
    let record = match target {
        OrderRef::Id(id) => state.orders.find(account, id),
        OrderRef::Client(id) => {
            let markets = state.engine.markets().map(|market| market.id());
            state.orders.find_client(account, markets, id)
        }
    }?;
    Some(order_detail(record, &state.engine.market(record.order.market)?))
}

/// Open orders, of one market or of all.
pub(in crate::routes) async fn open(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OpenOrder>> {
    let mut fields = call.query()?;
    let symbol = fields.text("symbol")?;
    let target = order_ref(&mut fields)?;
    fields.finish()?;
    let orders = app.desk.read(move |state| open_orders(state, call.account, symbol.as_deref(), target));
    Ok(Json(orders.await??))
}

fn open_orders(
    state: &DeskState,
    account: AccountId,
    symbol: Option<&str>,
    target: Option<OrderRef>,
) -> Result<Vec<OpenOrder>, Refused> {
    let market = symbol.map(|symbol| market_named(state, symbol)).transpose()?.map(|market| market.id());
    let orders = state.engine.open_orders(account, market).filter(|order| match target {
        None => true,
        Some(OrderRef::Id(id)) => order.id == id,
        Some(OrderRef::Client(id)) => order.client_id == Some(id),
    });
    let shown = orders.filter_map(|order| {
        let record = state.orders.find(account, order.id)?;
        Some(open_order(record, &state.engine.market(order.market)?))
    });
    Ok(shown.collect())
}
