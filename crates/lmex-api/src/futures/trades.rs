//! Trades: everyone's, and one's own.

use lmex_types::{Decimal, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use crate::code::OrderKind;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;

/// `GET /api/v2.3/trades`: public trades, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trades {
    /// The market.
    pub symbol: Symbol,
    /// Earliest trade; with `end` at most 30 days apart, alone at most 3 days ago.
    pub start: Option<TimeMs>,
    /// Latest trade.
    pub end: Option<TimeMs>,
    /// How many: at most 500.
    pub count: Option<u32>,
}

impl Endpoint for Trades {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/trades",
        permission: Permission::Public,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Trades Fills (public)",
        evidence: Evidence::Documented,
    };

    type Response = Vec<PublicTrade>;

    fn query(&self, query: &mut Query) {
        query
            .push("symbol", self.symbol)
            .push_some("startTime", self.start)
            .push_some("endTime", self.end)
            .push_some("count", self.count);
    }
}

/// A public trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicTrade {
    /// In the quote currency.
    #[serde(with = "wire::decimal")]
    pub price: Decimal,
    /// In contracts.
    #[serde(with = "wire::decimal")]
    pub size: Decimal,
    /// The side of the order that took liquidity.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// Rises with time, except among trades of one millisecond. Streams call it `tradeId`.
    #[serde(with = "wire::integer")]
    pub serial_id: i64,
    /// When.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
}

/// `GET /api/v2.3/user/trade_history`: one's own fills, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserTrades {
    /// One market; all if absent.
    pub symbol: Option<Symbol>,
    /// Earliest fill.
    pub start: Option<TimeMs>,
    /// Latest fill.
    pub end: Option<TimeMs>,
    /// How many: at most 500.
    pub count: Option<u32>,
    /// Only fills with a smaller serial number: to leaf through a millisecond with more than 500 of them.
    pub before_serial_id: Option<i64>,
    /// Only fills with a greater serial number.
    pub after_serial_id: Option<i64>,
    /// Whether to look further back than 7 days.
    pub include_old: bool,
    /// Fills of one order.
    pub order_id: Option<String>,
    /// Fills of the orders with this client id.
    pub cl_order_id: Option<String>,
}

impl Endpoint for UserTrades {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/trade_history",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Trades Fills (user)",
        evidence: Evidence::LiveBtse,
    };

    type Response = Vec<UserTrade>;

    fn query(&self, query: &mut Query) {
        query
            .push_some("symbol", self.symbol)
            .push_some("startTime", self.start)
            .push_some("endTime", self.end)
            .push_some("beforeSerialId", self.before_serial_id)
            .push_some("afterSerialId", self.after_serial_id)
            .push_some("count", self.count)
            .push_some("includeOld", self.include_old.then_some(true))
            .push_some("orderID", self.order_id.as_ref())
            .push_some("clOrderID", self.cl_order_id.as_ref());
    }
}

/// A fill of one's own. Note the lower-case `orderId`, unlike everywhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserTrade {
    /// A UUID of this fill.
    #[serde(default, with = "wire::text")]
    pub trade_id: String,
    /// The order.
    #[serde(default, with = "wire::text")]
    pub order_id: String,
    /// The account.
    #[serde(default, with = "wire::text")]
    pub username: String,
    /// The order's side.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// The order's kind.
    pub order_type: OrderKind,
    /// Which trigger caused it (1001 stop loss, 1002 take profit, 1003 liquidation, 1004 ADL).
    #[serde(default, with = "wire::integer::option")]
    pub trigger_type: Option<i64>,
    /// The order's price; 0 for market orders.
    #[serde(default, with = "wire::decimal")]
    pub price: Decimal,
    /// The order's size, in contracts.
    #[serde(default, with = "wire::decimal")]
    pub size: Decimal,
    /// The price of this fill.
    #[serde(with = "wire::decimal")]
    pub filled_price: Decimal,
    /// The size of this fill, in contracts.
    #[serde(with = "wire::decimal")]
    pub filled_size: Decimal,
    /// The price that fired the order, if it was a trigger.
    #[serde(default, with = "wire::decimal")]
    pub trigger_price: Decimal,
    /// What was traded.
    #[serde(default, with = "wire::text")]
    pub base: String,
    /// What it was priced in.
    #[serde(default, with = "wire::text")]
    pub quote: String,
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// The currency of the fee.
    #[serde(default, with = "wire::text")]
    pub fee_currency: String,
    /// The fee, positive when paid.
    #[serde(default, with = "wire::decimal")]
    pub fee_amount: Decimal,
    /// The wallet that bears it: `CROSS@`, or an isolated one.
    #[serde(default, with = "wire::text")]
    pub wallet: String,
    /// Profit realised by this fill, before the fee.
    #[serde(default, with = "wire::decimal")]
    pub realized_pnl: Decimal,
    /// Documented, and recorded in early 2026, as realised profit less fee; 0 in later recordings, whatever the fee. Not to
    /// be relied on: take `realized_pnl` and `fee_amount`.
    #[serde(default, with = "wire::decimal")]
    pub total: Decimal,
    /// Rises with time.
    #[serde(with = "wire::integer")]
    pub serial_id: i64,
    /// When.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
    /// Undocumented; `null` in every capture.
    #[serde(default, with = "wire::text::option")]
    pub order_detail_type: Option<String>,
    /// Base currency in one contract.
    #[serde(default, with = "wire::decimal")]
    pub contract_size: Decimal,
    /// The trader's own id; empty if none was given.
    #[serde(default, rename = "clOrderID", with = "wire::text")]
    pub cl_order_id: String,
    /// The position.
    #[serde(default, with = "wire::text")]
    pub position_id: String,
    /// Average price of the order so far.
    #[serde(default, alias = "averageFillPrice", with = "wire::decimal")]
    pub avg_filled_price: Decimal,
}
