//! What a client says.

use serde::{Deserialize, Deserializer};

use super::reply::Complaint;

/// A client's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// The text `ping` (BTSE's documents).
    TextPing,
    /// `{"op":"ping"}` (seen in clients).
    Ping,
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
    Login {
        key: String,
        nonce: String,
        signature: String,
    },
}

/// What is sent: an operation, and what it is about.
#[derive(Deserialize)]
struct Frame {
    op: String,
    #[serde(default, deserialize_with = "words")]
    args: Vec<String>,
}

/// Texts; a nonce may be a number too, as BTSE's document has it ("Long").
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Word {
        Text(String),
        Number(u64),
    }
    let words = Vec::<Word>::deserialize(deserializer)?.into_iter();
    let text = |word| match word {
        Word::Text(text) => text,
        Word::Number(number) => number.to_string(),
    };
    Ok(words.map(text).collect())
}

/// A login counts as so many topics: it brings the open orders of all markets asked for before it.
const LOGIN_TOPICS: usize = 10;

impl Request {
    /// How much it asks of the hub, in topics.
    pub(super) fn topics(&self) -> usize {
        match self {
            Self::TextPing | Self::Ping => 0,
            Self::Subscribe(topics) | Self::Unsubscribe(topics) => topics.len().max(1),
            Self::Login { .. } => LOGIN_TOPICS,
        }
    }

    /// Reads a text message.
    pub(super) fn read(text: &str) -> Result<Self, Complaint> {
        if text == "ping" {
            return Ok(Self::TextPing);
        }
        // What the parser says is about our structures and of no use to a client.
        let frame: Frame = serde_json::from_str(text).map_err(|_| {
            Complaint::InvalidRequest(r#"send {"op":"subscribe","args":["topic"]}"#.to_owned())
        })?;
        match frame.op.as_str() {
            "subscribe" => Ok(Self::Subscribe(frame.args)),
            "unsubscribe" => Ok(Self::Unsubscribe(frame.args)),
            // LMEX's documents say `login`, its sample code and BTSE's documents `authKeyExpires`.
            "login" | "authKeyExpires" => Self::login(frame.args),
            "ping" => Ok(Self::Ping),
            _ => Err(Complaint::UnsupportedOperation(frame.op.chars().take(40).collect())),
        }
    }

    fn login(args: Vec<String>) -> Result<Self, Complaint> {
        let [key, nonce, signature] = <[String; 3]>::try_from(args).map_err(|args| {
            Complaint::InvalidRequest(format!(
                "login takes key, nonce and signature, not {} args",
                args.len()
            ))
        })?;
        Ok(Self::Login { key, nonce, signature })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_requests_are_read() {
        let topics = vec!["update:BTC-PERP_0".to_owned()];
        let read = |text: &str| Request::read(text).unwrap();
        assert_eq!(read("ping"), Request::TextPing);
        assert_eq!(read(r#"{"op":"ping"}"#), Request::Ping);
        assert_eq!(
            read(r#"{"op":"subscribe","args":["update:BTC-PERP_0"]}"#),
            Request::Subscribe(topics.clone())
        );
        assert_eq!(
            read(r#"{"op":"unsubscribe","args":["update:BTC-PERP_0"]}"#),
            Request::Unsubscribe(topics)
        );
        for op in ["login", "authKeyExpires"] {
            let login =
                Request::Login { key: "k".to_owned(), nonce: "1".to_owned(), signature: "s".to_owned() };
            assert_eq!(read(&format!(r#"{{"op":"{op}","args":["k","1","s"]}}"#)), login);
            assert_eq!(
                read(&format!(r#"{{"op":"{op}","args":["k",1,"s"]}}"#)),
                login,
                "a nonce that is a number"
            );
        }
    }

    #[test]
    fn what_is_wrong_has_its_code() {
        let refused = |text: &str| Request::read(text).unwrap_err();
        for text in ["", "{", "pong", "[]", r#"{"op":5}"#, r#"{"op":"subscribe","args":"update"}"#] {
            let said = refused(text).to_string();
            assert_eq!(said, r#"invalid request: send {"op":"subscribe","args":["topic"]}"#, "{text}");
        }
        assert!(matches!(refused(r#"{"op":"login","args":["k","1"]}"#), Complaint::InvalidRequest(_)));
        assert!(matches!(refused(r#"{"op":"buy","args":[]}"#), Complaint::UnsupportedOperation(_)));
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,80}") {
            let _ = Request::read(&text);
        }
    }
}
