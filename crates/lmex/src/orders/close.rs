//! Closing a position: an order without a client id, and how it is found when its answer is lost.

use std::collections::BTreeSet;
use std::time::Instant;

use lmex_api::futures::{ClosePosition, OpenOrder, OrderAnswer, OrderDetail, OrderRef, UserTrade};
use lmex_api::{OrderKind, Status};
use lmex_types::{Decimal, OrderType, Side, Symbol};
use serde::{Deserialize, Serialize};

use super::client_id::new_client_id;
use super::journal::Intent;
use super::outcome::{OrderOutcome, Refusal};
use super::place::known;
use super::resolve::{Found, MOST_FILLS, Resolution, from_detail, from_fills, from_open};
use crate::client::Client;
use crate::error::Error;

/// What tells a closing order from others, since the venue takes no client id with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closing {
    /// Of the order: the other side of the position.
    #[serde(with = "lmex_api::wire::word")]
    side: Side,
    /// Of the position, in contracts.
    #[serde(with = "lmex_api::wire::decimal")]
    size: Decimal,
    /// Limit price; none at the market.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "lmex_api::wire::decimal::option")]
    price: Option<Decimal>,
    /// Open orders that look like it, but were there before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    before: BTreeSet<String>,
    /// The newest fill that was there before.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "lmex_api::wire::integer::option")]
    last_fill: Option<i64>,
    /// The venue's id, if it named one without knowing what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<String>,
}

/// More orders that look alike don't fit into a line of the journal.
const MOST_ALIKE: usize = 32;
/// Nor do longer ids. The venue's are UUIDs of 36 characters.
pub(super) const LONGEST_ID_BYTES: usize = 64;

impl Client {
    /// Closes the position in a market: at the market, or at a price. It never turns the position around.
    ///
    /// It is sent once, with an intent in the journal, and what is still unknown in its market is resolved first. An
    /// unknown close that turns out to be open at the same price, or to have closed the position, is this one: it is
    /// reported instead of a second one being sent. If the answer is lost, the order is looked for among the open ones
    /// and the fills. [`Error::Unknown`] says that this has not cleared it up yet; the next order, amendment or close in
    /// that market goes on asking first.
    pub async fn close_position(&self, symbol: Symbol, price: Option<Decimal>) -> Result<OrderAnswer, Error> {
        match self.close(symbol, price).await? {
            OrderOutcome::Done(done) => Ok(done.order),
            OrderOutcome::Refused(Refusal::Status(order)) => Err(Error::Refused(order)),
            OrderOutcome::Refused(Refusal::Error(error)) => Err(error),
            OrderOutcome::Unknown(unknown) => Err(Error::Unknown(Box::new(unknown))),
        }
    }

    async fn close(&self, symbol: Symbol, price: Option<Decimal>) -> Result<OrderOutcome, Error> {
        let start = Instant::now();
        let closing = match self.prepare_close(symbol, price).await.map_err(Error::before_sending)? {
            Prepared::Found(order) => return Ok(known(*order, start.elapsed())),
            Prepared::New(closing) => closing,
        };
        let at = self.clock().wall();
        let intent =
            Intent { at, symbol, client_id: new_client_id(at), left_by: None, closing: Some(closing) };
        let start = Instant::now();
        let mut in_flight = self.orders().intend(intent).await?;
        in_flight.leaves();
        let order_type = if price.is_some() { OrderType::Limit } else { OrderType::Market };
        let request = ClosePosition { symbol, order_type, price, post_only: false, position_id: None };
        let result = self.send_in_time(&request, start).await;
        let answer = result
            .map(|reply| reply.into_data().0.into_iter().filter(|order| order.symbol == symbol).collect());
        self.conclude(in_flight, answer, start).await
    }

    async fn prepare_close(&self, symbol: Symbol, price: Option<Decimal>) -> Result<Prepared, Error> {
        if let Some(price) = price {
            self.instrument(symbol).await?.grid.ticks(price)?;
        }
        let earlier = self.resolve_closes(symbol, price).await?;
        let positions = self.positions(Some(symbol)).await?.into_data();
        // With several, the venue wants to be told which one, and refuses.
        let position = positions.into_iter().find(|held| held.symbol == symbol && !held.size.is_zero());
        let is_this_one = |order: &OrderAnswer| position.is_none() || !order.status.is_final();
        if let Some(order) = earlier.filter(|order| is_this_one(order)) {
            return Ok(Prepared::Found(order));
        }
        let Some(position) = position else { return Err(Error::NoPosition(symbol)) };
        let mut closing = Closing {
            side: position.side.opposite(),
            size: position.size,
            price,
            before: BTreeSet::new(),
            last_fill: None,
            order_id: None,
        };
        let now = self.clock().wall();
        let (open, fills) =
            tokio::try_join!(self.open_orders(Some(symbol)), self.fills_since(symbol, now, None))?;
        closing.last_fill = fills.iter().map(|fill| fill.serial_id).max();
        let alike = open.iter().filter(|order| closing.is_like(order));
        let ids = alike.map(|order| order.order_id.clone()).filter(|id| id.len() <= LONGEST_ID_BYTES);
        closing.before = ids.take(MOST_ALIKE).collect();
        Ok(Prepared::New(closing))
    }

