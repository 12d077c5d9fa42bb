//! What a command needs to talk to an exchange: where, as whom, at which pace.

use lmex::{Client, Credentials, CredentialsError, Endpoints, Environment, Limits, LocalExchange, Pace};

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
    /// Finds the exchange that the options name.
    pub fn find(global: &Global, output: &Output) -> Result<Self, CliError> {
        let variables = Variables::read();
        for name in variables.ignored() {
            output.note(&format!("{name} in .env is ignored: a .env may set keys only"));
        }
        let environment = global.env;
        let running = (environment == Environment::Local)
            .then(|| LocalExchange::find(&paths::local_exchange()))
            .flatten();
        // An address that was given is meant; the one that was found only fills the gap.
        let found = running.filter(|running| {
            global.rest_url.as_ref().is_none_or(|given| given.trim_end_matches('/') == running.rest)
        });
        let rest = global.rest_url.clone().or_else(|| found.as_ref().map(|found| found.rest.clone()));
        if environment == Environment::Local && rest.is_none() {
            return Err(CliError::new("config", "no local exchange is running, and no address was given")
                .hint("start one in another terminal with `lmex exchange`, or try `lmex demo`"));
        }
        let ws = global
            .ws_url
            .clone()
            .or_else(|| found.as_ref().map(|found| found.ws.clone()))
            .or_else(|| local_ws(environment, rest.as_deref()));
        let endpoints = Endpoints::new(environment, rest.as_deref(), ws.as_deref(), &global.allow_host)?;
        let credentials = credentials(environment, global, &variables, found.as_ref());
        let market_data = match environment {
            Environment::Local => found.map_or_else(|| "simulated".to_owned(), |found| found.market_data),
            Environment::Testnet | Environment::Live => environment.to_string(),
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

/// A local exchange serves both on one port.
fn local_ws(environment: Environment, rest: Option<&str>) -> Option<String> {
    let rest = rest.filter(|_| environment == Environment::Local)?;
    rest.strip_prefix("http://").map(|address| format!("ws://{address}"))
}

/// The play-money key of the exchange that was found, unless an address was given together with a key.
fn credentials(
    environment: Environment,
    global: &Global,
    variables: &Variables,
    found: Option<&LocalExchange>,
) -> Result<Credentials, CredentialsError> {
    let from_variables = || Credentials::from_variables(environment, |name| variables.find(name));
    let from_exchange = |found: &LocalExchange| {
        Credentials::new(found.api_key.clone(), found.api_secret.as_str())
            .ok()
            .map(|credentials| credentials.with_source("the running local exchange (play money)"))
    };
    match found {
        Some(found) if global.rest_url.is_none() => from_exchange(found).map_or_else(from_variables, Ok),
        Some(found) => from_variables().or_else(|error| from_exchange(found).ok_or(error)),
        None => from_variables(),
    }
}
