//! `lmex doctor`: what works, what does not, and what to do about it.

use std::future::Future;
use std::time::Duration;

use lmex::{Client, Limits};
use serde::Serialize;

use super::time::millis;
use super::within;
use crate::args::Global;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Output, Table};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    ok: bool,
    found: String,
}

pub async fn run(global: &Global, output: &Output) -> Result<(), CliError> {
    let checks = within(look(global, output)).await?;
    output.print(&checks, || {
        let mut table = Table::new(
            "nothing to check",
            &[("", Align::Left), ("what", Align::Left), ("found", Align::Left)],
        );
        for check in &checks {
            table.row([
                if check.ok { "ok" } else { "NO" }.to_owned(),
                check.what.to_owned(),
                check.found.clone(),
            ]);
        }
        table
    })?;
    let failed = checks.iter().filter(|check| !check.ok).count();
    if failed == 0 {
        Ok(())
    } else {
        Err(CliError::new("config", format!("{failed} of {} checks failed", checks.len())))
    }
}

async fn look(global: &Global, output: &Output) -> Result<Vec<Check>, CliError> {
    let mut checks = Vec::new();
    let context = match Context::find(global, output) {
        Ok(context) => context,
        Err(error) => {
            let hint = error.hint.map(|hint| format!(". {hint}")).unwrap_or_default();
            checks.push(Check { what: "exchange", ok: false, found: format!("{}{hint}", error.message) });
            return Ok(checks);
        }
    };
    let source = if global.env == lmex::Environment::Local {
        "this machine only"
    } else {
        "named by --env or LMEX_ENV"
    };
    output.note(&context.to_string());
    checks.push(Check {
        what: "environment",
        ok: true,
        found: format!("{} ({source}), prices: {}", context.environment, context.market_data),
    });
    checks.push(Check { what: "REST address", ok: true, found: context.endpoints.rest().to_owned() });
    checks.push(match context.endpoints.ws() {
        Ok(ws) => Check { what: "stream address", ok: true, found: ws.to_owned() },
        Err(error) => Check { what: "stream address", ok: false, found: error.to_string() },
    });
    checks.push(key(&context));
    let client = context.client()?;
    let reachable = connection(&client).await;
    let go_on = reachable.iter().all(|check| check.ok);
    checks.extend(reachable);
    if go_on && context.credentials().is_ok() {
        checks.push(signed_call(&client).await);
    }
    checks.push(limits(context.limits()));
    Ok(checks)
}

fn key(context: &Context) -> Check {
    match context.credentials() {
        Ok(credentials) => Check {
            what: "key",
            ok: true,
            found: format!("{}: {}", credentials.key_shown(), credentials.source()),
        },
        Err(error) => Check { what: "key", ok: false, found: error.message },
    }
}

/// More than this between our clock and the exchange's is likely to have requests refused.
const SKEW_TOLERATED_MS: i64 = 2_000;

/// An exchange that says nothing for so long is one of the findings, not a reason to find nothing.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

async fn in_time<T>(call: impl Future<Output = Result<T, lmex::Error>>) -> Result<T, String> {
    match tokio::time::timeout(ANSWER_WITHIN, call).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", ANSWER_WITHIN.as_secs())),
    }
}

async fn connection(client: &Client) -> Vec<Check> {
    let reply = match in_time(client.market_summary()).await {
        Ok(reply) => reply,
        Err(found) => return vec![Check { what: "connection", ok: false, found }],
    };
    let connected = Check {
        what: "connection",
        ok: true,
        found: format!("{} markets in {:.1} ms", reply.len(), millis(reply.latency)),
    };
    let clock = match reply.clock_skew_ms(client.clock().wall()) {
        Some(skew) => Check {
            what: "clock",
            ok: skew.abs() <= SKEW_TOLERATED_MS,
            found: format!("{:+.1} s against the exchange (its Date header, to the second)", Seconds(skew)),
        },
        None => Check { what: "clock", ok: true, found: "the exchange does not tell its time".to_owned() },
    };
    vec![connected, clock]
}

async fn signed_call(client: &Client) -> Check {
    match in_time(client.wallet()).await {
        Ok(wallet) => Check {
            what: "signed call",
            ok: true,
            found: format!(
                "accepted in {:.1} ms; {} available",
                millis(wallet.latency),
                wallet.available_balance.normalize()
            ),
        },
        Err(found) => Check { what: "signed call", ok: false, found },
    }
}

fn limits(limits: Limits) -> Check {
    let Limits { queries_per_key, orders, reserved_for_cancels, .. } = limits;
    let found = format!(
        "{queries_per_key} queries and {orders} order requests a second, {reserved_for_cancels} of them kept for cancels"
    );
    Check { what: "pace", ok: true, found }
}

/// Milliseconds shown as seconds.
struct Seconds(i64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&lmex::Decimal::new(self.0, 3), f)
    }
}
