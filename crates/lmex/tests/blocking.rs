//! The client whose calls wait: none is missing, and inside an async runtime none waits.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by a panic says where")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use lmex::{
    Client, Credentials, Endpoints, Environment, Error, NewOrder, Side, Size, Topic, Transport,
    TransportFuture, blocking,
};

const PRICE: &str = r#"[{"symbol":"BTC-PERP","indexPrice":1,"lastPrice":2,"markPrice":3}]"#;

/// An exchange that knows a price and nothing else.
#[derive(Clone, Default)]
struct Prices(Arc<AtomicUsize>);

impl Transport for Prices {
    fn send(&self, _: Request<Bytes>) -> TransportFuture<'_> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::ready(Ok(Response::new(Bytes::from_static(PRICE.as_bytes())))))
    }
}

impl Prices {
    fn client(&self) -> blocking::Client {
        let (rest, ws) = ("http://127.0.0.1:1", "ws://127.0.0.1:1");
        let endpoints = Endpoints::new(Environment::Local, Some(rest), Some(ws), &[]).unwrap();
        let credentials = Credentials::new("key", "secret").unwrap();
        Client::builder(endpoints).credentials(credentials).transport(self.clone()).build_blocking().unwrap()
    }
}

#[test]
fn a_call_waits_for_its_answer_on_any_thread() {
    let client = Prices::default().client();
    let elsewhere = client.clone();
    let btc = "BTC-PERP".parse().unwrap();
    let there = std::thread::spawn(move || elsewhere.price(btc).unwrap().last_price).join().unwrap();
    assert_eq!((client.price(btc).unwrap().last_price, there), (2.into(), 2.into()));
}

#[tokio::test]
async fn inside_an_async_runtime_every_call_is_an_error_and_nothing_is_sent() {
    let prices = Prices::default();
    let client = prices.client();
    let btc = "BTC-PERP".parse().unwrap();
    let order = NewOrder::market(btc, Side::Buy, Size::Contracts(100));
    assert!(matches!(client.price(btc), Err(Error::InsideRuntime)));
    assert!(matches!(client.place(&order), Err(Error::InsideRuntime)));
    let mut stream = client.subscribe([Topic::Book(btc)]).unwrap();
    assert!(matches!(stream.next(), Some(Err(Error::InsideRuntime))));
    assert!(matches!(stream.ready_within(std::time::Duration::ZERO), Err(Error::InsideRuntime)));
    let elsewhere = client.clone();
    let spawned = tokio::task::spawn_blocking(move || elsewhere.price(btc).map(drop)).await.unwrap();
    assert!(matches!(spawned, Err(Error::InsideRuntime)));
    assert_eq!(prices.0.load(Ordering::SeqCst), 0);
    // Its own runtime may be dropped in another one.
    drop((stream, client));
}

/// What the client does by waiting, read from its sources.
#[test]
fn no_call_is_missing() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut calls = BTreeSet::new();
    collect_calls(&sources, &mut calls);
    assert!(calls.len() > 30 && calls.contains("place"), "{calls:?}");
    let blocking = ["mod.rs", "calls.rs"]
        .map(|file| std::fs::read_to_string(sources.join("blocking").join(file)).unwrap())
        .concat();
    let has = |call: &&String| {
        blocking.contains(&format!("    {call}(")) || blocking.contains(&format!("pub fn {call}(&self")) || {
            let generic = format!("pub fn {call}<");
            blocking.contains(&generic)
        }
    };
    let missing: Vec<_> = calls.iter().filter(|call| !has(call)).collect();
    assert!(missing.is_empty(), "{missing:?} are calls of `Client` alone: add them to src/blocking/calls.rs");
}

/// The public async functions of every `impl Client`.
fn collect_calls(folder: &Path, calls: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_calls(&path, calls);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split("\nimpl Client {\n").skip(1) {
            let block = block.split("\n}\n").next().unwrap();
            let names = block.split("    pub async fn ").skip(1);
            calls.extend(names.map(|name| name.split(['(', '<']).next().unwrap().to_owned()));
        }
    }
}
