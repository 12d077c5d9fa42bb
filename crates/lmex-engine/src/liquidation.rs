//! What the venue does with positions whose money is not enough: what is in progress, and the sums it goes by.
//!
//! LMEX says no more than that liquidation is partial, that there is an insurance fund, and that positions in profit
//! are deleveraged when it is not enough (blog; status 64, 1003 and 1004). The rules here are the usual ones
//! of the field (BitMEX, Bybit): maintenance margin at the mark price, bankruptcy price, fund, deleveraging.

use lmex_types::{OrderId, Side};

use crate::engine::State;
use crate::margin::{Account, Holding, Slot};
use crate::market::Market;
use crate::{LegId, MarketId, Money, Trading};

/// Whose money is looked at: an isolated position's, or (`None`) the balance with all cross positions of an account.
pub(crate) type Scope = Option<(MarketId, LegId)>;

/// Who is being liquidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Liquidation {
    pub(crate) slot: Slot,
    pub(crate) scope: Scope,
    /// The position that is being closed, or was last.
    pub(crate) closing: Option<Closing>,
}

/// A position, or a part of one, that the venue closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closing {
    pub(crate) market: MarketId,
    pub(crate) leg: LegId,
    /// The venue's order.
    pub(crate) order: OrderId,
    /// Which side the venue trades: sell for a long.
    pub(crate) side: Side,
    /// Value of one contract at which nothing is left of the money, within the bounds of [`bankruptcy`].
    pub(crate) bankruptcy: Money,
    /// Contracts that the book could not take, and nobody has taken over so far.
    pub(crate) left: i64,
    /// The tier that what stays of the position will be in.
    pub(crate) level: u32,
}

/// What there is in a scope, and what there should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cover {
    /// Money and unrealised profit.
    pub(crate) equity: Money,
    /// Maintenance margin.
    pub(crate) maintenance: Money,
    /// How many positions are open.
    pub(crate) open: usize,
    /// Whether one of them is in a market where it can be closed.
    pub(crate) closable: bool,
}

impl Cover {
    pub(crate) fn of(state: &State, account: &Account, scope: Scope) -> Self {
        let equity = if scope.is_none() { account.balance } else { Money::ZERO };
        let mut cover = Self { equity, maintenance: Money::ZERO, open: 0, closable: false };
        for (holding, market) in holdings(state, account, scope) {
            if scope.is_some() {
                cover.equity += holding.wallet;
            }
            if !holding.position.is_flat() {
                cover.equity += holding.unrealised(market);
                cover.maintenance += holding.maintenance(market);
                cover.open += 1;
                cover.closable |= is_closable(market);
            }
        }
        cover
    }

    /// Less than the maintenance margin, where something can be done about it; or a debt with no position left.
    pub(crate) fn is_at_risk(&self) -> bool {
        match self.open {
            0 => self.equity.is_negative(),
            _ => self.closable && self.equity < self.maintenance,
        }
    }
}

/// Whether a holding, open or flat, is covered by the scope's money.
pub(crate) fn covers(scope: Scope, holding: &Holding) -> bool {
    match scope {
        Some(position) => position == (holding.market, holding.leg),
        None => !holding.is_isolated(),
    }
}

/// The scope's holdings, open or flat, by market and leg.
pub(crate) fn holdings<'a>(
    state: &'a State,
    account: &'a Account,
    scope: Scope,
) -> impl Iterator<Item = (&'a Holding, &'a Market)> {
    let covered = account.holdings().iter().filter(move |holding| covers(scope, holding));
    covered.filter_map(|holding| Some((holding, state.market(holding.market)?)))
}

/// Nothing is liquidated or deleveraged in a market that takes no orders: its owner could not act either. What was put
/// off is done when the market opens again.
pub(crate) fn is_closable(market: &Market) -> bool {
    market.trading == Trading::Active
}

/// The scope that comes after one, and its cover: first all cross positions, then each isolated one.
pub(crate) fn scope_after(account: &Account, seen: Option<Scope>) -> Option<Scope> {
    let Some(seen) = seen else { return Some(None) };
    let isolated = account.holdings().iter().filter(|holding| holding.is_isolated());
    isolated.map(|holding| Some((holding.market, holding.leg))).find(|&scope| scope > seen)
}

