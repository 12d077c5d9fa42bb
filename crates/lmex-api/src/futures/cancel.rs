//! Cancelling orders.

use lmex_types::{ClientOrderId, OrderId, Symbol};

use super::order_answer::OrderAnswer;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::pace::RateClass;
use crate::request::Query;
use crate::wire::many::Many;

/// `DELETE /api/v2.3/order`: cancels one order, or all of a market. Success has status 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelOrder {
    /// The market; always needed.
    pub symbol: Symbol,
    /// Which orders.
    pub target: CancelTarget,
}

/// Which orders to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelTarget {
    /// One, by the venue's id.
    Order(OrderId),
    /// All with this client id.
    Client(ClientOrderId),
    /// All in the market.
    All,
}

impl Endpoint for CancelOrder {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Delete,
        path: "/api/v2.3/order",
        permission: Permission::Trade,
        bucket: Bucket::Order,
        safety: Safety::Once,
        documented: "Cancel Order",
        evidence: Evidence::LiveBtse,
    };

    type Response = Many<OrderAnswer>;

    fn query(&self, query: &mut Query) {
        query.push("symbol", self.symbol);
        match self.target {
            CancelTarget::Order(id) => query.push("orderID", id),
            CancelTarget::Client(id) => query.push("clOrderID", id),
            CancelTarget::All => query,
        };
    }

    /// By the venue's id it can be repeated: the id never names another order. By market or client id it could reach
    /// orders that were placed since.
    fn safety(&self) -> Safety {
        match self.target {
            CancelTarget::Order(_) => Safety::Safe,
            CancelTarget::Client(_) | CancelTarget::All => Safety::Once,
        }
    }

    fn rate_class(&self) -> RateClass {
        RateClass::Cancel
    }
}
