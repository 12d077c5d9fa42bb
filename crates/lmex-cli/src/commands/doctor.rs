//! `lmex doctor`: what works, what does not, and what to do about it.

use std::future::Future;
use std::time::Duration;

use lmex::futures::MarketSummary;
use lmex::{Client, Environment, Limits, StreamEvent, Symbol, Topic};
use lmex_api::{Method, Request};
use serde::Serialize;
use tokio::time::Instant;

use super::time::millis;
use super::within;
use crate::args::Global;
use crate::context::{Context, TIME};
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
    let printed = output.print(&checks, || table(&checks, output.format));
    // What was found decides how it ends, whether or not somebody reads it.
    verdict(&checks).and(printed)
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
    let ws = context.endpoints.ws();
    let has_ws = ws.is_ok();
    checks.push(match ws {
        Ok(ws) => Check::ok("stream address", ws),
        Err(error) => Check::failed("stream address", error.into()),
    });
    checks.push(key(&context));
    let client = context.client()?;
    match in_time(client.market_summary()).await {
        Err(error) => checks.push(Check::failed(CONNECTION, error)),
        Ok(markets) => {
            let by_header = markets.clock_skew_ms(client.clock().wall());
            checks.push(connection(markets.len(), markets.latency));
            let by_time = skew_by_time(&client).await;
            let skew = by_time.or(by_header);
            let source = if by_time.is_some() { "its /time" } else { "its Date header, to the second" };
            checks.push(clock(skew, source, context.environment));
            if skew.is_none_or(is_tolerated) && context.credentials().is_ok() {
                checks.push(signed_call(&client, output).await);
            }
            if let Some(market) = market_to_follow(&markets).filter(|_| has_ws) {
                checks.push(stream(&client, market).await);
            }
        }
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

fn connection(markets: usize, latency: Duration) -> Check {
    Check::ok(CONNECTION, format!("{markets} markets in {:.1} ms", millis(latency)))
}

fn is_tolerated(skew_ms: i64) -> bool {
    skew_ms.abs() <= SKEW_TOLERATED_MS
}

/// How far our clock is ahead of the one that the exchange judges signatures by, as it tells it on a path of its own: a
/// `Date` header may be a gateway's. `None` if it does not tell.
async fn skew_by_time(client: &Client) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Told {
        #[serde(default)]
        iso: String,
        epoch: i64,
    }
    let request = Request::custom(Method::Get, TIME, &[], Vec::new(), false);
    let reply = in_time(client.send_raw(&request)).await.ok().filter(|reply| reply.status.is_success())?;
    let told: Told = serde_json::from_slice(&reply.data).ok()?;
    // To the millisecond, or the middle of the second.
    let venue = match told.iso.parse() {
        Ok(iso) => jiff::Timestamp::as_millisecond(iso),
        Err(_) => told.epoch.checked_mul(1_000)?.checked_add(500)?,
    };
    // It was told half-way.
    let half_ms = i64::try_from(reply.latency.as_millis() / 2).ok()?;
    Some(client.clock().wall().plus_ms(-half_ms).ms_since(lmex::TimeMs::from_millis(venue)))
}

const SET_CLOCK: &str = "set this machine's clock right";

fn clock(skew_ms: Option<i64>, source: &str, environment: Environment) -> Check {
    let Some(skew_ms) = skew_ms else { return Check::ok("clock", "the exchange does not tell its time") };
    let found = format!("{:+.1} s against the exchange ({source})", Seconds(skew_ms));
    if is_tolerated(skew_ms) {
        Check::ok("clock", found)
    } else {
        let hint = match environment {
            // It has this machine's clock, unless a fault has moved it.
            Environment::Local => "a clock-offset fault may be in place: `lmex exchange fault list`",
            Environment::Testnet | Environment::Live => SET_CLOCK,
        };
        Check::failed("clock", CliError::new("config", found).hint(hint))
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

/// An acknowledgement or a first piece of data must have come by then; a second spelling of a topic may be needed.
const STREAM_WITHIN: Duration = Duration::from_secs(6);

const CHECK_STREAM: &str = "check LMEX_WS_URL, or a proxy in between that lets no WebSockets through";

/// One that is never quiet, if it is there.
fn market_to_follow(markets: &[MarketSummary]) -> Option<Symbol> {
    let symbols = || markets.iter().map(|market| market.symbol);
    symbols().find(|symbol| symbol.as_str() == "BTC-PERP").or_else(|| symbols().next())
}

/// Both paths of the stream, each with one topic.
async fn stream(client: &Client, market: Symbol) -> Check {
    let begun = Instant::now();
    match subscribed(client, &[Topic::Top(market), Topic::Trades(market)]).await {
        Ok(()) => {
            let took = millis(begun.elapsed());
            Check::ok("stream", format!("top and trades of {market} acknowledged in {took:.1} ms"))
        }
        Err(error) => Check::failed("stream", error),
    }
}

/// Waits until each topic is acknowledged, or has brought data.
async fn subscribed(client: &Client, topics: &[Topic]) -> Result<(), CliError> {
    let failed = |text: String| CliError::new("network", text).hint(CHECK_STREAM);
    let mut subscription = client.subscribe(topics.iter().copied())?;
    let (mut waiting, until) = (topics.to_vec(), Instant::now() + STREAM_WITHIN);
    while let Some(awaited) = waiting.first() {
        match tokio::time::timeout_at(until, subscription.next()).await {
            Ok(Some(
                StreamEvent::Subscribed(topic) | StreamEvent::Top(topic, _) | StreamEvent::Trades(topic, _),
            )) => {
                waiting.retain(|waiting| *waiting != topic);
            }
            Ok(Some(StreamEvent::Refused(topic))) => {
                return Err(failed(format!("the exchange has no stream of {topic}")));
            }
            Ok(Some(StreamEvent::Disconnected { reason, .. })) => return Err(failed(reason)),
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => {
                let seconds = STREAM_WITHIN.as_secs();
                return Err(failed(format!("{awaited}: not acknowledged within {seconds} s")));
            }
        }
    }
    Ok(())
}

fn limits(limits: Limits) -> Check {
    let Limits { queries_per_key, orders, reserve, .. } = limits;
    Check::ok(
        "pace",
        format!(
            "{queries_per_key} queries and {orders} order requests a second, {reserve} of them kept for cancels and closes"
        ),
    )
}

/// Milliseconds shown as seconds.
struct Seconds(i64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = lmex::Decimal::new(self.0, 3).round_dp(1);
        // A small negative number is rounded to one that is neither.
        std::fmt::Display::fmt(&if tenths.is_zero() { lmex::Decimal::ZERO } else { tenths }, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_right_is_neither_ahead_nor_behind() {
        for (ms, shown) in [(-30, "+0.0"), (0, "+0.0"), (30, "+0.0"), (-1_460, "-1.5"), (60, "+0.1")] {
            assert_eq!(format!("{:+.1}", Seconds(ms)), shown);
        }
    }
}
