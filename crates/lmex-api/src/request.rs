//! From an endpoint's value to the exact bytes that are signed and sent.

use std::fmt::Display;

use bytes::Bytes;

use crate::endpoint::{Bucket, Endpoint, Method, Permission, Safety};

/// The product prefix of the futures API in URLs. It is not part of what is signed.
const PREFIX: &str = "/futures";

/// A request ready to be signed and sent: method, target and body, and how it may be treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    method: Method,
    target: String,
    path: &'static str,
    body: Bytes,
    permission: Permission,
    bucket: Bucket,
    safety: Safety,
}

/// Why a request can't be built.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The body can't be written as JSON.
    #[error("request body can't be written as JSON: {0}")]
    Body(#[from] serde_json::Error),
}

impl Request {
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
    pub fn signed_path(&self) -> &'static str {
        self.path
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
}

/// Turns an endpoint's value into what is signed and sent.
pub fn prepare<E: Endpoint>(endpoint: &E) -> Result<Request, PrepareError> {
    let mut query = Query::default();
    endpoint.query(&mut query);
    let mut target = String::with_capacity(64);
    target.push_str(PREFIX);
    target.push_str(E::INFO.path);
    let query = query.finish();
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    Ok(Request {
        method: E::INFO.method,
        target,
        path: E::INFO.path,
        body: endpoint.body()?.map(Bytes::from).unwrap_or_default(),
        permission: E::INFO.permission,
        bucket: E::INFO.bucket,
        safety: endpoint.safety(),
    })
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
