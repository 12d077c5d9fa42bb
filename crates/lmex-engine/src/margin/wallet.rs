//! What an account's wallet comes to.

use super::{Account, Sums};
use crate::Money;

/// An account's wallet, in the quote currency.
///
/// The balance covers all cross positions together. What isolated positions have set aside is theirs alone: it is in
/// `isolated` and no longer in the balance, and their profit and margin are in none of the other sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wallet {
    /// Deposits, realised profits and fees, without what is set aside for isolated positions.
    pub balance: Money,
    /// What is set aside for isolated positions, all of them together.
    pub isolated: Money,
    /// Profit of cross positions at their mark prices.
    pub unrealised: Money,
    /// Initial margin of resting orders, for cross and for isolated positions.
    pub order_margin: Money,
    /// Initial margin of cross positions at their mark prices.
    pub position_margin: Money,
    /// Maintenance margin of cross positions at their mark prices.
    pub maintenance: Money,
    /// Balance + unrealised − position margin − order margin: what a new order may need. Can be negative.
    pub available: Money,
}

impl Wallet {
    pub(crate) fn of(account: &Account) -> Self {
        let Sums { order_margin, unrealised, position_margin, maintenance } = account.sums();
        Self {
            balance: account.balance,
            isolated: account.holdings().iter().map(|holding| holding.wallet).sum(),
            unrealised,
            order_margin,
            position_margin,
            maintenance,
            available: account.available(),
        }
    }

    /// What may be withdrawn, not below zero: what is available, less the profit of the cross positions as a whole where
    /// they have one. Losses count against the account at once, profits only when they are realised.
    pub fn withdrawable(&self) -> Money {
        (self.available - self.unrealised.max(Money::ZERO)).max(Money::ZERO)
    }
}
