//! How much margin orders need.

use lmex_types::Side;

use super::{Account, Holding, OpenSide};
use crate::market::Market;
use crate::{LegId, Money, Rate};

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
        notional.divided_up(self.leverage).max(notional.part_up(self.least))
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
    pub(crate) leg: LegId,
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
    /// Zero for an order that only closes.
    pub(crate) fn required(&self, account: &Account, market: &Market) -> Money {
        let none = Holding::new(market.id, self.leg, account.terms(market.id, self.leg));
        let holding = account.holding(market.id, self.leg).unwrap_or(&none);
        let (position, initial) = (holding.position, holding.initial(market));
        let same = holding.open_side(self.side);
        let other = holding.open_side(self.side.opposite());
        let grown = OpenSide {
            contracts: same.contracts + self.contracts - self.replaces.contracts,
            value: same.value + self.value.times(self.contracts) - self.replaces.value,
        };
        let margin = |same| match self.side {
            Side::Buy => order_margin(position.contracts, same, other, initial),
            Side::Sell => order_margin(position.contracts, other, same, initial),
        };
        let added = (margin(grown) - margin(same)).max(Money::ZERO);
        let beyond = |open: OpenSide| (open.contracts - position.closable(self.side)).max(0);
        let opening = (beyond(grown) - beyond(same)).max(0);
        added + self.cost_of_opening(opening, account, market)
    }

    fn cost_of_opening(&self, opening: i64, account: &Account, market: &Market) -> Money {
        let fee = self.value.times(opening).part_up(account.taker_fee).max(Money::ZERO);
        let loss = (self.value - market.mark.value).times(self.side.sign()).max(Money::ZERO);
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
