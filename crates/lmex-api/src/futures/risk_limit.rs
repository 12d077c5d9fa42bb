//! Risk limits: the more is held, the more margin it takes.

use lmex_types::{Decimal, Symbol};
use serde::{Deserialize, Serialize};

use super::envelope::Envelope;
use super::setting::SettingAnswer;
use super::words::PositionMode;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::{PrepareError, Query};
use crate::wire;

/// `GET /api/v2.3/market/risk_limit`: the steps of every market, or of one. The rows come in an [`Envelope`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarketRiskLimits {
    /// One market; all if absent.
    pub symbol: Option<Symbol>,
}

impl Endpoint for MarketRiskLimits {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/market/risk_limit",
        permission: Permission::Public,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Market Risk Limit Setting",
        evidence: Evidence::LiveBtse,
    };

    type Response = Envelope<Vec<RiskTier>>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
    }
}

/// One step of a market. The rates must be there: one that is missing is not zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskTier {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Counted from 1.
    #[serde(with = "wire::integer")]
    pub risk_level: i64,
    /// The most that may be held, as notional in the quote currency.
    #[serde(with = "wire::decimal")]
    pub risk_limit_value: Decimal,
    /// Margin that opening takes, as a fraction of notional.
    #[serde(with = "wire::decimal")]
    pub initial_margin_rate: Decimal,
    /// Margin below which it is liquidated, as a fraction of notional.
    #[serde(with = "wire::decimal")]
    pub maintenance_margin_rate: Decimal,
    /// The highest leverage.
    #[serde(with = "wire::decimal")]
    pub max_leverage: Decimal,
}

/// `GET /api/v2.3/risk_limit`: the risk limit that the account has in a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryRiskLimit {
    /// The market.
    pub symbol: Symbol,
}

impl Endpoint for QueryRiskLimit {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/risk_limit",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Get Risk Limit",
        evidence: Evidence::Documented,
    };

    type Response = RiskLimit;

    fn query(&self, query: &mut Query) {
        query.push("symbol", self.symbol);
    }
}

/// The risk limit that the account has in a market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskLimit {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// The most that may be held, as notional in the quote currency; in contracts before 2026.
    #[serde(with = "wire::decimal")]
    pub risk_limit: Decimal,
    /// The step of [`RiskTier`] that it is; not given before 2026.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub risk_limit_level: Option<i64>,
}

/// `POST /api/v2.3/risk_limit`: goes to another step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRiskLimit {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Which step, counted from 1. The value in money, `riskLimit`, is no longer accepted.
    #[serde(rename = "riskLimitLevel", with = "wire::integer")]
    pub risk_limit_level: i64,
    /// The position mode that the market is in: needed in hedge and isolated modes.
    #[serde(
        default,
        rename = "positionMode",
        skip_serializing_if = "Option::is_none",
        with = "wire::word::option"
    )]
    pub position_mode: Option<PositionMode>,
}

impl Endpoint for SetRiskLimit {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/risk_limit",
        permission: Permission::Trade,
        bucket: Bucket::Query,
        safety: Safety::Once,
        documented: "Set Risk Limit",
        evidence: Evidence::Documented,
    };

    type Response = SettingAnswer;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }
}
