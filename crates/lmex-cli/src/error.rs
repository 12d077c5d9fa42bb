//! What went wrong, for a person and for a program.

use std::process::ExitCode;

use lmex::{Clock, CredentialsError, EndpointError, OrderOutcome, Refusal, TimeMs};
use serde::Serialize;

use crate::commands::{shown, time_of_day};

/// An error as it is shown: what kind, what happened, what to do next.
#[derive(Debug, Serialize)]
pub struct CliError {
    /// A stable word for programs.
    pub category: &'static str,
    /// What happened, with the field and the value.
    pub message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl CliError {
    pub fn new(category: &'static str, message: impl Into<String>) -> Self {
        Self { category, message: message.into(), hint: None }
    }

    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// A file or device that says no.
    pub fn io(action: &str, error: &std::io::Error) -> Self {
        Self::new("io", format!("can't {action}: {error}"))
    }

    /// The exit code of its category: stable, and listed in the documentation.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(code(self.category))
    }
}

/// Exit codes by category. 2 is also what a wrong command line ends with.
fn code(category: &str) -> u8 {
    match category {
        "invalid" => 2,
        "refused" | "insufficient_funds" | "order_not_found" | "unknown_market" => 3,
        "authentication" | "permission" | "credentials" | "banned" => 4,
        "network" | "unavailable" | "unreadable" => 5,
        "rate_limited" => 6,
        "unknown" | "unresolved" => 7,
        "config" | "io" => 8,
        "declined" => 9,
        "interrupted" => 130,
        _ => 1,
    }
}

impl From<lmex::Error> for CliError {
    fn from(error: lmex::Error) -> Self {
        let hint = hint(&error);
        Self { category: error.category(), message: message(&error), hint }
    }
}

fn message(error: &lmex::Error) -> String {
    match error {
        lmex::Error::Unresolved { symbol, client_id, closing, sent, .. } => {
            let what = match closing {
                true => "the closing of the position".to_owned(),
                false => format!("order {client_id}"),
            };
            format!("never sent: {what} in {symbol}, sent at {} UTC, is still unresolved", shown(*sent))
        }
        // What changes something tells of a lost answer by itself; whoever only asked has nothing to fear.
        lmex::Error::Lost { origin, reason } => {
            format!("no answer from {origin} that can be read ({reason})")
        }
        lmex::Error::BeforeSending(error) => format!("never sent: {}", message(error)),
        // The library's words name a function.
        lmex::Error::UnknownMarket(symbol) => format!("market {symbol} is not listed"),
        other => other.to_string(),
    }
}

const CHECK_KEY: &str = "`lmex doctor` checks key and clock; `lmex sign` shows what is signed";

const CHECK_BALANCE: &str = "`lmex balance` shows what is available";

const REDIRECTED: &str = "the address sends callers elsewhere, and a key is not taken there: check LMEX_REST_URL (scheme, host, port), or a proxy or log-in page in between";

const NOT_THE_EXCHANGE: &str = "the exchange is down, or something else answers in its place: try again in a minute; if it stays, check LMEX_REST_URL (scheme, host, port), or a proxy in between";

