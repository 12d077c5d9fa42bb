//! What the venue says when it says no.

use http::HeaderMap;
use lmex_types::TimeMs;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answer::shown;

/// What kind of failure an answer reports: decides what a client may do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Key, nonce or signature refused.
    Authentication,
    /// The key lacks a permission, or the account may not trade.
    Permission,
    /// Too many requests: nothing may be sent until the unlock time. An error code says so, or a 429 that is not LMEX's
    /// JSON: the venue's engine always gives a code, so that one is from a gateway, which means nothing else by it.
    RateLimited,
    /// The venue has banned the client (HTTP 451).
    Banned,
    /// A parameter is missing or wrong.
    Invalid,
    /// The market does not exist or is closed.
    UnknownMarket,
    /// No such order. BTSE's engine sends it as HTTP 429, errorCode -1.
    OrderNotFound,
    /// Not enough money.
    InsufficientFunds,
    /// The order was understood and refused for another reason.
    Refused,
    /// The venue gave up or is down (408, 5xx): what it did is unknown.
    Unavailable,
    /// The answer can't be read as what was expected: what the venue did is unknown.
    Unreadable,
    /// Something else.
    Other,
}

impl ErrorKind {
    /// Whether the venue certainly did *not* act on the request, if it was the venue that said so: see
    /// [`ApiError::is_definite`].
    pub fn is_definite(self) -> bool {
        !matches!(self, Self::Unavailable | Self::Unreadable | Self::Other)
    }

    /// A stable word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::RateLimited => "rate_limited",
            Self::Banned => "banned",
            Self::Invalid => "invalid",
            Self::UnknownMarket => "unknown_market",
            Self::OrderNotFound => "order_not_found",
            Self::InsufficientFunds => "insufficient_funds",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Unreadable => "unreadable",
            Self::Other => "other",
        }
    }
}

/// An answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (HTTP {status}{})", self.code_shown())]
pub struct ApiError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// The HTTP status.
    pub status: u16,
    /// The venue's own code, if it gave one.
    pub code: Option<i64>,
    /// The venue's message, or what is wrong with the answer.
    pub message: String,
    /// The raw `Retry-After` header of a rate-limit answer: an unlock time whose unit is not documented. See
    /// [`unlock_time`](crate::unlock_time).
    pub retry_after: Option<String>,
    /// Whether it is the venue's own word: its JSON, with a code or a status in it. A bare status may be a proxy's.
    is_venues: bool,
}

impl ApiError {
    /// An error of the venue, of a kind that was established elsewhere.
    pub fn new(kind: ErrorKind, status: u16, code: Option<i64>, message: impl Into<String>) -> Self {
        Self { kind, status, code, message: message.into(), retry_after: None, is_venues: true }
    }

    /// Whether the venue certainly did *not* act on the request. A proxy's page says nothing about that, whatever its
    /// status: the venue may have acted before the proxy failed.
    pub fn is_definite(&self) -> bool {
        self.is_venues && self.kind.is_definite()
    }

    /// Reads an answer whose status is not 2xx.
    pub fn from_answer(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let parsed = Body::read(body);
        let code = parsed.as_ref().and_then(|body| body.code);
        let message = parsed.as_ref().and_then(|body| body.message.clone());
        let is_venues = parsed.as_ref().is_some_and(|body| body.code.is_some() || body.status.is_some());
        let kind = kind_of(status, code, message.as_deref().unwrap_or_default());
        let message = message.map(|text| printable(&text)).unwrap_or_else(|| match shown(body) {
            text if text.is_empty() => "the answer has no body".to_owned(),
            text => format!("the answer is not LMEX's JSON; it begins {text:?}"),
        });
        let retry_after =
            headers.get(http::header::RETRY_AFTER).and_then(|v| v.to_str().ok()).map(str::to_owned);
        Self { kind, status, code, message, retry_after, is_venues }
    }

