//! Money and fees.

use lmex_types::{Decimal, Symbol};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;
use crate::wire::many::Many;

/// `GET /api/v2.3/user/wallet`: a futures wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FuturesWallet {
    /// `CROSS@`, or an isolated one such as `ISOLATED@BTC-PERP-USDT`. Required.
    pub wallet: String,
}

impl Default for FuturesWallet {
    fn default() -> Self {
        Self { wallet: "CROSS@".to_owned() }
    }
}

impl Endpoint for FuturesWallet {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/wallet",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Wallet Balance",
        evidence: Evidence::LiveBtse,
    };

    type Response = Many<Wallet>;

    fn query(&self, query: &mut Query) {
        query.push("wallet", &self.wallet);
    }
}

/// A futures wallet. Amounts are in USD worth, as the venue counts collateral.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wallet {
    /// Its name.
    #[serde(with = "wire::text")]
    pub wallet: String,
    /// What it is worth.
    #[serde(default, with = "wire::decimal")]
    pub total_value: Decimal,
    /// What counts as margin: balance and unrealised profit.
    #[serde(default, with = "wire::decimal")]
    pub margin_balance: Decimal,
    /// What new orders can use.
    #[serde(default, with = "wire::decimal")]
    pub available_balance: Decimal,
    /// Profit of open positions at mark prices.
    #[serde(default, with = "wire::decimal")]
    pub unrealised_profit_loss: Decimal,
    /// Below this much margin, positions are liquidated.
    #[serde(default, with = "wire::decimal")]
    pub maintenance_margin: Decimal,
    /// Notional over margin.
    #[serde(default, with = "wire::decimal")]
    pub leverage: Decimal,
    /// Margin bound by open orders.
    #[serde(default, with = "wire::decimal")]
    pub open_margin: Decimal,
    /// What is in it.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub assets: Vec<WalletAsset>,
    /// What is bound.
    #[serde(default, deserialize_with = "wire::empty::or_default")]
    pub assets_in_use: Vec<WalletAsset>,
    /// Seen live and documented, without an explanation.
    #[serde(
        default,
        rename = "trackingID",
        skip_serializing_if = "Option::is_none",
        with = "wire::integer::option"
    )]
    pub tracking_id: Option<i64>,
    /// Seen live, without an explanation.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub request_id: Option<i64>,
    /// Documented without an explanation.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub query_type: Option<i64>,
    /// Documented without an explanation.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::text::option")]
    pub active_wallet_name: Option<String>,
    /// The account; documented.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::text::option")]
    pub username: Option<String>,
    /// Documented without an explanation, beside `totalValue`.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub wallet_total_value: Option<Decimal>,
    /// Seen live, undocumented.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub original_available_balance: Option<Decimal>,
}

/// One currency in a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WalletAsset {
    /// How much.
    #[serde(default, with = "wire::decimal")]
    pub balance: Decimal,
    /// What one is worth, in USD.
    #[serde(default, with = "wire::decimal")]
    pub asset_price: Decimal,
    /// Which currency.
    #[serde(default, with = "wire::text")]
    pub currency: String,
    /// Documented without an explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<bool>,
    /// Seen live, undocumented; 0 in every capture.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::integer::option")]
    pub timestamp: Option<i64>,
    /// Seen live, undocumented; 0 in every capture.
    #[serde(
        default,
        rename = "snapshotID",
        skip_serializing_if = "Option::is_none",
        with = "wire::integer::option"
    )]
    pub snapshot_id: Option<i64>,
    /// Seen live, undocumented; 0 in every capture.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub value: Option<Decimal>,
    /// Seen live, undocumented; 0 in every capture.
    #[serde(
        default,
        rename = "type",
        skip_serializing_if = "Option::is_none",
        with = "wire::integer::option"
    )]
    pub kind: Option<i64>,
    /// Seen live, undocumented; 0 in every capture, whatever the balance.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub total: Option<Decimal>,
    /// How much can be moved to another wallet; seen live.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::decimal::option")]
    pub available_balance_for_transfer: Option<Decimal>,
}

/// `GET /api/v2.3/user/fees`: the account's fee rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountFees {
    /// One market; all if absent.
    pub symbol: Option<Symbol>,
}

impl Endpoint for AccountFees {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/fees",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Account Fee",
        evidence: Evidence::Documented,
    };

    type Response = Many<FeeRate>;

    fn query(&self, query: &mut Query) {
        query.push_some("symbol", self.symbol);
    }
}

/// The fee rates of one market: fractions of notional. Both must be there: a rate that is missing is not zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeeRate {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// For orders that waited in the book.
    #[serde(with = "wire::decimal")]
    pub maker_fee: Decimal,
    /// For orders that took liquidity.
    #[serde(with = "wire::decimal")]
    pub taker_fee: Decimal,
}
