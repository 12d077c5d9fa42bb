//! What an exchange that comes back shows on its streams, and which markets it comes back with.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helper functions are tests too")]

use crate::venue;

use std::path::{Path, PathBuf};

use futures_util::{SinkExt as _, StreamExt as _};
use lmex_api::stream::ClientFrame;
use lmex_exchange::{DataDir, Durability, ExchangeConfig, LimitsMode, Source};
use lmex_tape::{Existing, SizeUnit, TapeBody, TapeHeader, TapeLevel, TapeMessage, TapeWriter};
use lmex_types::{Decimal, Side};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use venue::{KEY, Venue, field};

fn kept_in(dir: &Path, source: Source) -> ExchangeConfig {
    let data = DataDir { durability: Durability::Os, ..DataDir::new(dir) };
    ExchangeConfig { limits: LimitsMode::Off, data: Some(data), source, ..ExchangeConfig::default() }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn subscribed(venue: &Venue, path: &str, login: bool, topic: &str) -> Socket {
    let (mut socket, _) = connect_async(format!("{}{path}", venue.exchange.ws_url())).await.unwrap();
    if login {
        let nonce = venue.nonce();
        let signature = venue.signer.sign_login(path, &nonce);
        let text = json!({"op": "authKeyExpires", "args": [KEY, nonce, signature.as_str()]}).to_string();
        socket.send(Message::text(text)).await.unwrap();
        socket.next().await.unwrap().unwrap();
    }
    let subscribe = ClientFrame::subscribe([topic.to_owned()]).to_json();
    socket.send(Message::text(subscribe)).await.unwrap();
    socket.next().await.unwrap().unwrap();
    socket
}

async fn hear(socket: &mut Socket) -> Value {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[tokio::test]
async fn streams_go_on_with_the_books_and_orders_that_there_were() {
    let dir = TempDir::new().unwrap();
    let venue = Venue::start_with(kept_in(dir.path(), Source::Synthetic)).await;
    let mut books = subscribed(&venue, "/ws/oss/futures", false, "update:BTC-PERP_0").await;
    let mut last = 0;
    for _ in 0..5 {
        venue.pass_ms(300);
        venue.get("/price?symbol=BTC-PERP").await.ok();
        last = hear(&mut books).await["data"]["seqNum"].as_i64().unwrap();
    }
    let waits = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 50_000, "size": 100});
    let order = venue.post("/order", waits).await.one();
    let id = field(&order, "orderID").to_owned();

    let venue = venue.again(kept_in(dir.path(), Source::Synthetic), 0).await;
    let mut books = subscribed(&venue, "/ws/oss/futures", false, "update:BTC-PERP_0").await;
    let first = hear(&mut books).await;
    assert_eq!(first["data"]["type"], "snapshot");
    assert!(first["data"]["seqNum"].as_i64().unwrap() > last, "{last}: {first}");

    let mut orders = subscribed(&venue, "/ws/futures", true, "open-order:BTC-PERP-USDT").await;
    let shown = hear(&mut orders).await.to_string();
    assert!(shown.contains("SNAPSHOT") && shown.contains(&id), "{shown}");
    let mut news = subscribed(&venue, "/ws/futures", true, "notificationApiV4").await;
    venue.delete(&format!("/order?symbol=BTC-PERP&orderID={id}")).await.one();
    let told = hear(&mut news).await.to_string();
    assert!(told.contains(&id), "its owner hears of the end of an order of the earlier run: {told}");
    venue.exchange.shutdown().await;
}

fn tape(folder: &Path, symbol: &str, price: i64) -> PathBuf {
    let path = folder.join(format!("{symbol}.parquet"));
    let header = TapeHeader::new("a test", symbol, SizeUnit::Base);
    let mut writer = TapeWriter::create(&path, header, Existing::Refuse).unwrap();
    for second in 0..2 {
        let level = |side, price: i64| TapeLevel { side, price: price.into(), size: Decimal::ONE };
        let levels = vec![level(Side::Buy, price), level(Side::Sell, price + 1)];
        let ns = second * 1_000_000_000;
        let body = TapeBody::Depth { snapshot: true, levels };
        writer.write(&TapeMessage { at_ns: ns, received_ns: ns, body }).unwrap();
    }
    writer.finish().unwrap();
    path
}

#[tokio::test]
async fn a_tape_begins_again_and_gives_way_to_the_simulation() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let replay =
        |symbol, price| Source::Replay { path: tape(dir.path(), symbol, price), speed: Decimal::ONE };
    let source = replay("BTCUSDT", 60_000);
    let venue = Venue::start_with(kept_in(&data, source.clone())).await;
    venue.pass_ms(1_500);
    assert_eq!(venue.best().await, (60_000.0, 60_001.0));
    let venue = venue.again(kept_in(&data, source), 1_000).await;
    venue.pass_ms(10);
    assert_eq!(venue.best().await, (60_000.0, 60_001.0));
    let venue = venue.again(kept_in(&data, Source::Synthetic), 1_000).await;
    venue.pass_ms(500);
    let (bid, ask) = venue.best().await;
    assert!(bid < ask && (bid / 60_000.0 - 1.0).abs() < 0.01, "simulated from where the tape was: {bid}");
    let (now, nonce) = (venue.now_ms(), venue.nonce().parse().unwrap());
    venue.exchange.shutdown().await;

    let other = kept_in(&data, replay("DOGEUSDT", 3));
    let refused = Venue::start_at(other, now, nonce).await.err().unwrap().to_string();
    assert!(refused.contains("DOGE") && refused.contains("needs a folder of its own"), "{refused}");
}
