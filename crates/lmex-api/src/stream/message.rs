//! What goes over a stream, both ways, apart from the order book itself.

use std::borrow::Cow;

use lmex_types::{Decimal, Side, Symbol, TimeMs};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::book_update::DecodeError;
use super::fill::StreamFill;
use super::notification::Notification;
use super::open_order::OpenOrderUpdate;
use super::position::StreamPosition;
use super::session::LoginOperation;
use crate::error::printable;
use crate::wire;
use crate::wire::decimal::Number;

/// What a client sends: `{"op":"subscribe","args":[…]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFrame {
    /// `subscribe`, `unsubscribe`, `login`, `authKeyExpires`.
    pub op: String,
    /// Topics; for a login: key, nonce and signature.
    #[serde(default)]
    pub args: Vec<String>,
}

impl ClientFrame {
    /// Asks for topics.
    pub fn subscribe(topics: impl IntoIterator<Item = String>) -> Self {
        Self { op: "subscribe".to_owned(), args: topics.into_iter().collect() }
    }

    /// Gives topics up.
    pub fn unsubscribe(topics: impl IntoIterator<Item = String>) -> Self {
        Self { op: "unsubscribe".to_owned(), args: topics.into_iter().collect() }
    }

    /// Identifies the connection, before private topics are asked for. `signature` is
    /// [`Signer::sign_login`](crate::Signer::sign_login) of the stream's path and the nonce.
    pub fn login(operation: LoginOperation, key: &str, nonce: &str, signature: &str) -> Self {
        let args = [key, nonce, signature].map(str::to_owned).to_vec();
        Self { op: operation.as_str().to_owned(), args }
    }

    /// The text to send.
    pub fn to_json(&self) -> String {
        // Strings and a list of strings: writing them cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What a server sends, told apart but not yet read in full.
#[derive(Debug)]
pub enum Incoming<'a> {
    /// Something happened to a subscription or a login.
    Event(Event),
    /// Data of a topic.
    Data(DataFrame<'a>),
    /// The answer to a text `ping`.
    Pong,
    /// The server complains.
    Error(StreamError),
}

/// The answer to a subscription, `{"event":"subscribe","channel":[…]}`, or to a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// These topics are subscribed to; an empty list means that none of those asked for exists.
    Subscribed(Ack),
    /// These topics are given up.
    Unsubscribed(Ack),
    /// A login succeeded or not.
    Login {
        /// Whether it did.
        success: bool,
    },
    /// An event this crate does not know.
    Other(String),
}

/// The topics of an acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ack {
    /// As the server spells them.
    pub channel: Vec<String>,
}

/// A server's complaint (OSS error codes of BTSE's document: 1000 market unsupported, 1005 topic does not exist,
/// 1007 buffer full …).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamError {
    /// The code, if one was given.
    pub code: Option<i64>,
    /// The text, if one was given: its first thousand characters.
    pub message: String,
}

/// Data of a topic.
#[derive(Debug)]
pub struct DataFrame<'a> {
    /// The topic, as the server spells it.
    pub topic: Cow<'a, str>,
    data: &'a RawValue,
    /// Beside the data of open orders: see [`OpenOrderUpdate`].
    kind: Option<&'a RawValue>,
    serial_id: Option<&'a RawValue>,
}

impl<'a> Incoming<'a> {
    /// Tells what a text message is.
    pub fn read(text: &'a str) -> Result<Self, DecodeError> {
        if text.trim() == "pong" {
            return Ok(Self::Pong);
        }
        let envelope: Envelope<'a> = serde_json::from_str(text).map_err(DecodeError::new)?;
        envelope.told_apart().ok_or_else(|| DecodeError::new("neither topic nor event nor error"))
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    topic: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "serialId")]
    serial_id: Option<&'a RawValue>,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    channel: Option<Vec<String>>,
    #[serde(default)]
    success: Option<bool>,
    #[serde(borrow, default)]
    errors: Option<&'a RawValue>,
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(default)]
    message: Option<String>,
}

impl<'a> Envelope<'a> {
    fn told_apart(self) -> Option<Incoming<'a>> {
        if let (Some(topic), Some(data)) = (self.topic, self.data) {
            let (kind, serial_id) = (self.kind, self.serial_id);
            return Some(Incoming::Data(DataFrame { topic, data, kind, serial_id }));
        }
        if let Some(event) = self.event {
            let ack = Ack { channel: self.channel.unwrap_or_default() };
            return Some(match event.as_str() {
                "subscribe" => Incoming::Event(Event::Subscribed(ack)),
                "unsubscribe" => Incoming::Event(Event::Unsubscribed(ack)),
                "login" | "authKeyExpires" => {
                    Incoming::Event(Event::Login { success: self.success.unwrap_or(true) })
                }
                "pong" => Incoming::Pong,
                _ => Incoming::Event(Event::Other(event)),
            });
        }
        if let Some(errors) = self.errors {
            return Some(Incoming::Error(StreamError {
                code: first_code(errors.get()),
                message: printable(errors.get()),
            }));
        }
        let code = self.code.and_then(|raw| raw.get().trim_matches('"').parse().ok());
        (code.is_some() || self.message.is_some()).then(|| {
            Incoming::Error(StreamError { code, message: printable(&self.message.unwrap_or_default()) })
        })
    }
}

/// The first `code` in `[{"error":{"code":…}}]`.
fn first_code(errors: &str) -> Option<i64> {
    let after = errors.split("\"code\"").nth(1)?.trim_start_matches([':', ' ', '"']);
    let digits = after.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(after.len());
    after[..digits].parse().ok()
}