    /// Reads a 2xx answer that carries an error body instead of a response.
    pub(crate) fn in_band(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let parsed = Body::read(body)?;
        (parsed.code.is_some() && parsed.message.is_some())
            .then(|| Self { status, ..Self::from_answer(parsed.status.unwrap_or(status), headers, body) })
    }

    /// When the block ends, if this is a rate limit that says so.
    pub fn unlock_time(&self, now: TimeMs) -> Option<TimeMs> {
        self.retry_after.as_deref().map(|raw| crate::unlock_time(raw, now))
    }

    fn code_shown(&self) -> String {
        self.code.map(|code| format!(", code {code}")).unwrap_or_default()
    }
}

/// The three documented error shapes, and the older one, read as one.
#[derive(Deserialize)]
struct RawBody<'a> {
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "errorCode")]
    error_code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    msg: Option<String>,
    #[serde(default)]
    error: Option<serde_json::Value>,
    #[serde(default, rename = "extraData")]
    extra_data: Option<serde_json::Value>,
}

struct Body {
    status: Option<u16>,
    code: Option<i64>,
    message: Option<String>,
}

impl Body {
    fn read(body: &[u8]) -> Option<Self> {
        let raw: RawBody<'_> = serde_json::from_slice(body).ok()?;
        let integer =
            |raw: Option<&RawValue>| raw.and_then(|raw| raw.get().trim_matches('"').parse::<i64>().ok());
        let status = integer(raw.status);
        let code = integer(raw.error_code).or_else(|| integer(raw.code));
        let error = raw.error.as_ref().and_then(|error| error.as_str()).map(str::to_owned);
        let message = raw.message.or(raw.msg).map(|text| readable(&text)).or(error);
        // "failure" alone says nothing; the reason stands beside it then.
        let reason = raw.extra_data.as_ref().and_then(|extra| extra.as_str());
        let message = match (message, reason) {
            (Some(message), Some(reason)) => Some(format!("{message}: {reason}")),
            (message, _) => message,
        };
        (status.is_some() || code.is_some() || message.is_some()).then(|| Self {
            status: status.and_then(|status| u16::try_from(status).ok()).filter(|status| *status >= 400),
            code: code.or(status.filter(|status| *status < 400)),
            message,
        })
    }
}

/// A venue's words, without what could steer a terminal or show them in another order, and not without end.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !is_invisible(*c)).take(MAX_SHOWN_MESSAGE).collect()
}

/// Unicode's format characters (category Cf of version 16), among them the marks of writing direction, and the two
/// separators of lines and paragraphs.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

/// The longest message of a venue that is kept: the local exchange's explanations are the longest known.
const MAX_SHOWN_MESSAGE: usize = 1_000;

/// Some messages are themselves JSON, with the text for people in `default_msg`.
pub(crate) fn readable(message: &str) -> String {
    #[derive(Deserialize)]
    struct Inner {
        default_msg: String,
    }
    serde_json::from_str::<Inner>(message).map_or_else(|_| message.to_owned(), |inner| inner.default_msg)
}

