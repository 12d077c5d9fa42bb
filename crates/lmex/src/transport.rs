//! How a request reaches the venue, so that tests can bring their own way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderMap, Request, Response};
use rustls::ClientConfig;

use crate::environment::{Endpoints, Environment};
use crate::tls::{TlsError, Trust};

/// Sends one HTTP request and brings the whole answer back. It never sends a request twice.
pub trait Transport: Send + Sync + 'static {
    /// Sends it. The URI has scheme, host and path; the answer's body is complete.
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_>;
}

/// What [`Transport::send`] returns.
pub type TransportFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'a>>;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No byte of the request has left: there is no connection.
    #[error("no connection to the exchange: {0}")]
    NotSent(String),
    /// No byte of the request has left: there is no encrypted connection to who should be there.
    #[error("no connection to the exchange: {0}")]
    Tls(TlsError),
    /// The request may have reached the venue, the answer did not reach us.
    #[error("no answer from the exchange: {0}")]
    Lost(String),
}

/// More than any answer of the venue by far; a bigger one is a fault, and memory stays bounded.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// The transport over real sockets: one pool of kept-alive connections.
#[derive(Clone)]
pub(crate) struct HttpTransport {
    http: reqwest::Client,
}

impl HttpTransport {
    pub(crate) fn new(
        endpoints: &Endpoints,
        timeout: Duration,
        trust: &Trust,
    ) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(ClientConfig::clone(trust.config()))
            .user_agent(concat!("lmex-rust/", env!("CARGO_PKG_VERSION")))
            .timeout(timeout)
            .connect_timeout(timeout / 2)
            .tcp_nodelay(true)
            // Shorter than servers keep idle connections, so that a request rarely meets one that is closing.
            .pool_idle_timeout(Duration::from_secs(20))
            // A redirect would send key and signature to another address.
            .redirect(reqwest::redirect::Policy::none())
            // Whether to send again is decided above, where it is known what the request does.
            .retry(reqwest::retry::never());
        // An answer that is given up leaves the request in the system's queue: it is dropped unless it leaves in this time.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            builder = builder.tcp_user_timeout(timeout);
        }
        if endpoints.environment() == Environment::Local {
            // Nothing for this machine leaves it, not even to a proxy.
            builder = builder.no_proxy();
        }
        Ok(Self { http: builder.build()? })
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request)
            .map_err(|error| TransportError::NotSent(error.to_string()))?;
        let answer = self.http.execute(request).await.map_err(|error| told_apart(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = whole_body(answer).await?;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_> {
        Box::pin(self.exchange(request))
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

async fn whole_body(answer: reqwest::Response) -> Result<Bytes, TransportError> {
    let mut body = BytesMut::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| TransportError::Lost(reason(&error)))?;
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(TransportError::Lost(format!("the answer is larger than {MAX_ANSWER_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Only a failure to connect proves that nothing has left.
fn told_apart(error: &reqwest::Error) -> TransportError {
    if error.is_connect() {
        TlsError::find(error).map_or_else(|| TransportError::NotSent(reason(error)), TransportError::Tls)
    } else {
        TransportError::Lost(reason(error))
    }
}

/// The innermost cause is the one that says something; the outer ones repeat the URL.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let cause = cause.to_string();
    // What a TLS port says to a plain request is none of HTTP's versions.
    let is_plain = error.url().is_some_and(|url| url.scheme() == "http");
    if is_plain && cause.contains("HTTP version") {
        return format!("{cause}; if that port speaks TLS, write https://");
    }
    cause
}

/// A header as text, if it is there and is text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
