//! What becomes of orders: the smallest, post-only and far from the market, and cancelled at once.

use lmex::futures::{CancelTarget, OrderRef};
use lmex::{Client, ClientOrderId, Decimal, NewOrder, Side, Size, Symbol, new_client_id};
use lmex_api::{Method, Request, prepare};

use super::Asking;
use super::report::{Exchange, Fact};
use crate::error::CliError;

/// So far below the best bid, in percent: inside any band of prices, and never filled.
const BELOW_PERCENT: i64 = 5;

pub(super) async fn ask(asking: &Asking<'_>) -> Result<(Vec<Fact>, usize), CliError> {
    let (client, market) = (&asking.client, asking.market);
    let id = new_client_id(client.clock().wall());
    let order = smallest(client, market, id).await?;
    let facts = tried(asking, &order, id).await;
    // Whatever has failed until now.
    let cancelled = client.cancel(market, CancelTarget::Client(id)).await;
    let left = left(client, market, id).await?;
    if let (Err(error), true) = (&cancelled, left > 0) {
        asking.output.note(&format!("the orders could not be cancelled: {error}"));
    }
    Ok((facts?, left))
}

async fn smallest(client: &Client, market: Symbol, id: ClientOrderId) -> Result<Request, CliError> {
    let instrument = client.instrument(market).await?;
    let best = client.best_price(market, Side::Sell).await?;
    let grid = instrument.grid;
    let wanted = best * Decimal::new(100 - BELOW_PERCENT, 2);
    let price = grid.price(grid.ticks_down(wanted).map_err(lmex::Error::from)?);
    // Twice the least that is taken.
    let per_contract = grid.notional(price, 1).unwrap_or(Decimal::ONE);
    let worth = instrument.min_notional * Decimal::TWO;
    let contracts = (worth / per_contract).ceil().max(Decimal::from(instrument.min_contracts));
    let contracts = i64::try_from(contracts).unwrap_or(instrument.min_contracts);
    let step = instrument.step_contracts.max(1);
    let contracts = contracts.saturating_add(step - 1) / step * step;
    let order =
        NewOrder::limit(market, Side::Buy, Size::Contracts(contracts), price).post_only().client_id(id);
    let checked = client.check(&order).await?;
    Ok(prepare(&checked.create).map_err(lmex::Error::from)?)
}

async fn tried(asking: &Asking<'_>, order: &Request, id: ClientOrderId) -> Result<Vec<Fact>, CliError> {
    let mut facts = Vec::new();
    let first = placed(asking, order, "POST /api/v2.3/order, post-only").await?;
    facts.push(fact("a post-only order below the market", vec![first]));
    let second = placed(asking, order, "POST /api/v2.3/order, the same clOrderID again").await?;
    let open = left(&asking.client, asking.market, id).await?;
    let mut again = fact("the same clOrderID again", vec![second]);
    again.answer = format!("{} open under it afterwards; {}", open, again.answer);
    facts.push(again);
    let query = [("symbol".to_owned(), asking.market.to_string()), ("clOrderID".to_owned(), id.to_string())];
    let cancel = Request::custom(Method::Delete, "/api/v2.3/order", &query, Vec::new(), true);
    let cancelled = placed(asking, &cancel, "DELETE /api/v2.3/order by clOrderID").await?;
    facts.push(fact("its cancellation", vec![cancelled]));
    let query = [("clOrderID".to_owned(), id.to_string())];
    let look = Request::custom(Method::Get, "/api/v2.3/order", &query, Vec::new(), true);
    let looked = placed(asking, &look, "GET /api/v2.3/order, of one that is cancelled").await?;
    let status = match asking.client.order(OrderRef::Client(id)).await {
        Ok(order) => format!("status {}", order.data.status),
        Err(error) => asking.redactor.text(&error.to_string()),
    };
    facts.push(Fact {
        question: "the status of a cancelled order".to_owned(),
        answer: status,
        evidence: vec![looked],
    });
    let gone = placed(asking, &cancel, "DELETE /api/v2.3/order, of one that is cancelled").await?;
    facts.push(fact("cancelling it once more", vec![gone]));
    Ok(facts)
}

fn fact(question: &str, evidence: Vec<Exchange>) -> Fact {
    let told = evidence.last();
    let status =
        told.and_then(|told| told.status).map_or("no answer".to_owned(), |status| format!("HTTP {status}"));
    let received = told.map(|told| told.received.chars().take(200).collect::<String>()).unwrap_or_default();
    Fact { question: question.to_owned(), answer: format!("{status}: {received}"), evidence }
}

/// Sends it once. Without an answer nothing more is tried, and what there may be is cancelled.
async fn placed(asking: &Asking<'_>, request: &Request, sent: &str) -> Result<Exchange, CliError> {
    let reply = asking.client.send_raw(request).await?;
    Ok(Exchange::of_reply(sent, &reply, &asking.redactor))
}

/// How many orders with this id are open.
async fn left(client: &Client, market: Symbol, id: ClientOrderId) -> Result<usize, CliError> {
    let open = client.open_orders(Some(market)).await?;
    Ok(open.iter().filter(|order| order.cl_order_id == id.as_str()).count())
}
