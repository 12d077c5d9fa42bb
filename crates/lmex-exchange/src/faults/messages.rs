//! What goes wrong with the messages of a stream.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes};
use lmex_types::Decimal;
use serde_json::{Map, Value};

use super::register::{Decision, Facts};
use super::{Faults, Kind};

/// The faults as one connection meets them.
#[derive(Debug)]
pub(crate) struct StreamFaults {
    faults: Faults,
    path: &'static str,
    login: Login,
    /// Messages that the next one of their topic overtakes.
    overtaken: BTreeMap<String, Message>,
}

/// The key that a connection has logged in with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Login(Arc<Mutex<Option<String>>>);

/// What becomes of a message.
#[derive(Debug)]
pub(crate) enum Bent {
    /// It goes out as it is.
    Straight(Message),
    /// These go out in its place, in this order.
    Others(Vec<Message>),
    /// It goes out after so long, and nothing before it.
    Later(Duration, Message),
    /// The connection is reset.
    Reset,
}

impl StreamFaults {
    pub(crate) fn new(faults: Faults, path: &'static str) -> Self {
        Self { faults, path, login: Login::default(), overtaken: BTreeMap::new() }
    }

    /// Where the connection's login is noted.
    pub(crate) fn login(&self) -> Login {
        self.login.clone()
    }

    /// What becomes of a message that is to go out.
    pub(crate) fn bend(&mut self, message: Message) -> Bent {
        if self.faults.is_idle() && self.overtaken.is_empty() {
            return Bent::Straight(message);
        }
        let Message::Text(text) = &message else { return Bent::Straight(message) };
        let topic = topic(text);
        if let Some(earlier) = topic.and_then(|topic| self.overtaken.remove(topic)) {
            return Bent::Others(vec![message, earlier]);
        }
        let is_delta = text.contains(r#""type":"delta""#);
        let facts = Facts::Message { path: self.path, topic, is_delta };
        let key = self.login.key();
        match self.faults.decide(&facts, key.as_deref()) {
            None => Bent::Straight(message),
            Some(decision) => {
                let topic = topic.unwrap_or_default().to_owned();
                self.fail(&decision, topic, message)
            }
        }
    }

    fn fail(&mut self, decision: &Decision, topic: String, message: Message) -> Bent {
        match decision.kind {
            Kind::Delay => Bent::Later(Duration::from_millis(decision.ms), message),
            Kind::Slow => Bent::Later(Duration::from_secs(1) / decision.per_second.max(1), message),
            Kind::Drop | Kind::Silence | Kind::Gap => Bent::Others(Vec::new()),
            Kind::Duplicate => Bent::Others(vec![message.clone(), message]),
            Kind::Reset => Bent::Reset,
            Kind::Reorder => {
                self.overtaken.insert(topic, message);
                Bent::Others(Vec::new())
            }
            Kind::Truncate => Bent::Others(vec![halved(&message)]),
            Kind::Cross => Bent::Others(vec![crossed(&message).unwrap_or(message)]),
            _ => Bent::Straight(message),
        }
    }
}

impl Login {
    /// From now on the connection is this key's.
    pub(crate) fn note(&self, key: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.to_owned());
    }

