//! Whose position is closed against one that could not be liquidated in the book: the order of auto-deleveraging.
//!
//! LMEX shows an `adlScoreBucket` and no formula. This is BitMEX's, which Bybit and others follow: profit as a
//! part of the cost, times the effective leverage; at a loss, divided by it. Effective leverage is the position's value
//! at the mark price over the money behind it: the isolated position's equity, or the account's cross equity.

use std::cmp::Ordering;

use lmex_types::Side;

use crate::engine::State;
use crate::margin::{Account, Holding, Slot};
use crate::market::Market;
use crate::solvency::{can_take_over, equity};
use crate::{AccountId, LegId, MarketId, Money};

/// What decides about a position's place in the queue. All numbers count units of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Signed.
    profit: i128,
    cost: u128,
    /// At the mark price.
    value: u128,
    /// The money behind it; 1 where there is none, so that leverage is as high as can be.
    equity: u128,
}

/// The first to be closed by a trade of `side` at `value` a contract: the best standing, of equal ones the account that
/// was opened first. The crowd comes after all users; and after it, who would owe money then, since that debt would
/// have nobody but the insurance fund to pay it.
pub(crate) fn first(state: &State, market: &Market, side: Side, value: Money) -> Option<(Slot, LegId)> {
    let (mut best, mut owing) = (None, None);
    for (slot, leg, standing) in queue(state, market, side) {
        let account = &state.accounts[slot];
        let holding = account.holding(market.id, leg);
        let can_pay = holding.is_some_and(|holding| can_take_over(state, account, holding, value));
        let place = if can_pay { &mut best } else { &mut owing };
        if place.is_none_or(|(so_far, ..): (Standing, _, _)| standing.cmp(&so_far) == Ordering::Greater) {
            *place = Some((standing, slot, leg));
        }
    }
    let crowd = || {
        let position = state.accounts[Slot::CROWD].position(market.id, LegId::ONE_WAY);
        (position.closable(side) > 0).then_some((Slot::CROWD, LegId::ONE_WAY))
    };
    let place = |(_, slot, leg)| (slot, leg);
    best.map(place).or_else(crowd).or_else(|| owing.map(place))
}

/// The fifth of its side's queue that a position is in: 5 is deleveraged first, 1 last. `None` when it is flat or the
/// crowd's.
pub(crate) fn bucket(state: &State, account: &Account, market: MarketId, leg: LegId) -> Option<u8> {
    let market = state.market(market)?;
    let holding = account.holding(market.id, leg).filter(|_| account.id != AccountId::CROWD)?;
    let side = match holding.position.contracts {
        0 => return None,
        1.. => Side::Sell,
        _ => Side::Buy,
    };
    let own = Standing::of(account, holding, market);
    let (mut before, mut all) = (0_usize, 0_usize);
    for (_, _, other) in queue(state, market, side) {
        all += 1;
        before += usize::from(other.cmp(&own) == Ordering::Greater);
    }
    fifth(before, all)
}

/// The fifths of all users' positions in a market: each is ranked once.
pub(crate) fn buckets(state: &State, market: &Market) -> Vec<(AccountId, LegId, u8)> {
    let mut found = Vec::new();
    for side in [Side::Sell, Side::Buy] {
        let mut line: Vec<_> = queue(state, market, side).collect();
        line.sort_by(|(.., a), (.., b)| b.cmp(a));
        let mut before = 0;
        for (at, (slot, leg, standing)) in line.iter().enumerate() {
            // Equals stand at the same place: behind all that are better.
            let is_equal = at > 0 && line[at - 1].2.cmp(standing) == Ordering::Equal;
            before = if is_equal { before } else { at };
            found.extend(fifth(before, line.len()).map(|fifth| (state.accounts[*slot].id, *leg, fifth)));
        }
    }
    found
}

/// The fifth that a place in a queue is in; 5 is the first.
fn fifth(before: usize, all: usize) -> Option<u8> {
    u8::try_from(5 - (before * 5).checked_div(all)?.min(4)).ok()
}

