//! How much margin orders need.

use lmex_types::Side;

use super::{Account, Holding, OpenSide};
use crate::market::Market;
use crate::{Money, Rate};

/// The part of a notional that must be covered to open it: 1 / leverage, but not less than the tier's rate.
///
/// The notional is divided by the leverage itself, so that 1/3 stays exact; the result is rounded up to the unit,
/// against the trader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Initial {
    /// The leverage that counts, at least 1.
    pub(crate) leverage: i64,
    /// The tier's rate.
    pub(crate) least: Rate,
}

impl Initial {
    /// Initial margin of a notional.
    pub(crate) fn of(self, notional: Money) -> Money {
        // The larger of two parts of a notional, which is never negative, without computing both.
        match self.least.parts().saturating_mul(self.leverage) <= Rate::ONE.parts() {
            true => notional.divided_up(self.leverage),
            false => notional.part_up(self.least),
        }
    }

    /// As a rate, rounded up.
    pub(crate) fn rate(self) -> Rate {
        let whole = Rate::ONE.parts();
        let rest = i64::from(whole.checked_rem(self.leverage).unwrap_or(0) != 0);
        let parts = whole.checked_div(self.leverage).unwrap_or(whole);
        Rate::from_parts(parts + rest).max(self.least)
    }
}

/// Initial margin of resting orders: that of the dearer side, because the two can't both open a position. Orders
/// against the position need margin only for what exceeds it.
///
/// LMEX does not publish its formula; this is the usual one of one-way margin, applied to each leg by itself. Orders of
/// isolated legs reserve it from the balance like those of cross legs, until a fill moves it to the leg's wallet.
pub(crate) fn order_margin(position: i64, buys: OpenSide, sells: OpenSide, initial: Initial) -> Money {
    let buying = opening_value(buys, position.saturating_neg());
    let selling = opening_value(sells, position);
    initial.of(buying.max(selling))
}

/// Value of the part of open orders that goes beyond closing `closable` contracts, rounded up.
fn opening_value(open: OpenSide, closable: i64) -> Money {
    let closing = closable.clamp(0, open.contracts.max(0));
    open.value - open.value.share(closing, open.contracts)
}

/// An order about to be accepted or amended, as margin sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) side: Side,
    /// Contracts left to fill.
    pub(crate) contracts: i64,
    /// Value of one contract at the order's price.
    pub(crate) value: Money,
    /// What it replaces: the amended order's contracts and value. Nothing for a new order.
    pub(crate) replaces: OpenSide,
}

impl Candidate {
    /// Margin that this order adds, with the taker fee of the part that opens and the loss it would open with.
    ///
    /// Zero for an order that only closes, and for an amend after which the order needs no more margin and would cost no
    /// more to open than before: that is always allowed. Any other amend is looked at like a new order, because fee and
    /// loss of the old one were never set aside.
    pub(crate) fn required(&self, account: &Account, holding: &Holding, market: &Market) -> Money {
        let (position, initial) = (holding.position, holding.initial(market));
        let same = holding.open_side(self.side);
        let other = holding.open_side(self.side.opposite());
        let margin = |same| match self.side {
            Side::Buy => order_margin(position.contracts, same, other, initial),
            Side::Sell => order_margin(position.contracts, other, same, initial),
        };
        let (rest, grown) = self.replace(same);
        let beyond = |open: OpenSide| (open.contracts - position.closable(self.side)).max(0);
        let opening = |open| (beyond(open) - beyond(rest)).max(0);
        let added = margin(grown) - holding.sums.order_margin;
        let cost = self.cost_of_opening(opening(grown), self.value, account, market);
        let cost_before = self.cost_of_opening(opening(same), self.value_replaced(), account, market);
        if added <= Money::ZERO && cost <= cost_before {
            Money::ZERO
        } else {
            (added + cost).max(Money::ZERO)
        }
    }

    /// Value of one contract of what it replaces.
    fn value_replaced(&self) -> Money {
        self.replaces.value.share(1, self.replaces.contracts)
    }

    /// The open orders of its side without what it replaces, and then with itself.
    fn replace(&self, open: OpenSide) -> (OpenSide, OpenSide) {
        let OpenSide { contracts, value } = self.replaces;
        let rest = OpenSide { contracts: open.contracts - contracts, value: open.value - value };
        let contracts = rest.contracts + self.contracts;
        (rest, OpenSide { contracts, value: rest.value + self.value.times(self.contracts) })
    }

    /// Taker fee, and the loss at the mark price, of so many contracts at `value` each.
    fn cost_of_opening(&self, opening: i64, value: Money, account: &Account, market: &Market) -> Money {
        if opening == 0 {
            return Money::ZERO;
        }
        let fee = value.times(opening).part_up(account.taker_fee).max(Money::ZERO);
        let loss = (value - market.mark.value).times(self.side.sign()).max(Money::ZERO);
        fee + loss.times(opening)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leverage_divides_exactly_and_the_tier_is_the_least() {
        let third = Initial { leverage: 3, least: Rate::from_basis_points(3_333) };
        assert_eq!(third.of(Money::from_units(9)).units(), 3, "9 / 3, and not 9 × 0.333…4 rounded up");
        assert_eq!(third.of(Money::from_units(10)).units(), 4);
        assert_eq!(third.rate().parts(), 333_333_333_334);
        let tier = Initial { leverage: 100, least: Rate::from_basis_points(200) };
        assert_eq!(tier.of(Money::from_units(1_000)).units(), 20, "2 % is more than 1/100");
        assert_eq!(tier.rate(), Rate::from_basis_points(200));
    }
}
