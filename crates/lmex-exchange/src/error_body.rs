//! How the exchange says no: the venue's error body, with the field that is wrong and what to do about it.

mod by_engine;

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use lmex_types::{GridError, TimeMs};
use serde::Serialize;

use crate::auth::{AuthError, NotGranted};
use crate::desk::DeskGone;
use crate::dialect::{Dialect, Manners as _};
use crate::limits::Blocked;

/// A request that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    status: StatusCode,
    code: i64,
    message: String,
    extra: Vec<String>,
    unlock: Option<TimeMs>,
    kind: Kind,
}

/// What the dialects say in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    /// Both say the same.
    #[default]
    Same,
    OrderNotFound,
    NotAuthenticated,
}

/// Codes of LMEX and BTSE, by name.
mod code {
    pub(super) const GENERIC: i64 = -1;
    pub(super) const PARAMETER: i64 = -2;
    pub(super) const AUTHENTICATION: i64 = -7;
    pub(super) const SYSTEM: i64 = -11;
    pub(super) const PERMISSION: i64 = -1042;
    pub(super) const SYMBOL: i64 = -7006;
    pub(super) const REJECTED: i64 = 400;
    pub(super) const MAX_SIZE: i64 = 300;
    pub(super) const INVALID_SIZE: i64 = 301;
    pub(super) const INVALID_PRICE: i64 = 302;
    pub(super) const RATE_LIMIT: i64 = 303;
    pub(super) const MAX_OPEN: i64 = 304;
    pub(super) const RISK_LIMIT: i64 = 12;
    pub(super) const CURRENCY: i64 = 11;
    pub(super) const LEVERAGE: i64 = 13;
    pub(super) const NO_RISK_LIMIT: i64 = 41;
    pub(super) const POSITION_MODE: i64 = 133;
    pub(super) const POSITION_MODE_UNCHANGEABLE: i64 = 134;
    pub(super) const POSITION_ID: i64 = 135;
    pub(super) const WALLET_SHORT: i64 = 51_523;
    pub(super) const UNKNOWN_CURRENCY: i64 = -2023;
    pub(super) const MAX_CONTRACTS: i64 = 4_051;
    pub(super) const TRIGGER_DISTANCE: i64 = 33_001_001;
    pub(super) const PRICE_PROTECTION: i64 = 33_001_003;
    pub(super) const MARGIN: i64 = 33_199_101;
    pub(super) const REDUCE_ONLY: i64 = 33_199_120;
}

impl Refused {
    fn new(status: StatusCode, code: i64, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), extra: Vec::new(), unlock: None, kind: Kind::Same }
    }

    /// What is wrong, and what to do about it.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    fn bad(code: i64, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// A parameter is missing or wrong; the message names it.
    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::bad(code::PARAMETER, message)
    }

    /// Understood and refused as a whole.
    pub(crate) fn rejected(message: impl Into<String>) -> Self {
        Self::bad(code::REJECTED, message)
    }

    /// No such market.
    pub(crate) fn symbol(given: &str, known: &[&str]) -> Self {
        let given: String = given.chars().take(40).collect();
        let message = format!("Unsupported symbol: {given:?} is not traded here, use {}", known.join(", "));
        Self::bad(code::SYMBOL, message)
    }

    /// No such order; the dialect decides status and code.
    pub(crate) fn order_not_found() -> Self {
        let (status, code) = Dialect::Lmex.order_not_found();
        Self { kind: Kind::OrderNotFound, ..Self::new(status, code, "Order not found") }
    }

    /// As the dialect says it. Refusals are made as LMEX's.
    fn said_in(self, dialect: Dialect) -> Self {
        match self.kind {
            Kind::Same => self,
            Kind::OrderNotFound => {
                let (status, code) = dialect.order_not_found();
                Self { status, code, ..self }
            }
            Kind::NotAuthenticated => Self { status: dialect.not_authenticated(), ..self },
        }
    }

    /// A price that is not on the grid.
    pub(crate) fn price(field: &str, error: &GridError) -> Self {
        let message = error.to_string();
        let named =
            message.strip_prefix("price ").map_or_else(|| message.clone(), |rest| format!("{field} {rest}"));
        Self::bad(code::INVALID_PRICE, named)
    }

    /// A number of which no exact decimal can be made, so that no grid can have it.
    pub(crate) fn too_fine(field: &str, given: &str) -> Self {
        let given: String = given.chars().take(40).collect();
        let code = match field {
            "price" | "orderPrice" | "stopPrice" | "triggerPrice" | "trailValue" | "takeProfitPrice"
            | "stopLossPrice" => code::INVALID_PRICE,
            "size" | "orderSize" => code::INVALID_SIZE,
            _ => code::PARAMETER,
        };
        Self::bad(code, format!("{field} has more digits than any market's tick: send {given} with fewer"))
    }

    /// A position that is not there, or that is not named where it must be.
    pub(crate) fn position_id(message: impl Into<String>) -> Self {
        Self::bad(code::POSITION_ID, message)
    }

    /// Something about position modes that is not served.
    pub(crate) fn position_mode(message: impl Into<String>) -> Self {
        Self::bad(code::POSITION_MODE, message)
    }

    /// A currency that positions can't be settled in.
    pub(crate) fn settlement(message: impl Into<String>) -> Self {
        Self::bad(code::CURRENCY, message)
    }

    /// A currency that there is no wallet for.
    pub(crate) fn currency(message: impl Into<String>) -> Self {
        Self::bad(code::UNKNOWN_CURRENCY, message)
    }

    /// A wallet that does not hold what is to be moved.
    pub(crate) fn wallet(message: impl Into<String>) -> Self {
        Self::bad(code::WALLET_SHORT, message)
    }

    /// A transfer between accounts; the code says which step failed (-1046, -1047 or -1048).
    pub(crate) fn transfer(step: i64, message: impl Into<String>) -> Self {
        Self::bad(step, message)
    }

    /// A size that can't be an order's.
    pub(crate) fn size(message: impl Into<String>) -> Self {
        Self::bad(code::INVALID_SIZE, message)
    }

    /// More than the server takes in.
    pub(crate) fn too_large(most_bytes: usize) -> Self {
        let message = format!("body is larger than {most_bytes} bytes: send a smaller one");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code::PARAMETER, message)
    }

    /// A body that does not come.
    pub(crate) fn too_slow(within: Duration) -> Self {
        let message = format!("body was not sent within {} ms: send it with the head", within.as_millis());
        Self::new(StatusCode::REQUEST_TIMEOUT, code::PARAMETER, message)
    }

    /// The path is not served.
    pub(crate) fn not_served(method: &str, path: &str) -> Self {
        let path: String = path.chars().take(100).collect();
        let next = instead_of(&path);
        let message = format!("{method} {path} is not served by the local exchange: {next}");
        Self::new(StatusCode::NOT_FOUND, code::GENERIC, message)
    }

    /// The path is served, the method is not.
    pub(crate) fn method(method: &str, path: &str) -> Self {
        let message = format!("{method} is not served for {path} by the local exchange");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, code::GENERIC, message)
    }
}