impl DataFrame<'_> {
    /// Reads public trades.
    pub fn trades(&self) -> Result<Vec<StreamTrade>, DecodeError> {
        self.decode()
    }

    /// Reads a best bid and offer.
    pub fn top(&self) -> Result<TopOfBook, DecodeError> {
        self.decode()
    }

    /// Reads news about one's orders (`notificationApiV4`, `notificationApiV3`).
    pub fn notifications(&self) -> Result<Vec<Notification>, DecodeError> {
        self.decode()
    }

    /// Reads one's fills (`fillsV2`).
    pub fn fills(&self) -> Result<Vec<StreamFill>, DecodeError> {
        self.decode()
    }

    /// Reads one's positions (`allPositionV4`, `positionsV3` and their forerunners).
    pub fn positions(&self) -> Result<Vec<StreamPosition>, DecodeError> {
        self.decode()
    }

    /// Reads one's open orders in a market (`open-order:…`).
    pub fn open_orders(&self) -> Result<OpenOrderUpdate, DecodeError> {
        let text = |raw: Option<&RawValue>| raw.map(|raw| raw.get().trim_matches('"').to_owned());
        let serial_id = text(self.serial_id).and_then(|digits| digits.parse().ok());
        let serial_id = serial_id.ok_or_else(|| DecodeError::new("serialId is missing"))?;
        let kind = text(self.kind).unwrap_or_default();
        Ok(OpenOrderUpdate { topic: self.topic.to_string(), serial_id, kind, data: self.decode()? })
    }

    fn decode<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_json::from_str(self.data.get()).map_err(DecodeError::new)
    }
}

/// A public trade as the stream sends it: REST's `serialId` is `tradeId` here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamTrade {
    /// The market; legacy topics use its old name.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// The side of the order that took liquidity.
    #[serde(with = "wire::word")]
    pub side: Side,
    /// In contracts.
    #[serde(with = "wire::decimal")]
    pub size: Decimal,
    /// In the quote currency.
    #[serde(with = "wire::decimal")]
    pub price: Decimal,
    /// Names the trade.
    #[serde(rename = "tradeId", with = "wire::integer")]
    pub trade_id: i64,
    /// When.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
}

/// Best bid and offer, as the stream sends them: `[["price","size"]]`, or empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopOfBook {
    /// Best bid, or nothing.
    pub bids: Vec<TopLevel>,
    /// Best offer, or nothing.
    pub asks: Vec<TopLevel>,
    /// `snapshotL1`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The market.
    #[serde(with = "wire::symbol")]
    pub symbol: Symbol,
    /// When.
    #[serde(with = "wire::time")]
    pub timestamp: TimeMs,
}

/// A price and a size in contracts, written as a pair of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopLevel(pub Decimal, pub Decimal);

impl Serialize for TopLevel {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.0.to_string(), self.1.to_string()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TopLevel {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (price, size) = <(Number, Number)>::deserialize(deserializer)?;
        Ok(Self(price.0, size.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told_apart() {
        let read = |text| Incoming::read(text).unwrap();
        assert!(
            matches!(read(r#"{"event":"subscribe","channel":[]}"#), Incoming::Event(Event::Subscribed(ack)) if ack.channel.is_empty())
        );
        assert!(matches!(
            read(r#"{"event":"login","success":true}"#),
            Incoming::Event(Event::Login { success: true })
        ));
        assert!(matches!(read(r#"{"event":"pong"}"#), Incoming::Pong));
        assert!(matches!(read("pong"), Incoming::Pong));
        let error = r#"{"errors":[{"error":{"code":1005,"message":"topic does not exist"}}]}"#;
        assert!(matches!(read(error), Incoming::Error(StreamError { code: Some(1_005), .. })));
        assert!(Incoming::read("{}").is_err());
        assert!(Incoming::read("<html>").is_err());
    }

    #[test]
    fn what_a_server_says_is_neither_endless_nor_steers_a_terminal() {
        let words = "\u{1b}[31m".to_owned() + &"x".repeat(100_000);
        let quoted = serde_json::to_string(&words).unwrap();
        for text in [
            format!(r#"{{"errors":[{{"error":{{"code":1,"message":{quoted}}}}}]}}"#),
            format!(r#"{{"code":1,"message":{quoted}}}"#),
        ] {
            let Incoming::Error(error) = Incoming::read(&text).unwrap() else { panic!("no error") };
            assert!(error.message.len() <= 4_000 && !error.message.contains('\u{1b}'), "{}", error.message);
        }
        let unknown = format!(r#"{{"topic":"tradeHistoryApi","data":[{{"side":{quoted}}}]}}"#);
        let Incoming::Data(frame) = Incoming::read(&unknown).unwrap() else { panic!("no data") };
        assert!(frame.trades().unwrap_err().to_string().len() <= 4_100);
    }

    #[test]
    fn the_recorded_legacy_trade_is_read() {
        let text = r#"{"topic":"tradeHistoryApi","data":[{"price":77099.9,"size":6530,"side":"SELL","symbol":"BTCPFC","tradeId":35993384,"timestamp":1779800209269}]}"#;
        let Incoming::Data(frame) = Incoming::read(text).unwrap() else { panic!("no data") };
        let trade = &frame.trades().unwrap()[0];
        assert_eq!((trade.price, trade.side), ("77099.9".parse().unwrap(), Side::Sell));
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,120}") {
            let _ = Incoming::read(&text);
        }
    }
}
