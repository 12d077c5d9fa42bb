//! Who is being liquidated.

use std::collections::BTreeSet;

use lmex_engine::{AccountId, Event, LegId, MarginMode, MarketId, PositionView};
use lmex_types::OrderId;
use serde::{Deserialize, Serialize};

/// Liquidations that have begun and not ended.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Liquidations {
    /// The isolated position, or none for all cross positions of the account.
    running: BTreeSet<(AccountId, Option<(MarketId, LegId)>)>,
    orders: BTreeSet<OrderId>,
}

impl Liquidations {
    /// Takes note of an event.
    pub(crate) fn apply(&mut self, event: &Event) {
        match *event {
            Event::LiquidationStarted { account, position, .. } => {
                self.running.insert((account, position));
            }
            Event::LiquidationEnded { account, position } => {
                self.running.remove(&(account, position));
            }
            Event::LiquidationOrder { order, .. } => {
                self.orders.insert(order);
            }
            Event::LiquidationOrderEnded { order, .. } => {
                self.orders.remove(&order);
            }
            _ => {}
        }
    }

    /// Whether a position is being liquidated, alone or with all others that the account's balance covers.
    pub(crate) fn concern(&self, account: AccountId, held: &PositionView) -> bool {
        let scope = (held.margin == MarginMode::Isolated).then_some((held.market, held.leg));
        self.running.contains(&(account, scope))
    }

    /// Whether an order is one of the venue's that liquidate, while it trades.
    pub(crate) fn is_order(&self, order: OrderId) -> bool {
        self.orders.contains(&order)
    }
}