/// What whoever asked for a path that is not served probably wants.
fn instead_of(path: &str) -> String {
    let signed = crate::auth::signed_path(path);
    let asked = signed.strip_prefix("/api/v").and_then(|rest| rest.split_once('/'));
    match asked {
        Some(("2.3", _)) if !path.starts_with("/futures") => {
            format!("the API is below /futures, ask for /futures{signed}")
        }
        Some((version, rest)) if version.starts_with("2.") && version != "2.3" => {
            format!("version 2.3 alone is, ask for /futures/api/v2.3/{rest}")
        }
        _ => "/openapi.json lists what is".to_owned(),
    }
}

impl From<AuthError> for Refused {
    fn from(error: AuthError) -> Self {
        let status = Dialect::Lmex.not_authenticated();
        let refused = Self::new(status, code::AUTHENTICATION, format!("Authenticate failed: {error}"));
        Self { kind: Kind::NotAuthenticated, ..refused }
    }
}

impl From<NotGranted> for Refused {
    /// LMEX documents the HTTP status alone; the code is its "user can't trade".
    fn from(error: NotGranted) -> Self {
        Self::new(StatusCode::FORBIDDEN, code::PERMISSION, format!("Permission denied: {error}"))
    }
}

impl From<Blocked> for Refused {
    fn from(blocked: Blocked) -> Self {
        let message = format!(
            "Rate limit exceeded: at most {} requests a second. Blocked until {} (milliseconds since 1970)",
            blocked.limit, blocked.until
        );
        let refused = Self::new(StatusCode::TOO_MANY_REQUESTS, code::RATE_LIMIT, message);
        Self { unlock: Some(blocked.until), ..refused }
    }
}

impl From<DeskGone> for Refused {
    fn from(gone: DeskGone) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::SYSTEM, gone.to_string())
    }
}

#[derive(Serialize)]
struct Body<'a> {
    status: u16,
    #[serde(rename = "errorCode")]
    error_code: i64,
    message: &'a str,
    #[serde(rename = "extraData")]
    extra_data: Option<&'a [String]>,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = Body {
            status: self.status.as_u16(),
            error_code: self.code,
            message: &self.message,
            extra_data: Some(self.extra.as_slice()).filter(|extra| !extra.is_empty()),
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        if let Some(unlock) = self.unlock {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(unlock.as_millis()));
        }
        if self.kind != Kind::Same {
            response.extensions_mut().insert(self);
        }
        response
    }
}

/// An answer as the dialect gives it: a handler, which makes it, does not know the dialect.
pub(crate) fn in_dialect(mut answer: Response, dialect: Dialect) -> Response {
    match answer.extensions_mut().remove::<Refused>() {
        Some(refused) if dialect != Dialect::Lmex => refused.said_in(dialect).into_response(),
        _ => answer,
    }
}
