//! `--dry-run`: shows what would be sent, and sends nothing.

use lmex::{CheckedOrder, Decimal};
use lmex_api::{Endpoint, prepare};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

/// A request that was not sent.
#[derive(Serialize)]
struct DryRun<'a> {
    sent: bool,
    method: &'static str,
    url: String,
    body: Option<&'a RawValue>,
    signed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contracts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", with = "lmex_api::wire::decimal::option")]
    base: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none", with = "lmex_api::wire::decimal::option")]
    notional: Option<Decimal>,
}

/// Shows the request of an endpoint. `what` says in words what it would do; `order` is what a new order comes to.
pub fn show(
    endpoint: &impl Endpoint,
    what: &str,
    order: Option<&CheckedOrder>,
    context: &Context,
    output: &Output,
) -> Result<(), CliError> {
    let internal = |error: &dyn std::fmt::Display| CliError::new("internal", error.to_string());
    let request = prepare(endpoint).map_err(|error| internal(&error))?;
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let raw: Option<&RawValue> = match body.as_str() {
        "" => None,
        json => Some(serde_json::from_str(json).map_err(|error| internal(&error))?),
    };
    let shown = DryRun {
        sent: false,
        method: request.method().as_str(),
        url: format!("{}{}", context.endpoints.rest(), request.target()),
        body: raw,
        signed: format!("{}<nonce>{body}", request.signed_path()),
        contracts: order.map(|order| order.create.size),
        base: order.map(|order| order.base),
        notional: order.and_then(|order| order.notional),
    };
    if output.format == Format::People {
        return output.text(&shown.in_words(what, &body));
    }
    output.print(&shown, || shown.table(&body))
}

impl DryRun<'_> {
    fn in_words(&self, what: &str, body: &str) -> String {
        let Self { method, url, signed, .. } = self;
        let body = if body.is_empty() { "(none)" } else { body };
        format!("dry run, nothing sent: {what}\n{method} {url}\nbody    {body}\nsigned  {signed}\n")
    }

    fn table(&self, body: &str) -> Table {
        let columns = ["sent", "method", "url", "body", "signed"].map(|name| (name, Align::Left));
        let mut table = Table::new("nothing", &columns);
        table.row([&self.sent.to_string(), self.method, &self.url, body, &self.signed]);
        table
    }
}
