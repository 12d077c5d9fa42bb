//! `open-order:BTC-PERP-USD`: all open orders of an account in a market, then every change.

use axum::extract::ws::Utf8Bytes;
use lmex_api::OrderKind;
use lmex_api::stream::{OpenOrderUpdate, OrderMode, StreamOrder};
use lmex_engine::{AccountId, MarketId, Order, Purpose};
use lmex_types::{Decimal, Grid, OrderId, OrderType, Side, TimeMs};

use super::market_feed::MarketFeed;
use super::own_orders::{Changes, OwnOrders};
use crate::views::OrderRecord;

/// Kinds of exits, as numbers (`triggerOrderType`).
const STOP_LOSS: i64 = 1_001;
const TAKE_PROFIT: i64 = 1_002;

/// All open orders of an account in a market, oldest first.
pub(super) fn all_rows(
    orders: &OwnOrders,
    account: AccountId,
    id: MarketId,
    market: &MarketFeed,
    name: &str,
) -> Vec<StreamOrder> {
    let mut open: Vec<_> = orders.of(account, id).collect();
    open.sort_by_key(|record| (record.order.accepted_at, record.order.id));
    open.into_iter().map(|record| row(record, market, name)).collect()
}

/// The orders that changed as they are now; of those that are gone the id is left.
pub(super) fn changed_rows(
    orders: &OwnOrders,
    changes: &Changes,
    market: &MarketFeed,
    name: &str,
) -> Vec<StreamOrder> {
    let row = |id: &OrderId| orders.find(*id).map_or_else(|| gone(*id), |record| row(record, market, name));
    changes.orders.iter().map(row).collect()
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

fn row(record: &OrderRecord, market: &MarketFeed, name: &str) -> StreamOrder {
    let (order, grid) = (&record.order, &market.instrument.grid);
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
        display_price: price(grid, order, record.original_price),
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
