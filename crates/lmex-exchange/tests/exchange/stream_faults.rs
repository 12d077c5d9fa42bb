//! Each fault of streams, as a client over a socket meets it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helper functions are tests too")]

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use lmex_api::Signer;
use lmex_api::stream::{BookUpdate, ClientFrame, OrderBook};
use lmex_exchange::faults::FaultSpec;
use lmex_exchange::{Exchange, ExchangeConfig, Handle, LimitsMode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const BTC: &str = "update:BTC-PERP_0";
const ETH: &str = "update:ETH-PERP_0";

async fn exchange(lines: &[&str]) -> Handle {
    let faults = lines.iter().map(|line| FaultSpec::parse(line).unwrap()).collect();
    let mut config = ExchangeConfig { limits: LimitsMode::Off, faults, ..ExchangeConfig::default() };
    config.listen.set_port(0);
    Exchange::start(config).await.unwrap()
}

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn connect(exchange: &Handle, path: &str) -> Self {
        Self(connect_async(format!("{}{path}", exchange.ws_url())).await.unwrap().0)
    }

    /// Connected to the books and listening to these topics.
    async fn to_books(exchange: &Handle, topics: &[&str]) -> Self {
        let mut client = Self::connect(exchange, "/ws/oss/futures").await;
        client.say(ClientFrame::subscribe(topics.iter().map(|topic| (*topic).to_owned())).to_json()).await;
        assert!(client.hear().await.starts_with(r#"{"event":"subscribe""#));
        client
    }

    async fn say(&mut self, text: String) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    async fn next(&mut self) -> Option<Result<Message, Error>> {
        let heard = tokio::time::timeout(Duration::from_secs(60), self.0.next()).await;
        heard.unwrap_or_else(|_| panic!("nothing comes"))
    }

    async fn hear(&mut self) -> String {
        loop {
            if let Message::Text(text) = self.next().await.unwrap().unwrap() {
                return text.to_string();
            }
        }
    }

    async fn hear_json(&mut self) -> Value {
        serde_json::from_str(&self.hear().await).unwrap()
    }

    /// Reads on until the connection ends, and says how.
    async fn hear_the_end(&mut self) -> Result<Option<(u16, String)>, Error> {
        loop {
            match self.next().await {
                Some(Ok(Message::Close(frame))) => {
                    return Ok(frame.map(|frame| (frame.code.into(), frame.reason.to_string())));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(None),
            }
        }
    }
}

fn number(message: &Value, name: &str) -> i64 {
    message["data"][name].as_i64().unwrap()
}

#[tokio::test]
async fn one_topic_falls_silent_and_the_others_and_pings_go_on() {
    let exchange = exchange(&["silence,topic=update:BTC-*"]).await;
    let mut client = Client::to_books(&exchange, &[BTC, ETH]).await;
    for _ in 0..5 {
        assert_eq!(client.hear_json().await["topic"], ETH);
    }
    client.say("ping".to_owned()).await;
    while client.hear().await != "pong" {}
    exchange.faults().clear();
    while client.hear_json().await["topic"] != BTC {}
}

#[tokio::test]
async fn a_whole_stream_falls_silent_and_pings_are_answered() {
    let exchange = exchange(&["silence"]).await;
    let mut client = Client::to_books(&exchange, &[BTC, ETH]).await;
    for _ in 0..3 {
        client.say("ping".to_owned()).await;
        assert_eq!(client.hear().await, "pong");
    }
    while exchange.faults().list()[0].hits < 10 {
        tokio::task::yield_now().await;
    }
    client.say("ping".to_owned()).await;
    assert_eq!(client.hear().await, "pong", "nothing came before it");
}

#[tokio::test]
async fn a_numbers_gap_is_seen_by_whoever_looks() {
    let exchange = exchange(&["gap,topic=update:BTC-PERP_0,times=1"]).await;
    let mut client = Client::to_books(&exchange, &[BTC]).await;
    let mut last = number(&client.hear_json().await, "seqNum");
    loop {
        let delta = client.hear_json().await;
        let (before, now) = (number(&delta, "prevSeqNum"), number(&delta, "seqNum"));
        if before != last {
            assert_eq!(before, last + 1, "one delta is missing");
            return;
        }
        last = now;
    }
}

#[tokio::test]
async fn a_crossed_book_is_refused_by_whoever_keeps_one() {
    let exchange = exchange(&["cross,topic=update:BTC-PERP_0,times=1"]).await;
    let mut client = Client::to_books(&exchange, &[BTC]).await;
    let snapshot = client.hear().await;
    let mut update = BookUpdate::default();
    update.decode(&snapshot).unwrap();
    assert!(OrderBook::default().apply(&update).is_err(), "{snapshot}");
}

#[tokio::test]
async fn messages_come_twice_out_of_order_halved_and_late() {
    let exchange = exchange(&[
        "duplicate,topic=update:BTC-PERP_0,times=1",
        "reorder,topic=update:BTC-PERP_0,times=1",
        "delay,topic=update:BTC-PERP_0,ms=150,times=1",
        "truncate,topic=update:BTC-PERP_0,times=1",
    ])
    .await;
    let mut client = Client::to_books(&exchange, &[BTC]).await;
    let first = client.hear().await;
    assert_eq!(client.hear().await, first, "twice");
    let first: Value = serde_json::from_str(&first).unwrap();
    let (later, earlier) = (client.hear_json().await, client.hear_json().await);
    assert_eq!(number(&later, "prevSeqNum"), number(&earlier, "seqNum"), "the later one came first");
    assert!(number(&earlier, "seqNum") > number(&first, "seqNum"));
    let began = Instant::now();
    let late = client.hear_json().await;
    assert_eq!(number(&late, "prevSeqNum"), number(&later, "seqNum"), "late, and nothing is lost");
    assert!(began.elapsed() >= Duration::from_millis(100));
    let half = client.hear().await;
    assert!(half.starts_with(r#"{"topic":"update:BTC-PERP_0""#), "{half}");
    assert!(serde_json::from_str::<Value>(&half).is_err(), "{half}");
    assert!(exchange.faults().list().iter().all(|fault| fault.hits == 1));
}

#[tokio::test]
async fn a_stream_is_reset_in_the_place_of_a_message() {
    let exchange = exchange(&["reset,topic=update:*,times=1"]).await;
    let mut client = Client::to_books(&exchange, &[BTC]).await;
    let ended = client.hear_the_end().await;
    let Err(Error::Io(error)) = ended else { panic!("{ended:?}") };
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn connections_are_closed_again_and_again() {
    let exchange = exchange(&["close,ms=30,path=/ws/oss/futures"]).await;
    for _ in 0..3 {
        let mut client = Client::connect(&exchange, "/ws/oss/futures").await;
        assert_eq!(client.hear_the_end().await.unwrap(), Some((1_001, "going away".to_owned())));
    }
    assert_eq!(exchange.faults().list()[0].hits, 3);
    let mut other = Client::connect(&exchange, "/ws/futures").await;
    exchange.faults().clear();
    other.say("ping".to_owned()).await;
    assert_eq!(other.hear().await, "pong");
    exchange.faults().add(FaultSpec::parse("close,ms=1").unwrap()).unwrap();
    assert!(other.hear_the_end().await.unwrap().is_some(), "one that is open already is closed too");
}

#[tokio::test]
async fn a_client_that_is_made_slow_is_told_so_and_closed() {
    let exchange = exchange(&["slow,topic=*,per_second=1"]).await;
    let mut client = Client::connect(&exchange, "/ws/futures").await;
    for _ in 0..1_200 {
        client.say("ping".to_owned()).await;
    }
    loop {
        let heard = client.hear().await;
        if heard != "pong" {
            assert!(heard.contains(r#""code":1007"#), "{heard}");
            break;
        }
    }
    assert_eq!(client.hear_the_end().await.unwrap().unwrap().1, "user message buffer full");
}

#[tokio::test]
async fn faults_of_an_account_hit_whoever_has_logged_in_to_it() {
    let exchange = exchange(&["silence,account=demo"]).await;
    let topic = "tradeHistoryApiV2:BTC-PERP";
    let mut own = Client::connect(&exchange, "/ws/futures").await;
    let nonce = exchange.time().status().wall_ms.to_string();
    let signature = Signer::new(exchange.api_secret().as_bytes()).sign_login("/ws/futures", &nonce);
    own.say(json!({"op": "login", "args": [exchange.api_key(), nonce, signature.as_str()]}).to_string())
        .await;
    assert_eq!(own.hear_json().await["success"], true);
    let mut other = Client::connect(&exchange, "/ws/futures").await;
    for client in [&mut own, &mut other] {
        client.say(ClientFrame::subscribe([topic.to_owned()]).to_json()).await;
        assert_eq!(client.hear_json().await["event"], "subscribe");
    }
    assert_eq!(other.hear_json().await["topic"], topic);
    while exchange.faults().list()[0].hits == 0 {
        tokio::task::yield_now().await;
    }
    own.say("ping".to_owned()).await;
    assert_eq!(own.hear().await, "pong", "nothing came before it");
}
