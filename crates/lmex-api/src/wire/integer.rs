//! Whole numbers that may arrive as `1`, `1.0`, `"1"`, `null` or `""`.

use lmex_types::Decimal;
use serde::de::Error as _;
use serde::{Deserializer, Serializer};

use super::decimal;

/// Writes a JSON integer.
pub fn serialize<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(*value)
}

/// Reads a whole number in any spelling; `null` and `""` are zero.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Whole numbers that may be absent.
pub mod option {
    use super::{Decimal, Deserializer, Serializer, decimal};

    /// Writes a JSON integer or `null`.
    pub fn serialize<S: Serializer>(value: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_i64(*value),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a whole number in any spelling, `null` or `""`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        let value: Option<Decimal> = decimal::option::deserialize(deserializer)?;
        value.map(super::whole::<D>).transpose()
    }
}

/// Whole numbers that stand for something, such as states: without one there is nothing to go by.
pub mod required {
    use super::{Deserializer, option};
    use serde::de::Error as _;

    pub use super::serialize;

    /// Reads a whole number in any spelling; `null` and `""` are refused.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        option::deserialize(deserializer)?.ok_or_else(|| D::Error::custom("a number is missing"))
    }
}

fn whole<'de, D: Deserializer<'de>>(value: Decimal) -> Result<i64, D::Error> {
    if !value.is_integer() {
        return Err(D::Error::custom(format!("{value} is not a whole number")));
    }
    i64::try_from(value).map_err(|_| D::Error::custom(format!("{value} is too large")))
}
