//! Answers that only say that something was done.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::code::Status;

/// The answer to an action that says nothing when it succeeds: empty, or JSON that is not an error.
///
/// The document gives no body for it, only one for errors, so every body is taken for a success that does not say the
/// opposite: a body with an `errorCode`, with `success: false`, or with a status that is a refusal is an
/// [`ApiError`](crate::ApiError), even when HTTP says 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Accepted;

impl<'de> Deserialize<'de> for Accepted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        // Anything that is no object carries no error.
        let Ok(body) = serde_json::from_str::<Complaint>(raw) else { return Ok(Self) };
        if body.complains() { Err(D::Error::custom("the answer is an error")) } else { Ok(Self) }
    }
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(default)]
    status: Option<Status>,
    #[serde(default, rename = "errorCode")]
    error_code: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    success: Option<bool>,
}

impl Complaint {
    fn complains(&self) -> bool {
        let refused = |status: Status| status.is_refusal() || status.is_unknown() || status.0 >= 400;
        self.error_code.is_some() || self.success == Some(false) || self.status.is_some_and(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_the_opposite_is_no_success() {
        for text in
            ["null", "[]", "{}", "\"OK\"", "true", r#"{"status":20,"message":""}"#, r#"{"success":true}"#]
        {
            assert!(serde_json::from_str::<Accepted>(text).is_ok(), "{text}");
        }
        for text in [
            r#"{"status":401,"errorCode":-7,"message":"Authenticate failed"}"#,
            r#"{"status":0,"errorCode":0,"message":"String"}"#,
            r#"{"status":135,"message":"no position"}"#,
            r#"{"code":-2,"success":false}"#,
        ] {
            assert!(serde_json::from_str::<Accepted>(text).is_err(), "{text}");
        }
    }
}
