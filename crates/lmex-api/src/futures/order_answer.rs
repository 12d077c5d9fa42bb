//! What the venue answers to an action on orders.

use std::fmt;

use lmex_types::{ClientOrderId, Decimal, OrderId, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use crate::code::{OrderKind, Status};
use crate::wire;

/// One order in the answer to creating, amending, cancelling or closing. The answer is a list: one element, two for
/// OCO and bound orders, all cancelled ones for a market-wide cancel.
///
/// The names are those of version 2.3; those of 2.2 (`originalSize`, `fillSize`, `avgFillPrice`) are read too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAnswer {
    /// What became of it. HTTP 200 can carry a refusal: see [`Status::is_refusal`].
    pub status: Status,
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Limit, market, peg.
    #[serde(rename = "orderType")]
    pub order_type: OrderKind,
    /// The order's price; for market orders the price of the fill.
    #[serde(default, with = "wire::decimal")]
    pub price: Decimal,
    /// The order's side.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// The venue's id.
    #[serde(default, rename = "orderID", with = "wire::text")]
    pub order_id: String,
    /// When.
    #[serde(default = "unknown_time", with = "wire::time")]
    pub timestamp: TimeMs,
    /// The price that fires it, 0 if it is no trigger order.
    #[serde(default, rename = "triggerPrice", with = "wire::decimal")]
    pub trigger_price: Decimal,
    /// Whether it is a trigger order.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub trigger: bool,
    /// Algo orders: deviation from the index.
    #[serde(default, with = "wire::decimal")]
    pub deviation: Decimal,
    /// Algo orders: how much is shown, in percent.
    #[serde(default, with = "wire::decimal")]
    pub stealth: Decimal,
    /// Why, when something went wrong; sometimes JSON with a text for people in it.
    #[serde(default, with = "wire::text")]
    pub message: String,
    /// Average price of what was filled.
    #[serde(
        default,
        rename = "avgFilledPrice",
        alias = "avgFillPrice",
        alias = "averageFillPrice",
        with = "wire::decimal"
    )]
    pub avg_filled_price: Decimal,
    /// The trader's own id; empty if none was given.
    #[serde(default, rename = "clOrderID", alias = "clOrderId", with = "wire::text")]
    pub cl_order_id: String,
    /// The size first asked for, in contracts.
    #[serde(default, rename = "originalOrderSize", alias = "originalSize", with = "wire::decimal")]
    pub original_order_size: Decimal,
    /// The size now, after amendments.
    #[serde(default, rename = "currentOrderSize", alias = "size", with = "wire::decimal")]
    pub current_order_size: Decimal,
    /// Filled by the last event. Not cumulative: see `total_filled_size`. A close answers without it.
    #[serde(
        default,
        rename = "filledSize",
        alias = "fillSize",
        skip_serializing_if = "Option::is_none",
        with = "wire::decimal::option"
    )]
    pub filled_size: Option<Decimal>,
    /// Filled so far, in contracts.
    #[serde(default, rename = "totalFilledSize", with = "wire::decimal")]
    pub total_filled_size: Decimal,
    /// Still to fill, in contracts.
    #[serde(default, rename = "remainingSize", with = "wire::decimal")]
    pub remaining_size: Decimal,
    /// Whether it may only add liquidity.
    #[serde(default, rename = "postOnly", deserialize_with = "wire::empty::or_default")]
    pub post_only: bool,
    /// Undocumented; `null` in every capture.
    #[serde(default, rename = "orderDetailType", with = "wire::text::option")]
    pub order_detail_type: Option<String>,
    /// `ONE_WAY`, `HEDGE` or `ISOLATED`.
    #[serde(default, rename = "positionMode", with = "wire::text::option")]
    pub position_mode: Option<String>,
    /// `LONG` or `SHORT` in hedge mode.
    #[serde(default, rename = "positionDirection", with = "wire::text::option")]
    pub position_direction: Option<String>,
    /// The position it belongs to.
    #[serde(default, rename = "positionId", with = "wire::text::option")]
    pub position_id: Option<String>,
    /// How long it stays.
    #[serde(default, rename = "time_in_force", alias = "timeInForce", with = "wire::text")]
    pub time_in_force: String,
}

fn unknown_time() -> TimeMs {
    TimeMs::default()
}

impl OrderAnswer {
    /// The message for people, taken out of the JSON it sometimes comes in.
    pub fn reason(&self) -> String {
        crate::error::readable(&self.message)
    }
}

/// Which order: by the venue's id or by one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderRef {
    /// The venue's id.
    Id(OrderId),
    /// One's own id. The venue may know several orders by it.
    Client(ClientOrderId),
}

impl fmt::Display for OrderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Client(id) => id.fmt(f),
        }
    }
}
