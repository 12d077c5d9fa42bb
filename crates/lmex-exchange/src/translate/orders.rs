//! Orders on the wire. Values that never change here (`stealth`, `deviation`, trigger fields) are those of recorded
//! answers to orders without such features.

use lmex_api::futures::{OpenOrder, OrderAnswer, OrderDetail};
use lmex_api::{OrderKind, Status};
use lmex_engine::{CancelReason, MarketView, NewOrder, Order};
use lmex_types::{Decimal, OrderType, TimeInForce, TimeMs};

use super::{ONE_WAY, average_price, position_id};
use crate::views::{OrderRecord, OrderState};

/// What an answer says beyond the order itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered<'a> {
    /// What became of the action.
    pub(crate) status: Status,
    /// When.
    pub(crate) at: TimeMs,
    /// Contracts filled by the action.
    pub(crate) filled: i64,
    /// Why, if something needs explaining.
    pub(crate) message: &'a str,
}

/// The status number of an order.
///
/// A market order that found nothing is refunded (7); one that ran out of liquidity after a part is cancelled (6), as an
/// immediate order is.
pub(crate) fn status(record: &OrderRecord) -> Status {
    let order = &record.order;
    match record.state {
        OrderState::Open if order.filled > 0 => Status::PARTIALLY_TRANSACTED,
        OrderState::Open => Status::INSERTED,
        OrderState::Filled => Status::FULLY_TRANSACTED,
        OrderState::Cancelled(_) if order.order_type == OrderType::Market && order.filled == 0 => {
            Status::REFUNDED
        }
        OrderState::Cancelled(_) => Status::CANCELLED,
    }
}

/// Why an order ended, for a person; empty when it needs no explanation.
pub(crate) fn ended_because(record: &OrderRecord) -> &'static str {
    let OrderState::Cancelled(reason) = record.state else { return "" };
    match reason {
        CancelReason::User => "",
        CancelReason::ImmediateRemainder => "IOC: what did not trade at once was cancelled",
        CancelReason::FillOrKill => "FOK: there was not enough to fill the order at once",
        CancelReason::PostOnlyWouldCross => "postOnly: the order would have traded at once",
        CancelReason::SelfTrade => "the order would have traded with another order of the same account",
        CancelReason::Expired => "the order's time was over",
        CancelReason::ReduceOnly => "reduceOnly: there is no position left to reduce",
        CancelReason::MarketNoLiquidity => "there was nothing to trade with inside the price protection",
        CancelReason::Oco => "OCO: the other order of the pair traded, fired or ended",
        CancelReason::InsufficientMargin => "it fired, and the available balance did not cover its margin",
        CancelReason::NotAllowed => {
            "it fired, and could not be accepted: no position to reduce, or too many orders"
        }
        CancelReason::Unbound => {
            "its position was closed, or another take profit or stop loss took its place"
        }
        CancelReason::CancelAllAfter => "cancelAllAfter: the time set had passed",
        CancelReason::MarketClosed => "the market closed",
        CancelReason::Liquidation => "the account was liquidated",
    }
}

/// An order in the answer to an action on it.
pub(crate) fn order_answer(
    record: &OrderRecord,
    market: &MarketView<'_>,
    said: &Answered<'_>,
) -> OrderAnswer {
    let order = &record.order;
    let average = average_price(record.average_ticks(), market);
    OrderAnswer {
        status: said.status,
        symbol: market.instrument().symbol,
        order_type: kind(order.order_type),
        price: match order.order_type {
            OrderType::Limit => market.instrument().grid.price(order.price),
            OrderType::Market => average,
        },
        side: order.side,
        order_id: order.id.to_string(),
        timestamp: said.at,
        trigger_price: Decimal::ZERO,
        trigger: false,
        deviation: Decimal::ONE_HUNDRED,
        stealth: Decimal::ONE_HUNDRED,
        message: said.message.to_owned(),
        avg_filled_price: average,
        cl_order_id: client_id(order),
        original_order_size: record.original_contracts.into(),
        current_order_size: order.contracts.into(),
        filled_size: Some(said.filled.into()),
        total_filled_size: order.filled.into(),
        remaining_size: order.remaining().into(),
        post_only: order.post_only,
        order_detail_type: None,
        position_mode: Some(ONE_WAY.to_owned()),
        position_direction: None,
        position_id: Some(position_id(market.instrument())),
        time_in_force: time_in_force(record).to_string(),
    }
}

/// The answer to an order that never existed: HTTP 200 with status 15.
pub(crate) fn refused_answer(
    new: &NewOrder,
    market: &MarketView<'_>,
    at: TimeMs,
    message: &str,
) -> OrderAnswer {
    let said = Answered { status: Status::REJECTED, at, filled: 0, message };
    order_answer(&OrderRecord::new(Order::of(new, at)), market, &said)
}

