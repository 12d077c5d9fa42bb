//! The open orders of all traders, as far as their private streams need them.

use std::collections::HashMap;

use lmex_api::Status;
use lmex_engine::{AccountId, AmendCause, CancelReason, Event, Fill, Order, Party};
use lmex_types::{OrderId, OrderType, TimeMs};

/// Orders from acceptance to their end. Bounded by the engine's limit on open orders.
#[derive(Debug, Default)]
pub(super) struct OwnOrders {
    open: HashMap<OrderId, OwnOrder>,
}

/// An order with what was told about it.
#[derive(Debug, Clone)]
pub(super) struct OwnOrder {
    /// As it is now: price, size and filled part follow the events.
    pub(super) order: Order,
    /// The size it came with.
    pub(super) original_contracts: i64,
    /// Ticks × contracts of its fills: divided by the filled contracts, the average price.
    pub(super) filled_value: i128,
    /// Whether its owner knows that it is in the book.
    announced: bool,
}

/// News for one account.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) account: AccountId,
    pub(super) at: TimeMs,
    /// The order after the event.
    pub(super) own: OwnOrder,
    pub(super) what: What,
}

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "most news are fills, and each is told and gone")]
pub(super) enum What {
    /// It traded.
    Filled { fill: Fill, maker: bool },
    /// It is in another state. `by_user` is false when the engine did it.
    Changed { status: Status, by_user: bool },
}

impl OwnOrders {
    /// Follows an event and appends what its owners should hear.
    pub(super) fn apply(&mut self, event: &Event, at: TimeMs, news: &mut Vec<News>) {
        match *event {
            Event::OrderAccepted { order } => self.accepted(order),
            Event::OrderRested { order, .. } => news.extend(self.rested(order, at)),
            Event::Fill(fill) => {
                news.extend(self.filled(fill, fill.maker, true, at));
                news.extend(self.filled(fill, fill.taker, false, at));
            }
            Event::OrderAmended { order, price, contracts, cause, .. } => {
                news.extend(self.amended(order, price, contracts, cause, at));
            }
            Event::OrderCancelled { order, reason, .. } => news.extend(self.cancelled(order, reason, at)),
            _ => {}
        }
    }

    fn accepted(&mut self, order: Order) {
        let own = OwnOrder { order, original_contracts: order.contracts, filled_value: 0, announced: false };
        self.open.insert(order.id, own);
    }

    /// An order that traded before it came to rest, or was amended, is known to be open.
    fn rested(&mut self, order: OrderId, at: TimeMs) -> Option<News> {
        let own = self.open.get_mut(&order)?;
        let first = !std::mem::replace(&mut own.announced, true);
        (first && own.order.filled == 0).then(|| own.changed(Status::INSERTED, true, at))
    }

    fn filled(&mut self, fill: Fill, party: Party, maker: bool, at: TimeMs) -> Option<News> {
        let id = party.order?;
        let own = self.open.get_mut(&id)?;
        own.order.filled += fill.contracts;
        own.filled_value += i128::from(fill.price) * i128::from(fill.contracts);
        let news = own.news(What::Filled { fill, maker }, at);
        if party.remaining == 0 {
            self.open.remove(&id);
        }
        Some(news)
    }

    fn amended(
        &mut self,
        order: OrderId,
        price: i64,
        contracts: i64,
        cause: AmendCause,
        at: TimeMs,
    ) -> Option<News> {
        let own = self.open.get_mut(&order)?;
        (own.order.price, own.order.contracts, own.announced) = (price, contracts, true);
        Some(own.changed(Status::AMENDED, cause == AmendCause::User, at))
    }

    fn cancelled(&mut self, order: OrderId, reason: CancelReason, at: TimeMs) -> Option<News> {
        let own = self.open.remove(&order)?;
        let nothing_bought = own.order.order_type == OrderType::Market && own.order.filled == 0;
        let status = if nothing_bought { Status::REFUNDED } else { Status::CANCELLED };
        Some(own.changed(status, reason == CancelReason::User, at))
    }
}

impl OwnOrder {
    fn changed(&self, status: Status, by_user: bool, at: TimeMs) -> News {
        self.news(What::Changed { status, by_user }, at)
    }

    fn news(&self, what: What, at: TimeMs) -> News {
        News { account: self.order.account, at, own: self.clone(), what }
    }
}
