//! The streams of a whole exchange, as a client over loopback sees them.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use std::collections::BTreeMap;

use futures_util::{SinkExt, StreamExt};
use lmex_api::Signer;
use lmex_api::stream::{BookUpdate, ClientFrame, Incoming, OrderBook};
use lmex_exchange::{
    AccountConfig, Exchange, ExchangeConfig, Handle, KeyConfig, LimitsMode, Permission, Secret,
};
use lmex_types::Decimal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A second account, and a key of it that may not read.
const OTHER: (&str, &str) = ("other-key", "other-secret");
const BLIND: &str = "blind-key";

async fn exchange() -> Handle {
    let secret = || Secret::new(OTHER.1);
    let blind = KeyConfig {
        key: BLIND.to_owned(),
        secret: secret(),
        permissions: vec![Permission::Trade],
        is_random: false,
    };
    let other = AccountConfig {
        name: "other".to_owned(),
        balance: Decimal::from(1_000),
        fees: None,
        keys: vec![KeyConfig::full(OTHER.0, secret()), blind],
    };
    let accounts = vec![other];
    let mut config = ExchangeConfig { limits: LimitsMode::Off, accounts, ..ExchangeConfig::default() };
    config.listen.set_port(0);
    Exchange::start(config).await.unwrap()
}

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn connect(exchange: &Handle, path: &str) -> Self {
        Self(connect_async(format!("{}{path}", exchange.ws_url())).await.unwrap().0)
    }

    async fn say(&mut self, text: String) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    async fn subscribe(&mut self, topic: &str) {
        self.say(ClientFrame::subscribe([topic.to_owned()]).to_json()).await;
        assert_eq!(self.hear().await, format!(r#"{{"event":"subscribe","channel":["{topic}"]}}"#));
    }

    async fn log_in(&mut self, op: &str, key: &str, secret: &str, nonce: &str) -> String {
        let signature = Signer::new(secret.as_bytes()).sign_login("/ws/futures", nonce);
        self.say(json!({"op": op, "args": [key, nonce, signature.as_str()]}).to_string()).await;
        self.hear().await
    }

    async fn hear_json(&mut self) -> Value {
        serde_json::from_str(&self.hear().await).unwrap()
    }

    async fn hear(&mut self) -> String {
        loop {
            if let Message::Text(text) = self.0.next().await.unwrap().unwrap() {
                return text.to_string();
            }
        }
    }
}

impl Client {
    /// Sizes of the order's fills, one for each level it took, and the last notification about it.
    async fn hear_until_filled(&mut self, order_id: &Value) -> (Vec<Decimal>, Value) {
        let mut fills = Vec::new();
        loop {
            let message: Value = serde_json::from_str(&self.hear().await).unwrap();
            let row = &message["data"][0];
            if message["topic"] == "fillsV2" {
                assert_eq!(&row["orderId"], order_id);
                fills.push(row["size"].as_str().unwrap().parse().unwrap());
            } else {
                assert_eq!((&message["topic"], &row["orderID"]), (&json!("notificationApiV4"), order_id));
                if row["remainingSize"] == 0 {
                    return (fills, row.clone());
                }
            }
        }
    }
}

type Levels = Vec<(Decimal, Decimal)>;

#[derive(Default)]
struct Reader {
    book: OrderBook,
    update: BookUpdate,
}

impl Reader {
    fn hear(&mut self, text: &str) -> (i64, Levels, Levels) {
        self.update.decode(text).unwrap();
        self.book.apply(&self.update).unwrap();
        (self.book.seq_num().unwrap(), self.book.bids().collect(), self.book.asks().collect())
    }
}

/// The SDK's book refuses gaps and crossed books; a snapshot for another client shows that it holds the right levels.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_book_kept_by_deltas_equals_the_snapshot_of_who_comes_later() {
    let exchange = exchange().await;
    let mut early = Client::connect(&exchange, "/ws/oss/futures").await;
    early.subscribe("update:BTC-PERP_0").await;
    let (mut reader, mut seen) = (Reader::default(), BTreeMap::new());
    for _ in 0..15 {
        let (seq_num, bids, asks) = reader.hear(&early.hear().await);
        seen.insert(seq_num, (bids, asks));
    }
    let mut late = Client::connect(&exchange, "/ws/oss/futures").await;
    late.subscribe("update:BTC-PERP").await;
    let (seq_num, bids, asks) = Reader::default().hear(&late.hear().await);
    assert_eq!((bids.len(), asks.len()), (50, 50));
    while !seen.contains_key(&seq_num) {
        let (seq_num, bids, asks) = reader.hear(&early.hear().await);
        seen.insert(seq_num, (bids, asks));
    }
    assert_eq!(seen[&seq_num], (bids, asks));
    exchange.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_crowd_trades_and_the_best_prices_move() {
    let exchange = exchange().await;
    let mut trades = Client::connect(&exchange, "/ws/futures").await;
    trades.subscribe("tradeHistoryApiV3:BTC-PERP").await;
    let text = trades.hear().await;
    let Ok(Incoming::Data(frame)) = Incoming::read(&text) else { panic!("{text}") };
    assert_eq!(frame.trades().unwrap()[0].symbol.as_str(), "BTC-PERP");

    let mut top = Client::connect(&exchange, "/ws/oss/futures").await;
    top.subscribe("snapshotL1:BTC-PERP").await;
    let (first, second) = (top.hear().await, top.hear().await);
    assert_ne!(first, second, "a top is sent when it changes");
    exchange.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_sent_over_rest_is_heard_on_the_private_streams() {
    let exchange = exchange().await;
    let mut private = Client::connect(&exchange, "/ws/futures").await;
    let nonce = fresh_nonce(&exchange).await;
    let signature = signer(&exchange).sign_login("/ws/futures", &nonce);
    let login = json!({"op": "login", "args": [exchange.api_key(), nonce, signature.as_str()]});
    private.say(login.to_string()).await;
    assert_eq!(private.hear().await, r#"{"event":"login","success":true}"#);
    private.subscribe("fillsV2").await;
    private.subscribe("notificationApiV4").await;

    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 10}).to_string();
    let answer = signed_post(&exchange, "/api/v2.3/order", &order).await;
    assert_eq!(answer[0]["status"], 4, "{answer}");
    let order_id = &answer[0]["orderID"];

    let (fills, last) = private.hear_until_filled(order_id).await;
    assert_eq!(fills.iter().sum::<Decimal>(), Decimal::TEN);
    for field in ["status", "avgFilledPrice", "totalFilledSize", "remainingSize", "positionId"] {
        assert_eq!(last[field], answer[0][field], "{field}");
    }
    exchange.shutdown().await;
}

const LOGGED_IN: &str = r#"{"event":"login","success":true}"#;
const REFUSED: &str = r#"{"event":"login","success":false}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_spellings_log_in_and_wrong_late_repeated_or_blind_keys_do_not() {
    let exchange = exchange().await;
    let (key, secret) = (exchange.api_key(), exchange.api_secret());
    for op in ["login", "authKeyExpires"] {
        let mut client = Client::connect(&exchange, "/ws/futures").await;
        let nonce = fresh_nonce(&exchange).await;
        let late = (nonce.parse::<i64>().unwrap() - 60_000).to_string();
        assert_eq!(client.log_in(op, key, "wrong", &nonce).await, REFUSED);
        assert_eq!(client.log_in(op, key, OTHER.1, &nonce).await, REFUSED, "another account's secret");
        assert_eq!(client.log_in(op, key, secret, &late).await, REFUSED);
        assert_eq!(client.log_in(op, BLIND, OTHER.1, &nonce).await, REFUSED, "it needs Read");
        assert_eq!(client.log_in(op, key, secret, &nonce).await, LOGGED_IN);
        let mut second = Client::connect(&exchange, "/ws/futures").await;
        assert_eq!(second.log_in(op, key, secret, &nonce).await, REFUSED, "a nonce counts once");
    }
    exchange.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_is_heard_from_its_first_contract_to_its_last_by_its_owner_alone() {
    let exchange = exchange().await;
    let mut owner = Client::connect(&exchange, "/ws/futures").await;
    let nonce = fresh_nonce(&exchange).await;
    let answer = owner.log_in("login", exchange.api_key(), exchange.api_secret(), &nonce).await;
    assert_eq!(answer, LOGGED_IN);
    let mut other = Client::connect(&exchange, "/ws/futures").await;
    let nonce = fresh_nonce(&exchange).await;
    assert_eq!(other.log_in("login", OTHER.0, OTHER.1, &nonce).await, LOGGED_IN);
    for topic in ["fillsV2", "notificationApiV4", "positionsV2", "positionsV3"] {
        other.subscribe(topic).await;
    }
    owner.subscribe("positionsV3").await;
    owner.subscribe("open-order:BTC-PERP-USD").await;
    assert_eq!(owner.hear_json().await["type"], "SNAPSHOT");

    let order =
        |side: &str| json!({"symbol": "BTC-PERP", "side": side, "type": "MARKET", "size": 10}).to_string();
    signed_post(&exchange, "/api/v2.3/order", &order("BUY")).await;
    let held = owner.hear_json().await;
    let row = &held["data"][0];
    assert_eq!((&held["topic"], &row["totalContracts"]), (&json!("positionsV3"), &json!(10)));
    assert_eq!(
        (&row["orderMode"], &row["marginType"], &row["username"]),
        (&json!(66), &json!(91), &json!("demo"))
    );
    signed_post(&exchange, "/api/v2.3/order", &order("SELL")).await;
    let closed = owner.hear_json().await;
    let row = &closed["data"][0];
    assert_eq!((&row["totalContracts"], &row["entryPrice"]), (&json!(0), &json!(0)));
    assert_eq!((&row["positionId"], &row["positionMode"]), (&json!("BTC-PERP-USDT"), &Value::Null));

    // Answered in order: had the other account heard anything, it would stand before this.
    other.say("ping".to_owned()).await;
    assert_eq!(other.hear().await, "pong");
    exchange.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_closes_streams_in_good_order() {
    let exchange = exchange().await;
    let mut client = Client::connect(&exchange, "/ws/futures").await;
    client.subscribe("fillsV2").await;
    exchange.shutdown().await;
    assert!(matches!(client.0.next().await, Some(Ok(Message::Close(Some(_))))));
    assert!(client.0.next().await.is_none());
}

fn signer(exchange: &Handle) -> Signer {
    Signer::new(exchange.api_secret().as_bytes())
}

/// Milliseconds since 1970 by the exchange's own clock, from the time of an answer.
async fn fresh_nonce(exchange: &Handle) -> String {
    let request =
        "GET /futures/api/v2.3/orderbook?symbol=BTC-PERP HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    spoken(exchange, request).await["timestamp"].to_string()
}

async fn signed_post(exchange: &Handle, path: &str, body: &str) -> Value {
    let nonce = fresh_nonce(exchange).await;
    let signature = signer(exchange).sign_request(path, &nonce, body.as_bytes());
    let request = format!(
        "POST /futures{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nrequest-api: {}\r\nrequest-nonce: {nonce}\r\nrequest-sign: {signature}\r\n\r\n{body}",
        body.len(),
        exchange.api_key(),
    );
    spoken(exchange, &request).await
}

async fn spoken(exchange: &Handle, request: &str) -> Value {
    let address = exchange.rest_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).unwrap()
}
