//! What an account's wallet comes to.

use super::Account;
use crate::market::Market;
use crate::{MarketId, Money};

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
    pub(crate) fn of<'a>(account: &Account, market: impl Fn(MarketId) -> Option<&'a Market>) -> Self {
        let mut wallet = Self { balance: account.balance, ..Self::default() };
        for holding in account.holdings() {
            wallet.isolated += holding.wallet;
            let Some(market) = market(holding.market) else { continue };
            wallet.order_margin += holding.order_margin(market);
            if !holding.is_isolated() {
                wallet.unrealised += holding.unrealised(market);
                wallet.position_margin += holding.position_margin(market);
                wallet.maintenance += holding.maintenance(market);
            }
        }
        wallet.available = wallet.balance + wallet.unrealised - wallet.position_margin - wallet.order_margin;
        wallet
    }

    /// What may be withdrawn, not below zero: what is available, less the profit of the cross positions as a whole where
    /// they have one. Losses count against the account at once, profits only when they are realised.
    pub fn withdrawable(&self) -> Money {
        (self.available - self.unrealised.max(Money::ZERO)).max(Money::ZERO)
    }

    /// What can leave the balance before cross positions are liquidated. Not below zero.
    pub(crate) fn spare(&self) -> Money {
        (self.balance + self.unrealised - self.maintenance).max(Money::ZERO)
    }
}
