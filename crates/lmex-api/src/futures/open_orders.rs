//! What is in the book under one's name.

use lmex_types::{Decimal, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use super::order_answer::OrderRef;
use super::position::ProtectiveOrder;
use crate::code::OrderKind;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;

/// `GET /api/v2.3/user/open_orders`: one's open orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenOrders {
    /// One market; all if absent.
    pub symbol: Option<Symbol>,
    /// One order, or those with this client id; all if absent.
    pub order: Option<OrderRef>,
}

impl Endpoint for OpenOrders {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/open_orders",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Open Orders",
        evidence: Evidence::LiveBtse,
    };

    type Response = Vec<OpenOrder>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
        match self.order {
            Some(OrderRef::Id(id)) => query.push("orderID", id),
            Some(OrderRef::Client(id)) => query.push("clOrderID", id),
            None => query,
        };
    }
}

/// An open order. There is no numeric status here, and time in force is spelt `timeInForce`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenOrder {
    /// Undocumented; `null` in every capture.
    #[serde(default, with = "wire::text::option")]
    pub vendor_name: Option<String>,
    /// Set on orders of LMEX's own bots.
    #[serde(default, rename = "botID", with = "wire::text::option")]
    pub bot_id: Option<String>,
    /// Limit, peg.
    pub order_type: OrderKind,
    /// Limit price.
    #[serde(default, with = "wire::decimal")]
    pub price: Decimal,
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
    /// Algo orders; 1 otherwise.
    #[serde(default, with = "wire::decimal")]
    pub peg_price_deviation: Decimal,
    /// Undocumented; 0 in every capture.
    #[serde(default, with = "wire::integer")]
    pub cancel_duration: i64,
    /// When it was placed.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
    /// The venue's id.
    #[serde(rename = "orderID", with = "wire::text")]
    pub order_id: String,
    /// Algo orders: the fraction shown; 1 otherwise.
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
    /// Trailing stops: `DISTANCE` or a percentage; seen live, undocumented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trail_value_type: Option<String>,
    /// Base currency in one contract.
    #[serde(default, with = "wire::decimal")]
    pub contract_size: Decimal,
    /// The price from which a trailing stop trails, by its name; seen live, undocumented, `null` in every capture.
    #[serde(default, with = "wire::decimal::option")]
    pub activation_price: Option<Decimal>,
    /// Which price activates it, by its name; seen live, undocumented, `null` in every capture.
    #[serde(default, with = "wire::text::option")]
    pub activation_price_type: Option<String>,
    /// The other leg of an OCO pair; `null` for other orders.
    #[serde(default, with = "wire::text::option")]
    pub oco_peer_order_id: Option<String>,
    /// Seen live, undocumented: the price at which it stands now.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub current_peg_price: Option<Decimal>,
    /// The trader's own id; empty if none was given.
    #[serde(default, rename = "clOrderID", with = "wire::text")]
    pub cl_order_id: String,
    /// Whether it may only make a position smaller.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub reduce_only: bool,
    /// `STATUS_ACTIVE` or `STATUS_INACTIVE`.
    #[serde(default, with = "wire::text")]
    pub order_state: String,
    /// Whether the trigger looks at the last price instead of the mark price.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub trigger_use_last_price: bool,
    /// Average price of what was filled.
    #[serde(default, with = "wire::decimal")]
    pub avg_filled_price: Decimal,
    /// How long it stays.
    #[serde(default, with = "wire::text")]
    pub time_in_force: String,
    /// The size first asked for, in contracts.
    #[serde(default, alias = "originalSize", with = "wire::decimal")]
    pub original_order_size: Decimal,
    /// The size now, after amendments.
    #[serde(default, alias = "size", with = "wire::decimal")]
    pub current_order_size: Decimal,
    /// Filled so far.
    #[serde(default, alias = "filledSize", with = "wire::decimal")]
    pub total_filled_size: Decimal,
    /// Still to fill.
    #[serde(default, with = "wire::decimal")]
    pub remaining_size: Decimal,
    /// Undocumented; `null` in every capture.
    #[serde(default, with = "wire::text::option")]
    pub order_detail_type: Option<String>,
    /// Attached take profit.
    #[serde(default)]
    pub take_profit_order: Option<ProtectiveOrder>,
    /// Attached stop loss.
    #[serde(default)]
    pub stop_loss_order: Option<ProtectiveOrder>,
    /// Whether it closes a position.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub close_order: bool,
    /// `ONE_WAY`, `HEDGE` or `ISOLATED`.
    #[serde(default, with = "wire::text::option")]
    pub position_mode: Option<String>,
    /// `LONG` or `SHORT` in hedge mode.
    #[serde(default, with = "wire::text::option")]
    pub position_direction: Option<String>,
    /// The position it belongs to.
    #[serde(default, with = "wire::text::option")]
    pub position_id: Option<String>,
    /// Seen live, undocumented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapper_order: Option<bool>,
}
