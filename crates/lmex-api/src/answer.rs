//! From an HTTP answer to a typed response or a typed error.

use http::HeaderMap;

use crate::endpoint::Endpoint;
use crate::error::{ApiError, ErrorKind};

/// How many characters of a body that can't be read are kept in the error.
pub const MAX_SHOWN_BODY: usize = 200;

/// Reads an answer: the endpoint's response, or what went wrong.
///
/// Every answer of status 2xx that decodes is a response, even when it carries an order status that means failure
/// (LMEX answers 200 with status 8, 15, 16 or 17): those belong to the response's own type. Everything else is an
/// [`ApiError`], whichever of the venue's three error shapes it came in.
pub fn answer<E: Endpoint>(
    _: &E,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<E::Response, ApiError> {
    answer_to::<E>(status, headers, body)
}

/// [`answer`] for who knows the kind of request, but has none at hand.
pub fn answer_to<E: Endpoint>(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<E::Response, ApiError> {
    if !(200..300).contains(&status) {
        return Err(ApiError::from_answer(status, headers, body));
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return E::empty_answer().ok_or_else(|| ApiError::unreadable(status, "the answer is empty", body));
    }
    serde_json::from_slice(body).map_err(|source| match ApiError::in_band(status, headers, body) {
        Some(error) => error,
        None => ApiError::unreadable(status, &source.to_string(), body),
    })
}

impl ApiError {
    fn unreadable(status: u16, reason: &str, body: &[u8]) -> Self {
        let message = format!("{reason}; the body begins {:?}", shown(body));
        Self::new(ErrorKind::Unreadable, status, None, message)
    }
}

/// The first characters of a body, for a message to a person.
pub(crate) fn shown(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * MAX_SHOWN_BODY)]);
    text.chars().filter(|c| !c.is_control()).take(MAX_SHOWN_BODY).collect()
}
