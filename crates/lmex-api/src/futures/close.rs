//! Closing a position.

use lmex_types::{Decimal, OrderType, Symbol};
use serde::Serialize;

use super::order_answer::OrderAnswer;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::pace::RateClass;
use crate::request::PrepareError;
use crate::wire;
use crate::wire::many::Many;

/// `POST /api/v2.3/order/close_position`: places an order that closes a position, at the market or at a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClosePosition {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Limit or market.
    #[serde(rename = "type", with = "wire::word")]
    pub order_type: OrderType,
    /// Limit price.
    #[serde(skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub price: Option<Decimal>,
    /// Whether it may only add liquidity; limit orders only.
    #[serde(rename = "postOnly", skip_serializing_if = "std::ops::Not::not")]
    pub post_only: bool,
    /// Which position, in hedge and isolated modes.
    #[serde(rename = "positionId", skip_serializing_if = "Option::is_none")]
    pub position_id: Option<String>,
}

impl Endpoint for ClosePosition {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/order/close_position",
        permission: Permission::Trade,
        bucket: Bucket::Order,
        safety: Safety::Once,
        documented: "Close Position",
        evidence: Evidence::LiveBtse,
    };

    type Response = Many<OrderAnswer>;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }

    fn rate_class(&self) -> RateClass {
        RateClass::Close
    }
}
