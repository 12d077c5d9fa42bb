//! What happens next to whatever has come in: price first, then time.

use lmex_types::{OrderId, OrderType, Side, TimeInForce};

use crate::book::{Front, Key, OpenOrder};
use crate::engine::decide::{cancelled, set, taken};
use crate::engine::{InFlight, State, Taker};
use crate::liquidation::Liquidation;
use crate::margin::{Account, Slot, Transfer, fee};
use crate::market::Market;
use crate::message::{CancelReason, CrowdPurpose, Event, Fill, Party};
use crate::solvency::{Hedged, may_make, may_take};
use crate::{LegId, MarketId, Money};

/// The next event of what is in flight. Some event always follows until nothing is.
pub(crate) fn next(state: &State, in_flight: &InFlight) -> Option<Event> {
    let market = state.market(in_flight.market)?;
    match in_flight.taker {
        Taker::Order(key) => next_of_order(state, market, in_flight, key),
        Taker::Liquidation { slot, leg, order, remaining } => {
            next_of_liquidation(state, market, in_flight, (slot, leg), order, remaining)
        }
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
            OrderType::Limit => Some(rested(state, market, key)),
        };
    };
    if order.post_only {
        return end(CancelReason::PostOnlyWouldCross);
    }
    if !may_take(state, market, key, price) {
        return end(CancelReason::Bankruptcy);
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

/// The venue's order trades with what is there, up to its limit. Beyond the bankruptcy price it trades only as many
/// contracts as the insurance fund can pay for. An order of the same account, of another position, is out of its way.
fn next_of_liquidation(
    state: &State,
    market: &Market,
    in_flight: &InFlight,
    (slot, leg): (Slot, LegId),
    order: OrderId,
    remaining: i64,
) -> Option<Event> {
    let best = market.book.side(in_flight.side.opposite()).within(in_flight.limit).next();
    let most = best.map_or(0, |(price, _)| remaining.min(affordable(state, market, price)));
    match best.filter(|_| most > 0).map(|(price, level)| (price, level.front(&state.orders))) {
        Some((_, Front::User(maker))) if state.orders[maker].slot == slot => {
            cancelled(state, maker, CancelReason::Liquidation)
        }
        Some((price, Front::User(maker))) => fill(state, market, in_flight, price, most, Some(maker)),
        Some((price, Front::Crowd(there))) => fill(state, market, in_flight, price, most.min(there), None),
        None => Some(Event::LiquidationOrderEnded {
            account: state.accounts[slot].id,
            market: market.id,
            leg,
            order,
            remaining,
        }),
    }
}

/// Contracts that a liquidation can close at this price.
fn affordable(state: &State, market: &Market, price: i64) -> i64 {
    let Some(Liquidation { slot, scope, closing: Some(closing) }) = state.liquidation else { return 0 };
    closing.affordable(state, slot, scope, market.value(price, 1))
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

fn rested(state: &State, market: &Market, key: Key) -> Event {
    let order = &state.orders[key].order;
    Event::OrderRested {
        account: order.account,
        market: order.market,
        order: order.id,
        side: order.side,
        price: order.price,
        remaining: order.remaining(),
        level: market.book.total_after(&state.orders, key, 0, order.remaining()),
    }
}

/// Up to `most` contracts trade with the front of a level. An order that may not trade there is cancelled instead.
fn fill(
    state: &State,
    market: &Market,
    in_flight: &InFlight,
    price: i64,
    most: i64,
    maker: Option<Key>,
) -> Option<Event> {
    if let Some(maker) = maker.filter(|&maker| !may_make(state, market, maker, price)) {
        return cancelled(state, maker, CancelReason::Bankruptcy);
    }
    let contracts = maker.map_or(most, |maker| most.min(state.orders[maker].order.remaining()));
    let aggressor = in_flight.side;
    let trade = Traded { market, price, contracts };
    let taker = match in_flight.taker {
        Taker::Order(key) => trade.by_order(state, key, false),
        Taker::Liquidation { slot, leg, order, remaining } => {
            trade.by_venue(state, (slot, leg), order, remaining, aggressor)
        }
        Taker::Crowd { .. } => trade.by_crowd(state, aggressor),
    };
    let level = match maker {
        Some(key) => {
            let remaining = state.orders[key].order.remaining();
            market.book.total_after(&state.orders, key, remaining, remaining - contracts)
        }
        None => market.book.side(aggressor.opposite()).total(price) - contracts,
    };
    let maker = match maker {
        Some(key) => trade.by_order(state, key, true),
        None => trade.by_crowd(state, aggressor.opposite()),
    };
    Some(Event::Fill(Fill {
        market: market.id,
        trade_id: state.next_trade,
        price,
        contracts,
        aggressor,
        maker,
        taker,
        level,
    }))
}

/// What a party is in a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Rested, and pays the maker fee.
    Maker,
    /// Came, or pays as if it had.
    Taker,
    /// Its position is traded by the venue.
    Liquidated,
}

/// What is traded, as each party sees it.
struct Traded<'a> {
    market: &'a Market,
    price: i64,
    contracts: i64,
}

