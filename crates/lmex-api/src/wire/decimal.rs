//! Exact decimals as JSON numbers.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use lmex_types::Decimal;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Writes a plain JSON number: no exponent, no trailing zeros, no quotes.
pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    let plain = value.normalize();
    // Most numbers of an order are whole.
    if let (0, Ok(whole)) = (plain.scale(), i64::try_from(plain.mantissa())) {
        return serializer.serialize_i64(whole);
    }
    let mut digits = Digits::default();
    write!(digits, "{plain}").map_err(S::Error::custom)?;
    let json: &RawValue = serde_json::from_str(digits.text()).map_err(S::Error::custom)?;
    json.serialize(serializer)
}

/// The longest decimal as text: sign, zero, point and 28 digits, or 29 digits and a point.
const LONGEST: usize = 32;

/// A decimal's text, without memory of its own.
#[derive(Default)]
struct Digits {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Digits {
    fn text(&self) -> &str {
        self.bytes.get(..self.length).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

impl fmt::Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// Reads a number or a numeric string; `null` and `""` are zero.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The decimal written in JSON text: `1e-05`, `"49.99"`, `1.1E8`; `None` for `null` and `""`.
///
/// Digits past the 28th are rounded (half to even), as only computed averages have them.
pub fn parse(json: &str) -> Result<Option<Decimal>, String> {
    let text = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(json).trim();
    if text.is_empty() || text == "null" {
        return Ok(None);
    }
    let parsed =
        if text.contains(['e', 'E']) { Decimal::from_scientific(text) } else { Decimal::from_str(text) };
    parsed
        .map(Some)
        .map_err(|_| format!("{:?} is not a decimal number", text.chars().take(40).collect::<String>()))
}

/// Decimals that may be absent.
pub mod option {
    use super::{Decimal, Deserialize, Deserializer, RawValue, Serializer, parse};
    use serde::de::Error as _;

    /// Writes a plain JSON number or `null`.
    pub fn serialize<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a number, a numeric string, `null` or `""`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        parse(raw.get()).map_err(D::Error::custom)
    }
}

/// Decimals written as JSON strings, as order books are.
pub mod text {
    use super::{Decimal, Deserializer, Serializer};

    /// Writes the decimal in quotes, with the digits it has.
    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads a number or a numeric string.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        super::deserialize(deserializer)
    }
}

/// A decimal in its own right, for arrays such as candles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number(pub Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match option::deserialize(deserializer)? {
            Some(value) => Ok(Self(value)),
            None => Err(D::Error::custom("a number is missing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Row {
        #[serde(with = "super")]
        value: Decimal,
    }

    fn read(json: &str) -> Result<Decimal, serde_json::Error> {
        serde_json::from_str::<Row>(&format!("{{\"value\":{json}}}")).map(|row| row.value)
    }

    #[test]
    fn every_spelling_is_exact() {
        for (json, expected) in [
            ("0.1", "0.1"),
            ("1e-05", "0.00001"),
            ("1.10907553455767E8", "110907553.455767"),
            ("\"49.99230975\"", "49.99230975"),
            ("7158.844999999999", "7158.844999999999"),
            ("null", "0"),
            ("\"\"", "0"),
            ("98833163.39324835", "98833163.39324835"),
        ] {
            assert_eq!(read(json).unwrap(), expected.parse().unwrap(), "{json}");
        }
        assert!(read("\"many\"").is_err());
        assert!(read("1e400").is_err());
    }

    #[test]
    fn numbers_are_written_plainly() {
        for (value, json) in [
            ("60000.0", "60000"),
            ("0.00001", "0.00001"),
            ("-1.50", "-1.5"),
            ("-0.00", "0"),
            ("-79228162514264337593543950335", "-79228162514264337593543950335"),
            ("-7.9228162514264337593543950335", "-7.9228162514264337593543950335"),
            ("-0.0000000000000000000000000001", "-0.0000000000000000000000000001"),
        ] {
            let row = Row { value: value.parse().unwrap() };
            assert_eq!(serde_json::to_string(&row).unwrap(), format!("{{\"value\":{json}}}"));
        }
    }

    proptest::proptest! {
        #[test]
        fn a_decimal_survives_json(mantissa: i64, scale in 0_u32..28) {
            let row = Row { value: Decimal::new(mantissa, scale).normalize() };
            proptest::prop_assert_eq!(serde_json::from_str::<Row>(&serde_json::to_string(&row).unwrap()).unwrap(), row);
        }
    }
}
