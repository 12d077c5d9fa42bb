//! What the server says apart from data: acknowledgements, logins, complaints.

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;

/// `{"event":"subscribe","channel":[…]}`: the topics that were understood.
pub(super) fn acknowledgement(event: &'static str, channel: &[&str]) -> Utf8Bytes {
    #[derive(Serialize)]
    struct Acknowledgement<'a> {
        event: &'static str,
        channel: &'a [&'a str],
    }
    text(&Acknowledgement { event, channel })
}

/// `{"event":"login","success":…}`.
pub(super) fn login(success: bool) -> Utf8Bytes {
    #[derive(Serialize)]
    struct Login {
        event: &'static str,
        success: bool,
    }
    text(&Login { event: "login", success })
}

/// `{"topic":…,"data":…}` around data that is written already.
pub(super) fn data(topic: &str, data: &str) -> Utf8Bytes {
    // Topic names hold no character that JSON would escape.
    format!(r#"{{"topic":"{topic}","data":{data}}}"#).into()
}

/// Something the client did wrong, with BTSE's code for it. The texts are ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Complaint {
    /// An operation that does not exist.
    #[error("operation {0:?} is unsupported: use subscribe, unsubscribe, login or ping")]
    UnsupportedOperation(String),
    /// Not a message at all.
    #[error("invalid request: {0}")]
    InvalidRequest(String),
    /// A topic of a market that is not listed.
    #[error("the market of topic {0:?} is not listed: `GET /market_summary` lists them")]
    UnknownMarket(String),
    /// A topic that does not exist.
    #[error("topic {0:?} does not exist here")]
    UnknownTopic(String),
    /// The client does not read as fast as there is news.
    #[error("user message buffer full, closing: read faster or subscribe to less")]
    BufferFull,
    /// The client can't log in and keeps trying.
    #[error("max failed attempts, closing: sign the stream's path and the nonce with the key's secret")]
    TooManyFailedLogins,
}

impl Complaint {
    fn code(&self) -> u16 {
        match self {
            Self::UnknownMarket(_) => 1_000,
            Self::UnsupportedOperation(_) => 1_001,
            Self::InvalidRequest(_) => 1_002,
            Self::UnknownTopic(_) => 1_005,
            Self::BufferFull => 1_007,
            Self::TooManyFailedLogins => 1_008,
        }
    }

    /// `{"errors":[{"error":{"code":…,"message":…}}]}`.
    pub(super) fn text(&self) -> Utf8Bytes {
        #[derive(Serialize)]
        struct Errors {
            errors: [Outer; 1],
        }
        #[derive(Serialize)]
        struct Outer {
            error: Inner,
        }
        #[derive(Serialize)]
        struct Inner {
            code: u16,
            message: String,
        }
        let error = Inner { code: self.code(), message: self.to_string() };
        text(&Errors { errors: [Outer { error }] })
    }
}

fn text(value: &impl Serialize) -> Utf8Bytes {
    // Strings, numbers and booleans: writing them cannot fail.
    serde_json::to_string(value).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_api::stream::{Event, Incoming};

    #[test]
    fn the_client_understands_every_reply() {
        let ack = acknowledgement("subscribe", &["update:BTC-PERP_0"]);
        assert_eq!(ack.as_str(), r#"{"event":"subscribe","channel":["update:BTC-PERP_0"]}"#);
        let login = login(true);
        assert_eq!(login.as_str(), r#"{"event":"login","success":true}"#);
        assert!(matches!(Incoming::read(&login).unwrap(), Incoming::Event(Event::Login { success: true })));
        let complaint = Complaint::InvalidRequest("what is \"this\"".to_owned()).text();
        assert_eq!(
            complaint.as_str(),
            r#"{"errors":[{"error":{"code":1002,"message":"invalid request: what is \"this\""}}]}"#
        );
        assert!(
            matches!(Incoming::read(&complaint).unwrap(), Incoming::Error(error) if error.code == Some(1_002))
        );
    }
}