/// The error code decides before the HTTP status does, since the engine answers 429 for "Order not found" too.
fn kind_of(status: u16, code: Option<i64>, message: &str) -> ErrorKind {
    let says = |text: &str| message.to_ascii_lowercase().contains(text);
    if says("order not found") {
        return ErrorKind::OrderNotFound;
    }
    match code {
        Some(303 | -22) => return ErrorKind::RateLimited,
        Some(-7 | 10_002) => return ErrorKind::Authentication,
        Some(-1042) => return ErrorKind::Permission,
        Some(-7006) => return ErrorKind::UnknownMarket,
        Some(16) => return ErrorKind::OrderNotFound,
        Some(8 | 51_523 | 33_199_101) => return ErrorKind::InsufficientFunds,
        Some(-2 | -2023 | 300..=302) => return ErrorKind::Invalid,
        Some(133..=135 | 138 | 304 | 305 | 4_003..=4_051 | 33_000_000..) => return ErrorKind::Refused,
        Some(-11) => return ErrorKind::Unavailable,
        _ => {}
    }
    match status {
        400 | 405 => ErrorKind::Invalid,
        401 => ErrorKind::Authentication,
        403 => ErrorKind::Permission,
        404 => ErrorKind::Invalid,
        // With a code that says something else it is that; without one it is a gateway's, and means only this.
        429 if code.is_none() => ErrorKind::RateLimited,
        429 => ErrorKind::Refused,
        451 => ErrorKind::Banned,
        408 | 500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> ApiError {
        ApiError::from_answer(status, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn the_three_shapes_are_one_error() {
        let futures =
            read(400, r#"{"status":400,"errorCode":-7,"message":"Authenticate failed","extraData":null}"#);
        assert_eq!((futures.kind, futures.code), (ErrorKind::Authentication, Some(-7)));
        let spot = read(401, r#"{"code":10002,"msg":"UNAUTHORIZED: Authentication Failed","success":false}"#);
        assert_eq!(spot.kind, ErrorKind::Authentication);
        let legacy =
            read(400, r#"{"status":400,"error":"Bad Request","code":301,"message":"Invalid order size"}"#);
        assert_eq!((legacy.kind, legacy.message.as_str()), (ErrorKind::Invalid, "Invalid order size"));
    }

    #[test]
    fn a_429_is_a_rate_limit_if_its_code_says_so_or_a_gateway_that_gives_no_code() {
        let missing =
            read(429, r#"{"status":429,"errorCode":-1,"message":"Order not found","extraData":["117"]}"#);
        assert_eq!(missing.kind, ErrorKind::OrderNotFound);
        let limited = read(429, r#"{"status":429,"errorCode":303,"message":"Rate limit exceeded"}"#);
        assert_eq!(limited.kind, ErrorKind::RateLimited);
        assert_eq!(read(429, r#"{"errorCode":-1,"message":"something new"}"#).kind, ErrorKind::Refused);
        for gateways in ["", "<html>slow down</html>"] {
            let error = read(429, gateways);
            assert_eq!((error.kind, error.is_definite()), (ErrorKind::RateLimited, false), "{gateways}");
        }
    }

    #[test]
    fn only_the_venues_own_no_is_a_no() {
        for status in [400, 401, 403, 404, 405, 429, 451] {
            for bodies in ["", "<html>no</html>", "[]", r#"{"message":"no route matched"}"#] {
                assert!(!read(status, bodies).is_definite(), "{status} {bodies}");
            }
            let own = format!(r#"{{"status":{status},"errorCode":-2,"message":"no"}}"#);
            assert!(read(status, &own).is_definite(), "{own}");
        }
        assert!(!read(500, r#"{"status":500,"errorCode":-11,"message":"down"}"#).is_definite());
    }

    #[test]
    fn html_and_emptiness_are_typed_and_short() {
        let html = read(502, &format!("<html>{}</html>", "x".repeat(100_000)));
        assert_eq!(html.kind, ErrorKind::Unavailable);
        assert!(html.message.len() < 400);
        assert_eq!(read(503, "").message, "the answer has no body");
    }

    #[test]
    fn what_steers_a_terminal_or_turns_text_around_is_left_out() {
        let body = "{\"status\":400,\"errorCode\":-2,\"message\":\"size\\u001b[31m \u{202e}5\u{2066}1\u{200b}0\u{feff} \u{2028}börse 💱\"}";
        assert_eq!(read(400, body).message, "size[31m 510 börse 💱");
    }

    #[test]
    fn a_message_inside_a_message_is_unwrapped() {
        let text = r#"{"status":400,"errorCode":135,"message":"{\"msgKey\":\"k\",\"params\":[],\"default_msg\":\"Give a positionId.\"}"}"#;
        assert_eq!(read(400, text).message, "Give a positionId.");
    }

    proptest::proptest! {
        #[test]
        fn reading_an_error_never_panics(status in 0_u16..1000, body in ".{0,200}") {
            let _ = read(status, &body);
        }
    }
}
