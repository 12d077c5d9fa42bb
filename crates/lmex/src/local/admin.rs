//! Controlling the exchange that runs on this machine: faults and time.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};

use crate::Secret;
use crate::environment::{EndpointError, Endpoints, Environment};
use crate::tls::Trust;
use crate::transport::{HttpTransport, Transport as _, TransportError};

/// A step through weeks of venue time takes a while.
const PATIENCE: Duration = Duration::from_secs(300);

/// Sends requests to the admin path of a local exchange.
#[derive(Debug)]
pub struct LocalAdmin {
    transport: HttpTransport,
    origin: String,
    authorization: HeaderValue,
}

/// Why there is no answer of the admin path.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The address is none of this machine.
    #[error(transparent)]
    Address(#[from] EndpointError),
    /// The token can't be sent.
    #[error("the admin token has characters that can't be sent: use it exactly as the exchange printed it")]
    Token,
    /// The request can't be made.
    #[error("the request can't be made: {0}")]
    Request(String),
    /// There was no connection, or no answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl LocalAdmin {
    /// Of the exchange at this origin, such as `http://127.0.0.1:9090`, with the token that it printed.
    pub fn new(origin: &str, token: &Secret) -> Result<Self, AdminError> {
        let endpoints = Endpoints::new(Environment::Local, Some(origin), None, &[])?;
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| AdminError::Token)?;
        authorization.set_sensitive(true);
        let transport = HttpTransport::new(&endpoints, PATIENCE, &Trust::nobody())
            .map_err(|error| AdminError::Request(error.to_string()))?;
        Ok(Self { transport, origin: endpoints.rest().to_owned(), authorization })
    }

    /// Sends a request, such as `GET` of `/admin/faults`, with a JSON body if there is one. Any answer is one, also a
    /// refusal.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Bytes>,
    ) -> Result<(StatusCode, Bytes), AdminError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header(AUTHORIZATION, self.authorization.clone());
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(body.unwrap_or_default());
        let request = request.map_err(|error| AdminError::Request(error.to_string()))?;
        let answer: Response<Bytes> = self.transport.send(request).await?;
        Ok((answer.status(), answer.into_body()))
    }
}
