//! The currency that a position is settled in.

use lmex_types::Symbol;
use serde::{Deserialize, Serialize};

use super::accepted::Accepted;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::PrepareError;
use crate::wire;

/// `POST /api/v2.3/settle_in`: settles a position in another currency. It answers nothing unless it fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleIn {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// One of the market's `availableSettlement`.
    pub currency: String,
    /// Which position: needed in hedge and isolated modes.
    #[serde(default, rename = "positionId", skip_serializing_if = "Option::is_none")]
    pub position_id: Option<String>,
}

impl Endpoint for SettleIn {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/settle_in",
        permission: Permission::Trade,
        bucket: Bucket::Query,
        safety: Safety::Once,
        documented: "Change Contract Settlement Currency",
        evidence: Evidence::Documented,
    };

    type Response = Accepted;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }

    fn empty_answer() -> Option<Accepted> {
        Some(Accepted)
    }
}
