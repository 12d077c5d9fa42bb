//! TLS with one provider, chosen here and not through a process-wide default.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

/// A client configuration that trusts what the operating system trusts, or nobody when nothing is encrypted.
pub(crate) fn config(encrypted: bool) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let Ok(builder) = builder.with_safe_default_protocol_versions() else {
        return trusting_nobody();
    };
    if !encrypted {
        return trusting_nobody();
    }
    match builder.with_platform_verifier() {
        Ok(builder) => builder.with_no_client_auth(),
        // Without the system's certificates every handshake fails, which is the safe end of this.
        Err(_) => trusting_nobody(),
    }
}

fn trusting_nobody() -> ClientConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    #[expect(clippy::expect_used, reason = "the provider's own protocol versions are always supported by it")]
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("default protocol versions fit the default provider")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}
