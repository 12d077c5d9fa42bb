//! What came into and went out of the futures wallets.

use std::fmt;

use lmex_types::{Decimal, TimeMs};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire;
use crate::wire::many::Many;

/// `GET /api/v2.3/user/wallet_history`: records of the futures wallets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WalletHistory {
    /// `CROSS@`, or an isolated one such as `ISOLATED@BTC-PERP-USDT`; all if absent.
    pub wallet: Option<String>,
    /// Earliest record.
    pub start: Option<TimeMs>,
    /// Latest record.
    pub end: Option<TimeMs>,
    /// How many.
    pub count: Option<u32>,
}

impl Endpoint for WalletHistory {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/user/wallet_history",
        permission: Permission::Read,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Query Wallet History",
        evidence: Evidence::Documented,
    };

    type Response = Many<WalletRecord>;

    fn query(&self, query: &mut Query) {
        query
            .push_some("wallet", self.wallet.as_ref())
            .push_some("startTime", self.start)
            .push_some("endTime", self.end)
            .push_some("count", self.count);
    }
}

/// One change of a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WalletRecord {
    /// How much, negative when it went out.
    #[serde(with = "wire::decimal")]
    pub amount: Decimal,
    /// In which currency.
    #[serde(default, with = "wire::text")]
    pub currency: String,
    /// For people.
    #[serde(default, with = "wire::text::option")]
    pub description: Option<String>,
    /// Fees, positive when paid.
    #[serde(default, with = "wire::decimal")]
    pub fees: Decimal,
    /// The venue's id of the record.
    #[serde(default, with = "wire::text")]
    pub order_id: String,
    /// How far it is; not given by version 2.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<WalletStatus>,
    /// When. Version 2.2 gives seconds, which are read too.
    #[serde(with = "wire::time::either")]
    pub timestamp: TimeMs,
    /// What it was.
    #[serde(default, rename = "type")]
    pub kind: WalletRecordKind,
    /// The account.
    #[serde(default, with = "wire::text")]
    pub username: String,
    /// The wallet: `CROSS@`, or an isolated one.
    #[serde(default, with = "wire::text")]
    pub wallet: String,
    /// The transaction on its blockchain; printed, not described.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::text::option")]
    pub txid: Option<String>,
    /// The blockchain; printed, not described.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "wire::text::option")]
    pub currency_network: Option<String>,
}

/// How far a change of a wallet is, as a number. The set is open: a number that is not known is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WalletStatus(#[serde(with = "wire::integer")] pub i64);

impl WalletStatus {
    /// Waits.
    pub const PENDING: Self = Self(1);
    /// Is under way.
    pub const PROCESSING: Self = Self(2);
    /// Is done.
    pub const COMPLETED: Self = Self(10);
    /// Will not be done.
    pub const CANCELLED: Self = Self(16);
}

impl fmt::Display for WalletStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PENDING => f.pad("pending"),
            Self::PROCESSING => f.pad("processing"),
            Self::COMPLETED => f.pad("completed"),
            Self::CANCELLED => f.pad("cancelled"),
            Self(other) => write!(f, "status {other}"),
        }
    }
}

/// What changed a wallet, as a number. The set is open: a number that is not known is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WalletRecordKind(#[serde(with = "wire::integer")] pub i64);

impl WalletRecordKind {
    /// Money moved between wallets.
    pub const TRANSFER: Self = Self(105);
    /// A liquidation.
    pub const LIQUIDATION: Self = Self(106);
    /// Profit or loss of what was closed.
    pub const REALIZED_PNL: Self = Self(108);
    /// Funding that was paid or received.
    pub const FUNDING: Self = Self(110);
    /// One currency exchanged for another.
    pub const CONVERSION: Self = Self(121);
}

impl fmt::Display for WalletRecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TRANSFER => f.pad("transfer"),
            Self::LIQUIDATION => f.pad("liquidation"),
            Self::REALIZED_PNL => f.pad("realised profit"),
            Self::FUNDING => f.pad("funding"),
            Self::CONVERSION => f.pad("conversion"),
            Self(other) => write!(f, "type {other}"),
        }
    }
}
