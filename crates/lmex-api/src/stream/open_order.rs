//! Open orders, as the stream sends them.

use lmex_types::{Decimal, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use super::mode::{OrderMode, without_settlement};
use crate::code::OrderKind;
use crate::wire;

/// A message of `open-order:…`: all open orders of a market, then changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenOrderUpdate {
    /// The topic, as the server spells it.
    pub topic: String,
    /// Rises by one with each message: after a gap, subscribe anew.
    pub serial_id: i64,
    /// `SNAPSHOT` or `UPDATE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// All open orders, or those that changed.
    pub data: Vec<StreamOrder>,
}

impl OpenOrderUpdate {
    /// Whether these are all open orders.
    pub fn is_snapshot(&self) -> bool {
        self.kind.eq_ignore_ascii_case("SNAPSHOT")
    }
}

/// An open order, or one that is gone. Of the latter nothing is left but its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamOrder {
    /// The venue's id.
    #[serde(rename = "orderID", with = "wire::text")]
    pub order_id: String,
    /// Limit, market, peg.
    pub order_type: OrderKind,
    /// Buy or sell, as a number.
    #[serde(default)]
    pub order_mode: OrderMode,
    /// The same as a word: `MODE_BUY`, `MODE_SELL`.
    #[serde(default, with = "wire::text::option")]
    pub order_mode_name: Option<String>,
    /// The market with what it is settled in: `BTC-PERP-USD`.
    #[serde(default, with = "wire::text::option")]
    pub market_name: Option<String>,
    /// Still open, in contracts; 0 when it is gone.
    #[serde(with = "wire::decimal")]
    pub amount: Decimal,
    /// The size first asked for.
    #[serde(default, with = "wire::decimal")]
    pub original_amount: Decimal,
    /// Limit price.
    #[serde(default, with = "wire::decimal")]
    pub price: Decimal,
    /// The price that is shown; it did not follow an amendment where it is printed.
    #[serde(default, with = "wire::decimal")]
    pub display_price: Decimal,
    /// Whether it is a trigger order.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub trigger_order: bool,
    /// 1001 stop loss, 1002 take profit.
    #[serde(default, with = "wire::integer")]
    pub trigger_order_type: i64,
    /// The price that fires it.
    #[serde(default, with = "wire::decimal")]
    pub trigger_price: Decimal,
    /// Undocumented; `null` where it is printed.
    #[serde(default, with = "wire::text::option")]
    pub vendor_name: Option<String>,
    /// When it was placed; 1970 when it is gone.
    #[serde(default, with = "wire::time")]
    pub create_timestamp: TimeMs,
    /// Whether it has fired.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub triggered: bool,
}

impl StreamOrder {
    /// Whether it is no longer open.
    pub fn is_gone(&self) -> bool {
        self.amount.is_zero()
    }

    /// The market; `None` of an order that is gone.
    pub fn symbol(&self) -> Option<Symbol> {
        without_settlement(self.market_name.as_deref()?).parse().ok()
    }
}
