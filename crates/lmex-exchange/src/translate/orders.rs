//! Orders on the wire.

mod status;
mod terms;

pub(crate) use status::{ended, ended_because, status};
pub(crate) use terms::{asked_price, kind, peg_parts, protective, shown_remaining, trigger_kind, tx_type};

use lmex_api::Status;
use lmex_api::futures::{OpenOrder, OrderAnswer, OrderDetail, ProtectiveOrder};
use lmex_engine::{Crossing, MarketView, NewOrder, NewTrigger, Order, Purpose, Trigger};
use lmex_types::{Decimal, Grid, OrderType, Side, TimeInForce, TimeMs};

use super::leg::direction;
use super::{average_price, cut, leg_name, mode_word, money};
use crate::views::{OrderRecord, OrderState};
use terms::{PegFields, TriggerFields, percents};

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

/// An order in the answer to an action on it.
pub(crate) fn order_answer(
    record: &OrderRecord,
    market: &MarketView<'_>,
    said: &Answered<'_>,
) -> OrderAnswer {
    let order = &record.order;
    let instrument = market.instrument();
    let average = average_price(record.average_ticks(), market);
    let trigger = TriggerFields::of(order, record.original_trigger, &instrument.grid);
    let (deviation, stealth) = percents(order.peg.as_ref());
    OrderAnswer {
        status: said.status,
        symbol: instrument.symbol,
        order_type: kind(order),
        price: asked_price(order).map_or(average, |price| instrument.grid.price(price)),
        side: order.side,
        order_id: order.id.to_string(),
        timestamp: said.at,
        trigger_price: trigger.price,
        trigger: trigger.is_trigger,
        deviation,
        stealth,
        message: said.message.to_owned(),
        avg_filled_price: average,
        cl_order_id: client_id(order),
        original_order_size: order.ordered.into(),
        current_order_size: order.contracts.into(),
        filled_size: Some(said.filled.into()),
        total_filled_size: order.filled.into(),
        remaining_size: shown_remaining(order).into(),
        post_only: order.post_only,
        order_detail_type: None,
        position_mode: Some(mode_word(order.leg.mode()).to_string()),
        position_direction: direction(order),
        position_id: Some(leg_name(instrument, order.leg)),
        time_in_force: order.time_in_force.to_string(),
    }
}

/// The answer to an order that never existed: HTTP 200 with a status that says so.
pub(crate) fn refused_answer(
    new: &NewOrder,
    market: &MarketView<'_>,
    at: TimeMs,
    status: Status,
    message: &str,
) -> OrderAnswer {
    let order = Order {
        id: new.order,
        client_id: new.client_id,
        account: new.account,
        market: new.market,
        leg: new.leg.unwrap_or_default(),
        side: new.side,
        order_type: new.order_type,
        price: new.price,
        ordered: new.contracts,
        contracts: new.contracts,
        filled: 0,
        time_in_force: new.time_in_force,
        post_only: new.post_only,
        reduce_only: new.reduce_only,
        accepted_at: at,
        expires_at: None,
        trigger: new.trigger.map(|asked| as_asked(new.side, &asked)),
        purpose: Purpose::Trade,
        peer: None,
        exits: new.exits,
        peg: new.peg,
        is_spam: false,
    };
    let said = Answered { status, at, filled: 0, message };
    order_answer(&OrderRecord::new(order), market, &said)
}

/// A trigger that was never set.
fn as_asked(side: Side, asked: &NewTrigger) -> Trigger {
    let crossing = if side == Side::Buy { Crossing::Rising } else { Crossing::Falling };
    Trigger { price: asked.price, source: asked.source, crossing, trail: asked.trail, fired: false }
}