/// Users' positions that a trade of `side` closes, by account and leg.
fn queue(state: &State, market: &Market, side: Side) -> impl Iterator<Item = (Slot, LegId, Standing)> {
    market.holders.iter().flat_map(move |&slot| {
        let account = &state.accounts[slot];
        let closable = move |holding: &&Holding| holding.position.closable(side) > 0;
        let holdings = account.holdings_in(market.id).iter().filter(closable);
        holdings.map(move |holding| (slot, holding.leg, Standing::of(account, holding, market)))
    })
}

impl Standing {
    fn of(account: &Account, holding: &Holding, market: &Market) -> Self {
        let positive = |units: i128| u128::try_from(units).unwrap_or(0).max(1);
        Self {
            profit: holding.unrealised(market).units(),
            cost: positive(holding.position.cost.abs().units()),
            value: positive(market.mark.value.times(holding.position.contracts).abs().units()),
            equity: positive(equity(account, holding, market).units()),
        }
    }

    /// Compares by fractions multiplied out: exact for all amounts.
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self, other);
        let (gain, other_gain) = (a.profit.unsigned_abs(), b.profit.unsigned_abs());
        match (a.profit > 0, b.profit > 0) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (true, true) => product([gain, a.value, b.cost, b.equity])
                .cmp(&product([other_gain, b.value, a.cost, a.equity])),
            (false, false) => product([other_gain, b.equity, a.cost, a.value])
                .cmp(&product([gain, a.equity, b.cost, b.value])),
        }
    }
}

/// The product of four numbers in 512 bits, the most significant word first, so that two of them compare.
fn product(factors: [u128; 4]) -> [u64; 8] {
    let mut words = [0_u64; 8];
    words[7] = 1;
    for factor in factors {
        let mut sum = [0_u64; 8];
        for (shift, half) in [(0, factor as u64), (1, (factor >> 64) as u64)] {
            let mut carry = 0_u128;
            for (from, to) in (0..8).rev().zip((0..8 - shift).rev()) {
                let word = u128::from(words[from]) * u128::from(half) + u128::from(sum[to]) + carry;
                sum[to] = word as u64;
                carry = word >> 64;
            }
        }
        words = sum;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn standing(profit: i128, cost: u128, value: u128, equity: u128) -> Standing {
        Standing { profit, cost, value, equity }
    }

    #[test]
    fn profit_counts_by_leverage_and_loss_against_it() {
        // 10 % at 2 times is 0.2; 5 % at 5 times is 0.25.
        let (calm, bold) = (standing(10, 100, 110, 55), standing(5, 100, 105, 21));
        assert_eq!(calm.cmp(&bold), Ordering::Less);
        // −10 % at 2 times is −0.05; at 5 times −0.02.
        let (calm, bold) = (standing(-10, 100, 90, 45), standing(-10, 100, 90, 18));
        assert_eq!(calm.cmp(&bold), Ordering::Less);
        assert_eq!(standing(0, 100, 100, 1).cmp(&bold), Ordering::Greater);
        assert_eq!(standing(1, 100, 101, 1_000).cmp(&standing(0, 1, 1, 1)), Ordering::Greater);
    }

    #[test]
    fn the_largest_numbers_compare_exactly() {
        let most = u128::MAX >> 1;
        let (a, b) = (standing(i128::MAX, most, most, most - 1), standing(i128::MAX, most, most, most));
        assert_eq!(a.cmp(&b), Ordering::Greater);
        assert_eq!(product([u128::MAX; 4])[0], u64::MAX);
        assert_eq!(product([u128::MAX, u128::MAX, 1, 1])[4..], [u64::MAX, u64::MAX - 1, 0, 1]);
    }

    proptest! {
        #[test]
        fn a_product_is_a_product(a in 1_u128..1 << 40, b in 1_u128..1 << 40, c in 1_u128..1 << 40) {
            let words = product([a, b, c, 1]);
            prop_assert_eq!(u128::from(words[6]) << 64 | u128::from(words[7]), a * b * c);
        }
    }
}