/// Value of one contract at which a position is taken over by others: its bankruptcy value, kept from being absurd.
///
/// * Where there is money left, no worse for its owner than the market's price protection, as in the book: what the
///   bankruptcy value would have given away beyond it stays with the owner, whose other positions need it. So it costs
///   nobody anything.
/// * Where there is a debt, a position bears no more of it than its own loss while another is open that can bear the
///   rest, if only when its market takes orders again. Those on the other side have gained no more than that, so that
///   nobody pays for a market that they are not in.
///
/// The last position bears all that is left, however far from the mark that is: bound there too, the debt would be left
/// with nobody but the fund, which has nothing by then. See "How far from the mark" in [`formulas`](crate::formulas).
pub(crate) fn bankruptcy(cover: &Cover, fund: Money, holding: &Holding, market: &Market) -> Money {
    let (mark, held) = (market.mark.value, holding.position.contracts);
    let worst = |side| market.value(market.protection(side), 1);
    let borne = if cover.open > 1 { holding.unrealised(market) } else { cover.equity };
    let value = bankrupt_at(covered(cover.equity, fund, borne), mark, held);
    if held > 0 { value.max(worst(Side::Sell)) } else { value.min(worst(Side::Buy)) }
}

/// The money that closing a position may use up, or, below zero, the debt that it must make up for: what the fund is short
/// of, and no more than `borne` is below zero.
fn covered(equity: Money, fund: Money, borne: Money) -> Money {
    if !equity.is_negative() {
        return equity;
    }
    (equity + fund.max(Money::ZERO)).max(borne).min(Money::ZERO)
}

/// Value of one contract at which closing all `contracts` (signed) leaves nothing of `money`: the mark less, for a long,
/// or plus, for a short, the money per contract. That is rounded down, so that closing everything at this value never
/// leaves a debt.
fn bankrupt_at(money: Money, mark: Money, contracts: i64) -> Money {
    let count = i128::from(contracts.saturating_abs()).max(1);
    let each = Money::from_units(money.units().div_euclid(count));
    mark - each.times(contracts.signum())
}

impl Closing {
    /// What one contract more than covers when it is closed at `value`; below zero the fund pays.
    pub(crate) fn gain(&self, value: Money) -> Money {
        (value - self.bankruptcy).times(-self.side.sign())
    }

    /// What would be left of the scope's money if the rest of the position were closed at its bankruptcy value; below
    /// zero is what the fund has promised.
    pub(crate) fn spare(&self, state: &State, slot: Slot, scope: Scope) -> Money {
        let account = &state.accounts[slot];
        let Some(market) = state.market(self.market) else { return Money::ZERO };
        let contracts = account.position(self.market, self.leg).contracts.saturating_abs();
        Cover::of(state, account, scope).equity + self.gain(market.mark.value).times(-contracts)
    }

    /// How many contracts can be closed at `value` before the fund has promised more than it has.
    pub(crate) fn affordable(&self, state: &State, slot: Slot, scope: Scope, value: Money) -> i64 {
        let gain = self.gain(value);
        if !gain.is_negative() {
            return i64::MAX;
        }
        let fund = state.insurance.max(Money::ZERO) + self.spare(state, slot, scope);
        let count = fund.max(Money::ZERO).units() / gain.units().saturating_neg();
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(units: i128) -> Money {
        Money::from_units(units)
    }

    #[test]
    fn at_the_bankruptcy_value_nothing_is_left() {
        // Long 10 at a mark of 100 with 73: 7 a contract, rounded down from 7.3.
        assert_eq!(bankrupt_at(units(73), units(100), 10), units(93));
        assert_eq!(bankrupt_at(units(73), units(100), -10), units(107));
        // Long 10 that owes 73: 8 a contract, rounded up from 7.3.
        assert_eq!(bankrupt_at(units(-73), units(100), 10), units(108));
    }

    #[test]
    fn a_debt_counts_only_as_far_as_the_fund_is_short_of_it() {
        let covered = |fund| covered(units(-73), units(fund), units(-73));
        assert_eq!(covered(0), units(-73));
        assert_eq!(covered(33), units(-40));
        assert_eq!(covered(500), units(0));
        assert_eq!(covered(-5), units(-73), "an empty fund gives nothing");
    }

    #[test]
    fn a_position_bears_no_more_than_its_own_loss() {
        assert_eq!(covered(units(-73), units(0), units(-20)), units(-20));
        assert_eq!(covered(units(-73), units(60), units(-20)), units(-13), "the fund comes first");
        assert_eq!(covered(units(-73), units(0), units(20)), units(0), "nothing where it gains");
        assert_eq!(covered(units(73), units(0), units(-90)), units(73), "money is not a debt");
    }
}