/// An order as the list of open orders shows it.
pub(crate) fn open_order(record: &OrderRecord, market: &MarketView<'_>) -> OpenOrder {
    let order = &record.order;
    let instrument = market.instrument();
    let price = instrument.grid.price(order.price);
    OpenOrder {
        vendor_name: None,
        bot_id: None,
        order_type: kind(order.order_type),
        price,
        side: order.side,
        order_value: market.value(order.price, order.contracts).into(),
        peg_price_min: Decimal::ZERO,
        peg_price_max: Decimal::ZERO,
        peg_price_deviation: Decimal::ONE,
        cancel_duration: 0,
        timestamp: order.accepted_at,
        order_id: order.id.to_string(),
        stealth: Decimal::ONE,
        trigger_order: false,
        triggered: false,
        trigger_price: Decimal::ZERO,
        trigger_original_price: Decimal::ZERO,
        trigger_order_type: 0,
        trigger_trailing_stop_deviation: Decimal::ZERO,
        trigger_stop_price: Decimal::ZERO,
        symbol: instrument.symbol,
        trail_value: Decimal::ZERO,
        trail_value_type: Some("DISTANCE".to_owned()),
        contract_size: instrument.grid.contract_size(),
        activation_price: None,
        activation_price_type: None,
        oco_peer_order_id: None,
        current_peg_price: Some(price),
        cl_order_id: client_id(order),
        reduce_only: order.reduce_only,
        order_state: "STATUS_ACTIVE".to_owned(),
        trigger_use_last_price: false,
        avg_filled_price: average_price(record.average_ticks(), market),
        time_in_force: time_in_force(record).to_string(),
        original_order_size: record.original_contracts.into(),
        current_order_size: order.contracts.into(),
        total_filled_size: order.filled.into(),
        remaining_size: order.remaining().into(),
        order_detail_type: None,
        take_profit_order: None,
        stop_loss_order: None,
        close_order: record.closes,
        position_mode: Some(ONE_WAY.to_owned()),
        position_direction: None,
        position_id: Some(position_id(instrument)),
        wrapper_order: Some(false),
    }
}

/// An order, open or finished, as the query for one order shows it.
pub(crate) fn order_detail(record: &OrderRecord, market: &MarketView<'_>) -> OrderDetail {
    let order = &record.order;
    let instrument = market.instrument();
    let average = average_price(record.average_ticks(), market);
    let value_of = |price: Decimal| instrument.grid.notional(price, order.contracts).unwrap_or_default();
    let price = match order.order_type {
        OrderType::Limit => instrument.grid.price(order.price),
        OrderType::Market => average,
    };
    OrderDetail {
        order_type: kind(order.order_type),
        price,
        original_order_size: record.original_contracts.into(),
        current_order_size: order.contracts.into(),
        total_filled_size: order.filled.into(),
        remaining_size: order.remaining().into(),
        side: order.side,
        order_value: value_of(price),
        peg_price_min: Decimal::ZERO,
        peg_price_max: Decimal::ZERO,
        peg_price_deviation: Decimal::ONE,
        timestamp: order.accepted_at,
        order_id: order.id.to_string(),
        stealth: Decimal::ONE,
        trigger_order: false,
        triggered: false,
        trigger_price: Decimal::ZERO,
        trigger_original_price: Decimal::ZERO,
        trigger_order_type: 0,
        trigger_trailing_stop_deviation: Decimal::ZERO,
        trigger_stop_price: Decimal::ZERO,
        symbol: instrument.symbol,
        trail_value: Decimal::ZERO,
        cl_order_id: client_id(order),
        reduce_only: order.reduce_only,
        status: status(record),
        trigger_use_last_price: false,
        avg_filled_price: average,
        contract_size: instrument.grid.contract_size(),
        time_in_force: time_in_force(record).to_string(),
        close_order: record.closes,
    }
}

/// Closing at the market is shown as `GTC`, as recorded answers show it.
fn time_in_force(record: &OrderRecord) -> TimeInForce {
    match record.order.order_type {
        OrderType::Market if record.closes => TimeInForce::Gtc,
        _ => record.order.time_in_force,
    }
}

fn client_id(order: &Order) -> String {
    order.client_id.map(|id| id.to_string()).unwrap_or_default()
}

/// The kind of an order as a number.
pub(super) fn kind(order_type: OrderType) -> OrderKind {
    match order_type {
        OrderType::Limit => OrderKind::LIMIT,
        OrderType::Market => OrderKind::MARKET,
    }
}
