//! `lmex doctor`: what works, what does not, and what to do about it.

use std::future::Future;
use std::time::Duration;

use lmex::{Client, Environment, Limits};
use serde::Serialize;

use super::time::millis;
use super::within;
use crate::args::Global;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    ok: bool,
    found: String,
    /// What kind of trouble it is, if it is one: the words that errors have.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
}

impl Check {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, ok: true, found: found.into(), category: None }
    }

    fn failed(what: &'static str, error: CliError) -> Self {
        let hint = error.hint.map(|hint| format!(". {hint}")).unwrap_or_default();
        Self { what, ok: false, found: format!("{}{hint}", error.message), category: Some(error.category) }
    }
}

pub async fn run(global: &Global, output: &Output) -> Result<(), CliError> {
    let checks = within(look(global, output)).await?;
    output.print(&checks, || table(&checks, output.format))?;
    verdict(&checks)
}

fn table(checks: &[Check], format: Format) -> Table {
    let (head, well, unwell) = if format == Format::Csv { ("ok", "true", "false") } else { ("", "ok", "NO") };
    let columns = [head, "what", "found"].map(|name| (name, Align::Left));
    let mut table = Table::new("nothing to check", &columns);
    for check in checks {
        table.row([if check.ok { well } else { unwell }, check.what, &check.found]);
    }
    table
}

/// What is nearest to the root decides how the command ends: without a connection, a missing key is the lesser trouble.
fn verdict(checks: &[Check]) -> Result<(), CliError> {
    let failed: Vec<_> = checks.iter().filter(|check| !check.ok).collect();
    let Some(first) = failed.iter().find(|check| check.what == CONNECTION).or(failed.first()) else {
        return Ok(());
    };
    let category = first.category.unwrap_or("config");
    Err(CliError::new(category, format!("{} of {} checks failed", failed.len(), checks.len())))
}

const CONNECTION: &str = "connection";

async fn look(global: &Global, output: &Output) -> Result<Vec<Check>, CliError> {
    let context = match Context::find(global, output).await {
        Ok(context) => context,
        Err(error) => return Ok(vec![Check::failed("exchange", error)]),
    };
    output.note(&context.to_string());
    let mut checks = vec![environment(&context)];
    checks.push(Check::ok("REST address", context.endpoints.rest()));
    checks.push(match context.endpoints.ws() {
        Ok(ws) => Check::ok("stream address", ws),
        Err(error) => Check::failed("stream address", error.into()),
    });
    checks.push(key(&context));
    let client = context.client()?;
    let reachable = connection(&client).await;
    let go_on = reachable.iter().all(|check| check.ok);
    checks.extend(reachable);
    if go_on && context.credentials().is_ok() {
        checks.push(signed_call(&client, output).await);
    }
    checks.push(limits(context.limits()));
    Ok(checks)
}

fn environment(context: &Context) -> Check {
    let source = match context.environment {
        Environment::Local => "this machine only",
        Environment::Testnet | Environment::Live => "named by --env or LMEX_ENV",
    };
    Check::ok("environment", format!("{} ({source}), prices: {}", context.environment, context.market_data))
}

fn key(context: &Context) -> Check {
    match context.credentials() {
        Ok(credentials) => Check::ok("key", format!("{}: {}", credentials.key_shown(), credentials.source())),
        Err(error) => Check::failed("key", error),
    }
}

/// More than this between our clock and the exchange's is likely to have requests refused.
const SKEW_TOLERATED_MS: i64 = 2_000;

/// An exchange that says nothing for so long is one of the findings, not a reason to find nothing.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

async fn in_time<T>(call: impl Future<Output = Result<T, lmex::Error>>) -> Result<T, CliError> {
    match tokio::time::timeout(ANSWER_WITHIN, call).await {
        Ok(answer) => answer.map_err(|error| {
            let error = CliError::from(error);
            // Who reads this has called the doctor already.
            let hint = error.hint.filter(|hint| !hint.contains("`lmex doctor`"));
            CliError { hint, ..error }
        }),
        Err(_) => Err(CliError::new("network", format!("no answer within {} s", ANSWER_WITHIN.as_secs()))),
    }
}

async fn connection(client: &Client) -> Vec<Check> {
    let reply = match in_time(client.market_summary()).await {
        Ok(reply) => reply,
        Err(error) => return vec![Check::failed(CONNECTION, error)],
    };
    let connected =
        Check::ok(CONNECTION, format!("{} markets in {:.1} ms", reply.len(), millis(reply.latency)));
    let clock = match reply.clock_skew_ms(client.clock().wall()) {
        Some(skew) => clock(skew),
        None => Check::ok("clock", "the exchange does not tell its time"),
    };
    vec![connected, clock]
}

fn clock(skew_ms: i64) -> Check {
    let found = format!("{:+.1} s against the exchange (its Date header, to the second)", Seconds(skew_ms));
    if skew_ms.abs() <= SKEW_TOLERATED_MS {
        Check::ok("clock", found)
    } else {
        Check::failed("clock", CliError::new("config", found).hint("set this machine's clock right"))
    }
}

async fn signed_call(client: &Client, output: &Output) -> Check {
    match in_time(client.wallet()).await {
        Ok(wallet) => Check::ok(
            "signed call",
            format!(
                "accepted in {:.1} ms; {} available",
                millis(wallet.latency),
                output.amount(wallet.available_balance, 6)
            ),
        ),
        Err(error) => Check::failed("signed call", error),
    }
}

fn limits(limits: Limits) -> Check {
    let Limits { queries_per_key, orders, reserved_for_cancels, .. } = limits;
    Check::ok(
        "pace",
        format!(
            "{queries_per_key} queries and {orders} order requests a second, {reserved_for_cancels} of them kept for cancels"
        ),
    )
}

/// Milliseconds shown as seconds.
struct Seconds(i64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&lmex::Decimal::new(self.0, 3), f)
    }
}
