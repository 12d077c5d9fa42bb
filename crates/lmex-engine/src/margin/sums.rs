//! What an account's holdings come to, kept up to date.
//!
//! Every new order is compared with what is available, and every trade with what must be there. Adding both up over all
//! holdings would cost more than all the rest of a command, so each holding keeps what it adds, and the account the
//! sums. Sums of whole units have no order: kept or added up anew they are the same, which [`Engine::audit`] checks.
//!
//! [`Engine::audit`]: crate::Engine::audit

use lmex_types::Side;

use super::{Account, Holding};
use crate::market::Market;
use crate::{LegId, Money};

/// What a holding adds to its account's wallet, or all of them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sums {
    /// Initial margin of resting orders, for cross and for isolated positions.
    pub(crate) order_margin: Money,
    /// Profit of cross positions at their mark prices.
    pub(crate) unrealised: Money,
    /// Initial margin of cross positions at their mark prices.
    pub(crate) position_margin: Money,
    /// Maintenance margin of cross positions at their mark prices.
    pub(crate) maintenance: Money,
}

impl Sums {
    /// Computed from the holding itself.
    pub(crate) fn of(holding: &Holding, market: &Market) -> Self {
        let order_margin = holding.order_margin(market);
        if holding.is_isolated() || holding.position.is_flat() {
            return Self { order_margin, ..Self::default() };
        }
        Self {
            order_margin,
            unrealised: holding.unrealised(market),
            position_margin: holding.position_margin(market),
            maintenance: holding.maintenance(market),
        }
    }

    pub(crate) fn replace(&mut self, before: Self, after: Self) {
        self.order_margin += after.order_margin - before.order_margin;
        self.unrealised += after.unrealised - before.unrealised;
        self.position_margin += after.position_margin - before.position_margin;
        self.maintenance += after.maintenance - before.maintenance;
    }
}

impl Account {
    /// Balance with the profit of the cross positions, less all initial margin: what a new order may need. Can be
    /// negative.
    pub(crate) fn available(&self) -> Money {
        let Sums { order_margin, unrealised, position_margin, .. } = self.sums;
        self.balance + unrealised - position_margin - order_margin
    }

    /// Balance with the profit of the cross positions.
    pub(crate) fn equity(&self) -> Money {
        self.balance + self.sums.unrealised
    }

    /// What the balance with the cross positions has beyond their maintenance margin. Below zero they are liquidated.
    pub(crate) fn excess(&self) -> Money {
        self.balance + self.sums.unrealised - self.sums.maintenance
    }

    /// What can leave the balance before cross positions are liquidated. Not below zero.
    pub(crate) fn spare(&self) -> Money {
        self.excess().max(Money::ZERO)
    }

    /// Resting orders of a leg gain (or, negative, lose) contracts.
    pub(crate) fn change_open(
        &mut self,
        market: &Market,
        leg: LegId,
        side: Side,
        contracts: i64,
        value: Money,
    ) {
        let holding = self.holding_mut(market.id, leg);
        holding.change_open(side, contracts, value);
        let after = holding.order_margin(market);
        let before = std::mem::replace(&mut holding.sums.order_margin, after);
        self.sums.order_margin += after - before;
    }

    /// Changes the position or the terms of a leg.
    pub(crate) fn change_leg<T>(
        &mut self,
        market: &Market,
        leg: LegId,
        change: impl FnOnce(&mut Holding) -> T,
    ) -> T {
        let at = self.enter(market.id, leg);
        let Self { holdings, sums, .. } = self;
        let holding = &mut holdings[at];
        let answer = change(holding);
        let after = Sums::of(holding, market);
        sums.replace(std::mem::replace(&mut holding.sums, after), after);
        answer
    }

    /// The market's mark price changed.
    pub(crate) fn mark_changed(&mut self, market: &Market) {
        let Self { holdings, sums, .. } = self;
        for holding in holdings.iter_mut().filter(|holding| holding.market == market.id) {
            let after = Sums::of(holding, market);
            sums.replace(std::mem::replace(&mut holding.sums, after), after);
        }
    }
}
