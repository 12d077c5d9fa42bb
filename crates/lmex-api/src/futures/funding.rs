//! Funding: what longs pay shorts, or the reverse.

use std::collections::BTreeMap;

use lmex_types::{Decimal, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;

/// `GET /api/v2.3/funding_history`: past rates, as an object keyed by market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundingHistory {
    /// One market; all if absent.
    pub symbol: Option<Symbol>,
    /// Which ones.
    pub period: FundingPeriod,
}

/// Which rates: the venue takes a count or bounds, not both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FundingPeriod {
    /// What the venue gives without being told.
    #[default]
    Default,
    /// The latest so many.
    Last(u32),
    /// From and to a moment.
    Between(TimeMs, TimeMs),
}

impl Endpoint for FundingHistory {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/funding_history",
        permission: Permission::Public,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Funding History",
        evidence: Evidence::Documented,
    };

    type Response = BTreeMap<String, Vec<FundingRate>>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
        match self.period {
            FundingPeriod::Default => {}
            FundingPeriod::Last(count) => {
                query.push("count", count);
            }
            FundingPeriod::Between(from, to) => {
                query.push("from", from).push("to", to);
            }
        }
    }
}

/// The rate of one funding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingRate {
    /// When it was paid; in seconds on the wire.
    #[serde(with = "wire::time::secs")]
    pub time: TimeMs,
    /// A fraction of notional; positive: longs pay shorts.
    #[serde(with = "wire::decimal")]
    pub rate: Decimal,
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
}
