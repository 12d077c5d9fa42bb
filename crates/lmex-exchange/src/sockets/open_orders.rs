//! `open-order:BTC-PERP-USD`: all open orders of an account in a market, then every change.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::ws::Utf8Bytes;
use lmex_api::OrderKind;
use lmex_api::stream::{OpenOrderUpdate, OrderMode, StreamOrder};
use lmex_engine::{AccountId, Event, MarketId, Order, Party, Purpose};
use lmex_types::{Decimal, Grid, OrderId, OrderType, Side, TimeMs};

use super::market_feed::MarketFeed;
use crate::table::OrderTable;
use crate::views::{OrderRecord, Origin};

/// Kinds of exits, as numbers (`triggerOrderType`).
const STOP_LOSS: i64 = 1_001;
const TAKE_PROFIT: i64 = 1_002;

/// The open orders of all users. Bounded by the engine's limit on open orders.
#[derive(Debug, Default)]
pub(super) struct OpenOrders {
    open: OrderTable<Shown>,
    /// Orders that changed in the present batch, and whose they are.
    changed: BTreeMap<(AccountId, MarketId), BTreeSet<OrderId>>,
}

/// An order with what its owner was told of it.
#[derive(Debug, Clone)]
struct Shown {
    order: Order,
    /// The price that it came with.
    first_price: i64,
    /// Whether its owner has been told, or will be with this batch: one that never rests is never shown.
    is_told: bool,
}

/// The changes of a batch that concern one account in one market.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) account: AccountId,
    pub(super) market: MarketId,
    orders: BTreeSet<OrderId>,
}

impl OpenOrders {
    /// Orders that their owners were told of.
    pub(super) fn resume(orders: &[OrderRecord]) -> Self {
        let users = orders.iter().filter(|record| record.origin == Origin::User);
        let mut all = Self::default();
        for OrderRecord { order, original_price, .. } in users {
            let shown = Shown { order: *order, first_price: *original_price, is_told: true };
            all.open.insert(order.id, Box::new(shown));
        }
        all
    }

    /// Follows an event.
    pub(super) fn apply(&mut self, event: &Event) {
        match *event {
            Event::OrderAccepted { order } => self.accepted(order),
            Event::OrderRested { order, .. } => self.change(order, |_| {}),
            Event::OrderTriggered { order, contracts, trigger, .. } => self.change(order, |shown| {
                shown.order.contracts = shown.order.filled + contracts;
                let fired = |waited| lmex_engine::Trigger { fired: true, price: trigger, ..waited };
                shown.order.trigger = shown.order.trigger.map(fired);
            }),
            Event::OrderAmended { order, price, contracts, trigger, .. } => self.change(order, |shown| {
                (shown.order.price, shown.order.contracts) = (price, contracts);
                if let (Some(price), Some(waits)) = (trigger, &mut shown.order.trigger) {
                    waits.price = price;
                }
            }),
            Event::OrderCancelled { order, .. } => self.gone(order),
            Event::Fill(ref fill) => {
                for party in [&fill.maker, &fill.taker] {
                    self.filled(party, fill.contracts);
                }
            }
            _ => {}
        }
    }

