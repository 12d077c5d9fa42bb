//! `null` where a flag or a list is expected.

use serde::{Deserialize, Deserializer};

/// Reads a value; `null` is the default: `false`, or an empty list.
pub fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
