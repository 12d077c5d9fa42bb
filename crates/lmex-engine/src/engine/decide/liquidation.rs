//! Whose money is not enough, and what is done about it.
//!
//! One event at a time, until the scope is safe or has nothing left that can be closed:
//!
//! 1. its open orders are cancelled, oldest first;
//! 2. the two cross legs of a hedge close each other, as far as they go;
//! 3. the cross position with the largest loss, or the isolated one, is closed by an order of the venue: of a tier above
//!    the first only what brings it to the tier below, else all of it;
//! 4. what the book could not take goes to those in profit (see [`deleverage`]);
//! 5. a debt that stays when nothing is open is paid by the insurance fund. It is what the fund had promised in step 3.
//!
//! While a position is left in a market that takes no orders, a debt that is more than what was closed had lost waits for
//! it, and the fund pays nothing yet.
//!
//! The fund is overdrawn only by a debt that no price of the last position could make up for: of a short whose bankruptcy
//! price lies below the lowest price, or a long whose lies above the highest; and where everybody on the other side would
//! owe money at the bankruptcy price, and the crowd is not there.

use lmex_types::{OrderId, Side};

use super::{cancelled, deleverage};
use crate::Money;
use crate::engine::State;
use crate::liquidation::{Cover, Liquidation, Scope, bankruptcy, covers, holdings, is_closable, scope_after};
use crate::margin::{Account, Holding, Slot};
use crate::market::Market;
use crate::message::{CancelReason, Event};

/// How far the accounts at risk have been read: each of their scopes is looked at once.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    read: usize,
    seen: Option<Scope>,
}

/// While funding is paid nobody is liquidated: positions must not change before everyone has paid.
pub(super) fn next(state: &State, risky: &[Slot], cursor: &mut Cursor) -> Option<Event> {
    match &state.liquidation {
        _ if state.funding.is_some() => None,
        Some(liquidation) => Some(step(state, liquidation)),
        None => start(state, risky, cursor),
    }
}

fn start(state: &State, risky: &[Slot], cursor: &mut Cursor) -> Option<Event> {
    while let Some(&slot) = risky.get(cursor.read) {
        let account = &state.accounts[slot];
        while let Some(scope) = scope_after(account, cursor.seen) {
            cursor.seen = Some(scope);
            if scope.is_none() && !account.excess().is_negative() {
                continue;
            }
            let cover = Cover::of(state, account, scope);
            if cover.is_at_risk() {
                let Cover { equity, maintenance, .. } = cover;
                let account = account.id;
                return Some(Event::LiquidationStarted { account, position: scope, equity, maintenance });
            }
        }
        *cursor = Cursor { read: cursor.read + 1, seen: None };
    }
    None
}

fn step(state: &State, liquidation: &Liquidation) -> Event {
    let account = &state.accounts[liquidation.slot];
    let cover = Cover::of(state, account, liquidation.scope);
    cancel(state, account, liquidation.scope)
        .or_else(|| deleverage::next(state, liquidation))
        .or_else(|| lower(account, liquidation))
        .or_else(|| close(state, liquidation, &cover))
        .unwrap_or_else(|| settle(state, account, liquidation.scope, &cover))
}

/// Orders of the scope. Of a cross account also those that would open or add to an isolated position: they take their
/// margin from the balance.
fn cancel(state: &State, account: &Account, scope: Scope) -> Option<Event> {
    let orders = account.holdings().iter().filter(|holding| holding.orders > 0).flat_map(|holding| {
        let covered = covers(scope, holding);
        let taken = move |key| {
            let order = &state.orders[key].order;
            covered || (scope.is_none() && !order.reduce_only && !order.is_bound())
        };
        holding.open_orders(&state.orders).filter(move |&key| taken(key))
    });
    orders.take(1).find_map(|key| cancelled(state, key, CancelReason::Liquidation))
}

/// After a part was closed, the rest is in the tier below.
fn lower(account: &Account, liquidation: &Liquidation) -> Option<Event> {
    let closing = liquidation.closing?;
    let holding = account.holding(closing.market, closing.leg)?;
    let lowers = !holding.position.is_flat() && holding.terms.level > closing.level;
    lowers.then(|| lowered(account, holding, closing.level))
}

fn lowered(account: &Account, holding: &Holding, level: u32) -> Event {
    let (market, leg, moved) = (holding.market, holding.leg, Money::ZERO);
    Event::RiskLimitSet { account: account.id, market, leg, level, moved }
}

fn close(state: &State, &Liquidation { slot, scope, .. }: &Liquidation, cover: &Cover) -> Option<Event> {
    if cover.equity >= cover.maintenance {
        return None;
    }
    deleverage::offset(state, slot, scope).or_else(|| worst(state, &state.accounts[slot], scope, cover))
}

fn worst(state: &State, account: &Account, scope: Scope, cover: &Cover) -> Option<Event> {
    let open = |(holding, market): &(&Holding, &Market)| !holding.position.is_flat() && is_closable(market);
    let worst = holdings(state, account, scope)
        .filter(open)
        .min_by_key(|(holding, market)| (holding.unrealised(market), holding.market, holding.leg));
    let (holding, market) = worst?;
    let level = level(holding, market);
    Some(match to_close(holding, market, level) {
        0 => lowered(account, holding, level - 1),
        contracts => order(state, account, holding, market, cover, contracts),
    })
}

fn level(holding: &Holding, market: &Market) -> u32 {
    holding.terms.level.clamp(1, market.rules.tiers.count().max(1))
}

/// All of a position in the first tier; of a higher one what must go so that the rest, at the mark price, is within the
/// limit of the tier below, in whole steps. 0 when it is within that limit already.
fn to_close(holding: &Holding, market: &Market, level: u32) -> i64 {
    let all = holding.position.contracts.saturating_abs();
    if level <= 1 {
        return all;
    }
    let limit = market.rules.tiers.tier(level - 1).limit.max(Money::ZERO).units();
    let stays = i64::try_from(limit / market.mark.value.units().max(1)).unwrap_or(i64::MAX);
    let step = market.instrument.step_contracts.max(1);
    match all.saturating_sub(stays) {
        ..=0 => 0,
        excess => excess.saturating_add(step - 1).div_euclid(step).saturating_mul(step).min(all),
    }
}

/// The order may trade as far as the market's protection goes; how far it does the fund decides, fill by fill.
fn order(
    state: &State,
    account: &Account,
    holding: &Holding,
    market: &Market,
    cover: &Cover,
    contracts: i64,
) -> Event {
    let held = holding.position.contracts;
    let side = if held > 0 { Side::Sell } else { Side::Buy };
    Event::LiquidationOrder {
        account: account.id,
        market: market.id,
        leg: holding.leg,
        order: order_id(state.next_liquidation),
        side,
        contracts,
        limit: market.protection(side),
        bankruptcy: bankruptcy(cover, state.insurance, holding, market),
    }
}

/// The venue's own ids: 64 bits set, then the serial number. A UUID of any version that exists has other bits
/// there, so they never meet those of users' orders.
fn order_id(serial: u64) -> OrderId {
    OrderId::from_bits(u128::from(u64::MAX) << 64 | u128::from(serial))
}

fn settle(state: &State, account: &Account, scope: Scope, cover: &Cover) -> Event {
    let (account, position) = (account.id, scope);
    if cover.open > 0 || !cover.equity.is_negative() {
        return Event::LiquidationEnded { account, position };
    }
    let amount = -cover.equity;
    Event::InsurancePaid { account, position, amount, fund: state.insurance - amount }
}