fn hint(error: &lmex::Error) -> Option<String> {
    Some(match error {
        // Only this machine is spoken to without encryption.
        lmex::Error::NotSent { origin, .. } if origin.starts_with("http://") => {
            "is it running? `lmex exchange` starts one here".to_owned()
        }
        lmex::Error::NotSent { .. } => "`lmex doctor` checks address and connection".to_owned(),
        lmex::Error::Authentication { .. } => CHECK_KEY.to_owned(),
        lmex::Error::Lost { .. } => NOT_THE_EXCHANGE.to_owned(),
        lmex::Error::BeforeSending(error) => return hint(error),
        lmex::Error::NoPosition(_) => "`lmex positions` lists what is open".to_owned(),
        lmex::Error::UnknownMarket(_) => "`lmex markets` lists what can be traded".to_owned(),
        lmex::Error::Unresolved { symbol, journal: Some(journal), .. } => format!(
            "the exchange does not answer for it now: try again. Should it never do so: look at `lmex orders {symbol}`, `lmex positions {symbol}` and `lmex fills {symbol}`, end all programs that use this key, and move {} away",
            journal.display()
        ),
        lmex::Error::Unresolved { symbol, closing: true, settles, .. } => format!(
            "`lmex positions {symbol}` and `lmex orders {symbol}` show whether it happened. After {} UTC the exchange can no longer execute it: try again then",
            shown(*settles)
        ),
        lmex::Error::Unresolved { client_id, settles, .. } => format!(
            "`lmex order {client_id}` asks for it. After {} UTC the exchange can no longer execute it: try again then",
            shown(*settles)
        ),
        lmex::Error::Api(api) if (300..400).contains(&api.status) => REDIRECTED.to_owned(),
        lmex::Error::Api(api) => match api.kind {
            lmex::ErrorKind::UnknownMarket => "`lmex markets` lists what can be traded".to_owned(),
            lmex::ErrorKind::OrderNotFound => {
                "`lmex orders` lists open orders; cancelled ones are kept for 30 minutes".to_owned()
            }
            lmex::ErrorKind::InsufficientFunds => CHECK_BALANCE.to_owned(),
            lmex::ErrorKind::Authentication => CHECK_KEY.to_owned(),
            lmex::ErrorKind::Unavailable | lmex::ErrorKind::Unreadable => NOT_THE_EXCHANGE.to_owned(),
            lmex::ErrorKind::Other if !api.is_definite() && api.code.is_none() => NOT_THE_EXCHANGE.to_owned(),
            lmex::ErrorKind::RateLimited => blocked_until(api, Clock::system().wall()),
            _ => return None,
        },
        _ => return None,
    })
}

/// A block is the key's, and ends when the venue says; only the command that was told of it knows.
fn blocked_until(error: &lmex::ApiError, now: TimeMs) -> String {
    let until = match error.unlock_time(now) {
        Some(unlock) => {
            let seconds = unlock.ms_since(now).max(0).saturating_add(999) / 1_000;
            format!("until {} UTC (in {seconds} s)", time_of_day(unlock))
        }
        None => "for a second or more".to_owned(),
    };
    format!(
        "the key is blocked {until}. This command sends nothing more; don't start others before that, then slow down"
    )
}

impl From<EndpointError> for CliError {
    fn from(error: EndpointError) -> Self {
        Self::new("config", error.to_string())
    }
}

impl From<CredentialsError> for CliError {
    fn from(error: CredentialsError) -> Self {
        Self::new("credentials", error.to_string())
    }
}

/// An order that is not done is an error of the command.
pub fn not_done(outcome: OrderOutcome) -> Result<Box<lmex::DoneOrder>, CliError> {
    match outcome {
        OrderOutcome::Done(done) => Ok(done),
        OrderOutcome::Refused(Refusal::Error(error)) => Err(error.into()),
        OrderOutcome::Refused(Refusal::Status(order)) => {
            let is_short = order.status == lmex::Status::INSUFFICIENT_BALANCE;
            let reason = format!("the exchange refused the order: {}", Refusal::Status(order));
            Err(match is_short {
                true => CliError::new("insufficient_funds", reason).hint(CHECK_BALANCE),
                false => CliError::new("refused", reason),
            })
        }
        OrderOutcome::Unknown(order) => Err(CliError::new("unknown", order.to_string()).hint(format!(
            "it was not sent again. `lmex order {}` asks for it; the next order in {} does so first",
            order.client_id, order.symbol
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_told_with_its_end() {
        let mut error = lmex::ApiError::new(lmex::ErrorKind::RateLimited, 429, Some(303), "too many");
        let now = TimeMs::from_millis(1_795_392_000_001);
        assert!(
            blocked_until(&error, now).contains("for a second or more"),
            "{}",
            blocked_until(&error, now)
        );
        error.retry_after = Some("1795392058".to_owned());
        let told = blocked_until(&error, now);
        assert!(told.contains(" blocked until ") && told.contains(":58 UTC (in 58 s). "), "{told}");
    }
}
