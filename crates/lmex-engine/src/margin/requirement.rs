//! How much margin orders need.

use lmex_types::Side;

use super::{Account, Holding, OpenSide};
use crate::market::Market;
use crate::{LegId, Money};

/// Initial margin of resting orders: that of the dearer side, because the two can't both open a position. Orders
/// against the position need margin only for what exceeds it.
///
/// LMEX does not publish its formula; this is the usual one of one-way cross margin.
pub(crate) fn order_margin(position: i64, buys: OpenSide, sells: OpenSide, leverage: i64) -> Money {
    let buying = opening_value(buys, position.saturating_neg());
    let selling = opening_value(sells, position);
    buying.max(selling).divided_up(leverage)
}

/// Value of the part of open orders that goes beyond closing `closable` contracts, rounded up.
fn opening_value(open: OpenSide, closable: i64) -> Money {
    let closing = closable.clamp(0, open.contracts);
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
        let (position, leverage) = (holding.position, holding.leverage(market));
        let same = holding.open_side(self.side);
        let other = holding.open_side(self.side.opposite());
        let grown = OpenSide {
            contracts: same.contracts + self.contracts - self.replaces.contracts,
            value: same.value + self.value.times(self.contracts) - self.replaces.value,
        };
        let margin = |same| match self.side {
            Side::Buy => order_margin(position.contracts, same, other, leverage),
            Side::Sell => order_margin(position.contracts, other, same, leverage),
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
