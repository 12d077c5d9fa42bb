//! How many positions the account may have in a market.

use lmex_types::Symbol;
use serde::{Deserialize, Serialize};

use super::setting::SettingAnswer;
use super::words::PositionMode;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::{PrepareError, Query};
use crate::wire;
use crate::wire::many::Many;

/// `GET /api/v2.3/position_mode`: the position mode of every market, or of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueryPositionMode {
    /// One market; all if absent. The answer is a list either way.
    pub symbol: Option<Symbol>,
}

impl Endpoint for QueryPositionMode {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/position_mode",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Position Mode",
        evidence: Evidence::LiveBtse,
    };

    type Response = Many<MarketPositionMode>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
    }
}

/// The position mode of a market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarketPositionMode {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// `ONE_WAY`, `HEDGE` or `ISOLATED`: reads as a [`PositionMode`].
    #[serde(with = "wire::text")]
    pub position_mode: String,
}

/// `POST /api/v2.3/position_mode`: changes the position mode of a market. Refused with code 134 while there are
/// positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPositionMode {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// The mode to change to.
    #[serde(rename = "positionMode", with = "wire::word")]
    pub position_mode: PositionMode,
}

impl Endpoint for SetPositionMode {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/position_mode",
        permission: Permission::Trade,
        bucket: Bucket::Query,
        safety: Safety::Once,
        documented: "Change Position Mode",
        evidence: Evidence::Documented,
    };

    type Response = SettingAnswer;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }
}
