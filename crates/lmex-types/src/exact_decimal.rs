//! How a decimal is stored: mantissa and scale, so that `1.50` comes back as `1.50`.
//!
//! The decimal type's own serde form is text, or whatever a self-describing format holds, and depends on which features
//! other crates of a build switch on. Records on disk need one form that never changes, in formats that don't describe
//! themselves. Name this module in `#[serde(with = "lmex_types::exact_decimal")]`.

use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes mantissa (an integer) and scale (how many of its digits are decimals).
pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    (value.mantissa(), value.scale()).serialize(serializer)
}

/// Reads what [`serialize`] wrote. A mantissa or a scale that no decimal has is an error.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let (mantissa, scale) = <(i128, u32)>::deserialize(deserializer)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(D::Error::custom)
}

/// The same for a decimal that may be missing.
pub mod option {
    use super::{Decimal, Deserialize, Deserializer, Error, Serialize, Serializer};

    /// Writes mantissa and scale, or nothing.
    pub fn serialize<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(|value| (value.mantissa(), value.scale())).serialize(serializer)
    }

    /// Reads what [`serialize`] wrote. A mantissa or a scale that no decimal has is an error.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        let parts = Option::<(i128, u32)>::deserialize(deserializer)?;
        let value = parts.map(|(mantissa, scale)| Decimal::try_from_i128_with_scale(mantissa, scale));
        value.transpose().map_err(D::Error::custom)
    }
}
