//! TLS with one provider, chosen here and not through a process-wide default.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, ClientConfig, InvalidMessage, RootCertStore};
use rustls_platform_verifier::Verifier;

/// Why no encrypted connection came about. Neither key nor request was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// Nobody whom this machine trusts vouches for the server.
    #[error(
        "the server's certificate comes from no authority that this machine trusts: if that authority is yours, give its certificate (`ClientBuilder::root_certificates`; CLI: SSL_CERT_FILE); otherwise somebody stands between you and the exchange"
    )]
    UnknownAuthority,
    /// The certificate is somebody else's.
    #[error(
        "the server's certificate is not for this host: check the address for a typing error; if it is right, somebody stands between you and the exchange"
    )]
    WrongHost,
    /// The certificate was good once.
    #[error(
        "the server's certificate has expired: check this machine's clock; if it is right, the server's owner must renew it"
    )]
    Expired,
    /// The certificate will be good later.
    #[error(
        "the server's certificate is not valid yet: check this machine's clock; if it is right, the server's owner must replace it"
    )]
    NotYetValid,
    /// The server speaks, but not TLS.
    #[error(
        "the server does not answer in TLS: check scheme and port of the address; an exchange of your own speaks plain http:// and ws:// unless something before it encrypts"
    )]
    NotTls,
    /// Any other reason.
    #[error("the encrypted connection failed: {0}; check the address, or a proxy in between")]
    Other(String),
}

impl TlsError {
    /// What is the matter, if it is one of TLS.
    pub(crate) fn find(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Some(Self::of(error));
            }
            // What an I/O error wraps is not its source.
            let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            next = wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped));
        }
        None
    }

    fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(reason) => Self::of_certificate(reason),
            rustls::Error::InvalidMessage(
                InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
            ) => Self::NotTls,
            other => Self::Other(other.to_string()),
        }
    }

    fn of_certificate(reason: &CertificateError) -> Self {
        match reason {
            // Signed by who only calls itself like a trusted authority.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownAuthority,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::WrongHost
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            other => Self::Other(other.to_string()),
        }
    }
}

/// Whom connections trust: the same for REST and streams.
#[derive(Debug, Clone)]
pub(crate) struct Trust(Arc<ClientConfig>);

impl Trust {
    /// For connections that are not encrypted.
    pub(crate) fn nobody() -> Self {
        #[expect(
            clippy::expect_used,
            reason = "the provider's own protocol versions are always supported by it"
        )]
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("default protocol versions fit the default provider");
        Self(Arc::new(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()))
    }

    /// What the operating system trusts, and these certificates in PEM; the error says why they can't be used.
    pub(crate) fn system_and(pem: &[u8]) -> Result<Self, String> {
        let more = certificates(pem)?;
        let is_asked = !more.is_empty();
        let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let verifier = verifier(more).map_err(|error| error.to_string());
        match (builder, verifier) {
            (Ok(builder), Ok(verifier)) => {
                let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
                Ok(Self(Arc::new(builder.with_no_client_auth())))
            }
            (_, Err(reason)) if is_asked => Err(reason),
            // Without the system's certificates every handshake fails, which is the safe end of this.
            _ => Ok(Self::nobody()),
        }
    }

    pub(crate) fn config(&self) -> &Arc<ClientConfig> {
        &self.0
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|error| error.to_string())?;
    let is_lacking = found.is_empty() && !pem.is_empty();
    if is_lacking {
        Err("there is no certificate in them; they must be in PEM".to_owned())
    } else {
        Ok(found)
    }
}

#[cfg(not(target_os = "android"))]
fn verifier(more: Vec<CertificateDer<'static>>) -> Result<Verifier, rustls::Error> {
    Verifier::new_with_extra_roots(more, provider())
}

#[cfg(target_os = "android")]
fn verifier(more: Vec<CertificateDer<'static>>) -> Result<Verifier, rustls::Error> {
    if more.is_empty() {
        return Verifier::new(provider());
    }
    Err(rustls::Error::General("Android takes no certificates from a program: install them there".to_owned()))
}
