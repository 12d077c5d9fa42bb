//! Text that may be `null`, and ids that may be text or number.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::value::RawValue;

/// Writes a JSON string.
pub fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// Reads a string or a number as text; `null` is empty.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map_err(D::Error::custom),
        Some(b'n') => Ok(String::new()),
        Some(b'{' | b'[') => Err(D::Error::custom("expected text")),
        _ => Ok(raw.to_owned()),
    }
}

/// Text whose absence is written as `null`.
pub mod option {
    use super::{Deserializer, Serializer};

    /// Writes a JSON string or `null`.
    pub fn serialize<S: Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
        match text {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_none(),
        }
    }

    /// Reads text; `null` is `None`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
        super::deserialize(deserializer).map(|text| (!text.is_empty()).then_some(text))
    }
}
