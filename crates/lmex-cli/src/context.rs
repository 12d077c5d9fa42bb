//! What a command needs to talk to an exchange: where, as whom, at which pace.

use std::fmt;
use std::time::Duration;

use lmex::{Client, Credentials, CredentialsError, Endpoints, Environment, Limits, LocalExchange, Pace};
use lmex_api::{Method, Request};

use crate::args::Global;
use crate::error::CliError;
use crate::output::Output;
use crate::paths;
use crate::variables::Variables;

/// The exchange a command talks to.
pub struct Context {
    pub environment: Environment,
    pub endpoints: Endpoints,
    /// Where prices come from, for people: `live`, `simulated, seed 7`, a tape's source.
    pub market_data: String,
    credentials: Result<Credentials, CredentialsError>,
    limits: Limits,
}

impl Context {
    /// Finds the exchange that the options name. A local one that is known by its address only is asked where its
    /// prices come from, once and not for long.
    pub async fn find(global: &Global, output: &Output) -> Result<Self, CliError> {
        let variables = variables(output);
        let environment = global.env;
        let running = running(environment);
        // A variable that is set to nothing is not set.
        let given = |url: &Option<String>| url.clone().filter(|url| !url.is_empty());
        let (rest_given, ws_given) = (given(&global.rest_url), given(&global.ws_url));
        // An address that was given is meant; the one that was found only fills the gap.
        let found =
            running.filter(|running| rest_given.as_ref().is_none_or(|given| is_same(given, &running.rest)));
        let rest = rest_given.clone().or_else(|| found.as_ref().map(|found| found.rest.clone()));
        if environment == Environment::Local && rest.is_none() {
            return Err(CliError::new("config", "no local exchange is running, and no address was given")
                .hint("start one in another terminal with `lmex exchange`, or try `lmex demo`"));
        }
        let ws = ws_given
            .or_else(|| found.as_ref().map(|found| found.ws.clone()))
            .or_else(|| local_ws(environment, rest.as_deref()));
        let endpoints = Endpoints::new(environment, rest.as_deref(), ws.as_deref(), &global.allow_host)?;
        let credentials = credentials(environment, rest_given.is_some(), &variables, found.as_ref());
        if let Some(fault) = passed_over(&credentials, environment, &variables) {
            output.note(&format!("note: {fault}. Not used here: the running local exchange has its own key"));
        }
        if let Some(named) = not_meant(&credentials, environment, &variables, found.as_ref()) {
            let name = named.key_shown();
            output.note(&format!(
                "note: key {name} of the variables is not used: the running local exchange has its own. To use it, give the address too: LMEX_REST_URL={}",
                endpoints.rest()
            ));
        }
        let market_data = match (environment, found) {
            (Environment::Local, Some(found)) => told_now(&endpoints, found.market_data).await,
            (Environment::Local, None) => told(&endpoints).await.unwrap_or_else(|| NOT_TOLD.to_owned()),
            (Environment::Testnet | Environment::Live, _) => environment.to_string(),
        };
        let limits =
            global.orders_per_second.map_or_else(Limits::default, |orders| Limits::default().orders(orders));
        Ok(Self { environment, endpoints, market_data, credentials, limits })
    }

    /// A client for public calls, and signed ones if there is a key.
    pub fn client(&self) -> Result<Client, CliError> {
        let mut builder = Client::builder(self.endpoints.clone())
            .pace(Pace { limits: self.limits, ..Pace::default() })
            .journal(paths::journal());
        if let Ok(credentials) = &self.credentials {
            builder = builder.credentials(credentials.clone());
        }
        Ok(builder.build()?)
    }

    /// A client for signed calls; without a key, an error that says how to get one.
    pub fn signed_client(&self) -> Result<Client, CliError> {
        self.credentials()?;
        self.client()
    }

    /// The key, or why there is none.
    pub fn credentials(&self) -> Result<&Credentials, CliError> {
        self.credentials.as_ref().map_err(|error| error.clone().into())
    }

    /// Requests a second.
    pub fn limits(&self) -> Limits {
        self.limits
    }
}

impl fmt::Display for Context {
    /// `local http://127.0.0.1:9090 (simulated, seed 7)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.environment, self.endpoints.rest())?;
        match self.environment {
            Environment::Local => write!(f, " ({})", self.market_data),
            Environment::Testnet => write!(f, " (play money)"),
            Environment::Live => write!(f, " (REAL MONEY)"),
        }
    }
}

const NOT_TOLD: &str = "this exchange does not tell whether its prices are simulated or recorded";

/// How long a local exchange may take to say where its prices come from: the line that names it waits for this.
pub(crate) const TELL_WITHIN: Duration = Duration::from_secs(1);
/// As much of what it says is shown.
const LONGEST_SOURCE: usize = 200;

/// What the running exchange has announced of its prices, or what it says now: a tape ends, a simulation does not.
async fn told_now(endpoints: &Endpoints, announced: String) -> String {
    if announced.starts_with("simulated") {
        return announced;
    }
    told(endpoints).await.unwrap_or(announced)
}

