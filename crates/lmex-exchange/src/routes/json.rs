//! An answer as JSON.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;

/// Room that is made at first. An order's answer has about 700 bytes; what is written into less grows several times,
/// and is copied each time.
const ROOM: usize = 1_024;

/// A value that is answered as JSON.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(ROOM);
        if serde_json::to_writer(&mut body, &self.0).is_err() {
            // What is answered has text for its keys and decimals for its numbers: all of it can be written.
            return axum::Json(self.0).into_response();
        }
        ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], Bytes::from(body)).into_response()
    }
}
