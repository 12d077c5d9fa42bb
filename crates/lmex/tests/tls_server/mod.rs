//! A server behind TLS that notes what reaches it, before and after the handshake.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Who vouches for servers.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a server shows of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Certificate {
    Good,
    OfAnotherHost,
    Expired,
    OfTomorrow,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// The configuration of a server on this machine.
    pub(crate) fn vouch(&self, certificate: Certificate) -> Arc<ServerConfig> {
        let host = if matches!(certificate, Certificate::OfAnotherHost) { "127.0.0.2" } else { "127.0.0.1" };
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        match certificate {
            Certificate::Expired => params.not_after = date_time_ymd(2001, 1, 1),
            Certificate::OfTomorrow => params.not_before = date_time_ymd(4000, 1, 1),
            _ => {}
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).unwrap())
    }
}

/// A server, until the test's runtime ends.
pub(crate) struct Server {
    address: SocketAddr,
    heard: Notes,
    requests: Notes,
}

/// What was heard so far.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u8>>>);

impl Notes {
    fn add(&self, bytes: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(bytes);
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Server {
    pub(crate) async fn start(config: Arc<ServerConfig>) -> Self {
        Self::serve(Some(TlsAcceptor::from(config))).await
    }

    /// One that answers everything as a plain server does: that it is no request.
    pub(crate) async fn start_plain() -> Self {
        Self::serve(None).await
    }

    async fn serve(acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { address, heard: Notes::default(), requests: Notes::default() };
        let (heard, requests) = (server.heard.clone(), server.requests.clone());
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let overheard = Overheard { tcp, notes: heard.clone() };
                tokio::spawn(converse(overheard, acceptor.clone(), requests.clone()));
            }
        });
        server
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// What came over the wire.
    pub(crate) fn heard(&self) -> String {
        self.heard.text()
    }

    /// What the server could read of it.
    pub(crate) fn requests(&self) -> String {
        self.requests.text()
    }
}

async fn converse(mut overheard: Overheard, acceptor: Option<TlsAcceptor>, requests: Notes) {
    let Some(acceptor) = acceptor else {
        let mut heard = [0; 1_024];
        if overheard.read(&mut heard).await.is_ok_and(|length| length > 0) {
            let _ = overheard.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
        return;
    };
    let Ok(mut stream) = acceptor.accept(overheard).await else { return };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    requests.add(&head);
    let _ = stream.write_all(answer(&String::from_utf8_lossy(&head)).as_bytes()).await;
    // A stream stays open until the client leaves.
    let _ = stream.read_u8().await;
}

fn answer(head: &str) -> String {
    let header = |name: &str| {
        let named =
            |line: &&str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
        head.lines().find(named).and_then(|line| line.split(": ").nth(1)).map(str::to_owned)
    };
    if let Some(key) = header("sec-websocket-key") {
        let accept = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
        return format!(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {accept}\r\n\r\n"
        );
    }
    let body = r#"{"status":400,"errorCode":16,"message":"Order not found"}"#;
    format!("HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// A connection that notes what comes in, as it came.
struct Overheard {
    tcp: TcpStream,
    notes: Notes,
}

impl AsyncRead for Overheard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(context, buffer);
        self.notes.add(buffer.filled().get(before..).unwrap_or_default());
        polled
    }
}

impl AsyncWrite for Overheard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}
