//! Moments in milliseconds since 1970; see [`secs`] for the places that use seconds.

use lmex_types::TimeMs;
use serde::{Deserializer, Serializer};

use super::integer;

/// Writes milliseconds.
pub fn serialize<S: Serializer>(time: &TimeMs, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(time.as_millis())
}

/// Reads milliseconds; `null` is 1970.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeMs, D::Error> {
    integer::deserialize(deserializer).map(TimeMs::from_millis)
}

/// Moments in milliseconds that older answers give in seconds: told apart by their size.
pub mod either {
    use super::{Deserializer, TimeMs, integer};

    pub use super::serialize;

    /// Below this, milliseconds would be before March 1973 and seconds are before the year 5138.
    const TOO_SMALL_FOR_MILLIS: u64 = 100_000_000_000;

    /// Reads milliseconds, or seconds where the number is too small for them; `null` is 1970.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeMs, D::Error> {
        integer::deserialize(deserializer).map(|number| match number {
            seconds if seconds.unsigned_abs() < TOO_SMALL_FOR_MILLIS => TimeMs::from_secs(seconds),
            millis => TimeMs::from_millis(millis),
        })
    }
}

/// Moments in seconds since 1970: candles, funding times, the ends of dated futures.
pub mod secs {
    use super::{Deserializer, Serializer, TimeMs, integer};

    /// Writes seconds.
    pub fn serialize<S: Serializer>(time: &TimeMs, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(time.as_secs())
    }

    /// Reads seconds; `null` is 1970.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeMs, D::Error> {
        integer::deserialize(deserializer).map(TimeMs::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_integer_is_some_moment() {
        for (json, millis) in [
            ("1666262048", 1_666_262_048_000),
            ("1666262048000", 1_666_262_048_000),
            ("-9223372036854775808", i64::MIN),
            ("9223372036854775807", i64::MAX),
        ] {
            let mut reader = serde_json::Deserializer::from_str(json);
            assert_eq!(either::deserialize(&mut reader).unwrap(), TimeMs::from_millis(millis), "{json}");
        }
    }
}
