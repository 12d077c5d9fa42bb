//! The dead man's switch.

use serde::{Deserialize, Serialize};

use super::accepted::Accepted;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::pace::RateClass;
use crate::request::PrepareError;
use crate::wire;

/// `POST /api/v2.3/order/cancelAllAfter`: cancels all orders unless it is asked for again in time.
///
/// Each request starts the time anew. It is not repeated by itself when its fate is unknown: ask again as often as the
/// orders are worth, well within the time-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelAllAfter {
    /// In milliseconds. That 0 switches it off is said of other venues, not by LMEX's document.
    #[serde(rename = "timeout", with = "wire::integer")]
    pub timeout_ms: i64,
}

impl Endpoint for CancelAllAfter {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/order/cancelAllAfter",
        permission: Permission::Trade,
        bucket: Bucket::Order,
        safety: Safety::Once,
        documented: "Dead Man's Switch (Cancel All After)",
        evidence: Evidence::Documented,
    };

    type Response = Accepted;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }

    fn empty_answer() -> Option<Accepted> {
        Some(Accepted)
    }

    /// Late, it is a cancel of all orders.
    fn rate_class(&self) -> RateClass {
        RateClass::Cancel
    }
}