/// The time that signatures are judged by. Asking for it costs none of the queries that an address may send.
pub(crate) const TIME: &str = "/spot/api/v3.2/time";

/// Where a local exchange's prices come from, by the header that it puts on every answer.
async fn told(endpoints: &Endpoints) -> Option<String> {
    let client = Client::builder(endpoints.clone()).timeout(TELL_WITHIN).build().ok()?;
    let time = Request::custom(Method::Get, TIME, &[], Vec::new(), false);
    let reply = tokio::time::timeout(TELL_WITHIN, client.send_raw(&time)).await.ok()?.ok()?;
    // Only visible ASCII comes out of it, so it can't steer a terminal.
    let source = reply.headers.get(lmex_api::MARKET_SOURCE)?.to_str().ok()?.trim();
    (!source.is_empty()).then(|| source.chars().take(LONGEST_SOURCE).collect())
}

/// The key of an environment, without looking for its exchange: signing needs no connection. What the variables name
/// comes first here, since whoever debugs a client of one's own signs with that client's key.
pub fn key(global: &Global, output: &Output) -> Result<Credentials, CliError> {
    let variables = variables(output);
    let named = Credentials::from_variables(global.env, |name| variables.find(name));
    Ok(match named {
        Err(CredentialsError::Missing { .. }) => {
            running(global.env).as_ref().and_then(play_money).map_or(named, Ok)
        }
        named => named,
    }?)
}

fn variables(output: &Output) -> Variables {
    let variables = Variables::read();
    for warning in variables.warnings() {
        output.note(&format!("warning: {warning}"));
    }
    variables
}

fn running(environment: Environment) -> Option<LocalExchange> {
    (environment == Environment::Local).then(|| LocalExchange::find(&paths::local_exchange())).flatten()
}

fn play_money(found: &LocalExchange) -> Option<Credentials> {
    let credentials = Credentials::new(found.api_key.clone(), found.api_secret.expose()).ok()?;
    Some(credentials.with_source("the running local exchange (play money)"))
}

/// Whether a given address is that of the announced exchange, also by the name that every system has for this machine.
pub(crate) fn is_same(given: &str, announced: &str) -> bool {
    let Ok(given) = Endpoints::new(Environment::Local, Some(given), None, &[]) else { return false };
    let by_ip = |ip: &str| given.rest().replacen("//localhost", &format!("//{ip}"), 1);
    [by_ip("127.0.0.1"), by_ip("[::1]")].iter().any(|given| given == announced)
}

/// A local exchange serves both on one port.
fn local_ws(environment: Environment, rest: Option<&str>) -> Option<String> {
    let rest = rest.filter(|_| environment == Environment::Local)?;
    rest.strip_prefix("http://").map(|address| format!("ws://{address}"))
}

/// The play-money key of the exchange that was found, unless an address was given together with a key.
fn credentials(
    environment: Environment,
    address_given: bool,
    variables: &Variables,
    found: Option<&LocalExchange>,
) -> Result<Credentials, CredentialsError> {
    let from_variables = || Credentials::from_variables(environment, |name| variables.find(name));
    match found {
        Some(found) if !address_given => play_money(found).map_or_else(from_variables, Ok),
        // Half a pair or a malformed one is an error to be told, not one to be covered up.
        Some(found) => from_variables().or_else(|error| match error {
            CredentialsError::Missing { .. } => play_money(found).ok_or(error),
            other => Err(other),
        }),
        None => from_variables(),
    }
}

/// What is wrong with the variables, if the key is not theirs: whoever set half a pair believes that it is used.
fn passed_over(
    credentials: &Result<Credentials, CredentialsError>,
    environment: Environment,
    variables: &Variables,
) -> Option<CredentialsError> {
    credentials.as_ref().ok()?;
    let named = Credentials::from_variables(environment, |name| variables.find(name));
    named.err().filter(|error| !matches!(error, CredentialsError::Missing { .. }))
}

/// The key of the variables, if the one that is used is another: whoever set it believes that it is used.
fn not_meant(
    used: &Result<Credentials, CredentialsError>,
    environment: Environment,
    variables: &Variables,
    found: Option<&LocalExchange>,
) -> Option<Credentials> {
    let used = used.as_ref().ok().filter(|used| found.is_some_and(|found| found.api_key == used.key()))?;
    let named = Credentials::from_variables(environment, |name| variables.find(name)).ok()?;
    (named.key() != used.key()).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_name_and_two_addresses() {
        let announced = "http://127.0.0.1:9090";
        for given in [announced, "http://127.0.0.1:9090/", "http://localhost:9090", "HTTP://LocalHost:9090/"]
        {
            assert!(is_same(given, announced), "{given}");
        }
        assert!(is_same("http://localhost:9090", "http://[::1]:9090"));
        for given in ["http://localhost:9091", "http://127.0.0.2:9090", "https://localhost:9090", "localhost"]
        {
            assert!(!is_same(given, announced), "{given}");
        }
    }
}
