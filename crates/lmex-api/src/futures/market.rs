//! What can be traded, and at which prices.

use lmex_types::{Decimal, Grid, GridError, Instrument, Symbol};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;
use crate::wire::many::Many;

/// `GET /api/v2.3/market_summary`: specification and last day of every market, or of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarketSummaryRequest {
    /// One market; all if absent. The answer is a list either way.
    pub symbol: Option<Symbol>,
    /// Adds the funding interval and the next funding time.
    pub full: bool,
}

impl Endpoint for MarketSummaryRequest {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/market_summary",
        permission: Permission::Public,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Market Summary",
        evidence: Evidence::LiveLmex,
    };

    type Response = Many<MarketSummary>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
        if self.full {
            query.push("listFullAttributes", true);
        }
    }
}

/// One market of the summary. Sizes are in contracts, prices in the quote currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarketSummary {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Last traded price. There is no `lastPrice` here; see [`Price`].
    #[serde(default, with = "wire::decimal")]
    pub last: Decimal,
    /// Best offer.
    #[serde(default, with = "wire::decimal")]
    pub lowest_ask: Decimal,
    /// Best bid.
    #[serde(default, with = "wire::decimal")]
    pub highest_bid: Decimal,
    /// Contracts held long (and as many short).
    #[serde(default, with = "wire::decimal")]
    pub open_interest: Decimal,
    /// The same in USD.
    #[serde(default, rename = "openInterestUSD", with = "wire::decimal")]
    pub open_interest_usd: Decimal,
    /// Change of the last 24 hours, in percent.
    #[serde(default, with = "wire::decimal")]
    pub percentage_change: Decimal,
    /// Traded in the last 24 hours, in the quote currency.
    #[serde(default, with = "wire::decimal")]
    pub volume: Decimal,
    /// Highest price of the last 24 hours.
    #[serde(default, rename = "high24Hr", with = "wire::decimal")]
    pub high_24_hr: Decimal,
    /// Lowest price of the last 24 hours.
    #[serde(default, rename = "low24Hr", with = "wire::decimal")]
    pub low_24_hr: Decimal,
    /// What is traded.
    #[serde(default, with = "wire::text")]
    pub base: String,
    /// What it is priced in.
    #[serde(default, with = "wire::text")]
    pub quote: String,
    /// Start of a dated contract, in seconds since 1970; 0 for perpetuals.
    #[serde(default, with = "wire::integer")]
    pub contract_start: i64,
    /// End of a dated contract, in seconds since 1970; 0 for perpetuals.
    #[serde(default, with = "wire::integer")]
    pub contract_end: i64,
    /// Whether it trades.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub active: bool,
    /// Whether it is a dated future.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub time_based_contract: bool,
    /// The rate of the current funding period: a fraction of notional, paid by longs if positive.
    #[serde(default, with = "wire::decimal")]
    pub funding_rate: Decimal,
    /// Base currency in one contract.
    #[serde(default, with = "wire::decimal")]
    pub contract_size: Decimal,
    /// Lowest price.
    #[serde(default, with = "wire::decimal")]
    pub min_valid_price: Decimal,
    /// Price step.
    #[serde(default, with = "wire::decimal")]
    pub min_price_increment: Decimal,
    /// Fewest contracts in an order.
    #[serde(default, with = "wire::decimal")]
    pub min_order_size: Decimal,
    /// Most contracts in an order.
    #[serde(default, with = "wire::decimal")]
    pub max_order_size: Decimal,
    /// Size step, in contracts.
    #[serde(default, with = "wire::decimal")]
    pub min_size_increment: Decimal,
    /// Minutes between fundings; only with [`MarketSummaryRequest::full`].
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub funding_interval_minutes: Option<i64>,
    /// Next funding, in milliseconds since 1970; only with [`MarketSummaryRequest::full`].
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub funding_time: Option<i64>,
    /// Traded size of the last 24 hours; documented, not seen live on LMEX.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub size: Option<Decimal>,
    /// Documented, not seen live on LMEX; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub open_time: Option<i64>,
    /// Documented, not seen live on LMEX; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub close_time: Option<i64>,
    /// Documented, not seen live on LMEX; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub start_matching: Option<i64>,
    /// Documented, not seen live on LMEX; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub inactive_time: Option<i64>,
    /// Largest position, in contracts.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub max_position: Option<Decimal>,
    /// Lowest risk limit.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub min_risk_limit: Option<Decimal>,
    /// Highest risk limit.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub max_risk_limit: Option<Decimal>,
    /// Currencies a position can be settled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_settlement: Option<Vec<String>>,
    /// Documented, not seen live on LMEX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub futures: Option<bool>,
}

/// Notional that an order must exceed, in the quote currency (LMEX futures API, create order).
const MIN_NOTIONAL: Decimal = Decimal::from_parts(5, 0, 0, false, 0);

impl MarketSummary {
    /// The specification an order is checked against.
    pub fn instrument(&self) -> Result<Instrument, GridError> {
        let whole = |value: Decimal, fallback: i64| i64::try_from(value.trunc()).unwrap_or(fallback);
        Ok(Instrument {
            symbol: self.symbol,
            base: self.base.clone(),
            quote: self.quote.clone(),
            grid: Grid::new(self.min_price_increment, self.contract_size)?,
            min_contracts: whole(self.min_order_size, 1).max(1),
            max_contracts: whole(self.max_order_size, i64::MAX),
            step_contracts: whole(self.min_size_increment, 1).max(1),
            min_notional: MIN_NOTIONAL,
        })
    }
}

/// `GET /api/v2.3/price`: index, last and mark price. The only place with `lastPrice` and `markPrice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PriceRequest {
    /// One market; all if absent. The answer is a list either way.
    pub symbol: Option<Symbol>,
}

impl Endpoint for PriceRequest {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/price",
        permission: Permission::Public,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Market price",
        evidence: Evidence::Documented,
    };

    type Response = Many<Price>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
    }
}

/// The three prices of a market, in the quote currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// What the underlying costs on the spot markets the index is made of.
    #[serde(default, with = "wire::decimal")]
    pub index_price: Decimal,
    /// Last traded price.
    #[serde(default, with = "wire::decimal")]
    pub last_price: Decimal,
    /// The price at which positions are valued and liquidated.
    #[serde(default, with = "wire::decimal")]
    pub mark_price: Decimal,
}
