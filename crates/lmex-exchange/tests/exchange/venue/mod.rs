//! A running exchange whose clocks stand still until a test moves them, and a client that knows nothing of its code:
//! HTTP and signatures written out by hand.
#![allow(dead_code, unused_imports, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "this is a test's own code")]

mod acting;

pub(crate) use acting::with;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lmex_api::Signer;
use lmex_exchange::{Clock, Clocks, Exchange, ExchangeConfig, Handle, LimitsMode, Secret, StartError};
use lmex_types::{Decimal, TimeMs};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The moment at which every test begins.
pub(crate) const START: i64 = 1_790_000_000_000;
pub(crate) const KEY: &str = "test-key";
pub(crate) const SECRET: &str = "test-secret-that-must-never-be-shown";

pub(crate) struct Venue {
    pub(crate) exchange: Handle,
    now: Arc<AtomicI64>,
    nonce: AtomicI64,
    pub(crate) signer: Signer,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The answer of a success.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The only element of a success.
    pub(crate) fn one(self) -> Value {
        match self.ok() {
            Value::Array(mut rows) if rows.len() == 1 => rows.remove(0),
            other => panic!("not a list of one: {other}"),
        }
    }

    /// Code and message of a refusal in the venue's shape.
    pub(crate) fn refused(&self, status: u16) -> (i64, String) {
        let body = self.json();
        assert_eq!((self.status, body["status"].as_u64()), (status, Some(status.into())), "{}", self.text);
        assert_eq!(keys(&body), ["errorCode", "extraData", "message", "status"], "{}", self.text);
        (body["errorCode"].as_i64().unwrap(), body["message"].as_str().unwrap().to_owned())
    }
}

impl Venue {
    pub(crate) async fn start() -> Self {
        Self::start_with(ExchangeConfig { limits: LimitsMode::Off, ..ExchangeConfig::default() }).await
    }

    pub(crate) async fn start_with(config: ExchangeConfig) -> Self {
        Self::start_at(config, START, START).await.unwrap()
    }

    /// Starts with the clocks at `now`, and nonces from `nonce` on.
    pub(crate) async fn start_at(
        mut config: ExchangeConfig,
        now: i64,
        nonce: i64,
    ) -> Result<Self, StartError> {
        let now = Arc::new(AtomicI64::new(now));
        let hand = Arc::clone(&now);
        let clock = Clock::new(move || TimeMs::from_millis(hand.load(Ordering::SeqCst)));
        config.listen.set_port(0);
        config.seed = 7;
        config.api_key = Some(KEY.to_owned());
        config.api_secret = Some(Secret::new(SECRET));
        let clocks = Clocks { venue: clock.clone(), wall: clock };
        let exchange = Exchange::start_with(config, clocks).await?;
        Ok(Self { exchange, now, nonce: AtomicI64::new(nonce), signer: Signer::new(SECRET.as_bytes()) })
    }

    /// Ends in order, and starts again with this configuration, so many milliseconds later.
    pub(crate) async fn again(self, config: ExchangeConfig, later_ms: i64) -> Self {
        let (now, nonce) = (self.now_ms() + later_ms, self.nonce.load(Ordering::SeqCst) + later_ms);
        self.exchange.shutdown().await;
        Self::start_at(config, now, nonce).await.unwrap()
    }

    /// Moves both clocks.
    pub(crate) fn pass_ms(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
        self.nonce.fetch_max(self.now_ms(), Ordering::SeqCst);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    /// The next nonce is this one: the clock of the client.
    pub(crate) fn set_nonce(&self, nonce: i64) {
        self.nonce.store(nonce, Ordering::SeqCst);
    }

    /// A nonce that was not used before.
    pub(crate) fn nonce(&self) -> String {
        self.nonce.fetch_add(1, Ordering::SeqCst).to_string()
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.send("GET", &format!("/futures/api/v2.3{target}"), &[], b"").await
    }

    pub(crate) async fn my(&self, target: &str) -> Answer {
        self.signed("GET", target, b"").await
    }

    pub(crate) async fn delete(&self, target: &str) -> Answer {
        self.signed("DELETE", target, b"").await
    }

    pub(crate) async fn post(&self, target: &str, body: Value) -> Answer {
        self.signed("POST", target, body.to_string().as_bytes()).await
    }

    pub(crate) async fn put(&self, target: &str, body: Value) -> Answer {
        self.signed("PUT", target, body.to_string().as_bytes()).await
    }

    /// A request with a good signature.
    pub(crate) async fn signed(&self, method: &str, target: &str, body: &[u8]) -> Answer {
        let path = format!("/api/v2.3{}", target.split('?').next().unwrap());
        let nonce = self.nonce();
        let signature = self.signer.sign_request(&path, &nonce, body);
        let headers = [("request-api", KEY), ("request-nonce", &nonce), ("request-sign", signature.as_str())];
        self.send(method, &format!("/futures/api/v2.3{target}"), &headers, body).await
    }

    /// A request of another key.
    pub(crate) async fn signed_by(
        &self,
        (key, secret): (&str, &str),
        method: &str,
        target: &str,
        body: &[u8],
    ) -> Answer {
        let path = format!("/api/v2.3{}", target.split('?').next().unwrap());
        let nonce = self.nonce();
        let signature = Signer::new(secret.as_bytes()).sign_request(&path, &nonce, body);
        let headers = [("request-api", key), ("request-nonce", &nonce), ("request-sign", signature.as_str())];
        self.send(method, &format!("/futures/api/v2.3{target}"), &headers, body).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let address = self.exchange.rest_url().strip_prefix("http://").unwrap().to_owned();
        let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut socket = TcpStream::connect(&address).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses the body may answer and close before it has all.
        let _ = socket.write_all(body).await;
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).unwrap();
        let (headers, text) =
            answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, headers: headers.to_ascii_lowercase(), text: text.to_owned() }
    }

    /// Best bid and ask of BTC-PERP.
    pub(crate) async fn best(&self) -> (f64, f64) {
        let book = self.get("/orderbook/L2?symbol=BTC-PERP&depth=1").await.ok();
        let price = |side: &str| book[side][0]["price"].as_str().unwrap().parse().unwrap();
        (price("buyQuote"), price("sellQuote"))
    }
}

/// A text in an object.
pub(crate) fn field<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_else(|| panic!("{key} is not text: {object}"))
}

/// A number, as its digits say.
pub(crate) fn number(value: &Value) -> Decimal {
    value.to_string().parse().unwrap_or_else(|_| panic!("{value} is not a number"))
}

/// The elements of a list.
pub(crate) fn rows(value: Value) -> Vec<Value> {
    match value {
        Value::Array(rows) => rows,
        other => panic!("not a list: {other}"),
    }
}

/// The keys of an object, sorted.
pub(crate) fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// A recorded payload, by its path in the folder of recordings. `None`, with a printed reason, where the folder is
/// absent.
pub(crate) fn recorded(path: &str) -> Option<Value> {
    let folder = std::env::var_os("LMEX_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")));
    let file = folder.join("payloads").join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => panic!("{}: {error}", file.display()),
        Err(error) => {
            println!("skipped: {}: {error}", file.display());
            None
        }
    }
}

/// Asserts that an answer has the recorded keys, with values of the recorded JSON type.
pub(crate) fn assert_shape(answer: &Value, recorded: &Value) {
    let type_of = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    assert_eq!(keys(answer), keys(recorded));
    for (key, value) in recorded.as_object().unwrap() {
        assert_eq!(type_of(&answer[key]), type_of(value), "{key}: {} for {value}", answer[key]);
    }
}