/// An order as the list of open orders shows it.
pub(crate) fn open_order(record: &OrderRecord, market: &MarketView<'_>) -> OpenOrder {
    let order = &record.order;
    let instrument = market.instrument();
    let grid = &instrument.grid;
    let trigger = TriggerFields::of(order, record.original_trigger, grid);
    let peg = PegFields::of(order, grid);
    let (take_profit_order, stop_loss_order) = exits(order, grid);
    // A market order that waits is worth what it would be at its trigger, an algo order what it may come to (LMEX's
    // example).
    let expected = match (order.order_type, order.trigger) {
        (OrderType::Market, Some(trigger)) => trigger.price,
        _ => asked_price(order).unwrap_or(order.price),
    };
    OpenOrder {
        vendor_name: None,
        bot_id: None,
        order_type: kind(order),
        price: asked_price(order).map_or(Decimal::ZERO, |price| grid.price(price)),
        side: order.side,
        order_value: money(market.value(expected, order.contracts)),
        peg_price_min: peg.min,
        peg_price_max: peg.max,
        peg_price_deviation: peg.deviation,
        cancel_duration: cancel_duration(order.time_in_force),
        timestamp: order.accepted_at,
        order_id: order.id.to_string(),
        stealth: peg.stealth,
        trigger_order: trigger.is_trigger,
        triggered: trigger.fired,
        trigger_price: trigger.price,
        trigger_original_price: trigger.original_price,
        trigger_order_type: trigger.kind,
        trigger_trailing_stop_deviation: Decimal::ZERO,
        trigger_stop_price: Decimal::ZERO,
        symbol: instrument.symbol,
        trail_value: trigger.trail,
        trail_value_type: Some("DISTANCE".to_owned()),
        contract_size: grid.contract_size(),
        activation_price: None,
        activation_price_type: None,
        oco_peer_order_id: order.peer.map(|peer| peer.to_string()),
        current_peg_price: Some(grid.price(order.price)),
        cl_order_id: client_id(order),
        reduce_only: order.reduce_only,
        order_state: if order.waits() { "STATUS_INACTIVE" } else { "STATUS_ACTIVE" }.to_owned(),
        trigger_use_last_price: trigger.use_last_price,
        avg_filled_price: average_price(record.average_ticks(), market),
        time_in_force: order.time_in_force.to_string(),
        original_order_size: order.ordered.into(),
        current_order_size: order.contracts.into(),
        total_filled_size: order.filled.into(),
        remaining_size: shown_remaining(order).into(),
        order_detail_type: None,
        take_profit_order,
        stop_loss_order,
        close_order: record.closes,
        position_mode: Some(mode_word(order.leg.mode()).to_string()),
        position_direction: direction(order),
        position_id: Some(leg_name(instrument, order.leg)),
        wrapper_order: Some(false),
    }
}

/// An order, open or finished, as the query for one order shows it: most of it as the list of open orders does.
pub(crate) fn order_detail(record: &OrderRecord, market: &MarketView<'_>) -> OrderDetail {
    let order = &record.order;
    let grid = &market.instrument().grid;
    let shown = open_order(record, market);
    let price = asked_price(order).map_or(shown.avg_filled_price, |price| grid.price(price));
    let order_value = match record.state {
        OrderState::Open => shown.order_value,
        OrderState::Filled if order.order_type == OrderType::Market => traded_value(record, grid),
        _ => cut(grid.notional(price, order.contracts).unwrap_or_default()),
    };
    macro_rules! as_shown {
        ($($field:ident)*) => {
            OrderDetail { price, order_value, status: status(record), quote: None, $($field: shown.$field,)* }
        };
    }
    as_shown! {
        order_type original_order_size current_order_size total_filled_size remaining_size side avg_filled_price
        peg_price_min peg_price_max peg_price_deviation stealth timestamp order_id cl_order_id symbol contract_size
        trigger_order triggered trigger_price trigger_original_price trigger_order_type trigger_use_last_price
        trigger_trailing_stop_deviation trigger_stop_price trail_value time_in_force reduce_only close_order
        take_profit_order stop_loss_order
    }
}

/// What an order's fills come to.
fn traded_value(record: &OrderRecord, grid: &Grid) -> Decimal {
    let value = record.traded_ticks().and_then(|ticks| ticks.checked_mul(grid.tick()));
    cut(value.and_then(|value| value.checked_mul(grid.contract_size())).unwrap_or_default())
}

/// Take profit and stop loss that an order brings.
fn exits(order: &Order, grid: &Grid) -> (Option<ProtectiveOrder>, Option<ProtectiveOrder>) {
    let shown = |exit: Option<lmex_engine::Exit>| exit.map(|exit| protective(&exit, order.side, grid));
    (shown(order.exits.take_profit), shown(order.exits.stop_loss))
}

/// How long an order may be open, in milliseconds (BTSE's document: "0: GTC, -1: IOC").
fn cancel_duration(time_in_force: TimeInForce) -> i64 {
    if time_in_force.is_immediate() { -1 } else { time_in_force.lifetime_ms().unwrap_or(0) }
}

fn client_id(order: &Order) -> String {
    order.client_id.map(|id| id.to_string()).unwrap_or_default()
}
