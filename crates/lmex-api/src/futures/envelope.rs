//! The envelope that some answers come in.

use lmex_types::TimeMs;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::wire;

/// `{"code":1,"msg":"Success","time":…,"data":…,"success":true}`. Only the risk limits of markets and transfers between
/// accounts are documented to come in one, and transfers between wallets by LMEX's document of version 2.2.
///
/// One whose `success` is `false` is not read: it is an [`ApiError`](crate::ApiError), even when HTTP says 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Envelope<T> {
    /// 1 when it succeeded.
    pub code: i64,
    /// For people; LMEX sends `null` here.
    #[serde(with = "wire::text::option")]
    pub msg: Option<String>,
    /// When it was answered.
    #[serde(with = "wire::time")]
    pub time: TimeMs,
    /// What was asked for.
    pub data: T,
    /// Whether it succeeded.
    pub success: bool,
}

/// The code of a success.
const SUCCESS: i64 = 1;

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Opened { code, msg, time, data, success } = Opened::deserialize(deserializer)?;
        // Either tells; where both are missing there is nothing to go by.
        if !success.unwrap_or(code == SUCCESS) {
            return Err(D::Error::custom(format!(
                "the envelope says that it failed: {}",
                msg.unwrap_or_default()
            )));
        }
        Ok(Self { code, msg, time, data: data.unwrap_or_default(), success: true })
    }
}

#[derive(Deserialize)]
struct Opened<T> {
    #[serde(default, with = "wire::integer")]
    code: i64,
    #[serde(default, with = "wire::text::option")]
    msg: Option<String>,
    #[serde(default, with = "wire::time")]
    time: TimeMs,
    #[serde(default = "Option::default")]
    data: Option<T>,
    #[serde(default)]
    success: Option<bool>,
}