impl Traded<'_> {
    fn by_order(&self, state: &State, key: Key, is_maker: bool) -> Party {
        let resting = &state.orders[key];
        let order = &resting.order;
        let account = &state.accounts[resting.slot];
        let role = if is_maker && !order.is_spam { Role::Maker } else { Role::Taker };
        let party = self.party(account, order.leg, order.side, role);
        Party { order: Some(order.id), remaining: order.remaining() - self.contracts, ..party }
    }

    fn by_venue(
        &self,
        state: &State,
        (slot, leg): (Slot, LegId),
        order: OrderId,
        remaining: i64,
        side: Side,
    ) -> Party {
        let account = &state.accounts[slot];
        let party = self.party(account, leg, side, Role::Liquidated);
        let party = self.charged(state, slot, party);
        let moved = self.moved(account, &party, side, Role::Liquidated);
        Party { order: Some(order), remaining: remaining - self.contracts, moved, ..party }
    }

    /// The fees of a liquidation are taken only as far as there is money beyond what closing the rest may cost: first
    /// the venue's, then the fund's.
    fn charged(&self, state: &State, slot: Slot, party: Party) -> Party {
        let Some(Liquidation { scope, closing: Some(closing), .. }) = state.liquidation else { return party };
        let value = self.market.value(self.price, 1);
        let spare = closing.spare(state, slot, scope) + closing.gain(value).times(self.contracts);
        let left = spare.max(Money::ZERO);
        let fee = party.fee.min(left);
        let due = value.times(self.contracts).part_up(self.market.rules.liquidation_fee);
        let liquidation_fee = due.min(left - fee.max(Money::ZERO));
        Party { fee, liquidation_fee, ..party }
    }

    fn by_crowd(&self, state: &State, side: Side) -> Party {
        self.party(&state.accounts[Slot::CROWD], LegId::ONE_WAY, side, Role::Taker)
    }

    fn party(&self, account: &Account, leg: LegId, side: Side, role: Role) -> Party {
        let value = self.market.value(self.price, 1);
        let (_, realised_pnl) = account.position(self.market.id, leg).filled(side, self.contracts, value);
        let party = Party {
            account: account.id,
            leg,
            order: None,
            remaining: 0,
            fee: fee(account, value.times(self.contracts), role == Role::Maker),
            realised_pnl,
            moved: Money::ZERO,
            liquidation_fee: Money::ZERO,
        };
        Party { moved: self.moved(account, &party, side, role), ..party }
    }

    /// What this fill moves into the party's isolated wallet, so that evolving only adds.
    fn moved(&self, account: &Account, party: &Party, side: Side, role: Role) -> Money {
        let held = account.holding(self.market.id, party.leg);
        let Some(holding) = held.filter(|holding| holding.is_isolated()) else { return Money::ZERO };
        let transfer = Transfer {
            holding,
            market: self.market,
            side,
            contracts: self.contracts,
            value: self.market.value(self.price, 1),
            fee: party.fee,
            gained: party.realised_pnl - party.fee - party.liquidation_fee,
        };
        match role {
            Role::Liquidated => transfer.forced(),
            Role::Maker | Role::Taker => transfer.own(account.spare()),
        }
    }
}

/// Whether a fill-or-kill order would be filled to the end, before any of it is.
///
/// Walks the book as matching would: it stops at an order of the same account, and where its own money would run out,
/// since it would be cancelled there; it counts of a reduce-only order only what its owner's position will allow when
/// its turn comes, and nothing of one that would be cancelled then.
fn fills_whole(state: &State, market: &Market, in_flight: &InFlight, key: Key) -> bool {
    let taker = &state.orders[key];
    let maker_side = taker.order.side.opposite();
    let mut wanted = taker.order.remaining();
    let mut closed = ClosedSoFar { needed: market.reduce_only > 0, by_leg: Vec::new() };
    let mut hedged = Hedged::default();
    for (price, level) in market.book.side(maker_side).within(in_flight.limit) {
        if !may_take(state, market, key, price) {
            return false;
        }
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
            if !hedged.may_make(state, market, maker, price) {
                continue;
            }
            let holding =
                state.accounts[resting.slot].position(market.id, resting.order.leg).closable(maker_side);
            let gives = closed.count((resting.slot, resting.order.leg), &resting.order, holding).min(wanted);
            hedged.count(state, market, maker, price, gives);
            wanted -= gives;
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
    by_leg: Vec<((Slot, LegId), i64)>,
}

impl ClosedSoFar {
    /// Contracts this order can give, which then count as given.
    fn count(&mut self, leg: (Slot, LegId), order: &OpenOrder, closable: i64) -> i64 {
        if !self.needed {
            return order.remaining();
        }
        let at = self.by_leg.iter().position(|(known, _)| *known == leg).unwrap_or_else(|| {
            self.by_leg.push((leg, 0));
            self.by_leg.len() - 1
        });
        let given = &mut self.by_leg[at].1;
        let left = (closable - *given).max(0);
        let gives = if order.reduce_only { order.remaining().min(left) } else { order.remaining() };
        *given += gives;
        gives
    }
}
