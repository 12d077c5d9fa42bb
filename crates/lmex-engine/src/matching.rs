//! What happens next to whatever has come in: price first, then time.

use lmex_types::{OrderType, Side, TimeInForce};

use crate::book::{Front, Key};
use crate::engine::decide::{cancelled, set, taken};
use crate::engine::{InFlight, State, Taker};
use crate::margin::{Slot, fee};
use crate::market::Market;
use crate::message::{CancelReason, CrowdPurpose, Event, Fill, Party};
use crate::{AccountId, MarketId, Order};

/// The next event of what is in flight. Some event always follows until nothing is.
pub(crate) fn next(state: &State, in_flight: &InFlight) -> Option<Event> {
    let market = state.market(in_flight.market)?;
    match in_flight.taker {
        Taker::Order(key) => next_of_order(state, market, in_flight, key),
        Taker::Crowd { purpose: CrowdPurpose::Print, remaining, unreported } => {
            next_of_print(state, market, in_flight, remaining, unreported)
        }
        Taker::Crowd { purpose: CrowdPurpose::Depth, remaining, .. } => {
            next_of_depth(state, market, in_flight, remaining)
        }
    }
}

fn next_of_order(state: &State, market: &Market, in_flight: &InFlight, key: Key) -> Option<Event> {
    let order = &state.orders[key].order;
    let end = |reason| cancelled(state, key, reason);
    let opposite = market.book.side(order.side.opposite());
    let Some((price, level)) = opposite.within(in_flight.limit).next() else {
        return match order.order_type {
            OrderType::Market if order.filled == 0 => end(CancelReason::MarketNoLiquidity),
            OrderType::Market => end(CancelReason::ImmediateRemainder),
            OrderType::Limit if order.time_in_force == TimeInForce::Fok => end(CancelReason::FillOrKill),
            OrderType::Limit if order.time_in_force.is_immediate() => end(CancelReason::ImmediateRemainder),
            OrderType::Limit => Some(rested(market, order)),
        };
    };
    if order.post_only {
        return end(CancelReason::PostOnlyWouldCross);
    }
    if order.time_in_force == TimeInForce::Fok
        && order.filled == 0
        && !fills_whole(state, market, in_flight, key)
    {
        return end(CancelReason::FillOrKill);
    }
    match level.front(&state.orders) {
        Front::User(maker) if state.orders[maker].slot == state.orders[key].slot => {
            end(CancelReason::SelfTrade)
        }
        Front::User(maker) => fill(state, market, in_flight, price, order.remaining(), Some(maker)),
        Front::Crowd(there) => fill(state, market, in_flight, price, order.remaining().min(there), None),
    }
}

/// A print takes users and crowd alike; what no user took part in is one trade of the crowd with itself.
fn next_of_print(
    state: &State,
    market: &Market,
    in_flight: &InFlight,
    remaining: i64,
    unreported: i64,
) -> Option<Event> {
    let side = in_flight.side.opposite();
    let best = market.book.side(side).within(in_flight.limit).next().filter(|_| remaining > 0);
    match best.map(|(price, level)| (price, level.front(&state.orders))) {
        None => Some(trade(state, market.id, in_flight.side, in_flight.limit, unreported)),
        Some((price, Front::User(maker))) => fill(state, market, in_flight, price, remaining, Some(maker)),
        Some((price, Front::Crowd(there))) => Some(taken(market, side, price, remaining.min(there))),
    }
}

/// Depth that crosses trades with users only: the crowd in its way is out of date and leaves.
fn next_of_depth(state: &State, market: &Market, in_flight: &InFlight, remaining: i64) -> Option<Event> {
    let side = in_flight.side.opposite();
    let Some((price, level)) = market.book.side(side).within(in_flight.limit).next() else {
        let there = market.book.side(in_flight.side).crowd(in_flight.limit);
        return Some(set(market, in_flight.side, in_flight.limit, there + remaining));
    };
    match level.front(&state.orders) {
        Front::User(maker) if level.crowd() == 0 => {
            fill(state, market, in_flight, price, remaining, Some(maker))
        }
        _ => Some(set(market, side, price, 0)),
    }
}

