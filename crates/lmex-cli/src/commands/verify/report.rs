//! What was asked and what was seen, as evidence for others.

use std::path::Path;

use lmex::{Reply, Symbol};
use serde::Serialize;

use super::redact::Redactor;
use crate::context::Context;
use crate::error::CliError;

/// A question about the exchange, and what it answered.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    pub(super) question: String,
    /// In words.
    pub(super) answer: String,
    /// What was sent and what came, word for word but for what is private.
    pub(super) evidence: Vec<Exchange>,
}

/// A request and its answer, or what was said and heard on a stream.
#[derive(Debug, Serialize)]
pub(super) struct Exchange {
    pub(super) sent: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) headers: Vec<String>,
    pub(super) received: String,
}

impl Exchange {
    pub(super) fn of_reply(
        sent: impl Into<String>,
        reply: &Reply<impl AsRef<[u8]>>,
        redactor: &Redactor,
    ) -> Self {
        let body = String::from_utf8_lossy(reply.data.as_ref());
        Self {
            sent: sent.into(),
            status: Some(reply.status.as_u16()),
            headers: Vec::new(),
            received: redactor.text(&body),
        }
    }

    pub(super) fn failed(sent: impl Into<String>, error: &lmex::Error, redactor: &Redactor) -> Self {
        let received = redactor.text(&error.to_string());
        Self { sent: sent.into(), status: None, headers: Vec::new(), received }
    }
}

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    environment: String,
    rest: String,
    stream: Option<String>,
    market: String,
    version: &'static str,
    /// Milliseconds since 1970.
    at: i64,
    read_only: bool,
    /// Orders of this run that are still open; `None` if none was sent.
    pub(super) orders_left: Option<usize>,
    pub(super) facts: Vec<Fact>,
}

impl Report {
    pub(super) fn new(
        context: &Context,
        market: Symbol,
        read_only: bool,
        facts: Vec<Fact>,
        orders_left: Option<usize>,
    ) -> Self {
        Self {
            environment: context.environment.to_string(),
            rest: context.endpoints.rest().to_owned(),
            stream: context.endpoints.ws().ok().map(str::to_owned),
            market: market.to_string(),
            version: env!("CARGO_PKG_VERSION"),
            at: lmex::Clock::system().wall().as_millis(),
            read_only,
            orders_left,
            facts,
        }
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), CliError> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| CliError::new("internal", format!("the report can't be written: {error}")))?;
        text.push('\n');
        std::fs::write(path, text).map_err(|error| CliError::io(&format!("write {}", path.display()), &error))
    }
}