    /// Clears up what is unknown in a market; an unknown close at this price is returned if it exists and was not refused.
    async fn resolve_closes(
        &self,
        symbol: Symbol,
        price: Option<Decimal>,
    ) -> Result<Option<Box<OrderAnswer>>, Error> {
        let mut found = None;
        for (intent, resolution) in self.resolve_all_before(symbol).await? {
            let is_such = intent.closing.is_some_and(|closing| closing.price == price);
            if let Resolution::Exists(order) = resolution
                && is_such
                && !order.status.is_refusal()
            {
                found = Some(order);
            }
        }
        Ok(found)
    }

    /// Looks for a closing order wherever it can be: by the venue's id if that is known, among the open ones, among the
    /// fills. That the position has gone proves nothing: an order still under way would close the next one.
    pub(super) async fn ask_close(&self, intent: &Intent, closing: &Closing) -> Found {
        if let Some(id) = &closing.order_id {
            match self.look_up(id).await {
                Ok(Some(order)) => return Found::Order(Box::new(from_detail(order))),
                Ok(None) => {}
                Err(_) => return Found::NoAnswer,
            }
        }
        let Ok(open) = self.open_orders(Some(intent.symbol)).await else { return Found::NoAnswer };
        let is_ours = |order: &OpenOrder| closing.is_like(order) && !closing.before.contains(&order.order_id);
        if let Some(order) = open.into_data().into_iter().find(is_ours) {
            return Found::Order(Box::new(from_open(order)));
        }
        self.ask_close_fills(intent, closing).await
    }

    async fn ask_close_fills(&self, intent: &Intent, closing: &Closing) -> Found {
        let Ok(mut fills) = self.fills_since(intent.symbol, intent.at, None).await else {
            return Found::NoAnswer;
        };
        let is_cut = fills.len() >= MOST_FILLS as usize;
        fills.retain(|fill| closing.may_have_filled(fill));
        let ids: BTreeSet<_> = fills.iter().map(|fill| fill.order_id.clone()).collect();
        for id in ids {
            let found = match self.look_up(&id).await {
                Ok(Some(order)) => (order.close_order || order.reduce_only).then(|| from_detail(order)),
                // Orders are forgotten earlier than their fills.
                Ok(None) => {
                    fills.retain(|fill| fill.order_id != id || fill.size == closing.size);
                    let of_it: Vec<_> = fills.iter().filter(|fill| fill.order_id == id).cloned().collect();
                    from_fills(&of_it)
                }
                Err(_) => return Found::NoAnswer,
            };
            if let Some(order) = found {
                return Found::Order(Box::new(order));
            }
        }
        if is_cut { Found::NoAnswer } else { Found::Nothing }
    }

    /// An order by the venue's id; none if the venue does not know it.
    async fn look_up(&self, id: &str) -> Result<Option<OrderDetail>, Error> {
        let Ok(id) = id.parse() else { return Ok(None) };
        match self.order(OrderRef::Id(id)).await {
            Ok(order) if order.data.status == Status::NOT_FOUND => Ok(None),
            Ok(order) if order.data.status.is_unknown() => Err(Error::Unexpected("the venue does not know")),
            Ok(order) => Ok(Some(order.into_data())),
            Err(error) if error.is_order_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What closing a position begins with.
enum Prepared {
    /// An earlier close, unknown until now.
    Found(Box<OrderAnswer>),
    /// A close that is to be sent.
    New(Closing),
}

impl Closing {
    fn is_like(&self, order: &OpenOrder) -> bool {
        let reduces = order.reduce_only || order.close_order;
        let at_its_price = match self.price {
            Some(price) => order.price == price,
            None => order.order_type == OrderKind::MARKET,
        };
        let is_plain = !order.trigger_order && order.cl_order_id.is_empty();
        order.side == self.side && reduces && at_its_price && is_plain
    }

    fn may_have_filled(&self, fill: &UserTrade) -> bool {
        let at_its_price = match self.price {
            Some(price) => fill.price == price,
            None => fill.price.is_zero() || fill.order_type == OrderKind::MARKET,
        };
        let is_newer = self.last_fill.is_none_or(|last| fill.serial_id > last);
        let is_plain = fill.cl_order_id.is_empty() && fill.trigger_type.is_none_or(|kind| kind == 0);
        fill.side == self.side
            && at_its_price
            && is_newer
            && is_plain
            && !self.before.contains(&fill.order_id)
    }
}
