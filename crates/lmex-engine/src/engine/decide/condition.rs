//! What a new order waits for, is tied to and brings along.

use lmex_types::{OrderId, OrderType, Side, TimeInForce, TimeMs};

use super::check;
use crate::engine::State;
use crate::margin::Account;
use crate::market::Market;
use crate::message::{Conflict, NewOrder, Refusal};
use crate::{
    Crossing, Exit, Exits, LegId, NewTrigger, OcoStop, Order, PriceSource, Purpose, Trigger, TriggerKind,
};

/// Ids must be new among open orders, among the exits that open orders bring, and among themselves.
pub(super) fn new_ids(state: &State, ids: &[Option<OrderId>]) -> Result<(), Refusal> {
    let is_taken = |(at, id): (usize, &Option<OrderId>)| {
        id.is_some_and(|id| state.orders.is_taken(id) || ids.iter().take(at).any(|other| *other == Some(id)))
    };
    if ids.iter().enumerate().any(is_taken) { Err(Refusal::DuplicateOrderId) } else { Ok(()) }
}

/// The ids that a new order takes for its other leg and its exits.
pub(super) fn extra_ids(new: &NewOrder) -> [Option<OrderId>; 3] {
    let [profit, loss] = exit_ids(&new.exits);
    [new.oco.map(|oco| oco.order), profit, loss]
}

/// The ids that exits take.
pub(super) fn exit_ids(exits: &Exits) -> [Option<OrderId>; 2] {
    [exits.take_profit, exits.stop_loss].map(|exit| exit.map(|exit| exit.order))
}

/// Whether what a new order asks for fits together.
///
/// LMEX says so of a trail with exits alone; the others have no meaning together. Only the limit leg of an OCO pair
/// can be below (buy) or above (sell) the price as it is: on the other side both legs would be stops.
pub(super) fn compatible(market: &Market, new: &NewOrder) -> Result<(), Refusal> {
    let trails = new.trigger.is_some_and(|trigger| trigger.trail.is_some());
    let touches = new.trigger.is_some_and(|trigger| trigger.kind == TriggerKind::Touch);
    let has_exits = !new.exits.is_empty();
    let (is_peg, is_oco, waits) = (new.peg.is_some(), new.oco.is_some(), new.trigger.is_some());
    let excluded = [
        (is_peg && waits, Conflict::PegTrigger),
        (is_peg && is_oco, Conflict::PegOco),
        (is_peg && has_exits, Conflict::PegExits),
        (is_oco && new.order_type == OrderType::Market, Conflict::OcoMarket),
        (is_oco && waits, Conflict::OcoTrigger),
        (is_oco && has_exits, Conflict::OcoExits),
        (is_oco && new.time_in_force.is_immediate(), Conflict::OcoImmediate),
        (trails && has_exits, Conflict::TrailExits),
        (trails && touches, Conflict::TrailTouch),
        (new.reduce_only && has_exits, Conflict::ReduceOnlyExits),
        (new.oco.is_some_and(|oco| would_trade(market, new, &oco)), Conflict::OcoPrice),
    ];
    let found = excluded.into_iter().find(|(is_excluded, _)| *is_excluded);
    found.map_or(Ok(()), |(_, what)| Err(Refusal::Incompatible(what)))
}

fn would_trade(market: &Market, new: &NewOrder, oco: &OcoStop) -> bool {
    market.has_come(oco.source, Crossing::of_stop(new.side.opposite()), new.price)
}

/// Ranges of all prices but the order's own, then their sides; answers what the order waits for.
pub(super) fn conditions(market: &Market, new: &NewOrder) -> Result<Option<Trigger>, Refusal> {
    let waits_at = new.trigger.filter(|trigger| trigger.trail.is_none()).map(|trigger| trigger.price);
    let oco = new.oco.iter().flat_map(|oco| [oco.trigger_price, oco.price]);
    let exits = new.exits.iter().map(|(_, exit)| exit.price);
    for price in waits_at.into_iter().chain(oco).chain(exits) {
        check::price_range(market, price)?;
    }
    let trigger = new.trigger.map(|asked| trigger(market, new.side, &asked)).transpose()?;
    if let Some(oco) = &new.oco {
        lies_ahead(market, oco.source, Crossing::of_stop(new.side), oco.trigger_price)?;
    }
    if !new.exits.is_empty() {
        exits_fit(market, &Order { trigger, ..Order::of(new, TimeMs::default()) })?;
    }
    Ok(trigger)
}

fn trigger(market: &Market, side: Side, asked: &NewTrigger) -> Result<Trigger, Refusal> {
    let NewTrigger { kind, price, source, trail } = *asked;
    let crossing = match kind {
        TriggerKind::Touch if market.compare(source, price).is_gt() => Crossing::Falling,
        TriggerKind::Touch => Crossing::Rising,
        TriggerKind::Stop => Crossing::of_stop(side),
    };
    let price = match trail {
        Some(trail) => trailing_from(market, source, crossing, trail)?,
        None => price,
    };
    lies_ahead(market, source, crossing, price)?;
    Ok(Trigger { price, source, crossing, trail, fired: false })
}

