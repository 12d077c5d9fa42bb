//! Binding a take profit and a stop loss to a position.

use lmex_types::{Decimal, Side, Symbol};
use serde::{Deserialize, Serialize};

use super::order_answer::OrderAnswer;
use super::words::{PositionMode, TriggerSource};
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::PrepareError;
use crate::wire;
use crate::wire::many::Many;

/// `POST /api/v2.3/order/bind/tpsl`: orders that close an open position at a profit, at a loss, or both. At least one
/// of the prices must be given; each becomes an order with status 9.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindTpSl {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// The side of the orders: needed in hedge mode, where sell closes the long position and buy the short one. The
    /// document's table demands it always, its example has none.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::word::option")]
    pub side: Option<Side>,
    /// Fires the take profit.
    #[serde(
        default,
        rename = "takeProfitPrice",
        skip_serializing_if = "Option::is_none",
        with = "wire::decimal::option"
    )]
    pub take_profit_price: Option<Decimal>,
    /// Which price fires it; the mark price if absent.
    #[serde(
        default,
        rename = "takeProfitTrigger",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub take_profit_trigger: Option<TriggerSource>,
    /// Fires the stop loss.
    #[serde(
        default,
        rename = "stopLossPrice",
        skip_serializing_if = "Option::is_none",
        with = "wire::decimal::option"
    )]
    pub stop_loss_price: Option<Decimal>,
    /// Which price fires it; the mark price if absent.
    #[serde(
        default,
        rename = "stopLossTrigger",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub stop_loss_trigger: Option<TriggerSource>,
    /// The position mode that the market is in: needed in hedge and isolated modes.
    #[serde(
        default,
        rename = "positionMode",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub position_mode: Option<PositionMode>,
    /// Which position: needed in isolated mode.
    #[serde(default, rename = "positionId", skip_serializing_if = "Option::is_none")]
    pub position_id: Option<String>,
}

impl Endpoint for BindTpSl {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/order/bind/tpsl",
        permission: Permission::Trade,
        bucket: Bucket::Order,
        safety: Safety::Once,
        documented: "Bind TP/SL",
        evidence: Evidence::Documented,
    };

    type Response = Many<OrderAnswer>;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }
}
