//! The trader's own ids of orders.

use lmex_types::ClientOrderId;
use serde::{Deserializer, Serializer};

/// Writes the id.
pub fn serialize<S: Serializer>(id: &ClientOrderId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_str())
}

/// Reads an id; one that the venue would not take is refused.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ClientOrderId, D::Error> {
    super::word::deserialize(deserializer)
}
