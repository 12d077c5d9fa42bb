//! One call from value to answer: wait for the turn, sign, send, read, and perhaps again.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use lmex_api::{
    ApiError, Endpoint, ErrorKind, Method, Outcome, Permission, RateClass, Request, RetryDecision, prepare,
};
use lmex_types::TimeMs;
use tracing::Instrument as _;

use crate::client::Client;
use crate::error::Error;
use crate::gate::Leaving;
use crate::observability::{ObservedRequest, observe_block};
use crate::reply::Reply;
use crate::transport::{TransportError, header};

impl Client {
    /// Sends any endpoint's request and brings its answer back.
    ///
    /// Requests that are safe to repeat are repeated with back-off when the venue is down, silent or limits the
    /// rate; others are repeated only if their bytes never left. Each attempt has a nonce and signature of its own.
    ///
    /// Cancel safe: dropping the future before the request has left sends nothing; after that its fate is unknown.
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<Reply<E::Response>, Error> {
        self.send_counted(endpoint).await.1
    }

    /// As [`send`](Self::send), and how many attempts were made.
    pub(crate) async fn send_counted<E: Endpoint>(
        &self,
        endpoint: &E,
    ) -> (u32, Result<Reply<E::Response>, Error>) {
        let request = match prepare(endpoint) {
            Ok(request) => request,
            Err(error) => return (0, Err(error.into())),
        };
        let patience = self.gate().patience(request.rate_class());
        let since = self.clock().steady();
        let mut attempt = 1;
        loop {
            let error = match self.attempt(endpoint, &request, attempt, since).await {
                Ok(reply) => return (attempt, Ok(reply)),
                Err(error) => error,
            };
            let decision = outcome(&error, self.clock().wall()).map_or(RetryDecision::GiveUp, |o| {
                self.retry().decide(o, request.safety(), attempt, rand::random())
            });
            let RetryDecision::After(millis) = decision else { return (attempt, Err(error)) };
            let pause = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
            // A block of minutes is not waited for here: it is the caller's to know.
            if pause > patience && matches!(&error, Error::Api(api) if api.kind == ErrorKind::RateLimited) {
                return (attempt, Err(error));
            }
            tracing::debug!(method = %request.method(), path = request.signed_path(), attempt, delay_ms = millis, %error, "again");
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Sends a request once, whatever comes back, and brings the raw answer back: status and body are the caller's to
    /// read.
    pub async fn send_raw(&self, request: &Request) -> Result<Reply<Bytes>, Error> {
        let mut observed = ObservedRequest::begin(request, 1);
        let span = observed.span();
        let result = self.exchange(request, self.clock().steady(), &mut observed).instrument(span).await;
        observed.end(&result);
        let (answer, latency) = result?;
        let (head, data) = answer.into_parts();
        Ok(Reply { data, status: head.status, headers: head.headers, latency, attempts: 1 })
    }

    /// As [`send_raw`](Self::send_raw), with a nonce of one's own choice: for tools that find out which ones an exchange
    /// takes. Other calls go on with nonces from the clock.
    pub async fn send_raw_with_nonce(&self, request: &Request, nonce: i64) -> Result<Reply<Bytes>, Error> {
        let mut observed = ObservedRequest::begin(request, 1);
        let span = observed.span();
        let result = self.exchange_with(request, nonce, &mut observed).instrument(span).await;
        observed.end(&result);
        let (answer, latency) = result?;
        let (head, data) = answer.into_parts();
        Ok(Reply { data, status: head.status, headers: head.headers, latency, attempts: 1 })
    }

    async fn exchange_with(
        &self,
        request: &Request,
        nonce: i64,
        observed: &mut ObservedRequest,
    ) -> Result<(Response<Bytes>, Duration), Error> {
        let (class, since) = (request.rate_class(), self.clock().steady());
        self.gate().pass(Leaving { class, since, is_signed: false }, self.clock()).await?;
        self.deliver(request, Some(nonce), observed).await
    }

    async fn attempt<E: Endpoint>(
        &self,
        endpoint: &E,
        request: &Request,
        attempts: u32,
        since: TimeMs,
    ) -> Result<Reply<E::Response>, Error> {
        let mut observed = ObservedRequest::begin(request, attempts);
        let span = observed.span();
        let result = self.answer(endpoint, request, attempts, since, &mut observed).instrument(span).await;
        observed.end(&result);
        result
    }

    async fn answer<E: Endpoint>(
        &self,
        endpoint: &E,
        request: &Request,
        attempts: u32,
        since: TimeMs,
        observed: &mut ObservedRequest,
    ) -> Result<Reply<E::Response>, Error> {
        let (answer, latency) = self.exchange(request, since, observed).await?;
        let (head, body) = answer.into_parts();
        match lmex_api::answer(endpoint, head.status.as_u16(), &head.headers, &body) {
            Ok(data) => Ok(Reply { data, status: head.status, headers: head.headers, latency, attempts }),
            Err(error) => Err(self.api_error(error, &head.headers)),
        }
    }

    /// Sends a request once, in its turn, and brings the raw answer back. The deadline of what trades or transfers counts
    /// from `since`, its first attempt: a late order is worse than none.
    async fn exchange(
        &self,
        request: &Request,
        since: TimeMs,
        observed: &mut ObservedRequest,
    ) -> Result<(Response<Bytes>, Duration), Error> {
        let class = request.rate_class();
        let since = match class {
            RateClass::Order | RateClass::Close | RateClass::Transfer => since,
            RateClass::Cancel | RateClass::Query => self.clock().steady(),
        };
        let is_signed = request.permission() != Permission::Public && self.signer().is_some();
        let nonce = self.gate().pass(Leaving { class, since, is_signed }, self.clock()).await?;
        self.deliver(request, nonce, observed).await
    }

    async fn deliver(
        &self,
        request: &Request,
        nonce: Option<i64>,
        observed: &mut ObservedRequest,
    ) -> Result<(Response<Bytes>, Duration), Error> {
        let http = self.signed(request, nonce)?;
        observed.leaves();
        let result = self.transport().send(http).await;
        let latency = observed.answered(result.as_ref().ok().map(|answer| answer.status().as_u16()));
        result.map(|answer| (answer, latency)).map_err(|error| self.transport_error(error))
    }

    fn signed(&self, request: &Request, nonce: Option<i64>) -> Result<http::Request<Bytes>, Error> {
        let unfit = |_| Error::Build("the request has a part that HTTP does not allow".to_owned());
        let mut builder = http::Request::builder().method(request.method().as_str()).uri(format!(
            "{}{}",
            self.endpoints().rest(),
            request.target()
        ));
        if request.permission() != Permission::Public {
            let signer = self.signer().ok_or(Error::NoCredentials)?;
            let nonce = nonce.unwrap_or_else(|| signer.nonce(self.clock()));
            let signed = signer.sign(request.signed_path(), request.body(), nonce);
            builder = builder
                .header("request-api", hidden(signed.key)?)
                .header("request-nonce", signed.nonce)
                .header("request-sign", hidden(signed.signature.as_str())?);
        }
        if matches!(request.method(), Method::Post | Method::Put) {
            builder = builder.header(http::header::CONTENT_TYPE, "application/json");
        }
        builder = builder.header(http::header::ACCEPT, "application/json");
        builder.body(request.body_bytes()).map_err(unfit)
    }

    fn transport_error(&self, error: TransportError) -> Error {
        let origin = self.endpoints().rest().to_owned();
        match error {
            TransportError::NotSent(reason) => Error::NotSent { origin, reason },
            TransportError::Tls(error) => Error::Tls { origin, error },
            TransportError::Lost(reason) => Error::Lost { origin, reason },
        }
    }

    fn api_error(&self, error: ApiError, headers: &HeaderMap) -> Error {
        match error.kind {
            ErrorKind::RateLimited => {
                let now = self.clock().wall();
                let unlock = error.unlock_time(now).unwrap_or(now.plus_ms(1_000));
                let block_ms = unlock.ms_since(now);
                self.gate().block_for(block_ms, self.clock());
                observe_block(Duration::from_millis(block_ms.unsigned_abs()));
                Error::Api(error)
            }
            // A proxy's own 401 has nothing to do with our key and clock.
            ErrorKind::Authentication if error.is_definite() => {
                let skew_ms = venue_time(headers).map(|venue| self.clock().wall().ms_since(venue));
                let nonces_ahead_ms = self.signer().map_or(0, |signer| signer.nonces_ahead_ms(self.clock()));
                Error::Authentication { error, skew_ms, nonces_ahead_ms }
            }
            _ => Error::Api(error),
        }
    }
}

/// A header that debug output of others does not show.
fn hidden(value: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::Build("the API key has a character that HTTP does not allow".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// How a failure looks to the decision about another attempt; `None` for what is never tried again.
fn outcome(error: &Error, now: TimeMs) -> Option<Outcome> {
    Some(match error {
        Error::NotSent { .. } => Outcome::NotSent,
        Error::Lost { .. } => Outcome::Lost,
        Error::Api(error) => match error.kind {
            ErrorKind::RateLimited => Outcome::RateLimited {
                unlock_in_ms: error.unlock_time(now).map_or(1_000, |unlock| unlock.ms_since(now)),
            },
            ErrorKind::Unavailable => Outcome::Unavailable,
            ErrorKind::Unreadable => Outcome::Lost,
            _ => Outcome::Refused,
        },
        _ => return None,
    })
}

/// The venue's clock as its `Date` header tells it, to the second: the middle of that second.
pub(crate) fn venue_time(headers: &HeaderMap) -> Option<TimeMs> {
    let date = header(headers, "date")?;
    crate::http_date::parse(date).map(|second| second.plus_ms(500))
}