    pub(crate) fn key(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The topic of a message, which the exchange writes first; other messages have none.
fn topic(text: &str) -> Option<&str> {
    text.strip_prefix(r#"{"topic":""#)?.split('"').next()
}

fn halved(message: &Message) -> Message {
    let Message::Text(text) = message else { return message.clone() };
    let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Message::Text(Utf8Bytes::from(text.get(..half).unwrap_or_default()))
}

/// The same book message with one bid more: twice the highest price that it names.
fn crossed(message: &Message) -> Option<Message> {
    let Message::Text(text) = message else { return None };
    let mut whole: Map<String, Value> = serde_json::from_str(text).ok()?;
    let data = whole.get_mut("data")?.as_object_mut()?;
    let sides = ["bids", "asks"].into_iter().filter_map(|side| data.get(side)?.as_array());
    let prices = sides.flatten().filter_map(|level| level.get(0)?.as_str()?.parse::<Decimal>().ok());
    let above = prices.max()?.checked_mul(Decimal::TWO)?;
    let bids = data.get_mut("bids")?.as_array_mut()?;
    bids.insert(0, Value::from(vec![above.to_string(), "1".to_owned()]));
    Some(Message::text(serde_json::to_string(&whole).ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::faults::FaultSpec;

    const DELTA: &str = r#"{"topic":"update:BTC-PERP_0","data":{"bids":[["9.5","3"]],"asks":[["10.0","2"]],"seqNum":2,"prevSeqNum":1,"type":"delta"}}"#;

    fn bent(line: &str, messages: &[&str]) -> Vec<String> {
        let faults = Faults::new(7, BTreeMap::new(), Decimal::ONE);
        faults.add(FaultSpec::parse(line).unwrap()).unwrap();
        let mut stream = StreamFaults::new(faults, "/ws/oss/futures");
        let texts = messages.iter().map(|text| match stream.bend(Message::text(*text)) {
            Bent::Straight(message) => vec![message],
            Bent::Others(messages) => messages,
            Bent::Later(wait, message) => vec![Message::text(format!("{wait:?}")), message],
            Bent::Reset => vec![Message::text("reset")],
        });
        let texts = texts.flatten().map(|message| message.into_text().unwrap().to_string());
        texts.collect()
    }

    #[test]
    fn messages_are_lost_doubled_late_and_in_another_order() {
        let [a, b, c] = ["a", "b", "c"].map(|text| format!(r#"{{"topic":"fillsV2","data":"{text}"}}"#));
        let all = [a.as_str(), b.as_str(), c.as_str()];
        assert_eq!(bent("drop,topic=fillsV2,times=1", &all), [b.as_str(), c.as_str()]);
        assert_eq!(bent("duplicate,topic=fillsV2,times=1", &all), [&a, &a, &b, &c].map(String::as_str));
        assert_eq!(bent("reorder,topic=fillsV2,times=1", &all), [&b, &a, &c].map(String::as_str));
        assert_eq!(bent("delay,topic=fillsV2,ms=20,times=1", &all), ["20ms", &a, &b, &c]);
        assert_eq!(bent("slow,per_second=4,topic=*,times=1", &all), ["250ms", &a, &b, &c]);
        assert_eq!(bent("reset,topic=fillsV2,times=1", &all), ["reset", &b, &c]);
        assert_eq!(bent("truncate,topic=fillsV2", &[&a]), [r#"{"topic":"fills"#]);
        assert_eq!(bent("silence", &[&a, r#"{"event":"pong"}"#]), [r#"{"event":"pong"}"#]);
        assert_eq!(bent("silence,topic=positionsV3", &all), all, "another topic");
    }

    #[test]
    fn a_crossed_book_is_json_with_a_bid_above_every_ask() {
        let said = bent("cross", &[DELTA]);
        let whole: Value = serde_json::from_str(&said[0]).unwrap();
        assert_eq!(whole["data"]["bids"][0], serde_json::json!(["20.0", "1"]));
        assert_eq!((&whole["data"]["seqNum"], &whole["topic"]), (&2.into(), &"update:BTC-PERP_0".into()));
        assert_eq!(bent("gap,times=1", &[DELTA, DELTA]), [DELTA]);
    }

    #[test]
    fn a_fault_of_a_key_waits_for_its_login() {
        let faults = Faults::new(7, BTreeMap::from([("k".to_owned(), "demo".to_owned())]), Decimal::ONE);
        faults.add(FaultSpec::parse("silence,account=demo").unwrap()).unwrap();
        let mut stream = StreamFaults::new(faults, "/ws/futures");
        assert!(matches!(stream.bend(Message::text(DELTA)), Bent::Straight(_)));
        stream.login().note("k");
        assert!(matches!(stream.bend(Message::text(DELTA)), Bent::Others(none) if none.is_empty()));
    }
}
