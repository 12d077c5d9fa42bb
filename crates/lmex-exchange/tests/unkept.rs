//! A full disk and a sync that fails, on a simulated disk: nothing that is not kept is ever shown.

#![allow(clippy::panic, clippy::unwrap_used, reason = "helper functions are tests too")]

#[path = "exchange/venue/mod.rs"]
mod venue;

#[path = "../../lmex-journal/tests/journal/disk.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "the journal's own tests use all of it")]
mod disk;

/// What the simulated disk takes from the journal's tests.
mod ask {
    /// The next of a row of numbers that look random.
    pub(crate) fn random(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    }
}

use std::sync::Arc;

use disk::SimDisk;
use futures_util::StreamExt as _;
use lmex_api::stream::ClientFrame;
use lmex_exchange::{DataDir, Durability, ExchangeConfig, JournalDisk, KeepingBounds, LimitsMode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use venue::{KEY, START, Venue, field};

/// How a disk fails.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// So many bytes can still be written.
    Full(usize),
    /// So many syncs still succeed.
    Unsynced(usize),
}

fn on(disk: &SimDisk, dir: &TempDir, durability: Durability) -> ExchangeConfig {
    let disk = Some(JournalDisk(Arc::new(disk.clone())));
    // Room made ahead in a long segment would do for all orders of a test.
    let bounds = KeepingBounds { segment_bytes: 4 << 10, ..KeepingBounds::default() };
    let data = DataDir { durability, disk, bounds, ..DataDir::new(dir.path()) };
    ExchangeConfig { limits: LimitsMode::Off, data: Some(data), ..ExchangeConfig::default() }
}

fn waits(number: i64) -> Value {
    json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 50_000 + number, "size": 100,
        "clOrderID": format!("order-{number}")})
}

/// Places orders until the disk fails; those that were acknowledged.
async fn place_until_refused(venue: &Venue) -> (Vec<String>, String) {
    let mut acknowledged = Vec::new();
    for number in 0..2_000 {
        let answer = venue.post("/order", waits(number)).await;
        if answer.status != 200 {
            let (code, message) = answer.refused(503);
            assert_eq!(code, -11);
            return (acknowledged, message);
        }
        acknowledged.push(field(&answer.one(), "orderID").to_owned());
    }
    panic!("the disk never failed");
}

#[allow(clippy::unwrap_used, reason = "a test's own code")]
async fn fails(fault: Fault, durability: Durability) {
    let (disk, dir) = (SimDisk::default(), TempDir::new().unwrap());
    let venue = Venue::start_with(on(&disk, &dir, durability)).await;
    let (mut stream, _) = connect_async(format!("{}/ws/futures", venue.exchange.ws_url())).await.unwrap();
    let nonce = venue.nonce();
    let signature = venue.signer.sign_login("/ws/futures", &nonce);
    let login = json!({"op": "authKeyExpires", "args": [KEY, nonce, signature.as_str()]}).to_string();
    let subscribe = ClientFrame::subscribe(["notificationApiV4".to_owned()]).to_json();
    for text in [login, subscribe] {
        futures_util::SinkExt::send(&mut stream, Message::text(text)).await.unwrap();
        stream.next().await.unwrap().unwrap();
    }
    match fault {
        Fault::Full(bytes) => disk.lock().room = Some(bytes),
        Fault::Unsynced(syncs) => disk.lock().good_syncs = Some(syncs),
    }

    let (acknowledged, message) = place_until_refused(&venue).await;
    let promised = if durability == Durability::Fsync {
        "is on disk, up to record "
    } else {
        "is with the system, up to"
    };
    assert!(message.contains(promised), "{message}");
    assert!(message.contains("the journal has stopped: ") && message.contains("up to record "), "{message}");
    // Reads show nothing of it either: the engine has gone further than the disk.
    let (_, message) = venue.my("/user/open_orders").await.refused(503);
    assert!(message.contains("the journal has stopped"), "{message}");
    venue.get("/price?symbol=BTC-PERP").await.refused(503);
    assert!(venue.exchange.failure().is_some());

    let mut streamed = Vec::new();
    let mut reason = String::new();
    while let Some(Ok(message)) = stream.next().await {
        match message {
            Message::Text(text) => {
                let told: Value = serde_json::from_str(&text).unwrap();
                let data =
                    if told["data"].is_array() { told["data"][0].clone() } else { told["data"].clone() };
                if let Some(id) = data["orderID"].as_str().or(data["orderId"].as_str()) {
                    streamed.push(id.to_owned());
                }
            }
            Message::Close(Some(frame)) => reason = frame.reason.to_string(),
            _ => {}
        }
    }
    assert!(reason.contains("the journal has stopped"), "{reason:?}");
    assert!(acknowledged.is_empty() || !streamed.is_empty(), "the stream said nothing of {acknowledged:?}");
    venue.exchange.shutdown().await;

    // The disk is well again: everything that anybody was told of is there.
    let venue =
        Venue::start_at(on(&disk.copy(), &dir, durability), START + 5_000, START + 5_100).await.unwrap();
    let open = venue.my("/user/open_orders").await.ok().to_string();
    for id in acknowledged.iter().chain(&streamed) {
        assert!(open.contains(id.as_str()), "{fault:?} {durability:?}: {id} was told and is gone");
    }
    venue.exchange.shutdown().await;
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_acknowledged_or_streamed_that_is_not_kept() {
    for room in [0, 700, 5_000, 20_011] {
        for durability in [Durability::Fsync, Durability::Os] {
            fails(Fault::Full(room), durability).await;
        }
    }
}

#[tokio::test]
async fn after_a_sync_that_failed_nothing_is_acknowledged_or_streamed() {
    for syncs in [0, 1, 7, 40] {
        fails(Fault::Unsynced(syncs), Durability::Fsync).await;
    }
}

#[tokio::test]
async fn without_a_promise_nobody_waits_for_the_disk() {
    let (disk, dir) = (SimDisk::default(), TempDir::new().unwrap());
    let venue = Venue::start_with(on(&disk, &dir, Durability::None)).await;
    venue.post("/order", waits(1)).await.one();
    venue.exchange.shutdown().await;
    let venue = Venue::start_at(on(&disk, &dir, Durability::None), START, START + 10).await.unwrap();
    assert_eq!(venue.my("/order?clOrderID=order-1").await.ok()["clOrderID"], "order-1");
    venue.exchange.shutdown().await;
}

#[tokio::test]
async fn without_a_promise_nobody_is_told_that_anything_is_safe() {
    let (disk, dir) = (SimDisk::default(), TempDir::new().unwrap());
    let venue = Venue::start_with(on(&disk, &dir, Durability::None)).await;
    disk.lock().room = Some(700);
    let (_, message) = place_until_refused(&venue).await;
    assert!(message.contains("What was acknowledged may be lost"), "{message}");
    venue.exchange.shutdown().await;
}
