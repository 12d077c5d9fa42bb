//! What a handler gets of a request: counted against the limits, and for private ones, proven to come from an account.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use http::HeaderMap;
use http::request::Parts;
use lmex_api::Bucket;
use lmex_engine::AccountId;

use crate::auth::Claim;
use crate::error_body::Refused;
use crate::fields::Fields;
use crate::limits::Subject;
use crate::server::App;

/// The largest body that is read, in bytes.
pub(crate) const LARGEST_BODY: usize = 64 * 1_024;

/// A request that anyone may make.
#[derive(Debug)]
pub(crate) struct PublicCall {
    /// Its parameters.
    pub(crate) query: Fields,
}

/// A request with a valid signature.
#[derive(Debug)]
pub(crate) struct PrivateCall {
    /// Whose.
    pub(crate) account: AccountId,
    query: String,
    body: Bytes,
}

impl PrivateCall {
    /// The parameters of the query string.
    pub(crate) fn query(&self) -> Result<Fields, Refused> {
        Fields::of_query(&self.query)
    }

    /// The members of the JSON body.
    pub(crate) fn body(&self) -> Result<Fields, Refused> {
        Fields::of_body(&self.body)
    }
}

impl FromRequestParts<Arc<App>> for PublicCall {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        app.admit(Bucket::Query, [Subject::Address(address(parts))])?;
        Ok(Self { query: Fields::of_query(parts.uri.query().unwrap_or_default())? })
    }
}

impl FromRequest<Arc<App>> for PrivateCall {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), app).await;
        let body = body.map_err(|_| Refused::too_large(LARGEST_BODY))?;
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let key = header(&parts.headers, "request-api");
        let claim = Claim {
            full_path: path,
            query,
            body: &body,
            key,
            nonce: header(&parts.headers, "request-nonce"),
            signature: header(&parts.headers, "request-sign"),
        };
        let account = match app.auth.request(&claim) {
            Ok(account) => account,
            Err(error) => {
                // Who guesses is counted too.
                app.admit(Bucket::Query, [Subject::Address(address(&parts))])?;
                return Err(error.into());
            }
        };
        let subjects = [Subject::Key(key.unwrap_or_default().to_owned()), Subject::User(account)];
        app.admit(bucket(parts.method.as_str(), path), subjects)?;
        Ok(Self { account, query: query.to_owned(), body })
    }
}

impl App {
    fn admit(&self, bucket: Bucket, subjects: impl IntoIterator<Item = Subject>) -> Result<(), Refused> {
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(limiter.admit(self.clocks.wall.now(), bucket, subjects)?)
    }
}

/// Creating, changing and cancelling orders is counted apart from everything else.
fn bucket(method: &str, path: &str) -> Bucket {
    match path.starts_with("/futures/api/v2.3/order") && method != "GET" {
        true => Bucket::Order,
        false => Bucket::Query,
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
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
