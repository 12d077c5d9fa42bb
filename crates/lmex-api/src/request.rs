//! From an endpoint's value to the exact bytes that are signed and sent.

use std::borrow::Cow;
use std::fmt::Display;

use bytes::Bytes;

use crate::endpoint::{Bucket, Endpoint, Method, Permission, Safety};
use crate::pace::RateClass;

/// The product prefix of the futures API in URLs. It is not part of what is signed.
const PREFIX: &str = "/futures";

/// A request ready to be signed and sent: method, target and body, and how it may be treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    method: Method,
    target: String,
    path: Cow<'static, str>,
    body: Bytes,
    permission: Permission,
    bucket: Bucket,
    safety: Safety,
    rate_class: RateClass,
}

/// Why a request can't be built.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The body can't be written as JSON.
    #[error("request body can't be written as JSON: {0}")]
    Body(#[from] serde_json::Error),
}

impl Request {
    /// A request that no endpoint type describes. `path` begins with `/api/…`, or names the product too
    /// (`/futures/api/…`, `/spot/api/…`), which is not part of what is signed. It counts as one that must not be
    /// repeated unless it is a GET, and as a cancel if it is a DELETE.
    pub fn custom(
        method: Method,
        path: &str,
        query: &[(String, String)],
        body: Vec<u8>,
        signed: bool,
    ) -> Self {
        let (prefix, path) = ["/futures", "/spot"]
            .into_iter()
            .find_map(|prefix| path.strip_prefix(prefix).map(|path| (prefix, path)))
            .unwrap_or((PREFIX, path));
        let mut parameters = Query::default();
        for (name, value) in query {
            parameters.push(name, value);
        }
        let reads = method == Method::Get;
        let bucket = if reads { Bucket::Query } else { Bucket::Order };
        Self {
            method,
            target: target(prefix, path, parameters),
            path: Cow::Owned(path.to_owned()),
            body: Bytes::from(body),
            permission: if signed { Permission::Trade } else { Permission::Public },
            bucket,
            safety: if reads { Safety::Safe } else { Safety::Once },
            rate_class: if method == Method::Delete { RateClass::Cancel } else { bucket.rate_class() },
        }
    }

    /// The HTTP method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// Path and query as they stand in the request line, with the `/futures` prefix.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path that is signed: without `/futures` and without the query (LMEX API documentation, example 1 of
    /// "Authentication").
    pub fn signed_path(&self) -> &str {
        &self.path
    }

    /// The same path if an endpoint of this crate describes the request: one of a few, so that it can be counted by.
    pub fn known_path(&self) -> Option<&'static str> {
        match self.path {
            Cow::Borrowed(path) => Some(path),
            Cow::Owned(_) => None,
        }
    }

    /// The exact bytes to sign and to send; empty for requests without a body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, shared.
    pub fn body_bytes(&self) -> Bytes {
        self.body.clone()
    }

    /// Which permission it needs.
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// Which rate budget it draws on.
    pub fn bucket(&self) -> Bucket {
        self.bucket
    }

    /// Whether it may be sent again when its fate is unknown.
    pub fn safety(&self) -> Safety {
        self.safety
    }

    /// What it competes for, and whether it may use what is kept back for cancels and closes.
    pub fn rate_class(&self) -> RateClass {
        self.rate_class
    }
}

/// Turns an endpoint's value into what is signed and sent.
pub fn prepare<E: Endpoint>(endpoint: &E) -> Result<Request, PrepareError> {
    let mut query = Query::default();
    endpoint.query(&mut query);
    Ok(Request {
        method: E::INFO.method,
        target: target(PREFIX, E::INFO.path, query),
        path: Cow::Borrowed(E::INFO.path),
        body: endpoint.body()?.map(Bytes::from).unwrap_or_default(),
        permission: E::INFO.permission,
        bucket: E::INFO.bucket,
        safety: endpoint.safety(),
        rate_class: endpoint.rate_class(),
    })
}

fn target(prefix: &str, path: &str, query: Query) -> String {
    let query = query.finish();
    let question = if query.is_empty() { "" } else { "?" };
    format!("{prefix}{path}{question}{query}")
}

/// Query parameters, percent-encoded as they are added.
#[derive(Default)]
pub struct Query {
    pairs: Option<form_urlencoded::Serializer<'static, String>>,
}

impl Query {
    /// Adds `name=value`.
    pub fn push(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.pairs
            .get_or_insert_with(|| form_urlencoded::Serializer::new(String::new()))
            .append_pair(name, &value.to_string());
        self
    }

    /// Adds `name=value` when there is a value.
    pub fn push_some<T: Display>(&mut self, name: &str, value: Option<T>) -> &mut Self {
        if let Some(value) = value {
            self.push(name, value);
        }
        self
    }

    fn finish(self) -> String {
        self.pairs.map(|mut pairs| pairs.finish()).unwrap_or_default()
    }
}
