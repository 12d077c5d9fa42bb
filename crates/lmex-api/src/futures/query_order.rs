//! Asking after one order.

use lmex_types::{Decimal, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use super::order_answer::OrderRef;
use super::position::ProtectiveOrder;
use crate::code::{OrderKind, Status};
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;

/// `GET /api/v2.3/order`: one order, open or finished. Cancelled ones can be asked for 30 minutes. Needs the
/// *trading* permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryOrder {
    /// Which order.
    pub order: OrderRef,
}

impl Endpoint for QueryOrder {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/order",
        permission: Permission::Trade,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Order",
        evidence: Evidence::Documented,
    };

    type Response = OrderDetail;

    fn query(&self, query: &mut Query) {
        match self.order {
            OrderRef::Id(id) => query.push("orderID", id),
            OrderRef::Client(id) => query.push("clOrderID", id),
        };
    }
}

/// One order, as the query answers it. Sizes are in contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderDetail {
    /// Limit, market, peg.
    pub order_type: OrderKind,
    /// Limit price.
    #[serde(default, with = "wire::decimal")]
    pub price: Decimal,
    /// The size first asked for.
    #[serde(default, alias = "originalSize", with = "wire::decimal")]
    pub original_order_size: Decimal,
    /// The size now, after amendments.
    #[serde(default, alias = "size", with = "wire::decimal")]
    pub current_order_size: Decimal,
    /// Filled so far.
    #[serde(default, alias = "fillSize", with = "wire::decimal")]
    pub total_filled_size: Decimal,
    /// Still to fill.
    #[serde(default, with = "wire::decimal")]
    pub remaining_size: Decimal,
    /// Buy or sell.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// Notional, in the quote currency.
    #[serde(default, with = "wire::decimal")]
    pub order_value: Decimal,
    /// Algo orders.
    #[serde(default, with = "wire::decimal")]
    pub peg_price_min: Decimal,
    /// Algo orders.
    #[serde(default, with = "wire::decimal")]
    pub peg_price_max: Decimal,
    /// Algo orders.
    #[serde(default, with = "wire::decimal")]
    pub peg_price_deviation: Decimal,
    /// When it was placed.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
    /// The venue's id.
    #[serde(rename = "orderID", with = "wire::text")]
    pub order_id: String,
    /// Algo orders: the fraction shown.
    #[serde(default, with = "wire::decimal")]
    pub stealth: Decimal,
    /// Whether it is a trigger order.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub trigger_order: bool,
    /// Whether it has fired.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub triggered: bool,
    /// The price that fires it.
    #[serde(default, with = "wire::decimal")]
    pub trigger_price: Decimal,
    /// The same, as first asked for.
    #[serde(default, with = "wire::decimal")]
    pub trigger_original_price: Decimal,
    /// 1001 stop loss, 1002 take profit.
    #[serde(default, with = "wire::integer")]
    pub trigger_order_type: i64,
    /// Trailing stops.
    #[serde(default, with = "wire::decimal")]
    pub trigger_trailing_stop_deviation: Decimal,
    /// Stop orders.
    #[serde(default, with = "wire::decimal")]
    pub trigger_stop_price: Decimal,
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Trailing stops.
    #[serde(default, with = "wire::decimal")]
    pub trail_value: Decimal,
    /// The trader's own id; empty if none was given.
    #[serde(default, rename = "clOrderID", with = "wire::text")]
    pub cl_order_id: String,
    /// Whether it may only make a position smaller.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub reduce_only: bool,
    /// What became of it.
    pub status: Status,
    /// Whether the trigger looks at the last price instead of the mark price.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub trigger_use_last_price: bool,
    /// Average price of what was filled.
    #[serde(default, alias = "avgFillPrice", with = "wire::decimal")]
    pub avg_filled_price: Decimal,
    /// Base currency in one contract.
    #[serde(default, with = "wire::decimal")]
    pub contract_size: Decimal,
    /// How long it stays.
    #[serde(default, alias = "time_in_force", with = "wire::text")]
    pub time_in_force: String,
    /// Whether it closes a position.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub close_order: bool,
    /// What the price is in; in the document's table, not in its example.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::text::option")]
    pub quote: Option<String>,
    /// Attached take profit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_profit_order: Option<ProtectiveOrder>,
    /// Attached stop loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_loss_order: Option<ProtectiveOrder>,
}
