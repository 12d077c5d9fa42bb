//! Leverage: how much is held for how little margin.

use lmex_types::{Decimal, Symbol};
use serde::{Deserialize, Serialize};

use super::setting::SettingAnswer;
use super::words::{MarginMode, PositionMode};
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::{PrepareError, Query};
use crate::wire;
use crate::wire::many::Many;

/// `GET /api/v2.3/leverage`: the leverage that is set in a market: one row, or in hedge mode one for each direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryLeverage {
    /// The market.
    pub symbol: Symbol,
}

impl Endpoint for QueryLeverage {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/leverage",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Get Leverage",
        evidence: Evidence::LiveBtse,
    };

    type Response = Many<Leverage>;

    fn query(&self, query: &mut Query) {
        query.push("symbol", self.symbol);
    }
}

/// A leverage that is set. A rate that is missing is not zero, since zero stands for the highest there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leverage {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Notional over margin; 0 is the highest there is, with the whole wallet as margin.
    #[serde(with = "wire::decimal")]
    pub leverage: Decimal,
    /// `CROSS` or `ISOLATED`.
    #[serde(default, with = "wire::text")]
    pub margin_mode: String,
    /// `LONG` or `SHORT` in hedge mode.
    #[serde(default, with = "wire::text::option")]
    pub position_direction: Option<String>,
}

/// `POST /api/v2.3/leverage`: sets the leverage of a market or of one position.
///
/// Whose money covers the position is always said: where it is not, the venue takes isolated margin, so that setting
/// nothing but a leverage would take the position out of the shared wallet (recorded from BTSE).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetLeverage {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Notional over margin; 0 is the highest there is, with the whole wallet as margin.
    #[serde(with = "wire::decimal")]
    pub leverage: Decimal,
    /// The position mode that the market is in: needed in hedge and isolated modes.
    #[serde(
        default,
        rename = "positionMode",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub position_mode: Option<PositionMode>,
    /// Which position: needed in hedge and isolated modes.
    #[serde(default, rename = "positionId", skip_serializing_if = "Option::is_none")]
    pub position_id: Option<String>,
    /// Whose money covers it.
    #[serde(rename = "marginMode", with = "wire::word")]
    pub margin_mode: MarginMode,
}

impl Endpoint for SetLeverage {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/leverage",
        permission: Permission::Trade,
        bucket: Bucket::Query,
        safety: Safety::Once,
        documented: "Set Leverage",
        evidence: Evidence::LiveBtse,
    };

    type Response = SettingAnswer;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }
}
