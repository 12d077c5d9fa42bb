//! Who an order is: the venue's id and the trader's own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::text::{self, Text};

/// The id that LMEX gives an order: a UUID, written in lower case with dashes.
///
/// ```
/// use lmex_types::OrderId;
/// let id: OrderId = "52cdd4ce-bf2e-4b8c-b286-4129ad1ab662".parse().unwrap();
/// assert_eq!(id.to_string(), "52cdd4ce-bf2e-4b8c-b286-4129ad1ab662");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(u128);

impl OrderId {
    /// From the 128 bits of a UUID.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The 128 bits of the UUID.
    pub const fn to_bits(self) -> u128 {
        self.0
    }
}

/// An id that can't be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a UUID.
    #[error("orderID {0:?} is not a UUID such as 52cdd4ce-bf2e-4b8c-b286-4129ad1ab662")]
    NotUuid(String),
    /// Empty, too long, or with characters that don't travel safely.
    #[error("clOrderID {0:?} can't be used: take 1 to 36 printable ASCII characters without spaces")]
    ClientId(String),
}

impl FromStr for OrderId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = || IdError::NotUuid(text.chars().take(64).collect());
        let dashes_in_place =
            text.len() == 36 && [8, 13, 18, 23].iter().all(|&at| text.as_bytes()[at] == b'-');
        if !dashes_in_place {
            return Err(refused());
        }
        let mut bits = 0_u128;
        let mut digits = 0;
        for c in text.chars().filter(|&c| c != '-') {
            bits = (bits << 4) | u128::from(c.to_digit(16).ok_or_else(refused)?);
            digits += 1;
        }
        if digits == 32 { Ok(Self(bits)) } else { Err(refused()) }
    }
}

impl fmt::Display for OrderId {
    /// In one piece: ids are written several times for each order that is answered.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DASHES: [usize; 4] = [8, 13, 18, 23];
        let (mut text, mut rest) = ([b'-'; 36], self.0);
        for (_, place) in text.iter_mut().enumerate().rev().filter(|(at, _)| !DASHES.contains(at)) {
            let digit = (rest & 0xf) as u8;
            *place = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
            rest >>= 4;
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The trader's own id of an order (`clOrderID`): 1 to 36 printable ASCII characters without spaces.
///
/// No document names a limit. A UUID, of 36 characters, stands in BTSE's own example of an algo order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ClientOrderId(Text<36>);

impl ClientOrderId {
    /// The id as it is sent.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for ClientOrderId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = || IdError::ClientId(text.chars().take(64).collect());
        if text.is_empty() {
            return Err(refused());
        }
        Text::new(text).map(Self).ok_or_else(refused)
    }
}

impl<'de> Deserialize<'de> for ClientOrderId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::parsed(deserializer)
    }
}

impl fmt::Display for ClientOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ClientOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_order_id_survives_text(bits: u128) {
            let id = OrderId::from_bits(bits);
            prop_assert_eq!(id.to_string().parse::<OrderId>().unwrap(), id);
        }

        #[test]
        fn parsing_an_order_id_never_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<OrderId>();
            let _ = text.parse::<ClientOrderId>();
        }
    }

    #[test]
    fn a_client_id_is_at_most_as_long_as_a_uuid() {
        assert!("60a30188-f2a2-4498-b061-7d72126c18c2".parse::<ClientOrderId>().is_ok());
        assert!("a".repeat(36).parse::<ClientOrderId>().is_ok());
        assert!("a".repeat(37).parse::<ClientOrderId>().is_err());
        assert!("has space".parse::<ClientOrderId>().is_err());
    }
}
