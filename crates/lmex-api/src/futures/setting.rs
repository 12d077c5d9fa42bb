//! What the venue answers when something is set.

use std::fmt;

use lmex_types::{Symbol, TimeMs};
use serde::{Deserialize, Serialize};

use crate::code::Status;
use crate::wire;

/// What was set, as a number (`type`). The set is open: a number that is not known is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SettingKind(#[serde(with = "wire::integer")] pub i64);

impl SettingKind {
    /// The leverage.
    pub const LEVERAGE: Self = Self(93);
    /// The risk limit.
    pub const RISK_LIMIT: Self = Self(94);
    /// The currency that a position is settled in (streams).
    pub const SETTLEMENT: Self = Self(96);
    /// The position mode.
    pub const POSITION_MODE: Self = Self(129);
}

impl fmt::Display for SettingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::LEVERAGE => f.pad("leverage"),
            Self::RISK_LIMIT => f.pad("risk limit"),
            Self::SETTLEMENT => f.pad("settlement"),
            Self::POSITION_MODE => f.pad("position mode"),
            Self(other) => write!(f, "type {other}"),
        }
    }
}

/// The answer to setting leverage, risk limit or position mode. HTTP 200 can carry a refusal: see
/// [`is_set`](Self::is_set).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingAnswer {
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// When.
    #[serde(default, with = "wire::time")]
    pub timestamp: TimeMs,
    /// What became of it. The document of the position mode lets it be absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "status")]
    pub status: Option<Status>,
    /// What was set.
    #[serde(default, rename = "type")]
    pub kind: SettingKind,
    /// For people; when something went wrong sometimes JSON with a text for people in it.
    #[serde(default, with = "wire::text")]
    pub message: String,
}

impl SettingAnswer {
    /// Whether it is set: status 20, or neither a status nor a complaint.
    pub fn is_set(&self) -> bool {
        self.status.map_or(self.message.is_empty(), |status| status == Status::SUCCESS)
    }

    /// The message for people, taken out of the JSON it sometimes comes in.
    pub fn reason(&self) -> String {
        crate::error::readable(&self.message)
    }
}

mod status {
    use serde::{Deserializer, Serializer};

    use super::{Status, wire};

    pub(super) fn serialize<S: Serializer>(
        status: &Option<Status>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        wire::integer::option::serialize(&status.map(|status| status.0), serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Status>, D::Error> {
        wire::integer::option::deserialize(deserializer).map(|number| number.map(Status))
    }
}
