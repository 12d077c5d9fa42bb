//! Market names.

use std::borrow::Cow;

use lmex_types::Symbol;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

/// Writes the name.
pub fn serialize<S: Serializer>(symbol: &Symbol, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(symbol.as_str())
}

/// Reads a name.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Symbol, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}
