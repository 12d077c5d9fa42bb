//! Creating an order.

use lmex_types::{ClientOrderId, Decimal, OrderType, Side, Symbol, TimeInForce};
use serde::{Deserialize, Serialize};

use super::order_answer::OrderAnswer;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::PrepareError;
use crate::wire;
use crate::wire::many::Many;

/// `POST /api/v2.3/order`: a new order.
///
/// Prices are in the quote currency and on the market's grid; sizes are whole contracts. Market orders carry no
/// price: the venue ignores or refuses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateOrder {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Buy or sell.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// Limit or market. The key is `type`; `orderType` only exists in answers.
    #[serde(rename = "type", with = "wire::word")]
    pub order_type: OrderType,
    /// Limit price.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub price: Option<Decimal>,
    /// Whole contracts.
    #[serde(with = "wire::integer")]
    pub size: i64,
    /// How long it stays in the book.
    #[serde(with = "wire::word")]
    pub time_in_force: TimeInForce,
    /// Whether it may only add liquidity; one that would trade at once is cancelled instead.
    #[serde(default, rename = "postOnly")]
    pub post_only: bool,
    /// Whether it may only make a position smaller.
    #[serde(default, rename = "reduceOnly")]
    pub reduce_only: bool,
    /// The trader's own id.
    #[serde(rename = "clOrderID", with = "client_id")]
    pub cl_order_id: ClientOrderId,
}

impl Endpoint for CreateOrder {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/order",
        permission: Permission::Trade,
        bucket: Bucket::Order,
        safety: Safety::Once,
        documented: "Create new order",
        evidence: Evidence::LiveBtse,
    };

    type Response = Many<OrderAnswer>;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }
}

mod client_id {
    use lmex_types::ClientOrderId;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &ClientOrderId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(id.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ClientOrderId, D::Error> {
        crate::wire::word::deserialize(deserializer)
    }
}
