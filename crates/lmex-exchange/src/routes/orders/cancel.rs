//! `DELETE /order`: cancels one order or all of a market. `POST /order/cancelAllAfter`: the dead man's switch.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::Status;
use lmex_api::futures::OrderAnswer;
use lmex_engine::{AccountId, CancelReason, CancelTarget, Command, Event, OrderRef};
use lmex_types::OrderId;
use serde::Serialize;

use super::{answer_about, market_named, order_ref};
use crate::call::PrivateCall;
use crate::desk::{Desk, DeskState};
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::routes::{Answer, Json};
use crate::server::App;

/// Cancels; the answer lists what was cancelled, with status 6.
pub(in crate::routes) async fn cancel(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<OrderAnswer>> {
    let request = CancelRequest::read(call.query()?)?;
    let answers = app.desk.act(move |desk| request.carry_out(desk, call.account)).await??;
    Ok(Json(answers))
}

#[derive(Debug)]
struct CancelRequest {
    symbol: String,
    target: CancelTarget,
}

impl CancelRequest {
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
        let symbol = mandatory("symbol", fields.text("symbol")?)?;
        // An id that got lost on the way must not cancel the whole market.
        fields.refuse_empty(&["orderID", "clOrderID", "clOrderId"])?;
        let target = match order_ref(&mut fields)? {
            Some(OrderRef::Id(id)) => CancelTarget::Order(id),
            Some(OrderRef::Client(id)) => CancelTarget::Client(id),
            None => CancelTarget::All,
        };
        fields.finish()?;
        Ok(Self { symbol, target })
    }

    fn carry_out(self, desk: &mut Desk, account: AccountId) -> Result<Vec<OrderAnswer>, Refused> {
        let market = market_named(&desk.state, &self.symbol)?.id();
        let batch = desk.apply(Command::Cancel { account, market, target: self.target });
        let mut cancelled = Vec::new();
        for event in &batch.events {
            match *event {
                Event::CancelRefused { .. } => return Err(Refused::order_not_found()),
                Event::OrderCancelled { account: owner, order, reason, .. }
                    if owner == account && is_asked_for(&desk.state, account, order, reason, &cancelled) =>
                {
                    cancelled.push(order);
                }
                _ => {}
            }
        }
        let said = Some(Status::CANCELLED);
        cancelled.iter().map(|order| answer_about(&desk.state, account, *order, &batch, said)).collect()
    }
}

/// Whether an order ended because of the request: itself, or as the other leg of a pair (LMEX's answer to a cancel of one
/// leg lists both).
fn is_asked_for(
    state: &DeskState,
    account: AccountId,
    order: OrderId,
    reason: CancelReason,
    cancelled: &[OrderId],
) -> bool {
    let peer = || state.orders.find(account, order).and_then(|record| record.order.peer);
    match reason {
        CancelReason::User => true,
        CancelReason::Oco => peer().is_some_and(|peer| cancelled.contains(&peer)),
        _ => false,
    }
}

/// The longest a dead man's switch may be set for: 24 hours.
const LONGEST_TIMEOUT_MS: i64 = 86_400_000;

/// What setting the switch answers. LMEX documents no body; this one says what was understood.
#[derive(Debug, Serialize)]
pub(in crate::routes) struct SwitchSet {
    /// Milliseconds from now; 0 means it is off.
    timeout: i64,
    status: Status,
    message: String,
}

/// Cancels all orders of the account in `timeout` milliseconds unless it is called again; 0 calls it off.
pub(in crate::routes) async fn cancel_all_after(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<SwitchSet> {
    let mut fields = call.body()?;
    let timeout = mandatory("timeout", fields.whole("timeout")?)?;
    fields.finish()?;
    if !(0..=LONGEST_TIMEOUT_MS).contains(&timeout) {
        let message = format!("timeout must be 0 to {LONGEST_TIMEOUT_MS} milliseconds, not {timeout}");
        return Err(Refused::parameter(message));
    }
    let (account, timeout_ms) = (call.account, Some(timeout).filter(|&timeout| timeout > 0));
    app.desk.command(Command::CancelAllAfter { account, timeout_ms }).await?;
    let message = match timeout {
        0 => "the switch is off".to_owned(),
        _ => format!("all orders are cancelled in {timeout} ms unless this is called again"),
    };
    Ok(Json(SwitchSet { timeout, status: Status::SUCCESS, message }))
}
