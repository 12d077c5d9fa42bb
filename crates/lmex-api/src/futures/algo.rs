//! Creating an order that follows the index.

use lmex_types::{ClientOrderId, Decimal, Side, Symbol};
use serde::{Deserialize, Serialize};

use super::order_answer::OrderAnswer;
use super::words::PositionMode;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::PrepareError;
use crate::wire;
use crate::wire::many::Many;

/// `POST /api/v2.3/order/peg`: a new algo order, whose price follows the index. It can't be amended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateAlgoOrder {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// The worst price it may be listed at: the highest of a buy, the lowest of a sell.
    #[serde(with = "wire::decimal")]
    pub price: Decimal,
    /// Whole contracts.
    #[serde(with = "wire::integer")]
    pub size: i64,
    /// Buy or sell.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// The trader's own id.
    #[serde(rename = "clOrderID", with = "wire::client_id")]
    pub cl_order_id: ClientOrderId,
    /// How far its price stays from the index, in percent of the index: -10 to 10, negative is below.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub deviation: Option<Decimal>,
    /// How much of it everyone sees in the book, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub stealth: Option<Decimal>,
    /// The position mode that the market is in; one-way if absent.
    #[serde(
        default,
        rename = "positionMode",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub position_mode: Option<PositionMode>,
}

impl Endpoint for CreateAlgoOrder {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/order/peg",
        permission: Permission::Trade,
        bucket: Bucket::Order,
        safety: Safety::Once,
        documented: "Create New Algo Order",
        evidence: Evidence::Documented,
    };

    type Response = Many<OrderAnswer>;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }
}
