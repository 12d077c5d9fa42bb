//! What stands when the hub starts: nothing in a new exchange, books and orders in one that comes back.

use lmex_types::Side;

use super::market_feed::MarketDepth;
use crate::desk::DeskState;
use crate::views::OrderRecord;

/// Books and open orders that no batch will tell of.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// The markets with their visible depth.
    pub(super) markets: Vec<MarketDepth>,
    /// The open orders of all users.
    pub(super) orders: Vec<OrderRecord>,
}

impl Standing {
    /// What stands at a desk.
    pub(crate) fn of(state: &DeskState) -> Self {
        let markets = state.engine.markets().map(|market| MarketDepth {
            market: market.id(),
            instrument: market.instrument().clone(),
            at: state.now,
            // There was at most one message for each command.
            seq_num: i64::try_from(state.seq).unwrap_or(i64::MAX / 2).saturating_add(1),
            bids: market.depth(Side::Buy).collect(),
            asks: market.depth(Side::Sell).collect(),
        });
        Self { markets: markets.collect(), orders: state.orders.open().cloned().collect() }
    }
}
