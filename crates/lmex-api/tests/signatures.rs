//! Signatures that were published with their secret: ours are the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helper functions are tests too"
)]

#[path = "support/mod.rs"]
mod support;

use lmex_api::Signer;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    message: String,
    secret: String,
    signature: String,
    verifies: bool,
}

impl Vector {
    /// Path, nonce and body: the nonce is the first run of 13 digits, and everything is signed as one text.
    fn parts(&self) -> (&str, &str, &str) {
        let is_nonce = |at: &usize| self.message.as_bytes()[*at..].iter().take(13).all(u8::is_ascii_digit);
        let at = (0..self.message.len() - 12).find(is_nonce).expect("a message has a nonce");
        (&self.message[..at], &self.message[at..at + 13], &self.message[at + 13..])
    }

    fn ours(&self) -> String {
        let signer = Signer::new(self.secret.as_bytes());
        let (path, nonce, body) = self.parts();
        let is_login = path.starts_with("/ws/");
        assert!(!is_login || body.is_empty(), "a login has no body: {}", self.message);
        let signature = if is_login {
            signer.sign_login(path, nonce)
        } else {
            signer.sign_request(path, nonce, body.as_bytes())
        };
        assert_eq!(signer.verify(path, nonce, body.as_bytes(), &self.signature), self.verifies, "{path}");
        signature.as_str().to_owned()
    }
}

/// Vectors that verify, and those that don't; `None` without the shared folder.
fn vectors() -> Option<(Vec<Vector>, Vec<Vector>)> {
    let text = support::shared_file("payloads/signature-vectors/vectors.json")?;
    let all: Vec<Vector> = serde_json::from_str(&text).unwrap();
    Some(all.into_iter().partition(|vector| vector.verifies))
}

#[test]
fn every_true_vector_is_our_signature() {
    let Some((genuine, _)) = vectors() else { return };
    let signed: Vec<_> = genuine.iter().map(Vector::parts).map(|(path, ..)| path).collect();
    assert_eq!(
        signed,
        ["/api/v2.3/user/wallet", "/api/v2.3/order", "/ws/spot", "/ws/futures", "/ws/otc"],
        "the vectors cover a request without a body, one with, and each stream"
    );
    for vector in &genuine {
        assert_eq!(vector.ours(), vector.signature, "{}", vector.message);
    }
}

/// LMEX's own examples were made with another secret than the one printed beside them. A signer that matched them would
/// be wrong.
#[test]
fn the_broken_examples_of_the_documents_are_not_our_signature() {
    let Some((_, broken)) = vectors() else { return };
    assert_eq!(broken.len(), 2);
    for vector in &broken {
        assert_ne!(vector.ours(), vector.signature, "{}", vector.message);
    }
}
