//! Questions about an account's legs: what is agreed on for each, whether it is open or flat.

use super::Engine;
use crate::margin::{Account, Holding};
use crate::market::Market;
use crate::{AccountId, LegId, MarginMode, MarketId, Money, PositionMode, Rate};

/// One of an account's positions in a market with its terms, whether it is open or flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegView {
    /// Where.
    pub market: MarketId,
    /// Which.
    pub leg: LegId,
    /// The mode that the leg belongs to.
    pub mode: PositionMode,
    /// Cross or isolated.
    pub margin: MarginMode,
    /// As it was set: 0 is the most that the risk limit allows.
    pub leverage_set: u32,
    /// The leverage that counts.
    pub leverage: u32,
    /// The tier of its risk limit, counted from 1.
    pub level: u32,
    /// The largest notional of the position with its orders.
    pub limit: Money,
    /// Initial margin as a part of the notional: 1 / leverage, but at least the tier's. Rounded up.
    pub initial: Rate,
    /// Maintenance margin as a part of the notional.
    pub maintenance: Rate,
    /// Above zero is long, below is short, zero is flat.
    pub contracts: i64,
    /// The money set aside for it, if it is isolated.
    pub wallet: Money,
    /// Open orders, waiting ones included.
    pub orders: u32,
}

impl Engine {
    /// The legs of an account in a market: the net position in the one-way mode, the long and the short one in the
    /// hedge mode, all that are open or have orders in the isolated mode.
    pub fn legs(&self, account: AccountId, market: MarketId) -> impl Iterator<Item = LegView> {
        let found = self.state.user(account).zip(self.state.market(market));
        found.into_iter().flat_map(|(account, market)| {
            let fixed: &[LegId] = match account.mode(market.id) {
                PositionMode::OneWay => &[LegId::ONE_WAY],
                PositionMode::Hedge => &[LegId::LONG, LegId::SHORT],
                PositionMode::Isolated => &[],
            };
            let isolated = account.holdings_in(market.id).iter().map(|holding| holding.leg);
            let isolated = isolated.filter(|leg| leg.mode() == PositionMode::Isolated);
            fixed.iter().copied().chain(isolated).map(move |leg| leg_view(account, market, leg))
        })
    }

    /// One leg of an account. [`LegId::ONE_WAY`] is in every mode what new legs start with.
    pub fn leg(&self, account: AccountId, market: MarketId, leg: LegId) -> Option<LegView> {
        Some(leg_view(self.state.user(account)?, self.state.market(market)?, leg))
    }
}

fn leg_view(account: &Account, market: &Market, leg: LegId) -> LegView {
    let none = Holding::new(market.id, leg, account.terms(market.id, leg));
    let holding = account.holding(market.id, leg).unwrap_or(&none);
    let tier = holding.tier(market);
    LegView {
        market: market.id,
        leg,
        mode: leg.mode(),
        margin: holding.terms.margin,
        leverage_set: holding.terms.leverage,
        leverage: u32::try_from(holding.leverage(market)).unwrap_or(u32::MAX),
        level: holding.terms.level,
        limit: tier.limit,
        initial: holding.initial(market).rate(),
        maintenance: tier.maintenance,
        contracts: holding.position.contracts,
        wallet: holding.wallet,
        orders: holding.orders,
    }
}
