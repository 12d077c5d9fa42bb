//! Signatures: HMAC-SHA384 over path, nonce and body.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha384;

/// Signs requests and stream logins with one secret.
///
/// The key schedule is computed once, which halves the cost of a signature. `Debug` shows nothing of it, and the
/// hash states that stand for the secret are wiped on drop by the `hmac` crate.
///
/// ```
/// use lmex_api::Signer;
/// // The example of the official documents.
/// let signer = Signer::new(b"848db84ac252b6726e5f6e7a711d9c96d9fd77d020151b45839a5b59c37203bx");
/// let signature = signer.sign_request("/api/v2.3/user/wallet", "1624984297330", b"");
/// assert!(signature.as_str().starts_with("2c41ab59"));
/// ```
#[derive(Clone)]
pub struct Signer {
    keyed: Hmac<Sha384>,
}

impl Signer {
    /// Caches the key schedule of a secret. HMAC takes keys of any length.
    pub fn new(secret: &[u8]) -> Self {
        // `new_from_slice` pads or hashes the key and has no failing length; an empty key stands in for the
        // error that can't come.
        let keyed = Hmac::new_from_slice(secret).unwrap_or_else(|_| Hmac::new(&Default::default()));
        Self { keyed }
    }

    /// The `request-sign` header: hex HMAC-SHA384(secret, path + nonce + body).
    pub fn sign_request(&self, path: &str, nonce: &str, body: &[u8]) -> Signature {
        Signature::of(self.message(path, nonce, body))
    }

    /// The signature of a stream login: hex HMAC-SHA384(secret, path + nonce), with the stream's path, such as
    /// `/ws/futures`.
    pub fn sign_login(&self, path: &str, nonce: &str) -> Signature {
        self.sign_request(path, nonce, b"")
    }

    /// Whether a signature is right, in a time that does not depend on how wrong it is.
    pub fn verify(&self, path: &str, nonce: &str, body: &[u8], signature: &str) -> bool {
        let mut tag = [0_u8; TAG_LEN];
        // The length rules out a `0x` before it, which the decoder would take.
        signature.len() == 2 * TAG_LEN
            && const_hex::decode_to_slice(signature, &mut tag).is_ok()
            && self.message(path, nonce, body).verify_slice(&tag).is_ok()
    }

    fn message(&self, path: &str, nonce: &str, body: &[u8]) -> Hmac<Sha384> {
        let mut mac = self.keyed.clone();
        mac.update(path.as_bytes());
        mac.update(nonce.as_bytes());
        mac.update(body);
        mac
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(secret hidden)")
    }
}

const TAG_LEN: usize = 48;

/// A signature in lower-case hex, 96 characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 2 * TAG_LEN]);

impl Signature {
    fn of(mac: Hmac<Sha384>) -> Self {
        let mut hex = [0; 2 * TAG_LEN];
        // The lengths match by construction, so this can't fail.
        let _ = const_hex::encode_to_slice(mac.finalize().into_bytes(), &mut hex);
        Self(hex)
    }

    /// The signature as it is sent.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}…)", self.as_str().get(..8).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verification_accepts_the_right_signature_only() {
        let signer = Signer::new(b"secret");
        let good = signer.sign_request("/api/v2.3/order", "1", b"{}");
        assert!(signer.verify("/api/v2.3/order", "1", b"{}", good.as_str()));
        assert!(!signer.verify("/api/v2.3/order", "2", b"{}", good.as_str()));
        assert!(!signer.verify("/api/v2.3/order", "1", b"{} ", good.as_str()));
        assert!(!signer.verify("/api/v2.3/order", "1", b"{}", "not hex"));
        assert!(!signer.verify("/api/v2.3/order", "1", b"{}", &format!("0x{good}")));
        assert!(!signer.verify("/api/v2.3/order", "1", b"{}", &good.as_str()[..94]));
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Signer::new(b"hunter2")), "Signer(secret hidden)");
    }
}
