//! Open positions.

use lmex_types::{Decimal, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;

/// `GET /api/v2.3/user/positions`: open positions; an empty list when flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Positions {
    /// One market; all if absent.
    pub symbol: Option<Symbol>,
}

impl Endpoint for Positions {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/positions",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Position",
        evidence: Evidence::LiveBtse,
    };

    type Response = Vec<Position>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
    }
}

/// An open position. Its size is always positive; `side` tells the direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// 91 cross, 92 isolated.
    #[serde(default, with = "wire::integer")]
    pub margin_type: i64,
    /// Average price of the position.
    #[serde(default, with = "wire::decimal")]
    pub entry_price: Decimal,
    /// The price at which it is valued.
    #[serde(default, alias = "markedPrice", with = "wire::decimal")]
    pub mark_price: Decimal,
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// `BUY` for long, `SELL` for short.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// Notional at the mark price, in the quote currency.
    #[serde(default, with = "wire::decimal")]
    pub order_value: Decimal,
    /// The currency it is settled in.
    #[serde(default, with = "wire::text")]
    pub settle_with_asset: String,
    /// Profit at the mark price.
    #[serde(default, with = "wire::decimal")]
    pub unrealized_profit_loss: Decimal,
    /// Below this much margin it is liquidated.
    #[serde(default, with = "wire::decimal")]
    pub total_maintenance_margin: Decimal,
    /// In contracts, always positive.
    #[serde(default, alias = "totalContracts", with = "wire::decimal")]
    pub size: Decimal,
    /// The mark price at which it is liquidated; 0 if there is none.
    #[serde(default, with = "wire::decimal")]
    pub liquidation_price: Decimal,
    /// Leverage in isolated mode.
    #[serde(default, with = "wire::decimal")]
    pub isolated_leverage: Decimal,
    /// Place in the queue for auto-deleveraging: 4 is served first.
    #[serde(default, with = "wire::integer")]
    pub adl_score_bucket: i64,
    /// Whether it is being liquidated.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub liquidation_in_progress: bool,
    /// When it last changed.
    #[serde(default = "TimeMs::default", with = "wire::time")]
    pub timestamp: TimeMs,
    /// Bound take profit.
    #[serde(default)]
    pub take_profit_order: Option<ProtectiveOrder>,
    /// Bound stop loss.
    #[serde(default)]
    pub stop_loss_order: Option<ProtectiveOrder>,
    /// `ONE_WAY`, `HEDGE` or `ISOLATED`.
    #[serde(default, with = "wire::text::option")]
    pub position_mode: Option<String>,
    /// `LONG` or `SHORT` in hedge mode.
    #[serde(default, with = "wire::text::option")]
    pub position_direction: Option<String>,
    /// The position's name: `BTC-PERP-USDT`, with `|LONG` or `|SHORT` in hedge mode.
    #[serde(default, with = "wire::text::option")]
    pub position_id: Option<String>,
    /// The wallet that bears it; seen live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_name: Option<String>,
    /// Notional over wallet.
    #[serde(default, with = "wire::decimal")]
    pub current_leverage: Decimal,
    /// Base currency in one contract; seen live.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub contract_size: Option<Decimal>,
    /// Seen live, undocumented.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub minimum_required_margin: Option<Decimal>,
}

/// A take profit or stop loss that is bound to a position or an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProtectiveOrder {
    /// Its id.
    #[serde(default, with = "wire::text")]
    pub order_id: String,
    /// Its side.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// The price that fires it.
    #[serde(default, with = "wire::decimal")]
    pub trigger_price: Decimal,
    /// Whether it looks at the last price instead of the mark price.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub trigger_use_last_price: bool,
}
