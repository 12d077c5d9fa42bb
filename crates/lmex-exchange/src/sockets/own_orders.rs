//! The open orders of all traders, as far as their private streams need them.

use std::collections::{BTreeMap, BTreeSet, btree_set};

use lmex_api::Status;
use lmex_engine::{
    AccountId, AmendCause, CancelReason, Deleveraged, Event, Fill, MarketId, Money, Order, Party,
};
use lmex_types::{OrderId, TimeMs};

use super::listeners::Listeners;
use crate::table::OrderTable;
use crate::translate::ended;
use crate::views::{OrderRecord, Origin};

/// Orders from acceptance to their end. Bounded by the engine's limit on open orders.
#[derive(Debug, Default)]
pub(super) struct OwnOrders {
    open: OrderTable<OwnOrder>,
    shown: Shown,
}

/// The orders that are shown among an account's open orders of a market.
#[derive(Debug, Default)]
struct Shown(BTreeMap<(AccountId, MarketId), BTreeSet<OrderId>>);

/// An order with what was told about it.
#[derive(Debug, Clone)]
struct OwnOrder {
    /// As it is now: price, size, trigger and filled part follow the events. A trailing stop's trigger price stays what
    /// it was at first until it fires: no event tells where it goes in between.
    record: OrderRecord,
    /// Whether its owner knows that it is there: one that never rests or waits is told of by what becomes of it alone.
    announced: bool,
}

/// What the owners of orders are to be told of a batch.
#[derive(Debug, Default)]
pub(super) struct Tidings {
    /// In the order in which it happened.
    pub(super) news: Vec<News>,
    /// Orders that are open or were until now, by whose they are.
    changed: BTreeMap<(AccountId, MarketId), BTreeSet<OrderId>>,
}

/// The orders of one account in one market that have changed.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) account: AccountId,
    pub(super) market: MarketId,
    pub(super) orders: BTreeSet<OrderId>,
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

impl Tidings {
    /// Which open orders have changed since the last time.
    pub(super) fn take_changes(&mut self) -> Vec<Changes> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed.map(|((account, market), orders)| Changes { account, market, orders }).collect()
    }
}

/// What is told of an event, for those who listen. An account that doesn't gets nothing made up.
struct Teller<'a> {
    at: TimeMs,
    to: &'a mut Tidings,
    listeners: &'a Listeners,
}

impl Teller<'_> {
    fn news(&mut self, own: &OwnOrder, what: What) {
        if self.listeners.has_private(own.record.order.account) {
            self.to.news.push(own.news(what, self.at));
        }
    }

    fn state(&mut self, own: &OwnOrder, status: Status, by_user: bool) {
        self.news(own, What::Changed { status, by_user });
    }

    fn changed(&mut self, own: &OwnOrder) {
        let order = &own.record.order;
        if own.is_shown() && self.listeners.has_private(order.account) {
            self.to.changed.entry((order.account, order.market)).or_default().insert(order.id);
        }
    }
}

impl OwnOrders {
    /// Orders whose owners know that they are there.
    pub(super) fn resume(orders: Vec<OrderRecord>) -> Self {
        let mut own = Self::default();
        for record in orders {
            own.insert(OwnOrder { record, announced: true });
        }
        own
    }

    /// An order that is open.
    pub(super) fn find(&self, id: OrderId) -> Option<&OrderRecord> {
        self.open.get(&id).map(|own| &own.record)
    }

    /// The open orders that an account has sent and knows of, by their ids. No others are looked at.
    pub(super) fn of(&self, account: AccountId, market: MarketId) -> impl Iterator<Item = &OrderRecord> {
        self.shown.of(account, market).filter_map(|id| self.find(*id))
    }

    /// Follows an event, and tells what those who listen should hear of it.
    pub(super) fn apply(&mut self, event: &Event, at: TimeMs, to: &mut Tidings, listeners: &Listeners) {
        let mut teller = Teller { at, to, listeners };
        match *event {
            Event::OrderAccepted { order } => self.accepted(order, &mut teller),
            Event::OrderTriggered { order, contracts, trigger, .. } => {
                self.fired(order, (contracts, trigger), &mut teller);
            }
            Event::OrderRested { order, .. } => self.rested(order, &mut teller),
            Event::Fill(fill) => {
                self.filled(Trade::of(&fill, &fill.maker, true), &fill.maker, &mut teller);
                self.filled(Trade::of(&fill, &fill.taker, false), &fill.taker, &mut teller);
            }
            Event::OrderAmended { order, price, contracts, trigger, cause, .. } => {
                self.amended(order, (price, contracts, trigger), cause, &mut teller);
            }
            Event::OrderCancelled { order, reason, .. } => self.cancelled(order, reason, &mut teller),
            Event::LiquidationOrder { .. } => {
                if let Some(record) = OrderRecord::liquidation(at, event) {
                    self.liquidating(record, &mut teller);
                }
            }
            Event::LiquidationOrderEnded { order, remaining: 0, .. } => {
                self.remove(order);
            }
            Event::Deleveraged(ref trade) => self.deleveraged(trade, &mut teller),
            _ => {}
        }
    }

