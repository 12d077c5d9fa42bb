//! An open order as it is kept: what every order has in one place, what few have in another.
//!
//! Most of an [`Order`] is what it may wait for, bring along or follow, and hardly any order has any of that. Kept apart,
//! twice as many orders fit into a cache, and a command waits for memory half as often.

use lmex_types::{ClientOrderId, OrderId, OrderType, Side, TimeInForce, TimeMs};

use crate::{AccountId, Exits, LegId, MarketId, Order, Peg, Purpose, Trigger};

/// What every open order has. See [`Order`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenOrder {
    pub(crate) id: OrderId,
    pub(crate) client_id: Option<ClientOrderId>,
    pub(crate) account: AccountId,
    pub(crate) market: MarketId,
    pub(crate) leg: LegId,
    pub(crate) side: Side,
    pub(crate) order_type: OrderType,
    pub(crate) price: i64,
    pub(crate) ordered: i64,
    pub(crate) contracts: i64,
    pub(crate) filled: i64,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) post_only: bool,
    pub(crate) reduce_only: bool,
    pub(crate) accepted_at: TimeMs,
    pub(crate) expires_at: Option<TimeMs>,
    pub(crate) purpose: Purpose,
    pub(crate) is_spam: bool,
}

/// What few have. See [`Order`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conditions {
    pub(crate) trigger: Option<Trigger>,
    pub(crate) peer: Option<OrderId>,
    pub(crate) exits: Exits,
    pub(crate) peg: Option<Peg>,
}

impl OpenOrder {
    pub(crate) fn remaining(&self) -> i64 {
        self.contracts - self.filled
    }

    /// See [`Order::is_bound`].
    pub(crate) fn is_bound(&self) -> bool {
        self.purpose != Purpose::Trade
    }
}

impl Conditions {
    pub(super) const NONE: Self = Self { trigger: None, peer: None, exits: Exits::NONE, peg: None };
}

/// An order in its two parts.
pub(super) fn split(order: &Order) -> (OpenOrder, Conditions) {
    // Named one by one, so that a new field does not compile until it has a place.
    let &Order {
        id,
        client_id,
        account,
        market,
        leg,
        side,
        order_type,
        price,
        ordered,
        contracts,
        filled,
        time_in_force,
        post_only,
        reduce_only,
        accepted_at,
        expires_at,
        trigger,
        purpose,
        peer,
        exits,
        peg,
        is_spam,
    } = order;
    let open = OpenOrder {
        id,
        client_id,
        account,
        market,
        leg,
        side,
        order_type,
        price,
        ordered,
        contracts,
        filled,
        time_in_force,
        post_only,
        reduce_only,
        accepted_at,
        expires_at,
        purpose,
        is_spam,
    };
    (open, Conditions { trigger, peer, exits, peg })
}

/// The order that the two parts make.
pub(super) fn join(open: &OpenOrder, conditions: &Conditions) -> Order {
    let &OpenOrder {
        id,
        client_id,
        account,
        market,
        leg,
        side,
        order_type,
        price,
        ordered,
        contracts,
        filled,
        time_in_force,
        post_only,
        reduce_only,
        accepted_at,
        expires_at,
        purpose,
        is_spam,
    } = open;
    let &Conditions { trigger, peer, exits, peg } = conditions;
    Order {
        id,
        client_id,
        account,
        market,
        leg,
        side,
        order_type,
        price,
        ordered,
        contracts,
        filled,
        time_in_force,
        post_only,
        reduce_only,
        accepted_at,
        expires_at,
        trigger,
        purpose,
        peer,
        exits,
        peg,
        is_spam,
    }
}
