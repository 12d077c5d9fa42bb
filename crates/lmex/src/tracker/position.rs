//! A position as it is known here, and who traded it.

use std::collections::BTreeSet;

use lmex_api::futures::Position;
use lmex_api::stream::StreamPosition;
use lmex_types::{Decimal, Side, Symbol};

use super::order::Origin;

/// A position as the exchange tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackedPosition {
    /// Its name, such as `BTC-PERP-USDT`, with `|LONG` or `|SHORT` in hedge mode.
    pub position_id: String,
    /// The market.
    pub symbol: Symbol,
    /// `BUY` for long, `SELL` for short; `None` once it is closed.
    pub side: Option<Side>,
    /// Always positive; 0 once it is closed.
    pub contracts: Decimal,
    /// The average price at which it was entered.
    pub entry_price: Decimal,
    /// The mark price at which it is liquidated; 0 if there is none.
    pub liquidation_price: Decimal,
    /// Profit at the mark price, when it was told.
    pub unrealized_profit: Decimal,
    /// Who traded in its market since it was opened, as far as it is known. One that was found is foreign.
    pub origins: BTreeSet<Origin>,
}

impl TrackedPosition {
    /// Whether there is nothing left of it.
    pub fn is_closed(&self) -> bool {
        self.contracts.is_zero()
    }

    pub(super) fn of_stream(position: &StreamPosition) -> Option<Self> {
        let symbol = position.symbol()?;
        Some(Self {
            position_id: named(&position.position_id, symbol),
            symbol,
            side: position.side().filter(|_| !position.is_closed()),
            contracts: position.total_contracts,
            entry_price: position.entry_price,
            liquidation_price: position.liquidation_price,
            unrealized_profit: position.unrealized_profit_loss,
            origins: BTreeSet::new(),
        })
    }

    pub(super) fn of_query(position: &Position) -> Self {
        Self {
            position_id: named(position.position_id.as_deref().unwrap_or_default(), position.symbol),
            symbol: position.symbol,
            side: (!position.size.is_zero()).then_some(position.side),
            contracts: position.size,
            entry_price: position.entry_price,
            liquidation_price: position.liquidation_price,
            unrealized_profit: position.unrealized_profit_loss,
            origins: BTreeSet::new(),
        }
    }
}

/// Older messages name no position; then there is one in each market.
fn named(position_id: &str, symbol: Symbol) -> String {
    if position_id.is_empty() { symbol.to_string() } else { position_id.to_owned() }
}
