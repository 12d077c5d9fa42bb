//! What an order waits for, follows or brings along, as the wire shows it.

use lmex_api::OrderKind;
use lmex_api::futures::ProtectiveOrder;
use lmex_engine::{Crossing, Exit, Order, Peg, PriceSource, Purpose, Rate};
use lmex_types::{Decimal, Grid, OrderType, Side};

/// Kinds of triggers (`triggerOrderType`, `triggerType`).
const STOP_LOSS: i64 = 1001;
const TAKE_PROFIT: i64 = 1002;

/// The kind of an order as a number.
pub(crate) fn kind(order: &Order) -> OrderKind {
    match order.order_type {
        _ if order.peg.is_some() => OrderKind::PEG,
        OrderType::Limit => OrderKind::LIMIT,
        OrderType::Market => OrderKind::MARKET,
    }
}

/// The price an order asks for: of an algo order the worst one, as documented answers show it. `None` of a market
/// order.
pub(crate) fn asked_price(order: &Order) -> Option<i64> {
    let is_limit = order.order_type == OrderType::Limit;
    is_limit.then(|| order.peg.and_then(|peg| peg.limit).unwrap_or(order.price))
}

/// Contracts left to fill. The trigger leg of a pair shows none while it waits (BTSE's document; the limit leg has
/// them).
pub(crate) fn shown_remaining(order: &Order) -> i64 {
    if order.waits() && order.peer.is_some() { 0 } else { order.remaining() }
}

/// 1001 or 1002 of an order with a trigger: whether the price runs away from the order when it fires, as from a stop
/// loss, or comes its way.
pub(crate) fn trigger_kind(order: &Order) -> Option<i64> {
    let trigger = order.trigger?;
    Some(match order.purpose {
        Purpose::TakeProfit => TAKE_PROFIT,
        Purpose::StopLoss => STOP_LOSS,
        Purpose::Trade if is_stop(order.side, trigger.crossing) => STOP_LOSS,
        Purpose::Trade => TAKE_PROFIT,
    })
}

/// What an order waits for, as a number on streams: 0 nothing, 1 stop, 2 trigger, 3 take profit or pair. A `TRIGGER` in
/// the direction of a stop is a stop.
pub(crate) fn tx_type(order: &Order) -> i64 {
    match (order.purpose, order.trigger) {
        (Purpose::TakeProfit, _) => 3,
        _ if order.peer.is_some() => 3,
        (_, None) => 0,
        (_, Some(trigger)) if is_stop(order.side, trigger.crossing) => 1,
        (_, Some(_)) => 2,
    }
}

fn is_stop(side: Side, crossing: Crossing) -> bool {
    matches!((side, crossing), (Side::Buy, Crossing::Rising) | (Side::Sell, Crossing::Falling))
}

/// The fields about triggers; zeros and `false` of an order without one.
#[derive(Debug, Default)]
pub(super) struct TriggerFields {
    pub(super) is_trigger: bool,
    pub(super) fired: bool,
    pub(super) price: Decimal,
    pub(super) original_price: Decimal,
    pub(super) kind: i64,
    pub(super) use_last_price: bool,
    pub(super) trail: Decimal,
}

impl TriggerFields {
    pub(super) fn of(order: &Order, original: Option<i64>, grid: &Grid) -> Self {
        let Some(trigger) = order.trigger else { return Self::default() };
        Self {
            is_trigger: true,
            fired: trigger.fired,
            price: grid.price(trigger.price),
            original_price: grid.price(original.unwrap_or(trigger.price)),
            kind: trigger_kind(order).unwrap_or_default(),
            use_last_price: trigger.source == PriceSource::Last,
            trail: trigger.trail.map_or(Decimal::ZERO, |trail| grid.price(trail)),
        }
    }
}

/// The fields about algo orders, with deviation and shown part as fractions; of another order as recorded.
#[derive(Debug)]
pub(super) struct PegFields {
    pub(super) min: Decimal,
    pub(super) max: Decimal,
    pub(super) deviation: Decimal,
    pub(super) stealth: Decimal,
}

impl PegFields {
    /// A buy has a lowest price of 1 in the documents, whatever that means; a sell is given no highest one.
    pub(super) fn of(order: &Order, grid: &Grid) -> Self {
        let (deviation, stealth) = peg_parts(order);
        let (min, max) = match (order.peg, order.side) {
            (None, _) => (Decimal::ZERO, Decimal::ZERO),
            (Some(peg), Side::Buy) => (Decimal::ONE, grid.price(peg.limit.unwrap_or(order.price))),
            (Some(peg), Side::Sell) => (grid.price(peg.limit.unwrap_or(order.price)), Decimal::ZERO),
        };
        Self { min, max, deviation, stealth }
    }
}

/// Deviation and shown part of an order as fractions; 1 and 1 of one that is no algo order.
pub(crate) fn peg_parts(order: &Order) -> (Decimal, Decimal) {
    order.peg.map_or((Decimal::ONE, Decimal::ONE), |peg| (peg.deviation.into(), peg.shown.into()))
}

/// Deviation and shown part of an order as answers to actions have them: in percent, and 100 of other orders.
pub(super) fn percents(peg: Option<&Peg>) -> (Decimal, Decimal) {
    let percent = |rate: Rate| Decimal::from(rate).saturating_mul(Decimal::ONE_HUNDRED).normalize();
    peg.map_or((Decimal::ONE_HUNDRED, Decimal::ONE_HUNDRED), |peg| {
        (percent(peg.deviation), percent(peg.shown))
    })
}

/// An exit of a position that was, or will be, opened by `opened`.
pub(crate) fn protective(exit: &Exit, opened: Side, grid: &Grid) -> ProtectiveOrder {
    ProtectiveOrder {
        order_id: exit.order.to_string(),
        side: opened.opposite(),
        trigger_price: grid.price(exit.price),
        trigger_use_last_price: exit.source == PriceSource::Last,
    }
}
