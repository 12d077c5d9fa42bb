//! One's own fills, as the stream sends them.

use lmex_types::{Decimal, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use crate::code::OrderKind;
use crate::wire;

/// A fill of one's own (`fillsV2`). Kind, price, size and fee are strings here, and it is `clOrderId`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamFill {
    /// The order.
    #[serde(default, with = "wire::text")]
    pub order_id: String,
    /// Rises with time.
    #[serde(with = "wire::integer")]
    pub serial_id: i64,
    /// The trader's own id; empty if none was given.
    #[serde(default, alias = "clOrderID", with = "wire::text")]
    pub cl_order_id: String,
    /// The order's kind.
    #[serde(rename = "type", with = "kind_as_text")]
    pub order_type: OrderKind,
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// The order's side.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// The price of this fill.
    #[serde(with = "wire::decimal::text")]
    pub price: Decimal,
    /// The size of this fill, in contracts.
    #[serde(with = "wire::decimal::text")]
    pub size: Decimal,
    /// The fee, positive when paid. LMEX's document prints it as `freeAmount`.
    #[serde(alias = "freeAmount", with = "wire::decimal::text")]
    pub fee_amount: Decimal,
    /// The currency of the fee.
    #[serde(default, with = "wire::text")]
    pub fee_currency: String,
    /// The market once more.
    #[serde(default, with = "wire::text")]
    pub base: String,
    /// What it is priced in.
    #[serde(default, with = "wire::text")]
    pub quote: String,
    /// Whether the order waited in the book.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub maker: bool,
    /// When.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
    /// Base currency in one contract; not in LMEX's document.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub contract_size: Option<Decimal>,
    /// A UUID of this fill.
    #[serde(default, with = "wire::text")]
    pub trade_id: String,
}

mod kind_as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::OrderKind;

    pub(super) fn serialize<S: Serializer>(kind: &OrderKind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&kind.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OrderKind, D::Error> {
        OrderKind::deserialize(deserializer)
    }
}