    /// What has changed since the last time.
    pub(super) fn take_changes(&mut self) -> Vec<Changes> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed.map(|((account, market), orders)| Changes { account, market, orders }).collect()
    }

    /// Nobody is there to be told: whoever comes begins with all that is open.
    pub(super) fn forget_changes(&mut self) {
        self.changed.clear();
    }

    /// All open orders of an account in a market, oldest first.
    pub(super) fn all(
        &self,
        account: AccountId,
        id: MarketId,
        market: &MarketFeed,
        name: &str,
    ) -> Vec<StreamOrder> {
        let own =
            |shown: &&Shown| shown.is_told && (shown.order.account, shown.order.market) == (account, id);
        let mut orders: Vec<_> = self.open.values().map(Box::as_ref).filter(own).collect();
        orders.sort_by_key(|shown| (shown.order.accepted_at, shown.order.id));
        orders.into_iter().map(|shown| row(shown, market, name)).collect()
    }

    /// The orders that changed as they are now; of those that are gone the id is left.
    pub(super) fn rows(&self, changes: &Changes, market: &MarketFeed, name: &str) -> Vec<StreamOrder> {
        let row =
            |id: &OrderId| self.open.get(id).map_or_else(|| gone(*id), |shown| row(shown, market, name));
        changes.orders.iter().map(row).collect()
    }

    fn accepted(&mut self, order: Order) {
        let waits = order.waits();
        let shown = Shown { order, first_price: order.price, is_told: false };
        self.open.insert(order.id, Box::new(shown));
        if waits {
            self.change(order.id, |_| {});
        }
    }

    fn filled(&mut self, party: &Party, contracts: i64) {
        let Some(id) = party.order else { return };
        if party.remaining == 0 {
            return self.gone(id);
        }
        // One that has not come to rest is told of when it does.
        if let Some(shown) = self.open.get_mut(&id) {
            shown.order.filled += contracts;
            if shown.is_told {
                self.note(id);
            }
        }
    }

    fn change(&mut self, id: OrderId, change: impl FnOnce(&mut Shown)) {
        let Some(shown) = self.open.get_mut(&id) else { return };
        change(shown);
        shown.is_told = true;
        self.note(id);
    }

    fn gone(&mut self, id: OrderId) {
        let is_told = self.open.get(&id).is_some_and(|shown| shown.is_told);
        if is_told {
            self.note(id);
        }
        self.open.remove(&id);
    }

    fn note(&mut self, id: OrderId) {
        if let Some(Shown { order, .. }) = self.open.get(&id).map(Box::as_ref) {
            self.changed.entry((order.account, order.market)).or_default().insert(id);
        }
    }
}

/// A message of the topic.
pub(super) fn open_order_message(
    topic: String,
    serial_id: i64,
    kind: &str,
    data: Vec<StreamOrder>,
) -> Utf8Bytes {
    let message = OpenOrderUpdate { topic, serial_id, kind: kind.to_owned(), data };
    // Strings and numbers: writing them cannot fail.
    serde_json::to_string(&message).unwrap_or_default().into()
}

fn row(shown: &Shown, market: &MarketFeed, name: &str) -> StreamOrder {
    let (order, grid) = (&shown.order, &market.instrument.grid);
    let is_buy = order.side == Side::Buy;
    StreamOrder {
        order_id: order.id.to_string(),
        order_type: kind(order),
        order_mode: if is_buy { OrderMode::BUY } else { OrderMode::SELL },
        order_mode_name: Some(if is_buy { "MODE_BUY" } else { "MODE_SELL" }.to_owned()),
        market_name: Some(name.to_owned()),
        amount: order.remaining().into(),
        original_amount: order.ordered.into(),
        price: price(grid, order, order.price),
        display_price: price(grid, order, shown.first_price),
        trigger_order: order.trigger.is_some(),
        trigger_order_type: match order.purpose {
            Purpose::Trade => 0,
            Purpose::TakeProfit => TAKE_PROFIT,
            Purpose::StopLoss => STOP_LOSS,
        },
        trigger_price: order.trigger.map_or(Decimal::ZERO, |trigger| grid.price(trigger.price)),
        vendor_name: None,
        create_timestamp: order.accepted_at,
        triggered: order.trigger.is_some_and(|trigger| trigger.fired),
    }
}

fn kind(order: &Order) -> OrderKind {
    match order.order_type {
        _ if order.peg.is_some() => OrderKind::PEG,
        OrderType::Limit => OrderKind::LIMIT,
        OrderType::Market => OrderKind::MARKET,
    }
}

fn price(grid: &Grid, order: &Order, ticks: i64) -> Decimal {
    match order.order_type {
        OrderType::Limit => grid.price(ticks),
        OrderType::Market => Decimal::ZERO,
    }
}

/// An order that is no longer open.
fn gone(id: OrderId) -> StreamOrder {
    StreamOrder {
        order_id: id.to_string(),
        order_type: OrderKind(0),
        order_mode: OrderMode::NONE,
        order_mode_name: None,
        market_name: None,
        amount: Decimal::ZERO,
        original_amount: Decimal::ZERO,
        price: Decimal::ZERO,
        display_price: Decimal::ZERO,
        trigger_order: false,
        trigger_order_type: 0,
        trigger_price: Decimal::ZERO,
        vendor_name: None,
        create_timestamp: TimeMs::default(),
        triggered: false,
    }
}