    /// An order that waits is there from now on; any other comes to rest, trades or ends first.
    fn accepted(&mut self, order: Order, teller: &mut Teller<'_>) {
        let announced = order.waits();
        let own = OwnOrder { record: OrderRecord::new(order), announced };
        if announced {
            teller.state(&own, Status::TRIGGER_INSERTED, true);
            teller.changed(&own);
        }
        self.insert(own);
    }

    fn insert(&mut self, own: OwnOrder) {
        self.shown.note(&own);
        self.open.insert(own.record.order.id, Box::new(own));
    }

    fn remove(&mut self, id: OrderId) -> Option<Box<OwnOrder>> {
        let own = self.open.remove(&id)?;
        self.shown.forget(&own.record.order);
        Some(own)
    }

    fn fired(&mut self, order: OrderId, (contracts, trigger): (i64, i64), teller: &mut Teller<'_>) {
        let Some(own) = self.open.get_mut(&order) else { return };
        own.record.fire(contracts, trigger);
        teller.state(own, Status::TRIGGER_ACTIVATED, false);
        teller.changed(own);
    }

    /// An order that fired, traded before it came to rest, or was amended, is known to be open.
    fn rested(&mut self, order: OrderId, teller: &mut Teller<'_>) {
        let Some(own) = self.open.get_mut(&order) else { return };
        let first = !std::mem::replace(&mut own.announced, true);
        if first {
            self.shown.note(own);
        }
        if first && own.record.order.filled == 0 {
            teller.state(own, Status::INSERTED, true);
        }
        teller.changed(own);
    }

    fn filled(&mut self, trade: Trade, party: &Party, teller: &mut Teller<'_>) {
        let Some(own) = party.order.and_then(|id| self.open.get_mut(&id)) else { return };
        own.record.fill(trade.price, trade.contracts);
        teller.news(own, What::Filled(trade));
        teller.changed(own);
        if party.remaining == 0 {
            let id = own.record.order.id;
            self.remove(id);
        }
    }

    /// That an exit has its position's size is no news: each fill of the position would bring one.
    fn amended(
        &mut self,
        order: OrderId,
        (price, contracts, trigger): (i64, i64, Option<i64>),
        cause: AmendCause,
        teller: &mut Teller<'_>,
    ) {
        let Some(own) = self.open.get_mut(&order) else { return };
        own.record.amend(price, contracts, trigger);
        if !std::mem::replace(&mut own.announced, true) {
            self.shown.note(own);
        }
        if cause != AmendCause::Bound {
            teller.state(own, Status::AMENDED, cause == AmendCause::User);
        }
        teller.changed(own);
    }

    fn cancelled(&mut self, order: OrderId, reason: CancelReason, teller: &mut Teller<'_>) {
        let Some(own) = self.remove(order) else { return };
        let status = ended(&own.record.order, reason);
        teller.state(&own, status, reason == CancelReason::User);
        teller.changed(&own);
    }

    fn liquidating(&mut self, record: OrderRecord, teller: &mut Teller<'_>) {
        let own = OwnOrder { record, announced: true };
        teller.state(&own, Status::LIQUIDATION, false);
        self.insert(own);
    }

    /// Who sent no order hears of one all the same, filled already, and why.
    fn deleveraged(&mut self, closed: &Deleveraged, teller: &mut Teller<'_>) {
        self.filled(Trade::outside(closed, &closed.loser, None), &closed.loser, teller);
        let why = if closed.is_offset() { Status::LIQUIDATION } else { Status::AUTO_DELEVERAGING };
        for (mut record, party) in OrderRecord::unsent(teller.at, closed) {
            record.fill(closed.price, closed.contracts);
            let own = OwnOrder { record, announced: true };
            teller.news(&own, What::Filled(Trade::outside(closed, &party, Some(why))));
        }
    }
}

impl Shown {
    fn of(&self, account: AccountId, market: MarketId) -> btree_set::Iter<'_, OrderId> {
        self.0.get(&(account, market)).map(BTreeSet::iter).unwrap_or_default()
    }

    /// An order that is shown from now on.
    fn note(&mut self, own: &OwnOrder) {
        if own.is_shown() {
            let order = &own.record.order;
            self.0.entry((order.account, order.market)).or_default().insert(order.id);
        }
    }

    /// An order that has ended, shown or not.
    fn forget(&mut self, order: &Order) {
        let owner = (order.account, order.market);
        if let Some(orders) = self.0.get_mut(&owner)
            && orders.remove(&order.id)
            && orders.is_empty()
        {
            self.0.remove(&owner);
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
    /// Whether it is among the open orders that its owner is shown: the venue's own are not.
    fn is_shown(&self) -> bool {
        self.announced && self.record.origin == Origin::User
    }

    fn news(&self, what: What, at: TimeMs) -> News {
        News { account: self.record.order.account, at, record: self.record.clone(), what }
    }
}
