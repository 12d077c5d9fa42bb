//! The exchange behind TLS, as the testnet and the live one are. Commands trust it by `SSL_CERT_FILE`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::terminal::Terminal;
use super::{KEY, Ran, SECRET, Venue};

/// A door to the exchange over https.
pub(crate) struct Tls {
    address: SocketAddr,
    certificate: PathBuf,
}

impl Tls {
    pub(crate) fn start(venue: &Venue) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let certificate = venue.place.state().join("certificate.pem");
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = venue.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let exchange = venue.handle().rest_url().trim_start_matches("http://").to_owned();
        venue.runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(acceptor.clone(), client, exchange.clone()));
            }
        });
        Self { address, certificate }
    }

    /// Runs `lmex` in an environment of this name against the exchange behind this door, without a terminal.
    pub(crate) fn lmex(&self, venue: &Venue, environment: &str, more: &[(&str, &str)], line: &str) -> Ran {
        let (variables, line) = self.command(environment, line);
        let mut variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend(more);
        venue.place.lmex_with(&variables, &line)
    }

    /// The same on a terminal.
    pub(crate) fn on_terminal(&self, venue: &Venue, environment: &str, line: &str) -> Terminal {
        let (variables, line) = self.command(environment, line);
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        venue.place.on_terminal(&variables, 100, &line)
    }

    fn command(&self, environment: &str, line: &str) -> (Vec<(&'static str, String)>, String) {
        let address = self.address;
        let variables = vec![
            ("LMEX_ENV", environment.to_owned()),
            ("LMEX_REST_URL", format!("https://{address}")),
            ("LMEX_WS_URL", format!("wss://{address}")),
            ("SSL_CERT_FILE", self.certificate.to_str().unwrap().to_owned()),
            ("LMEX_API_KEY", KEY.to_owned()),
            ("LMEX_API_SECRET", SECRET.to_owned()),
        ];
        (variables, format!("{line} --allow-host 127.0.0.1"))
    }
}

async fn pass(acceptor: TlsAcceptor, client: TcpStream, exchange: String) {
    let Ok(mut client) = acceptor.accept(client).await else { return };
    let Ok(mut exchange) = TcpStream::connect(exchange).await else { return };
    // Either side may end the conversation as it likes.
    let _ = tokio::io::copy_bidirectional(&mut client, &mut exchange).await;
}
