//! A secret that is not shown and does not outlive its use.

use std::fmt;

use rand::RngExt;
use zeroize::Zeroizing;

/// A text that `Debug` hides and that is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself: for signing, and for showing it once to the person who starts the exchange.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// A random key or secret: 64 hex digits from the operating system's randomness.
pub(crate) fn random_hex() -> String {
    let bytes = Zeroizing::new(rand::rng().random::<[u8; 32]>());
    const_hex::encode(bytes.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_and_no_two_are_alike() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(hidden)");
        assert_eq!(random_hex().len(), 64);
        assert_ne!(random_hex(), random_hex());
    }
}
