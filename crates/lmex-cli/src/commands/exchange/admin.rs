//! The way to a running exchange's admin path.

use std::time::Duration;

use http::{Method, StatusCode};
use lmex::{Environment, LocalAdmin, LocalExchange, Secret};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::args::Global;
use crate::context::is_same;
use crate::error::CliError;
use crate::paths;

/// Where the token is looked for if the exchange is not found by itself.
const TOKEN: &str = "LMEX_ADMIN_TOKEN";
/// A step through a month takes its time; anything else is answered at once.
const WITHIN: Duration = Duration::from_secs(300);

/// The admin path of the exchange that the options name.
pub struct Admin(LocalAdmin);

impl Admin {
    /// The exchange that runs here, or the one at `--rest-url` with the token in `LMEX_ADMIN_TOKEN`.
    pub fn find(global: &Global) -> Result<Self, CliError> {
        if global.env != Environment::Local {
            let message = format!("{} has no time to move and no faults to make", global.env);
            return Err(CliError::new("config", message).hint("leave out --env, and unset LMEX_ENV"));
        }
        let found = LocalExchange::find(&paths::local_exchange());
        let given = global.rest_url.clone().filter(|url| !url.is_empty());
        let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
        let token = token.map(|token| Secret::new(&token)).transpose();
        let token = token.map_err(|error| CliError::new("config", format!("{TOKEN}: {error}")))?;
        let found = found.filter(|found| given.as_ref().is_none_or(|given| is_same(given, &found.rest)));
        let token = token.or_else(|| found.as_ref().and_then(|found| found.admin_token.clone()));
        let origin = found.map(|found| found.rest).or(given);
        let Some(origin) = origin else {
            return Err(CliError::new("config", "no local exchange is running, and no address was given")
                .hint("start one in another terminal with `lmex exchange`"));
        };
        let Some(token) = token else {
            return Err(CliError::new("credentials", format!("no admin token is known for {origin}"))
                .hint(format!("set {TOKEN} to the token that the exchange has printed at its start (`admin_token` of the first line with --json)")));
        };
        let admin = LocalAdmin::new(&origin, &token);
        Ok(Self(admin.map_err(|error| CliError::new("config", error.to_string()))?))
    }

    /// Asks, and reads the answer; a refusal is an error.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, CliError> {
        let internal = |error: serde_json::Error| CliError::new("internal", error.to_string());
        let body = body.map(serde_json::to_vec).transpose().map_err(internal)?;
        let asked = self.0.ask(method, path, body.map(Into::into));
        let asked = tokio::time::timeout(WITHIN, asked)
            .await
            .map_err(|_| CliError::new("network", format!("no answer within {} s", WITHIN.as_secs())))?;
        let (status, answer) = asked.map_err(|error| {
            CliError::new("network", error.to_string()).hint("is it running? `lmex exchange` starts one here")
        })?;
        if status.is_success() {
            return serde_json::from_slice(&answer)
                .map_err(|error| CliError::new("unreadable", format!("the answer can't be read: {error}")));
        }
        Err(refused(status, &answer))
    }
}

fn refused(status: StatusCode, answer: &[u8]) -> CliError {
    #[derive(serde::Deserialize)]
    struct Refused {
        message: String,
    }
    let message =
        serde_json::from_slice(answer).map_or_else(|_| status.to_string(), |said: Refused| said.message);
    let category = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "authentication",
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => "invalid",
        _ => "unavailable",
    };
    CliError::new(category, message)
}
