//! What an account's wallet comes to.

use super::{Account, Equity, Holding};
use crate::market::Market;
use crate::{MarketId, Money};

/// An account's wallet, in the quote currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wallet {
    /// Deposits, realised profits and fees.
    pub balance: Money,
    /// Profit of all positions at their mark prices.
    pub unrealised: Money,
    /// Initial margin of resting orders.
    pub order_margin: Money,
    /// Initial margin of positions at their mark prices.
    pub position_margin: Money,
    /// Maintenance margin of positions at their mark prices.
    pub maintenance: Money,
    /// Balance + unrealised − position margin − order margin: what a new order may need. Can be negative.
    pub available: Money,
}

impl Wallet {
    pub(crate) fn of<'a>(account: &Account, market: impl Fn(MarketId) -> Option<&'a Market>) -> Self {
        let mut wallet = Self { balance: account.balance, ..Self::default() };
        for holding in account.holdings() {
            if let Some(market) = market(holding.market) {
                wallet.unrealised += holding.unrealised(market);
                wallet.order_margin += holding.order_margin(market);
                wallet.position_margin += holding.position_margin(market);
                wallet.maintenance += holding.maintenance(market);
            }
        }
        wallet.available = wallet.balance + wallet.unrealised - wallet.position_margin - wallet.order_margin;
        wallet
    }

    /// The account without one of its holdings, as that holding's liquidation price needs it.
    pub(crate) fn without(&self, holding: &Holding, market: &Market) -> Equity {
        let others = self.unrealised - holding.unrealised(market);
        let owed = self.maintenance - holding.maintenance(market);
        Equity { elsewhere: self.balance + others - owed, maintenance: holding.tier(market).maintenance }
    }
}
