//! Asking for, changing and cancelling.

use lmex_api::Status;
use lmex_api::futures::{
    AmendOrder, Amendment, CancelOrder, CancelTarget, OrderAnswer, OrderDetail, OrderRef, QueryOrder,
};
use lmex_types::{Decimal, Symbol};

use super::resolve::from_detail;
use crate::client::Client;
use crate::error::Error;
use crate::reply::Reply;

impl Client {
    /// One order, open or finished (cancelled ones for 30 minutes).
    pub async fn order(&self, order: OrderRef) -> Result<Reply<OrderDetail>, Error> {
        self.send(&QueryOrder { order }).await
    }

    /// Changes an open order's price, size or both.
    ///
    /// What is unknown in its market is resolved first. It is sent once. If the answer is lost, the order is asked for, and the change counts as made if the order
    /// shows it; otherwise the error says that it is unknown.
    pub async fn amend(
        &self,
        symbol: Symbol,
        order: OrderRef,
        amendment: Amendment,
    ) -> Result<OrderAnswer, Error> {
        let instrument = self.instrument(symbol).await.map_err(Error::before_sending)?;
        match amendment {
            Amendment::Price(price) => {
                instrument.grid.ticks(price)?;
            }
            Amendment::Size(contracts) => instrument.check_bounds(contracts)?,
            Amendment::PriceAndSize(price, contracts) => {
                instrument.grid.ticks(price)?;
                instrument.check_bounds(contracts)?;
            }
            Amendment::TriggerPrice(trigger_price) => {
                instrument.grid.ticks(trigger_price)?;
            }
            Amendment::WithTrigger { price, size, trigger_price } => {
                for price in price.into_iter().chain([trigger_price]) {
                    instrument.grid.ticks(price)?;
                }
                size.map_or(Ok(()), |contracts| instrument.check_bounds(contracts))?;
            }
        }
        self.resolve_all_before(symbol).await?;
        let answer = match self.send(&AmendOrder { symbol, order, amendment }).await {
            Ok(reply) => first(reply),
            Err(error) => Err(error),
        };
        let unknown = match &answer {
            Ok(answer) => answer.status.is_unknown(),
            Err(error) => error.is_unknown(),
        };
        if unknown
            && let Ok(now) = self.order(order).await
            && shows(&now, amendment)
        {
            let now = from_detail(now.into_data());
            self.orders().witness().amended(&now);
            return Ok(now);
        }
        let amended = answer.and_then(accepted)?;
        self.orders().witness().amended(&amended);
        Ok(amended)
    }

    /// Cancels one order, all with a client id, or all of a market; the cancelled orders are returned.
    pub async fn cancel(
        &self,
        symbol: Symbol,
        target: CancelTarget,
    ) -> Result<Reply<Vec<OrderAnswer>>, Error> {
        let (attempts, result) = self.send_counted(&CancelOrder { symbol, target }).await;
        match (result, target) {
            // The attempt whose answer was lost may be what cancelled it.
            (Err(error), CancelTarget::Order(id)) if attempts > 1 && error.is_order_not_found() => match self
                .order(OrderRef::Id(id))
                .await
            {
                Ok(now) if now.data.status == Status::CANCELLED => Ok(now.map(|now| vec![from_detail(now)])),
                _ => Err(error),
            },
            (result, _) => {
                let cancelled = all_accepted(result?.map(|orders| orders.0))?;
                self.orders().witness().told(&cancelled);
                Ok(cancelled)
            }
        }
    }
}

fn first(reply: Reply<lmex_api::wire::many::Many<OrderAnswer>>) -> Result<OrderAnswer, Error> {
    reply.into_data().into_iter().next().ok_or(Error::Unexpected("the list of orders is empty"))
}

/// The venue says no with HTTP 200 too.
pub(super) fn accepted(order: OrderAnswer) -> Result<OrderAnswer, Error> {
    if order.status.is_refusal() || order.status.is_unknown() {
        return Err(Error::Refused(Box::new(order)));
    }
    Ok(order)
}

/// Of several orders some may be gone already; if none was cancelled, that is a no.
fn all_accepted(reply: Reply<Vec<OrderAnswer>>) -> Result<Reply<Vec<OrderAnswer>>, Error> {
    let refused = |order: &OrderAnswer| order.status.is_refusal() || order.status.is_unknown();
    match reply.iter().find(|order| refused(order)) {
        Some(order) if reply.iter().all(refused) => Err(Error::Refused(Box::new(order.clone()))),
        _ => Ok(reply),
    }
}

fn shows(order: &OrderDetail, amendment: Amendment) -> bool {
    match amendment {
        Amendment::Price(price) => order.price == price,
        Amendment::Size(size) => order.current_order_size == Decimal::from(size),
        Amendment::PriceAndSize(price, size) => {
            order.price == price && order.current_order_size == Decimal::from(size)
        }
        Amendment::TriggerPrice(trigger_price) => order.trigger_price == trigger_price,
        Amendment::WithTrigger { price, size, trigger_price } => {
            order.trigger_price == trigger_price
                && price.is_none_or(|price| order.price == price)
                && size.is_none_or(|size| order.current_order_size == Decimal::from(size))
        }
    }
}
