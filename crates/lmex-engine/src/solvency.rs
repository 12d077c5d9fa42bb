//! How far a user's own order may trade.
//!
//! What an order closes, whether it came or rested, trades no further than the bankruptcy price of the whole position:
//! beyond it the loss would be more than the money behind the position, and with nothing left open nobody could be
//! deleveraged for the rest. An order that came in to open trades no further than where the rest of it would lose, at
//! the mark price, all that is behind it. An isolated position that it turns round gives back what is left when it is
//! closed, and the new one has only the margin it brings: each must bear its part. So the insurance fund and those in
//! profit don't pay for a trader's own order. What it may not trade is cancelled; the position stays, and is liquidated
//! when the mark price says so.
//!
//! LMEX publishes no such rule. Bybit refuses an order that closes beyond the bankruptcy price; here the check comes with
//! the fill, because the price at which money runs out moves while an order rests, and a market order has none.

use lmex_types::Side;

use crate::Money;
use crate::book::Key;
use crate::engine::State;
use crate::margin::{Account, Holding, Slot, fee};
use crate::market::Market;
use crate::{MarginMode, PositionMode};

/// Whether an order that rests may trade at this price, in ticks: one that only opens may, since it has its margin.
pub(crate) fn may_make(state: &State, market: &Market, key: Key, price: i64) -> bool {
    may_make_after(state, market, key, price, &Spent::default())
}

/// Whether an order that has come in may trade at this price, in ticks.
pub(crate) fn may_take(state: &State, market: &Market, key: Key, price: i64) -> bool {
    let resting = &state.orders[key];
    let (account, order) = (&state.accounts[resting.slot], &resting.order);
    let Some(holding) = account.holding(market.id, order.leg) else { return true };
    let closable = holding.position.closable(order.side);
    let opening = (order.remaining() - closable).max(0);
    let value = market.value(price, 1);
    let cost = |contracts| cost(account, market, order.side, value, contracts);
    let margin = |most: Money| holding.initial(market).of(value.times(opening)).min(most);
    if holding.is_isolated() && closable > 0 && opening > 0 {
        let left = equity(account, holding, market) - cost(closable);
        let closes = cost(closable) <= Money::ZERO || !left.is_negative();
        return closes && (cost(opening) <= Money::ZERO || margin(account.excess() + left) >= cost(opening));
    }
    let cost = cost(closable + opening);
    let brought = || if holding.is_isolated() { margin(account.spare()) } else { Money::ZERO };
    cost <= Money::ZERO || equity(account, holding, market) + brought() >= cost
}

/// The same for a position that others can be deleveraged into at `value` a contract, without a fee.
pub(crate) fn can_take_over(state: &State, account: &Account, holding: &Holding, value: Money) -> bool {
    let Some(market) = state.market(holding.market) else { return false };
    let gain = (value - market.mark.value).times(holding.position.contracts);
    !(equity(account, holding, market) + gain).is_negative()
}

fn may_make_after(state: &State, market: &Market, key: Key, price: i64, spent: &Spent) -> bool {
    let resting = &state.orders[key];
    let (account, order) = (&state.accounts[resting.slot], &resting.order);
    let Some(holding) = account.holding(market.id, order.leg) else { return true };
    let closable = holding.position.closable(order.side) - spent.closed;
    if closable <= 0 {
        return true;
    }
    let cost = cost(account, market, order.side, market.value(price, 1), closable);
    // At a price better than the mark by more than the fee nothing is lost, whatever the account has.
    cost <= Money::ZERO || equity(account, holding, market) + spent.gained >= cost
}

/// What equity loses when so many contracts trade at `value` each instead of the mark price, with the taker fee.
fn cost(account: &Account, market: &Market, side: Side, value: Money, contracts: i64) -> Money {
    (value - market.mark.value).times(side.sign() * contracts) + highest_fee(account, value, contracts)
}

/// What so many contracts can cost in fees, in however many fills: each rounds its fee up, and each is of one contract
/// at least.
fn highest_fee(account: &Account, value: Money, contracts: i64) -> Money {
    match value.times(contracts).part_up(account.taker_fee).max(Money::ZERO) {
        Money::ZERO => Money::ZERO,
        fee => fee + Money::from_units(2 * i128::from(contracts)),
    }
}

/// The money behind a position with the profit of all that it covers.
pub(crate) fn equity(account: &Account, holding: &Holding, market: &Market) -> Money {
    match holding.is_isolated() {
        true => holding.wallet + holding.unrealised(market),
        false => account.equity(),
    }
}

fn is_hedged(state: &State, market: &Market, key: Key) -> bool {
    let resting = &state.orders[key];
    let leg = resting.order.leg;
    let is_cross = || state.accounts[resting.slot].terms(market.id, leg).margin == MarginMode::Cross;
    leg.mode() == PositionMode::Hedge && is_cross()
}

/// What a walk through the book would have done to an account by then.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    /// Contracts closed.
    closed: i64,
    /// What fills would have added to the equity; negative is lost.
    gained: Money,
}

/// Accounts in a walk through the book whose two cross legs share their money.
///
/// Everywhere else fills at the better price of a maker never make a later one worse, so that a look at the present is
/// enough: a position that may be closed at a price may be at all better ones, whatever was closed in between. Only the
/// other leg, opened on the way, can cost what this one needs.
#[derive(Debug, Default)]
pub(crate) struct Hedged {
    spent: Vec<(Slot, Spent)>,
}

impl Hedged {
    /// [`may_make`] when the order's turn comes.
    pub(crate) fn may_make(&self, state: &State, market: &Market, key: Key, price: i64) -> bool {
        let slot = state.orders[key].slot;
        let spent = self.spent.iter().find(|(known, _)| *known == slot && is_hedged(state, market, key));
        may_make_after(state, market, key, price, &spent.map_or_else(Spent::default, |(_, spent)| *spent))
    }

    /// The order would trade so many contracts as a maker.
    pub(crate) fn count(&mut self, state: &State, market: &Market, key: Key, price: i64, contracts: i64) {
        let resting = &state.orders[key];
        let (slot, order) = (resting.slot, &resting.order);
        let account = &state.accounts[slot];
        if !is_hedged(state, market, key) {
            return;
        }
        let at = self.spent.iter().position(|(known, _)| *known == slot).unwrap_or_else(|| {
            self.spent.push((slot, Spent::default()));
            self.spent.len() - 1
        });
        let spent = &mut self.spent[at].1;
        let value = market.value(price, 1);
        let gain = (market.mark.value - value).times(order.side.sign() * contracts);
        spent.gained += gain - fee(account, value.times(contracts), !order.is_spam);
        let closable = account.position(market.id, order.leg).closable(order.side);
        if closable > 0 {
            spent.closed += contracts.min(closable);
        }
    }
}
