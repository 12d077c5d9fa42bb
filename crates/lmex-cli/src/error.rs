//! What went wrong, for a person and for a program.

use std::process::ExitCode;

use lmex::{CredentialsError, EndpointError, OrderOutcome, Refusal};
use serde::Serialize;

use crate::commands::shown;

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
        let message = match &error {
            lmex::Error::Unresolved { symbol, client_id, sent, .. } => {
                format!(
                    "never sent: order {client_id} in {symbol}, sent at {} UTC, is still unresolved",
                    shown(*sent)
                )
            }
            other => other.to_string(),
        };
        Self { category: error.category(), message, hint }
    }
}

const CHECK_KEY: &str = "`lmex doctor` checks key and clock; `lmex sign` shows what is signed";

const REDIRECTED: &str = "the address sends callers elsewhere, and a key is not taken there: check LMEX_REST_URL (scheme, host, port), or a proxy or log-in page in between";

fn hint(error: &lmex::Error) -> Option<String> {
    Some(match error {
        // Only this machine is spoken to without encryption.
        lmex::Error::NotSent { origin, .. } if origin.starts_with("http://") => {
            "is it running? `lmex exchange` starts one here".to_owned()
        }
        lmex::Error::NotSent { .. } => "`lmex doctor` checks address and connection".to_owned(),
        lmex::Error::Authentication { .. } => CHECK_KEY.to_owned(),
        lmex::Error::UnknownMarket(_) => "`lmex markets` lists what can be traded".to_owned(),
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
            lmex::ErrorKind::InsufficientFunds => "`lmex balance` shows what is available".to_owned(),
            lmex::ErrorKind::Authentication => CHECK_KEY.to_owned(),
            lmex::ErrorKind::RateLimited => {
                "wait, then slow down: nothing more is sent until the block ends".to_owned()
            }
            _ => return None,
        },
        _ => return None,
    })
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
            let category = if order.status == lmex::Status::INSUFFICIENT_BALANCE {
                "insufficient_funds"
            } else {
                "refused"
            };
            let reason = Refusal::Status(order).to_string();
            Err(CliError::new(category, format!("the exchange refused the order: {reason}")))
        }
        OrderOutcome::Unknown(order) => Err(CliError::new("unknown", order.to_string()).hint(format!(
            "it was not sent again. `lmex order {}` asks for it; the next order in {} does so first",
            order.client_id, order.symbol
        ))),
    }
}
