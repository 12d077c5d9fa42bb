//! What becomes of one's orders, as the stream sends it.

use lmex_types::{Decimal, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use crate::code::{OrderKind, Status};
use crate::wire;

/// What became of an order (`notificationApiV4`). The names of its forerunner `notificationApiV3` (`size`,
/// `originalSize`, `fillSize`, `avgFillPrice`) are read too; read the kind of the order through
/// [`order_kind`](Self::order_kind), since the two differ in where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// The venue's id.
    #[serde(rename = "orderID", with = "wire::text")]
    pub order_id: String,
    /// The order's side.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// The order's kind; not in the forerunner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_type: Option<OrderKind>,
    /// What the order waits for: 0 nothing, 1 stop, 2 trigger, 3 take profit or pair. In the forerunner: its kind.
    #[serde(default, rename = "type", with = "wire::integer")]
    pub kind: i64,
    /// In the forerunner: what the order waits for.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::text::option")]
    pub tx_type: Option<String>,
    /// The order's price, or that of the fill.
    #[serde(default, with = "wire::decimal")]
    pub price: Decimal,
    /// The price that fires it, 0 if it is no trigger order.
    #[serde(default, with = "wire::decimal")]
    pub trigger_price: Decimal,
    /// Algo orders: how far from the index; 1 otherwise.
    #[serde(default, with = "wire::decimal")]
    pub peg_price_deviation: Decimal,
    /// Algo orders: the fraction shown; 1 otherwise.
    #[serde(default, with = "wire::decimal")]
    pub stealth: Decimal,
    /// What became of it.
    pub status: Status,
    /// When.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
    /// Average price of what was filled.
    #[serde(default, alias = "avgFillPrice", with = "wire::decimal")]
    pub avg_filled_price: Decimal,
    /// The trader's own id; empty if none was given.
    #[serde(default, rename = "clOrderID", with = "wire::text")]
    pub cl_order_id: String,
    /// Whether it may only add liquidity.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub post_only: bool,
    /// Whether it waited in the book, when this is about a fill.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub maker: bool,
    /// The position it belongs to.
    #[serde(default, with = "wire::text::option")]
    pub position_id: Option<String>,
    /// Undocumented; `null` where it is printed.
    #[serde(default, with = "wire::text::option")]
    pub order_detail_type: Option<String>,
    /// Whether the trader caused it; printed, not described.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub order_user_initiated: bool,
    /// The size first asked for, in contracts.
    #[serde(default, alias = "originalSize", with = "wire::decimal")]
    pub original_order_size: Decimal,
    /// The size now, after amendments.
    #[serde(default, alias = "size", with = "wire::decimal")]
    pub current_order_size: Decimal,
    /// Filled by this event. Not cumulative: see `total_filled_size`.
    #[serde(default, alias = "fillSize", with = "wire::decimal")]
    pub filled_size: Decimal,
    /// Filled so far.
    #[serde(default, with = "wire::decimal")]
    pub total_filled_size: Decimal,
    /// Still to fill.
    #[serde(default, with = "wire::decimal")]
    pub remaining_size: Decimal,
    /// How long it stays.
    #[serde(default, rename = "time_in_force", alias = "timeInForce", with = "wire::text")]
    pub time_in_force: String,
}

impl Notification {
    /// Limit, market, peg, wherever it stands.
    pub fn order_kind(&self) -> OrderKind {
        self.order_type.unwrap_or(OrderKind(self.kind))
    }
}
