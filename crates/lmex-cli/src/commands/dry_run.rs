//! `--dry-run`: shows what would be sent, and sends nothing.

use lmex::Decimal;
use lmex_api::{Endpoint, Permission, Request, prepare};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

/// A request that was not sent.
#[derive(Serialize)]
struct DryRun {
    sent: bool,
    method: &'static str,
    url: String,
    body: Option<Box<RawValue>>,
    /// The text that is signed; `null` for a public request.
    signed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contracts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", with = "lmex_api::wire::decimal::option")]
    base: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none", with = "lmex_api::wire::decimal::option")]
    notional: Option<Decimal>,
}

/// What an order comes to.
#[derive(Debug, Clone, Copy)]
pub struct Worth {
    pub contracts: i64,
    /// In the base currency.
    pub base: Decimal,
    /// In the quote currency, if it is known.
    pub notional: Option<Decimal>,
}

/// Shows the request of an endpoint. `what` says in words what it would do; `worth` is what an order comes to.
pub fn show(
    endpoint: &impl Endpoint,
    what: &str,
    worth: Option<Worth>,
    context: &Context,
    output: &Output,
) -> Result<(), CliError> {
    let request = prepare(endpoint).map_err(|error| CliError::new("internal", error.to_string()))?;
    show_request(&request, what, worth, context, output)
}

/// Shows any request.
pub fn show_request(
    request: &Request,
    what: &str,
    worth: Option<Worth>,
    context: &Context,
    output: &Output,
) -> Result<(), CliError> {
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let is_signed = request.permission() != Permission::Public;
    let shown = DryRun {
        sent: false,
        method: request.method().as_str(),
        url: format!("{}{}", context.endpoints.rest(), request.target()),
        body: json(&body)?,
        signed: is_signed.then(|| format!("{}<nonce>{body}", request.signed_path())),
        contracts: worth.map(|worth| worth.contracts),
        base: worth.map(|worth| worth.base),
        notional: worth.and_then(|worth| worth.notional),
    };
    if output.format == Format::People {
        return output.text(&shown.in_words(what, &body));
    }
    output.print(&shown, || shown.table(&body))
}

/// A body as it is, or as a JSON string if it is not JSON: `lmex api` sends whatever it is given.
fn json(body: &str) -> Result<Option<Box<RawValue>>, CliError> {
    if body.is_empty() {
        return Ok(None);
    }
    let raw = RawValue::from_string(body.to_owned()).or_else(|_| serde_json::value::to_raw_value(body));
    raw.map(Some).map_err(|error| CliError::new("internal", error.to_string()))
}

impl DryRun {
    fn in_words(&self, what: &str, body: &str) -> String {
        let Self { method, url, .. } = self;
        let signed = self.signed.as_deref().unwrap_or("(not signed)");
        let body = if body.is_empty() { "(none)" } else { body };
        format!("dry run, nothing sent: {what}\n{method} {url}\nbody    {body}\nsigned  {signed}\n")
    }

    fn table(&self, body: &str) -> Table {
        let columns = ["sent", "method", "url", "body", "signed"].map(|name| (name, Align::Left));
        let mut table = Table::new("nothing", &columns);
        table.row([
            &self.sent.to_string(),
            self.method,
            &self.url,
            body,
            self.signed.as_deref().unwrap_or_default(),
        ]);
        table
    }
}
