//! Signed requests as bytes, made before they are needed.

use std::collections::VecDeque;
use std::net::SocketAddr;

use lmex_api::Signer;
use lmex_exchange::Clock;

/// The request line's path of orders.
pub(crate) const PATH: &str = "/futures/api/v2.3/order";
/// The part of it that is signed.
const SIGNED_PATH: &str = "/api/v2.3/order";

/// The API key of an account that is measured.
pub(crate) fn key_of(account: usize) -> String {
    format!("bench-key-of-account-{account:02}-as-long-as-they-are")
}

/// What that key's requests are signed with.
pub(crate) fn secret_of(account: usize) -> String {
    format!("bench-secret-of-account-{account:02}-as-long-as-they-are")
}

/// One request.
#[derive(Debug)]
pub(crate) struct Request {
    /// Head and body.
    pub(crate) bytes: Vec<u8>,
    /// Whether it places an order, or cancels those that wait.
    pub(crate) places: bool,
}

/// What the orders of a connection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Limit orders that wait far from the market; when [`WAITING`] of them wait, one request cancels them all.
    Resting,
    /// Market orders, bought and sold in turn.
    Filled,
}

/// How many orders of a connection wait before they are cancelled: nearly as many as an account may have in a market.
pub(crate) const WAITING: u32 = 480;

/// Where the nonces of requests lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nonces {
    /// At the present, or just ahead of it: for a server whose window is as usual.
    Now,
    /// So many milliseconds behind the present and on from there: for many signed before they are sent.
    Behind(i64),
}

/// The requests of one account.
#[derive(Debug)]
pub(crate) struct Requests {
    account: usize,
    signer: Signer,
    key: String,
    host: SocketAddr,
    mix: Mix,
    clock: Clock,
    is_at_present: bool,
    last_nonce: i64,
    placed: u32,
    waiting: u32,
    ready: VecDeque<Request>,
}

impl Requests {
    pub(crate) fn new(account: usize, host: SocketAddr, mix: Mix, nonces: Nonces) -> Self {
        let clock = Clock::system();
        let last_nonce = match nonces {
            Nonces::Now => 0,
            Nonces::Behind(ms) => clock.now().as_millis() - ms,
        };
        Self {
            account,
            signer: Signer::new(secret_of(account).as_bytes()),
            key: key_of(account),
            host,
            mix,
            clock,
            is_at_present: nonces == Nonces::Now,
            last_nonce,
            placed: 0,
            waiting: 0,
            ready: VecDeque::new(),
        }
    }

    /// Signs so many requests now.
    pub(crate) fn prepare(&mut self, count: usize) {
        while self.ready.len() < count {
            let request = self.sign_next();
            self.ready.push_back(request);
        }
    }

    /// The next request: one that is ready, or else one signed now.
    pub(crate) fn next(&mut self) -> Request {
        self.ready.pop_front().unwrap_or_else(|| self.sign_next())
    }

    fn sign_next(&mut self) -> Request {
        match self.mix {
            Mix::Filled => self.filled(),
            Mix::Resting if self.waiting == WAITING => self.cancel_all(),
            Mix::Resting => self.resting(),
        }
    }

    fn resting(&mut self) -> Request {
        (self.placed, self.waiting) = (self.placed + 1, self.waiting + 1);
        let (id, ticks) = (format!("bench-{}-{}", self.account, self.placed), self.placed % 1_000);
        let body = format!(
            r#"{{"symbol":"BTC-PERP","side":"BUY","type":"LIMIT","price":{}.{},"size":100,"time_in_force":"GTC","clOrderID":"{id}"}}"#,
            50_000 + ticks / 10,
            ticks % 10
        );
        Request { bytes: self.signed("POST", "", &body), places: true }
    }

    fn cancel_all(&mut self) -> Request {
        self.waiting = 0;
        Request { bytes: self.signed("DELETE", "?symbol=BTC-PERP", ""), places: false }
    }

    fn filled(&mut self) -> Request {
        self.placed += 1;
        let side = if self.placed.is_multiple_of(2) { "SELL" } else { "BUY" };
        let body = format!(r#"{{"symbol":"BTC-PERP","side":"{side}","type":"MARKET","size":10}}"#);
        Request { bytes: self.signed("POST", "", &body), places: true }
    }

    fn signed(&mut self, method: &str, query: &str, body: &str) -> Vec<u8> {
        let nonce = self.next_nonce();
        let signature = self.signer.sign_request(SIGNED_PATH, &nonce, body.as_bytes());
        let Self { key, host, .. } = self;
        let length = body.len();
        format!(
            "{method} {PATH}{query} HTTP/1.1\r\nhost: {host}\r\nrequest-api: {key}\r\nrequest-nonce: {nonce}\r\n\
             request-sign: {signature}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    fn next_nonce(&mut self) -> String {
        self.last_nonce += 1;
        if self.is_at_present {
            self.last_nonce = self.last_nonce.max(self.clock.now().as_millis());
        }
        self.last_nonce.to_string()
    }
}
