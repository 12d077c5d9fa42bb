//! Answers that are documented as a list and sometimes come as a single object, and the reverse.

use serde::{Deserialize, Deserializer, Serialize};

/// Reads a list, or a lone object as a list of one; writes a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Many<T>(pub Vec<T>);

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?.get();
        // Decided by the first character, not by trying both: the error then names the field that is wrong.
        if raw.starts_with('[') {
            serde_json::from_str(raw).map(Self).map_err(D::Error::custom)
        } else {
            serde_json::from_str(raw).map(|one| Self(vec![one])).map_err(D::Error::custom)
        }
    }
}

impl<T> IntoIterator for Many<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T> std::ops::Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}
