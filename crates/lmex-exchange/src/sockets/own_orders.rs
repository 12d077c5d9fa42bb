//! The open orders of all traders, as far as their private streams need them.

use lmex_api::Status;
use lmex_engine::{AccountId, AmendCause, CancelReason, Deleveraged, Event, Fill, Money, Order, Party};
use lmex_types::{OrderId, TimeMs};

use crate::table::OrderTable;
use crate::translate::ended;
use crate::views::OrderRecord;

/// Orders from acceptance to their end. Bounded by the engine's limit on open orders.
#[derive(Debug, Default)]
pub(super) struct OwnOrders {
    open: OrderTable<OwnOrder>,
}

/// An order with what was told about it.
#[derive(Debug, Clone)]
pub(super) struct OwnOrder {
    /// As it is now: price, size, trigger and filled part follow the events. A trailing stop's trigger price stays what
    /// it was at first until it fires: no event tells where it goes in between.
    pub(super) record: OrderRecord,
    /// Whether its owner knows that it is there.
    announced: bool,
}

/// News for one account.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) account: AccountId,
    pub(super) at: TimeMs,
    /// The order after the event.
    pub(super) record: OrderRecord,
    pub(super) what: What,
}

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "most news are fills, and each is told and gone")]
pub(super) enum What {
    /// It traded.
    Filled(Trade),
    /// It is in another state. `by_user` is false when the engine did it.
    Changed { status: Status, by_user: bool },
}

/// A trade as one party of it sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trade {
    pub(super) id: u64,
    /// In ticks.
    pub(super) price: i64,
    pub(super) contracts: i64,
    /// Paid, of a liquidation with what goes to the insurance fund; negative is a rebate.
    pub(super) fee: Money,
    pub(super) maker: bool,
    /// Said of it instead of filled and partially filled.
    pub(super) said: Option<Status>,
}

impl OwnOrders {
    /// Orders whose owners know that they are there.
    pub(super) fn resume(orders: Vec<OrderRecord>) -> Self {
        let mut own = Self::default();
        for record in orders {
            own.open.insert(record.order.id, Box::new(OwnOrder { record, announced: true }));
        }
        own
    }

    /// Follows an event and appends what its owners should hear.
    pub(super) fn apply(&mut self, event: &Event, at: TimeMs, news: &mut Vec<News>) {
        match *event {
            Event::OrderAccepted { order } => news.extend(self.accepted(order, at)),
            Event::OrderTriggered { order, contracts, trigger, .. } => {
                news.extend(self.fired(order, (contracts, trigger), at));
            }
            Event::OrderRested { order, .. } => news.extend(self.rested(order, at)),
            Event::Fill(fill) => {
                news.extend(self.filled(Trade::of(&fill, &fill.maker, true), &fill.maker, at));
                news.extend(self.filled(Trade::of(&fill, &fill.taker, false), &fill.taker, at));
            }
            Event::OrderAmended { order, price, contracts, trigger, cause, .. } => {
                let own = self.open.get_mut(&order);
                news.extend(own.and_then(|own| own.amended((price, contracts, trigger), cause, at)));
            }
            Event::OrderCancelled { order, reason, .. } => news.extend(self.cancelled(order, reason, at)),
            Event::LiquidationOrder { .. } => {
                news.extend(OrderRecord::liquidation(at, event).map(|record| self.liquidating(record, at)));
            }
            Event::LiquidationOrderEnded { order, remaining: 0, .. } => {
                self.open.remove(&order);
            }
            Event::Deleveraged(ref trade) => self.deleveraged(trade, at, news),
            _ => {}
        }
    }

    /// An order that waits is there from now on; any other comes to rest, trades or ends first.
    fn accepted(&mut self, order: Order, at: TimeMs) -> Option<News> {
        let announced = order.waits();
        let own = Box::new(OwnOrder { record: OrderRecord::new(order), announced });
        let news = announced.then(|| own.changed(Status::TRIGGER_INSERTED, true, at));
        self.open.insert(order.id, own);
        news
    }

    fn fired(&mut self, order: OrderId, (contracts, trigger): (i64, i64), at: TimeMs) -> Option<News> {
        let own = self.open.get_mut(&order)?;
        own.record.fire(contracts, trigger);
        Some(own.changed(Status::TRIGGER_ACTIVATED, false, at))
    }

    /// An order that fired, traded before it came to rest, or was amended, is known to be open.
    fn rested(&mut self, order: OrderId, at: TimeMs) -> Option<News> {
        let own = self.open.get_mut(&order)?;
        let first = !std::mem::replace(&mut own.announced, true);
        (first && own.record.order.filled == 0).then(|| own.changed(Status::INSERTED, true, at))
    }

    fn filled(&mut self, trade: Trade, party: &Party, at: TimeMs) -> Option<News> {
        let id = party.order?;
        let own = self.open.get_mut(&id)?;
        own.record.fill(trade.price, trade.contracts);
        let news = own.news(What::Filled(trade), at);
        if party.remaining == 0 {
            self.open.remove(&id);
        }
        Some(news)
    }

    fn cancelled(&mut self, order: OrderId, reason: CancelReason, at: TimeMs) -> Option<News> {
        let own = self.open.remove(&order)?;
        let status = ended(&own.record.order, reason);
        Some(own.changed(status, reason == CancelReason::User, at))
    }

    fn liquidating(&mut self, record: OrderRecord, at: TimeMs) -> News {
        let own = Box::new(OwnOrder { record, announced: true });
        let news = own.changed(Status::LIQUIDATION, false, at);
        self.open.insert(own.record.order.id, own);
        news
    }

    /// Who sent no order hears of one all the same, filled already, and why.
    fn deleveraged(&mut self, closed: &Deleveraged, at: TimeMs, news: &mut Vec<News>) {
        news.extend(self.filled(Trade::outside(closed, &closed.loser, None), &closed.loser, at));
        let why = if closed.is_offset() { Status::LIQUIDATION } else { Status::AUTO_DELEVERAGING };
        for (mut record, party) in OrderRecord::unsent(at, closed) {
            record.fill(closed.price, closed.contracts);
            let own = OwnOrder { record, announced: true };
            news.push(own.news(What::Filled(Trade::outside(closed, &party, Some(why))), at));
        }
    }
}

impl Trade {
    fn of(fill: &Fill, party: &Party, maker: bool) -> Self {
        Self {
            id: fill.trade_id,
            price: fill.price,
            contracts: fill.contracts,
            fee: party.fee + party.liquidation_fee,
            maker,
            said: None,
        }
    }

    fn outside(closed: &Deleveraged, party: &Party, said: Option<Status>) -> Self {
        Self {
            id: closed.trade_id,
            price: closed.price,
            contracts: closed.contracts,
            fee: party.fee + party.liquidation_fee,
            maker: false,
            said,
        }
    }
}

impl OwnOrder {
    /// That an exit has its position's size is no news: each fill of the position would bring one.
    fn amended(
        &mut self,
        (price, contracts, trigger): (i64, i64, Option<i64>),
        cause: AmendCause,
        at: TimeMs,
    ) -> Option<News> {
        self.record.amend(price, contracts, trigger);
        self.announced = true;
        (cause != AmendCause::Bound).then(|| self.changed(Status::AMENDED, cause == AmendCause::User, at))
    }

    fn changed(&self, status: Status, by_user: bool, at: TimeMs) -> News {
        self.news(What::Changed { status, by_user }, at)
    }

    fn news(&self, what: What, at: TimeMs) -> News {
        News { account: self.record.order.account, at, record: self.record.clone(), what }
    }
}
