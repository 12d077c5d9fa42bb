//! Margin: what positions and wallets need and have.

use lmex_types::{Decimal, Symbol};
use serde::{Deserialize, Serialize};

use super::account::Wallet;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;
use crate::wire::many::Many;

/// `GET /api/v2.3/user/margin_setting`: the margin rates that count for the account, in every market or in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarginSettings {
    /// One market; all if absent. The answer is a list either way.
    pub symbol: Option<Symbol>,
}

impl Endpoint for MarginSettings {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/margin_setting",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query User Initial Margin Percentage And Maintenance Margin Percentage",
        evidence: Evidence::Documented,
    };

    type Response = Many<MarginSetting>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
    }
}

/// The margin rates of a market: fractions of notional, in spite of their names. Both must be there: a rate that is
/// missing is not zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarginSetting {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// What opening takes: `0.01` is 1 %.
    #[serde(with = "wire::decimal")]
    pub initial_margin_percentage: Decimal,
    /// Below this it is liquidated.
    #[serde(with = "wire::decimal")]
    pub maintenance_margin_percentage: Decimal,
}

/// `GET /api/v2.3/user/unifiedWallet/margin`: the margin of accounts with the unified wallet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnifiedWalletMargin {
    /// One market.
    pub symbol: Option<Symbol>,
    /// One position.
    pub position_id: Option<String>,
}

impl Endpoint for UnifiedWalletMargin {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/unifiedWallet/margin",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Unified Wallet Margin",
        evidence: Evidence::Documented,
    };

    type Response = UnifiedMargin;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol).push_some("positionId", self.position_id.as_ref());
    }
}

/// The margin of a unified wallet. The document does not say in which currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnifiedMargin {
    /// The market, as it was asked for.
    #[serde(default, with = "wire::text")]
    pub symbol: String,
    /// What all wallets are worth. It must be there: an error would be read as an empty wallet without it.
    #[serde(with = "wire::decimal")]
    pub wallet_total_value: Decimal,
    /// Profit of all open positions at mark prices.
    #[serde(default, with = "wire::decimal")]
    pub wallet_total_unrealized_profit_loss: Decimal,
    /// What new orders can use.
    #[serde(default, with = "wire::decimal")]
    pub futures_total_available_balance: Decimal,
    /// Each wallet.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub wallets: Vec<WalletShare>,
}

/// One wallet of a unified one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WalletShare {
    /// `CROSS@`, or of an isolated position such as `VIRTUAL|5@BTC-PERP-USDT#4`.
    #[serde(default, with = "wire::text")]
    pub active_wallet_name: String,
    /// Profit of its positions at mark prices.
    #[serde(default, with = "wire::decimal")]
    pub unrealised_profit_loss: Decimal,
    /// What it is worth.
    #[serde(default, with = "wire::decimal")]
    pub wallet_total_value: Decimal,
    /// What counts as margin: balance and unrealised profit.
    #[serde(default, with = "wire::decimal")]
    pub margin_balance: Decimal,
    /// What new orders can use.
    #[serde(default, with = "wire::decimal")]
    pub available_balance: Decimal,
    /// Below this much margin, positions are liquidated.
    #[serde(default, with = "wire::decimal")]
    pub maintenance_margin: Decimal,
}

/// `GET /api/v2.3/user/margin`: the wallets that bear a market, of accounts without the unified wallet; the others are
/// refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalletMargin {
    /// The market.
    pub symbol: Symbol,
}

impl Endpoint for WalletMargin {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/margin",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Wallet Margin",
        evidence: Evidence::Documented,
    };

    type Response = Many<Wallet>;

    fn query(&self, query: &mut Query) {
        query.push("symbol", self.symbol);
    }
}
