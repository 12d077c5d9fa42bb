//! An open order.

use lmex_types::{ClientOrderId, OrderId, OrderType, Side, TimeInForce, TimeMs};

use crate::{AccountId, MarketId};

/// An order that was accepted and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The venue's id.
    pub id: OrderId,
    /// The trader's id.
    pub client_id: Option<ClientOrderId>,
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub order_type: OrderType,
    /// In ticks; 0 for a market order.
    pub price: i64,
    /// Original size, filled part included.
    pub contracts: i64,
    /// Contracts filled so far.
    pub filled: i64,
    /// How long it stays.
    pub time_in_force: TimeInForce,
    /// Never takes.
    pub post_only: bool,
    /// Never opens or grows a position.
    pub reduce_only: bool,
    /// When it was accepted.
    pub accepted_at: TimeMs,
    /// When it expires, if it does.
    pub expires_at: Option<TimeMs>,
}

impl Order {
    /// Contracts left to fill.
    pub fn remaining(&self) -> i64 {
        self.contracts - self.filled
    }
}