/// A trade of the crowd with itself.
pub(crate) fn trade(state: &State, market: MarketId, aggressor: Side, price: i64, contracts: i64) -> Event {
    Event::Trade { market, trade_id: state.next_trade, price, contracts, aggressor }
}

fn rested(market: &Market, order: &Order) -> Event {
    Event::OrderRested {
        account: order.account,
        market: order.market,
        order: order.id,
        side: order.side,
        price: order.price,
        remaining: order.remaining(),
        level: market.book.side(order.side).total(order.price) + order.remaining(),
    }
}

/// Up to `most` contracts trade with the front of a level.
fn fill(
    state: &State,
    market: &Market,
    in_flight: &InFlight,
    price: i64,
    most: i64,
    maker: Option<Key>,
) -> Option<Event> {
    let contracts = maker.map_or(most, |maker| most.min(state.orders[maker].order.remaining()));
    let aggressor = in_flight.side;
    let taker = match in_flight.taker {
        Taker::Order(key) => Some(key),
        Taker::Crowd { .. } => None,
    };
    let party = |key, side, is_maker| party(state, market, key, side, price, contracts, is_maker);
    Some(Event::Fill(Fill {
        market: market.id,
        trade_id: state.next_trade,
        price,
        contracts,
        aggressor,
        maker: party(maker, aggressor.opposite(), true),
        taker: party(taker, aggressor, false),
        level: market.book.side(aggressor.opposite()).total(price) - contracts,
    }))
}

fn party(
    state: &State,
    market: &Market,
    key: Option<Key>,
    side: Side,
    price: i64,
    contracts: i64,
    is_maker: bool,
) -> Party {
    let slot = key.map_or(Slot::CROWD, |key| state.orders[key].slot);
    let account = &state.accounts[slot];
    let value = market.value(price, 1);
    let (_, realised_pnl) = account.position(market.id).filled(side, contracts, value);
    let order = key.map(|key| &state.orders[key].order);
    Party {
        account: order.map_or(AccountId::CROWD, |order| order.account),
        order: order.map(|order| order.id),
        remaining: order.map_or(0, |order| order.remaining() - contracts),
        fee: fee(account, value.times(contracts), is_maker),
        realised_pnl,
    }
}

/// Whether a fill-or-kill order would be filled to the end, before any of it is.
///
/// Walks the book as matching would: it stops at an order of the same account, where the order would be cancelled,
/// and counts of a reduce-only order only what its owner's position will allow when its turn comes.
fn fills_whole(state: &State, market: &Market, in_flight: &InFlight, key: Key) -> bool {
    let taker = &state.orders[key];
    let maker_side = taker.order.side.opposite();
    let mut wanted = taker.order.remaining();
    let mut closed = ClosedSoFar { needed: market.reduce_only > 0, by_account: Vec::new() };
    for (_, level) in market.book.side(maker_side).within(in_flight.limit) {
        if !level.has_users() {
            wanted -= level.crowd();
        }
        for maker in level.queue(&state.orders) {
            let resting = &state.orders[maker];
            wanted -= resting.ahead;
            if wanted <= 0 {
                return true;
            }
            if resting.slot == taker.slot {
                return false;
            }
            let holding = state.accounts[resting.slot].position(market.id).closable(maker_side);
            wanted -= closed.count(resting.slot, &resting.order, holding).min(wanted);
        }
        if level.has_users() {
            wanted -= level.tail();
        }
        if wanted <= 0 {
            return true;
        }
    }
    false
}

/// How much of their positions makers have closed in a walk through the book.
struct ClosedSoFar {
    /// Only where reduce-only orders rest.
    needed: bool,
    by_account: Vec<(Slot, i64)>,
}

impl ClosedSoFar {
    /// Contracts this order can give, which then count as given.
    fn count(&mut self, slot: Slot, order: &Order, closable: i64) -> i64 {
        if !self.needed {
            return order.remaining();
        }
        let at = self.by_account.iter().position(|(known, _)| *known == slot).unwrap_or_else(|| {
            self.by_account.push((slot, 0));
            self.by_account.len() - 1
        });
        let given = &mut self.by_account[at].1;
        let left = (closable - *given).max(0);
        let gives = if order.reduce_only { order.remaining().min(left) } else { order.remaining() };
        *given += gives;
        gives
    }
}
