//! What a handler gets of a request: counted against the limits, and for private ones, proven to come from an account.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, Request};
use http::HeaderMap;
use http::request::Parts;
use lmex_api::Bucket;
use lmex_engine::AccountId;

use crate::auth::{AuthError, Claim, needed, signed_path};
use crate::error_body::Refused;
use crate::faults::{Again, ForcedBlock};
use crate::fields::Fields;
use crate::limits::{Blocked, Subject};
use crate::server::{App, LARGEST_BODY};

/// Reads whose parameters LMEX documents as a JSON body (futures v2.2); in practice they are sent in the query too.
const READS_WITH_BODY: [&str; 2] = ["/futures/api/v2.3/leverage", "/futures/api/v2.3/funding_history"];

/// A request that anyone may make.
#[derive(Debug)]
pub(crate) struct PublicCall {
    /// Its parameters.
    pub(crate) query: Fields<'static>,
}

/// A public request that draws on nobody's budget: no limit is known for it, and programs ask in passing.
#[derive(Debug)]
pub(crate) struct UncountedCall {
    /// Its parameters.
    pub(crate) query: Fields<'static>,
}

/// A request with a valid signature, of a key that may make it.
#[derive(Debug)]
pub(crate) struct PrivateCall {
    /// Whose.
    pub(crate) account: AccountId,
    path: String,
    query: String,
    body: Bytes,
}

impl PrivateCall {
    /// The parameters of a request that is documented without a body.
    pub(crate) fn query(&self) -> Result<Fields<'_>, Refused> {
        parameters(&self.path, &self.query, &self.body)
    }

    /// The members of the JSON body.
    pub(crate) fn body(&self) -> Result<Fields<'_>, Refused> {
        Fields::of_body(&self.body)
    }
}

impl FromRequest<Arc<App>> for PublicCall {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refused> {
        let (parts, body) = received(request, app).await?;
        app.admit(&parts, Bucket::Query, [Subject::Address(address(&parts))])?;
        Ok(Self { query: of_parts(&parts, &body)? })
    }
}

impl FromRequest<Arc<App>> for UncountedCall {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refused> {
        let (parts, body) = received(request, app).await?;
        Ok(Self { query: of_parts(&parts, &body)? })
    }
}

impl FromRequest<Arc<App>> for PrivateCall {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refused> {
        let (parts, body) = received(request, app).await?;
        let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
        let is_again = parts.extensions.get::<Again>().is_some();
        let check = |claim: &Claim<'_>| match is_again {
            true => app.auth.request_again(claim),
            false => app.auth.request(claim),
        };
        let proven = claim(&parts, &body).and_then(|claim| Ok((check(&claim)?, claim.key)));
        let (caller, key) = match proven {
            Ok((caller, key)) => (caller, key.unwrap_or_default().to_owned()),
            Err(error) => {
                // Who guesses is counted too.
                app.admit(&parts, Bucket::Query, [Subject::Address(address(&parts))])?;
                return Err(error.into());
            }
        };
        let (account, method) = (caller.account, parts.method.as_str());
        app.admit(&parts, bucket(method, &path), [Subject::Key(key), Subject::User(account)])?;
        caller.grants.require(needed(method, signed_path(&path)))?;
        Ok(Self { account, path, query, body })
    }
}

async fn received(request: Request, app: &Arc<App>) -> Result<(Parts, Bytes), Refused> {
    let (parts, body) = request.into_parts();
    let body = Bytes::from_request(Request::new(body), app).await;
    Ok((parts, body.map_err(|_| Refused::too_large(LARGEST_BODY))?))
}

/// What a request says about who sent it.
fn claim<'a>(parts: &'a Parts, body: &'a [u8]) -> Result<Claim<'a>, AuthError> {
    Ok(Claim {
        full_path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        body,
        key: header(&parts.headers, "request-api")?,
        nonce: header(&parts.headers, "request-nonce")?,
        signature: header(&parts.headers, "request-sign")?,
    })
}

fn of_parts(parts: &Parts, body: &[u8]) -> Result<Fields<'static>, Refused> {
    parameters(parts.uri.path(), parts.uri.query().unwrap_or_default(), body).map(Fields::into_owned)
}

/// Parameters that belong in the query. A body says something too, so it is not passed over: a cancel whose `orderID`
/// nobody reads would cancel every order of the market.
fn parameters<'a>(path: &str, query: &str, body: &'a [u8]) -> Result<Fields<'a>, Refused> {
    let is_blank = body.iter().all(u8::is_ascii_whitespace);
    let members = if is_blank { None } else { Some(Fields::of_body(body)?) };
    match members.filter(|members| !members.is_empty()) {
        None => Fields::of_query(query),
        Some(members) if query.is_empty() && READS_WITH_BODY.contains(&path) => Ok(members),
        Some(_) => {
            Err(Refused::parameter("body is not read here: send its members in the query, and no body"))
        }
    }
}

impl App {
    /// Counts by a clock that no fault shifts: a budget must not be exhausted for a day because a clock was off.
    fn admit(
        &self,
        parts: &Parts,
        bucket: Bucket,
        subjects: impl IntoIterator<Item = Subject>,
    ) -> Result<(), Refused> {
        let offset_ms = self.faults.clock_offset_ms();
        let now = self.clocks.wall.now().plus_ms(-offset_ms);
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = match parts.extensions.get() {
            Some(&ForcedBlock(tier)) => limiter.block(now, bucket, subjects, tier),
            None => limiter.admit(now, bucket, subjects),
        };
        // The client is told by the clock that the venue believes in.
        Ok(admitted.map_err(|blocked| Blocked { until: blocked.until.plus_ms(offset_ms), ..blocked })?)
    }
}

/// Creating, changing and cancelling orders is counted apart from everything else, and so is moving money.
fn bucket(method: &str, path: &str) -> Bucket {
    if path.ends_with("/wallet/transfer") {
        return Bucket::Wallet;
    }
    match path.starts_with("/futures/api/v2.3/order") && method != "GET" {
        true => Bucket::Order,
        false => Bucket::Query,
    }
}

/// A header that says who is calling. Of two, one might be checked and the other believed, so there must be one.
fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, AuthError> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    match second {
        Some(_) => Err(AuthError::RepeatedHeader(name)),
        None => first.map(|value| value.to_str().map_err(|_| AuthError::UnreadableHeader(name))).transpose(),
    }
}

/// Where the request came from; this machine when there is no socket, as in tests.
fn address(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(Ipv4Addr::LOCALHOST.into(), |ConnectInfo(peer)| peer.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_draws_on_the_bucket_of_the_catalog() {
        for info in lmex_api::CATALOG {
            let path = format!("/futures{}", info.path);
            assert_eq!(bucket(info.method.as_str(), &path), info.bucket, "{} {}", info.method, info.path);
        }
    }
}
