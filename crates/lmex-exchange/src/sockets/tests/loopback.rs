//! A few checks over real sockets: the upgrade, the limits, a whole conversation.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use lmex_api::Signer;
use lmex_engine::AccountId;
use lmex_types::Side;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::fake::{TRADER, Venue, level, trade};
use crate::sockets::{LoginRefused, SocketConfig, router};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn serve(venue: &Venue) -> SocketAddr {
    let signer = Signer::new(b"secret");
    let auth =
        move |path: &str, key: &str, nonce: &str, signature: &str| -> Result<AccountId, LoginRefused> {
            let right = key == "key" && signer.verify(path, nonce, b"", signature);
            right
                .then_some(TRADER)
                .ok_or_else(|| LoginRefused { reason: "signature does not match".to_owned() })
        };
    let app = router(venue.desk.hub.clone(), Arc::new(auth), venue.desk.config, venue.desk.faults.clone());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn connect(address: SocketAddr, path: &str) -> Socket {
    connect_async(format!("ws://{address}{path}")).await.unwrap().0
}

async fn say(socket: &mut Socket, text: impl Into<String>) {
    socket.send(Message::text(text.into())).await.unwrap();
}

async fn hear(socket: &mut Socket) -> Value {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[tokio::test]
async fn a_conversation_over_loopback() {
    let mut venue = Venue::open();
    let address = serve(&venue).await;

    let mut book = connect(address, "/ws/oss/futures").await;
    say(&mut book, json!({"op": "subscribe", "args": ["update:BTC-PERP_0"]}).to_string()).await;
    assert_eq!(hear(&mut book).await["channel"], json!(["update:BTC-PERP_0"]));
    assert_eq!(hear(&mut book).await["data"]["type"], "snapshot");
    venue.happens([level(Side::Buy, 600_000, 99)]).await;
    assert_eq!(hear(&mut book).await["data"]["bids"], json!([["60000.0", "99"]]));

    let mut main = connect(address, "/ws/futures").await;
    let signature = Signer::new(b"secret").sign_login("/ws/futures", "1624985375123");
    let login = json!({"op": "authKeyExpires", "args": ["key", "1624985375123", signature.as_str()]});
    say(&mut main, login.to_string()).await;
    assert_eq!(hear(&mut main).await, json!({"event": "login", "success": true}));
    say(&mut main, json!({"op": "subscribe", "args": ["tradeHistoryApiV3:BTC-PERP"]}).to_string()).await;
    assert_eq!(hear(&mut main).await["event"], "subscribe");
    venue.happens([trade(1, 600_001, 3, Side::Buy)]).await;
    assert_eq!(hear(&mut main).await["data"][0]["price"], 60000.1);

    drop(venue.batches);
    for socket in [&mut book, &mut main] {
        assert!(matches!(socket.next().await, Some(Ok(Message::Close(Some(_))))));
        assert!(socket.next().await.is_none(), "closed in good order");
    }
}

#[tokio::test]
async fn too_many_connections_are_refused_and_a_place_comes_free() {
    let venue = Venue::with(SocketConfig { max_connections: 1, ..SocketConfig::default() });
    let address = serve(&venue).await;
    let url = format!("ws://{address}/ws/futures");
    let mut first = connect(address, "/ws/futures").await;
    let refused = connect_async(&url).await.unwrap_err();
    assert!(matches!(&refused, Error::Http(response) if response.status() == 503), "{refused}");
    first.close(None).await.unwrap();
    while let Some(Ok(_)) = first.next().await {}
    // The place comes free just after the client has seen the end.
    while connect_async(&url).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_connection() {
    let venue = Venue::open();
    let address = serve(&venue).await;
    let mut socket = connect(address, "/ws/futures").await;
    let large = "ping".repeat(20_000);
    say(&mut socket, large).await;
    let end = socket.next().await;
    assert!(matches!(end, None | Some(Err(_) | Ok(Message::Close(_)))), "{end:?}");
}

/// A client that asks and never reads is cut off once both its buffers and its outbox are full.
#[tokio::test]
async fn a_client_that_never_reads_is_cut_off_while_others_go_on() {
    let config = SocketConfig { outbox_messages: 64, close_within_ms: 50, ..SocketConfig::default() };
    let mut venue = Venue::with(config);
    let address = serve(&venue).await;
    let subscribe = json!({"op": "subscribe", "args": ["tradeHistoryApiV3:BTC-PERP"]}).to_string();
    let mut deaf = connect(address, "/ws/futures").await;
    say(&mut deaf, subscribe.clone()).await;
    let mut reading = connect(address, "/ws/futures").await;
    say(&mut reading, subscribe).await;
    hear(&mut reading).await;
    // About 40 MB for the deaf one: more than any socket buffers.
    for round in 0..400_u64 {
        venue.happens((0..1_000).map(|n| trade(round * 1_000 + n, 600_000, 1, Side::Buy))).await;
        assert_eq!(hear(&mut reading).await["data"].as_array().unwrap().len(), 1_000);
    }
    let mut heard = 0;
    while let Some(Ok(message)) = deaf.next().await {
        heard += usize::from(message.is_text());
    }
    assert!(heard < 400, "the deaf client was served to the end");
}

/// The pongs fill the buffers of both sides, then the outbox: more than 50 MB of pings are never taken.
#[tokio::test]
async fn a_client_that_pings_and_never_reads_is_cut_off() {
    let config = SocketConfig { outbox_messages: 64, close_within_ms: 50, ..SocketConfig::default() };
    let venue = Venue::with(config);
    let address = serve(&venue).await;
    let mut deaf = connect(address, "/ws/futures").await;
    for sent in 0.. {
        assert!(sent < 400_000, "every ping was taken");
        if deaf.feed(Message::Ping(vec![b'p'; 120].into())).await.is_err() {
            return;
        }
    }
}
