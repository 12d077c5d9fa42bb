//! Exits for a position that is open already.

use std::collections::BTreeSet;

use lmex_api::futures::{BindTpSl, OpenOrder, OrderAnswer};

use super::change::accepted;
use super::resolve::from_open;
use crate::client::Client;
use crate::error::Error;

impl Client {
    /// Has an open position closed at a profit, at a loss, or both: an order for each, in the venue's order.
    ///
    /// It is sent once. If the answer is lost, the orders are looked for among the open ones that were not there before; an
    /// error that [is unknown](Error::is_unknown) says that they were not found.
    pub async fn bind_exits(&self, request: &BindTpSl) -> Result<Vec<OrderAnswer>, Error> {
        let open = self.open_orders(Some(request.symbol)).await.map_err(Error::before_sending)?;
        let before: BTreeSet<_> = open.into_data().into_iter().map(|order| order.order_id).collect();
        let error = match self.send(request).await {
            Ok(reply) => return reply.into_data().0.into_iter().map(accepted).collect(),
            Err(error) if error.is_unknown() => error,
            Err(error) => return Err(error),
        };
        let Ok(open) = self.open_orders(Some(request.symbol)).await else { return Err(error) };
        let is_new = |order: &&OpenOrder| order.trigger_order && !before.contains(&order.order_id);
        let mut found = Vec::new();
        for price in [request.stop_loss_price, request.take_profit_price].into_iter().flatten() {
            match open.iter().filter(is_new).find(|order| order.trigger_price == price) {
                Some(order) => found.push(from_open(order.clone())),
                None => return Err(error),
            }
        }
        // Where no price was asked for there is nothing to find.
        if found.is_empty() { Err(error) } else { Ok(found) }
    }
}
