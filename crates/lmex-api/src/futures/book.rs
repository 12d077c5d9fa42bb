//! The order book, as it stands.

use lmex_types::{Decimal, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;

/// `GET /api/v2.3/orderbook`: the book with its prices grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookByGrouping {
    /// The market.
    pub symbol: Symbol,
    /// 0 to 8; 0 is the market's own price step.
    pub group: Option<u8>,
}

impl Endpoint for BookByGrouping {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/orderbook",
        permission: Permission::Public,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Orderbook (By grouping)",
        evidence: Evidence::Documented,
    };

    type Response = BookSnapshot;

    fn query(&self, query: &mut Query) {
        query.push("symbol", self.symbol).push_some("group", self.group);
    }
}

/// `GET /api/v2.3/orderbook/L2`: the book, price by price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderbookL2 {
    /// The market.
    pub symbol: Symbol,
    /// How many levels of each side.
    pub depth: Option<u32>,
}

impl Endpoint for OrderbookL2 {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/orderbook/L2",
        permission: Permission::Public,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Orderbook",
        evidence: Evidence::LiveLmex,
    };

    type Response = BookSnapshot;

    fn query(&self, query: &mut Query) {
        query.push("symbol", self.symbol).push_some("depth", self.depth);
    }
}

/// A book at one moment, best prices first. LMEX's documents show levels of one side missing and prices as numbers
/// or strings; all are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BookSnapshot {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Bids.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub buy_quote: Vec<BookLevel>,
    /// Offers.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub sell_quote: Vec<BookLevel>,
    /// When it stood so.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
    /// How many levels were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub depth: Option<i64>,
}

/// A price and what is bid or offered at it. Both are written as strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookLevel {
    /// In the quote currency.
    #[serde(with = "wire::decimal::text")]
    pub price: Decimal,
    /// In contracts.
    #[serde(with = "wire::decimal::text")]
    pub size: Decimal,
}
