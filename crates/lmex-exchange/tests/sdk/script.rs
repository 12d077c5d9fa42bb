//! A venue of scripted answers, in memory: for what the exchange does not do, and for clocks that are moved by hand.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use lmex::{
    Client, ClientBuilder, Credentials, Endpoints, Environment, Transport, TransportError, TransportFuture,
};

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) enum Say {
    /// A status, a `Retry-After` header unless empty, and a body.
    Answer(u16, &'static str, String),
    /// The request left and nothing came.
    Lost,
    /// There was no connection.
    NotSent,
    /// Nothing, ever.
    Nothing,
}

impl Say {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::Answer(200, "", body.into())
    }

    /// As BTSE's engine says it.
    pub(crate) fn order_not_found() -> Self {
        let body = r#"{"status":429,"errorCode":-1,"message":"Order not found","extraData":null}"#;
        Self::Answer(429, "", body.to_owned())
    }

    pub(crate) fn rate_limit(retry_after: &'static str) -> Self {
        let body = r#"{"status":429,"errorCode":303,"message":"Rate limit exceeded","extraData":null}"#;
        Self::Answer(429, retry_after, body.to_owned())
    }
}

/// A transport that answers from a list for each method and path; the last answer of a list stays.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: Vec<(&'static str, &'static str, VecDeque<Say>)>,
    sent: Vec<(String, String)>,
    number: Option<u64>,
}

impl Script {
    /// A venue that lists BTC-PERP and ETH-PERP, and has neither orders nor fills.
    pub(crate) fn empty_venue() -> Self {
        let script = Self::default();
        script.on("GET", "/market_summary", [Say::ok(MARKETS)]);
        script.on("GET", "/order", [Say::order_not_found()]);
        script.on("GET", "/user/open_orders", [Say::ok("[]")]);
        script.on("GET", "/user/trade_history", [Say::ok("[]")]);
        script
    }

    /// Replaces the answers of a method and path.
    pub(crate) fn on(
        &self,
        method: &'static str,
        path: &'static str,
        answers: impl IntoIterator<Item = Say>,
    ) {
        let mut state = self.0.lock().unwrap();
        state.answers.retain(|(known, at, _)| (*known, *at) != (method, path));
        state.answers.push((method, path, answers.into_iter().collect()));
    }

    /// How many such requests were sent.
    pub(crate) fn sent(&self, method: &str, path: &str) -> usize {
        let is_such = |(sent, at): &&(String, String)| sent == method && at == path;
        self.0.lock().unwrap().sent.iter().filter(is_such).count()
    }

    /// A client of it.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let endpoints = Endpoints::new(Environment::Local, Some("http://127.0.0.1:9"), None, &[]).unwrap();
        let credentials = Credentials::new(self.key(), "scripted-secret").unwrap();
        Client::builder(endpoints).credentials(credentials).transport(self.clone())
    }

    /// Clients of one script share their pace, and those of another must not know of it.
    fn key(&self) -> String {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let mut state = self.0.lock().unwrap();
        let number = state.number.get_or_insert_with(|| LAST.fetch_add(1, Ordering::Relaxed));
        format!("scripted-key-{number}")
    }

    fn next(&self, method: &str, path: &str) -> Say {
        let mut state = self.0.lock().unwrap();
        state.sent.push((method.to_owned(), path.to_owned()));
        let known = state.answers.iter_mut().find(|(known, at, _)| (*known, *at) == (method, path));
        let (_, _, answers) = known.unwrap_or_else(|| panic!("no answer for {method} {path}"));
        if answers.len() > 1 { answers.pop_front().unwrap() } else { answers.front().unwrap().clone() }
    }
}

impl Transport for Script {
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_> {
        let path = request.uri().path().trim_start_matches("/futures/api/v2.3").to_owned();
        let said = self.next(request.method().as_str(), &path);
        Box::pin(async move {
            match said {
                Say::Answer(status, retry_after, body) => {
                    let mut answer = Response::builder().status(status);
                    if !retry_after.is_empty() {
                        answer = answer.header("retry-after", retry_after);
                    }
                    Ok(answer.body(Bytes::from(body)).unwrap())
                }
                Say::Lost => Err(TransportError::Lost("scripted".to_owned())),
                Say::NotSent => Err(TransportError::NotSent("scripted".to_owned())),
                Say::Nothing => std::future::pending().await,
            }
        })
    }
}

const MARKETS: &str = r#"[
    {"symbol":"BTC-PERP","base":"BTC","quote":"USDT","active":true,"contractSize":0.00001,"minPriceIncrement":0.1,
     "minValidPrice":0.1,"minOrderSize":1,"maxOrderSize":7500000,"minSizeIncrement":1},
    {"symbol":"ETH-PERP","base":"ETH","quote":"USDT","active":true,"contractSize":0.0001,"minPriceIncrement":0.01,
     "minValidPrice":0.01,"minOrderSize":1,"maxOrderSize":7500000,"minSizeIncrement":1}]"#;
