//! Moving money between wallets and accounts.

use lmex_types::Decimal;
use serde::de::Error as _;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::account::Wallet;
use super::envelope::Envelope;
use super::words::WalletType;
use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::PrepareError;
use crate::wire;
use crate::wire::many::Many;

/// `POST /api/v2.3/user/wallet/transfer`: moves money between one's own wallets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferFunds {
    /// Which wallet it comes from: needed for isolated ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet_src: Option<String>,
    /// What kind of wallet it comes from.
    #[serde(with = "wire::word")]
    pub wallet_src_type: WalletType,
    /// Which wallet it goes to: needed for isolated ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet_dest: Option<String>,
    /// What kind of wallet it goes to.
    #[serde(with = "wire::word")]
    pub wallet_dest_type: WalletType,
    /// What is moved.
    #[serde(rename = "apiWallets")]
    pub assets: Vec<TransferAsset>,
}

impl Endpoint for TransferFunds {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/user/wallet/transfer",
        permission: Permission::Transfer,
        bucket: Bucket::Wallet,
        safety: Safety::Once,
        documented: "Transfer funds between Futures wallet",
        evidence: Evidence::Documented,
    };

    type Response = Transferred;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }
}

/// `POST /api/v2.3/subaccount/wallet/transfer`: moves money between an account and a sub-account. It fails with code
/// -1046, -1047 or -1048, depending on the step that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubaccountTransfer {
    /// Which wallet it comes from: needed for isolated ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet_src: Option<String>,
    /// What kind of wallet it comes from.
    #[serde(with = "wire::word")]
    pub wallet_src_type: WalletType,
    /// Which wallet it goes to: needed for isolated ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet_dest: Option<String>,
    /// What kind of wallet it goes to.
    #[serde(with = "wire::word")]
    pub wallet_dest_type: WalletType,
    /// The username it comes from.
    pub from_user: String,
    /// The username it goes to.
    pub receiver: String,
    /// What is moved.
    #[serde(rename = "apiWallets")]
    pub assets: Vec<TransferAsset>,
}

impl Endpoint for SubaccountTransfer {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Post,
        path: "/api/v2.3/subaccount/wallet/transfer",
        permission: Permission::Wallet,
        bucket: Bucket::Wallet,
        safety: Safety::Once,
        documented: "Sub-Account Wallet Transfer",
        evidence: Evidence::Documented,
    };

    type Response = Envelope<TransferReceipt>;

    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(Some(serde_json::to_vec(self)?))
    }
}

/// What is moved of one currency. On the wire: `{"currency":…,"allBalance":…}`, with a `balance` unless it is all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferAsset {
    /// Which currency.
    pub currency: String,
    /// How much.
    pub amount: TransferAmount,
}

/// How much of a currency is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferAmount {
    /// All there is.
    All,
    /// So much, above zero.
    Exactly(Decimal),
}

impl Serialize for TransferAsset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.amount == TransferAmount::All;
        let mut fields = serializer.serialize_struct("TransferAsset", if all { 2 } else { 3 })?;
        fields.serialize_field("currency", &self.currency)?;
        fields.serialize_field("allBalance", &all)?;
        if let TransferAmount::Exactly(amount) = self.amount {
            fields.serialize_field("balance", &wire::decimal::Number(amount))?;
        }
        fields.end()
    }
}

/// What a transfer between one's own wallets answers: BTSE's document says the wallets, LMEX's of version 2.2 a receipt
/// in an envelope. Neither was ever recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Transferred {
    /// The wallets as they are now.
    Wallets(Vec<Wallet>),
    /// A receipt.
    Receipt(Envelope<TransferReceipt>),
}

impl<'de> Deserialize<'de> for Transferred {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        // A lone wallet has a name; an envelope has none.
        let read = match raw.starts_with('[') || serde_json::from_str::<Named>(raw).is_ok() {
            true => serde_json::from_str::<Many<Wallet>>(raw).map(|Many(wallets)| Self::Wallets(wallets)),
            false => serde_json::from_str(raw).map(Self::Receipt),
        };
        read.map_err(D::Error::custom)
    }
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "wallet")]
    _wallet: serde::de::IgnoredAny,
}

/// The `data` of a transfer's envelope. The document of version 2.3 leaves open what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferReceipt {
    /// Names the transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl<'de> Deserialize<'de> for TransferReceipt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Data {
            #[serde(default, with = "wire::text::option")]
            request_id: Option<String>,
        }
        // The money has moved, whatever stands here: it is no reason to call the answer unreadable.
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let request_id = serde_json::from_str::<Data>(raw).ok().and_then(|data| data.request_id);
        Ok(Self { request_id })
    }
}
