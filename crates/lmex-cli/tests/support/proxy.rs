//! A gate between a command and the exchange: requests pass, and some answers are kept back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::Venue;

/// Which answers are kept back. The exchange sees every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepBack {
    /// Those to requests with this method.
    AnswersTo(&'static str),
    /// Those to requests with this method, and all later ones.
    AllFrom(&'static str),
}

pub(crate) struct Proxy {
    address: SocketAddr,
    gate: Gate,
}

#[derive(Clone)]
struct Gate {
    exchange: String,
    keep_back: KeepBack,
    /// Whether all answers are kept back by now.
    closed: Arc<AtomicBool>,
    /// Whether the exchange can be reached again.
    opened: Arc<AtomicBool>,
    kept_back: Arc<Semaphore>,
}

impl Proxy {
    pub(crate) fn start(venue: &Venue, keep_back: KeepBack) -> Self {
        let exchange = venue.handle().rest_url().trim_start_matches("http://").to_owned();
        let gate = Gate {
            exchange,
            keep_back,
            closed: Arc::default(),
            opened: Arc::default(),
            kept_back: Arc::new(Semaphore::new(0)),
        };
        let listener = venue.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let keeper = gate.clone();
        venue.runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(keeper.clone().pass(client));
            }
        });
        Self { address, gate }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, nothing is kept back from new connections.
    pub(crate) fn open(&self) {
        self.gate.opened.store(true, Ordering::SeqCst);
    }

    /// Waits until the exchange has answered and the answer was kept back.
    pub(crate) fn wait_until_kept_back(&self, venue: &Venue) {
        venue.runtime.block_on(async {
            let kept_back = tokio::time::timeout(Duration::from_secs(20), self.gate.kept_back.acquire());
            kept_back.await.expect("an answer is kept back").unwrap().forget();
        });
    }
}

impl Gate {
    async fn pass(self, client: TcpStream) {
        let Ok(exchange) = TcpStream::connect(&self.exchange).await else { return };
        let (from_client, to_client) = client.into_split();
        let (from_exchange, to_exchange) = exchange.into_split();
        let held = Arc::new(AtomicBool::new(false));
        tokio::spawn(self.clone().requests(from_client, to_exchange, Arc::clone(&held)));
        self.answers(from_exchange, to_client, held).await;
    }

    async fn requests(
        self,
        mut from: tokio::net::tcp::OwnedReadHalf,
        mut to: tokio::net::tcp::OwnedWriteHalf,
        held: Arc<AtomicBool>,
    ) {
        let (KeepBack::AnswersTo(method) | KeepBack::AllFrom(method)) = self.keep_back;
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let meant = !self.opened.load(Ordering::SeqCst) && buffer.starts_with(method.as_bytes());
            if meant && self.keep_back == KeepBack::AllFrom(method) {
                self.closed.store(true, Ordering::SeqCst);
            }
            if meant || (self.closed.load(Ordering::SeqCst) && !self.opened.load(Ordering::SeqCst)) {
                held.store(true, Ordering::SeqCst);
            }
            if to.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    }

    async fn answers(
        self,
        mut from: tokio::net::tcp::OwnedReadHalf,
        mut to: tokio::net::tcp::OwnedWriteHalf,
        held: Arc<AtomicBool>,
    ) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            if held.load(Ordering::SeqCst) {
                self.kept_back.add_permits(1);
                return std::future::pending().await;
            }
            if to.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    }
}
