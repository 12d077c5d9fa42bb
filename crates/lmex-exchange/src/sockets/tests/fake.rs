//! A market, a hub and clients without a network.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::ws::Message;
use futures_util::{Sink, Stream};
use lmex_api::stream::StreamPath;
use lmex_engine::{AccountId, Event, LevelCause, MarketId};
use lmex_types::{Decimal, Grid, Instrument, Side, TimeMs};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::Batch;
use crate::faults::Faults;
use crate::feed::PositionNews;
use crate::server::Wire;
use crate::sockets::auth::{Authenticator, LoginRefused};
use crate::sockets::connection::{Desk, serve};
use crate::sockets::market_feed::MarketDepth;
use crate::sockets::standing::Standing;
use crate::sockets::{Audience, Hub, SocketConfig};

pub(super) const BTC: MarketId = MarketId(0);
pub(super) const TRADER: AccountId = AccountId(7);
pub(super) const OTHER: AccountId = AccountId(8);

pub(super) fn instrument(symbol: &str) -> Instrument {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    Instrument {
        symbol: symbol.parse().unwrap(),
        base: symbol.split('-').next().unwrap().to_owned(),
        quote: "USDT".to_owned(),
        grid: Grid::new(decimal("0.1"), decimal("0.00001")).unwrap(),
        min_contracts: 1,
        max_contracts: 7_500_000,
        step_contracts: 1,
        min_notional: Decimal::from(5),
    }
}

/// Bids 60000.0 × 10 and 59999.9 × 20, asks 60000.1 × 30 and 60000.2 × 40.
pub(super) fn depth() -> MarketDepth {
    MarketDepth {
        market: BTC,
        instrument: instrument("BTC-PERP"),
        at: TimeMs::from_millis(1_000),
        seq_num: 1,
        bids: vec![(600_000, 10), (599_999, 20)],
        asks: vec![(600_001, 30), (600_002, 40)],
    }
}

pub(super) fn level(side: Side, price: i64, contracts: i64) -> Event {
    let cause = LevelCause::Set;
    Event::LevelChanged { market: BTC, side, price, contracts, crowd: contracts, cause }
}

pub(super) fn trade(trade_id: u64, price: i64, contracts: i64, aggressor: Side) -> Event {
    Event::Trade { market: BTC, trade_id, price, contracts, aggressor }
}

/// A hub with one market, fed by hand.
pub(super) struct Venue {
    pub(super) desk: Desk,
    pub(super) batches: mpsc::Sender<Arc<Batch>>,
    seq: u64,
}

impl Venue {
    pub(super) fn open() -> Self {
        Self::with(SocketConfig::default())
    }

    pub(super) fn with(config: SocketConfig) -> Self {
        let (batches, receiver) = mpsc::channel(64);
        let hub = Hub::spawn(
            Standing { markets: vec![depth()], orders: Vec::new() },
            receiver,
            config,
            Audience::default(),
        );
        let faults = Faults::new(1, BTreeMap::new(), Decimal::ONE);
        Self { desk: Desk { hub, auth: Arc::new(friend_only), config, faults }, batches, seq: 0 }
    }

    pub(super) async fn happens(&mut self, events: impl IntoIterator<Item = Event>) {
        self.seq += 1;
        let at = TimeMs::from_millis(2_000 + i64::try_from(self.seq).unwrap());
        let batch = Batch { seq: self.seq, at, events: events.into_iter().collect(), positions: Vec::new() };
        self.batches.send(Arc::new(batch)).await.unwrap();
    }

    /// A command that changes positions.
    pub(super) async fn change(&mut self, positions: Vec<PositionNews>) {
        self.seq += 1;
        let batch = Batch { seq: self.seq, at: TimeMs::from_millis(2_000), events: Vec::new(), positions };
        self.batches.send(Arc::new(batch)).await.unwrap();
    }

    pub(super) fn connect(&self, path: StreamPath) -> Client {
        self.connect_reading(path, true)
    }

    /// A client whose side of the connection takes nothing.
    pub(super) fn connect_stuck(&self, path: StreamPath) -> Client {
        self.connect_reading(path, false)
    }

    fn connect_reading(&self, path: StreamPath, reading: bool) -> Client {
        let (to_server, inbound) = mpsc::unbounded_channel();
        let (outbound, from_server) = mpsc::unbounded_channel();
        let socket = FakeSocket { inbound, outbound, reading };
        tokio::spawn(serve(socket, path, self.desk.clone(), Wire::default()));
        Client { to_server, from_server }
    }
}

/// Knows a key of each of two accounts; the signature is the path, the nonce and "!".
fn friend_only(path: &str, key: &str, nonce: &str, signature: &str) -> Result<AccountId, LoginRefused> {
    let account = match key {
        "friend" => Some(TRADER),
        "other" => Some(OTHER),
        _ => None,
    };
    let account = account.filter(|_| signature == format!("{path}{nonce}!"));
    account.ok_or_else(|| LoginRefused { reason: "not a friend".to_owned() })
}

const _: fn() = || {
    fn is_authenticator(_: impl Authenticator) {}
    is_authenticator(friend_only);
};

/// The other end of a connection.
pub(super) struct Client {
    pub(super) to_server: mpsc::UnboundedSender<Message>,
    pub(super) from_server: mpsc::UnboundedReceiver<Message>,
}

impl Client {
    pub(super) fn say(&self, text: &str) {
        self.to_server.send(Message::text(text)).unwrap();
    }

    pub(super) fn subscribe(&self, topics: &[&str]) {
        self.say(&json!({"op": "subscribe", "args": topics}).to_string());
    }

    /// The next message, whatever it is; `None` when the connection is gone.
    pub(super) async fn message(&mut self) -> Option<Message> {
        self.from_server.recv().await
    }

    pub(super) async fn text(&mut self) -> String {
        match self.message().await {
            Some(Message::Text(text)) => text.as_str().to_owned(),
            other => panic!("no text but {other:?}"),
        }
    }

    pub(super) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    pub(super) async fn hears_nothing_for(&mut self, millis: u64) {
        let heard = timeout(Duration::from_millis(millis), self.from_server.recv()).await;
        assert!(heard.is_err(), "heard {heard:?}");
    }
}

struct FakeSocket {
    inbound: mpsc::UnboundedReceiver<Message>,
    outbound: mpsc::UnboundedSender<Message>,
    reading: bool,
}

impl Stream for FakeSocket {
    type Item = Result<Message, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inbound.poll_recv(context).map(|message| message.map(Ok))
    }
}

impl Sink<Message> for FakeSocket {
    type Error = Infallible;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.reading { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Infallible> {
        // A client that is gone reads nothing.
        let _ = self.outbound.send(message);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.poll_ready(context)
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}