/// A trailing stop starts behind the price as it is, inside the range of prices.
fn trailing_from(
    market: &Market,
    source: PriceSource,
    crossing: Crossing,
    trail: i64,
) -> Result<i64, Refusal> {
    let start = market.trailed(source, crossing, trail);
    let below_price = market.compare(source, trail).is_gt();
    let fits = trail > 0 && below_price && (1..=market.scale.max_price).contains(&start);
    if fits { Ok(start) } else { Err(Refusal::TrailOutOfRange { trail }) }
}

/// A trigger that the price is at, or beyond, would fire at once.
pub(super) fn lies_ahead(
    market: &Market,
    source: PriceSource,
    crossing: Crossing,
    price: i64,
) -> Result<(), Refusal> {
    let has_come = market.has_come(source, crossing, price);
    if has_come { Err(Refusal::TriggerWrongSide { price }) } else { Ok(()) }
}

/// Whether what an order brings for its position is on the right side of its price, as it is new or amended.
pub(super) fn exits_fit(market: &Market, order: &Order) -> Result<(), Refusal> {
    let mut exits = order.exits.iter();
    exits.try_for_each(|(purpose, exit)| exit_fits(market, order, purpose, exit))
}

/// A profit lies beyond the price that the order is expected to trade at, a loss before it: that is its limit, or its
/// trigger, or what the exit looks at now.
fn exit_fits(market: &Market, order: &Order, purpose: Purpose, exit: Exit) -> Result<(), Refusal> {
    let crossing = Crossing::of_exit(purpose, order.side);
    let entry = match (order.order_type, order.trigger) {
        (OrderType::Limit, _) => order.price,
        (OrderType::Market, Some(trigger)) => trigger.price,
        (OrderType::Market, None) => return lies_ahead(market, exit.source, crossing, exit.price),
    };
    let fits = match crossing {
        Crossing::Rising => exit.price > entry,
        Crossing::Falling => exit.price < entry,
    };
    if fits { Ok(()) } else { Err(Refusal::TriggerWrongSide { price: exit.price }) }
}

/// How many open orders a new one makes.
pub(super) fn order_count(new: &NewOrder) -> u32 {
    1 + u32::from(new.oco.is_some())
}

/// When an order's time is over. It runs while the order waits, too; a market order that does not wait has none.
pub(super) fn expiry(new: &NewOrder, at: TimeMs) -> Option<TimeMs> {
    let may_stay = new.order_type == OrderType::Limit || new.trigger.is_some();
    let lifetime = new.time_in_force.lifetime_ms().filter(|_| may_stay);
    lifetime.map(|lifetime| at.plus_ms(lifetime))
}

/// The stop leg of a pair, made from the limit leg, whose trader's id it shares. Post-only is for the limit leg alone.
pub(super) fn stop_leg(limit: &Order, oco: &OcoStop) -> Order {
    let trigger = Trigger {
        price: oco.trigger_price,
        source: oco.source,
        crossing: Crossing::of_stop(limit.side),
        trail: None,
        fired: false,
    };
    Order {
        id: oco.order,
        price: oco.price,
        post_only: false,
        trigger: Some(trigger),
        peer: Some(limit.id),
        ..*limit
    }
}

/// The limit leg of a pair, made from the stop leg that was accepted before it.
pub(super) fn limit_leg(new: &NewOrder, stop: &Order) -> Order {
    Order {
        id: new.order,
        client_id: new.client_id,
        price: new.price,
        post_only: new.post_only,
        trigger: None,
        peer: Some(stop.id),
        ..*stop
    }
}

/// A bound exit as it is accepted: a market order against all of a position. `None` when the position is flat.
pub(super) fn exit_order(
    account: &Account,
    market: &Market,
    leg: LegId,
    purpose: Purpose,
    exit: Exit,
    at: TimeMs,
) -> Option<Order> {
    let contracts = account.position(market.id, leg).contracts;
    let opened = match contracts {
        0 => return None,
        1.. => Side::Buy,
        _ => Side::Sell,
    };
    let crossing = Crossing::of_exit(purpose, opened);
    let Exit { order, price, source } = exit;
    Some(Order {
        id: order,
        client_id: None,
        account: account.id,
        market: market.id,
        leg,
        side: opened.opposite(),
        order_type: OrderType::Market,
        price: 0,
        ordered: contracts.abs(),
        contracts: contracts.abs(),
        filled: 0,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: true,
        accepted_at: at,
        expires_at: None,
        trigger: Some(Trigger { price, source, crossing, trail: None, fired: false }),
        purpose,
        peer: None,
        exits: Exits::NONE,
        peg: None,
        is_spam: false,
    })
}
