//! An open order.

use lmex_types::{ClientOrderId, OrderId, OrderType, Side, TimeInForce, TimeMs};
use serde::{Deserialize, Serialize};

use crate::message::NewOrder;
use crate::{AccountId, Exits, LegId, MarketId, Peg, Trigger};

/// An order that was accepted and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The venue's id.
    pub id: OrderId,
    /// The trader's id.
    pub client_id: Option<ClientOrderId>,
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub market: MarketId,
    /// The position it opens, grows, reduces or closes.
    pub leg: LegId,
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
    /// What it waits for, or waited for.
    pub trigger: Option<Trigger>,
    /// Why it exists.
    pub purpose: Purpose,
    /// The other leg of an OCO pair: when either trades, fires or ends, the other is cancelled. `None` from then on.
    pub peer: Option<OrderId>,
    /// What its first fill binds to the position; the first that leaves one of the order's own direction. `None` from then
    /// on.
    pub exits: Exits,
    /// How its price follows the index.
    pub peg: Option<Peg>,
    /// Too small for the market: it is hidden, and pays the taker fee even as maker.
    pub is_spam: bool,
}

/// Why an order exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Purpose {
    /// Its owner wants to trade.
    #[default]
    Trade,
    /// Bound to a position: closes all of it at a profit.
    TakeProfit,
    /// Bound to a position: closes all of it at a loss.
    StopLoss,
}

impl Order {
    /// A new order as it looks when it is accepted as it was asked for: in its own leg, or else the one-way one; with
    /// nothing filled, nothing to wait for and no end by the clock.
    pub fn of(new: &NewOrder, at: TimeMs) -> Self {
        Self {
            id: new.order,
            client_id: new.client_id,
            account: new.account,
            market: new.market,
            leg: new.leg.unwrap_or_default(),
            side: new.side,
            order_type: new.order_type,
            price: if new.order_type == OrderType::Limit { new.price } else { 0 },
            contracts: new.contracts,
            filled: 0,
            time_in_force: new.time_in_force,
            post_only: new.post_only,
            reduce_only: new.reduce_only,
            accepted_at: at,
            expires_at: None,
            trigger: None,
            purpose: Purpose::Trade,
            peer: None,
            exits: new.exits,
            peg: new.peg,
            is_spam: false,
        }
    }

    /// Contracts left to fill.
    pub fn remaining(&self) -> i64 {
        self.contracts - self.filled
    }

    /// Contracts left to fill that everyone sees when it rests: none of spam, of a pegged order its shown part, of any
    /// other all.
    pub fn visible(&self) -> i64 {
        self.visible_of(self.remaining())
    }

    /// What everyone would see of it with so many contracts left to fill. A part is rounded up: an order that shows
    /// anything at all shows at least one contract.
    pub(crate) fn visible_of(&self, remaining: i64) -> i64 {
        match self.peg {
            _ if self.is_spam => 0,
            Some(peg) => peg.shown_of(remaining),
            None => remaining,
        }
    }

    /// Contracts left to fill that nobody sees.
    pub(crate) fn hidden(&self) -> i64 {
        self.remaining() - self.visible()
    }

    /// Whether it waits for a price, outside the book.
    pub fn waits(&self) -> bool {
        self.trigger.is_some_and(|trigger| !trigger.fired)
    }

    /// Whether it is bound to a position: it closes whatever there is when it fires, and ends with the position.
    pub fn is_bound(&self) -> bool {
        self.purpose != Purpose::Trade
    }
}
