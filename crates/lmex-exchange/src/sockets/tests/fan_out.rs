//! One book and many subscribers: a change is written once for all of them, and those that take nothing cost the
//! others nothing.

use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes};
use lmex_api::stream::StreamPath;
use lmex_types::Side;
use tokio::time::Instant;

use super::fake::{Client, Venue, level};
use crate::sockets::SocketConfig;

const TOPIC: &str = "update:BTC-PERP_0";
const SUBSCRIBERS: usize = 1_000;
const STUCK: usize = 20;
const CHANGES: i64 = 30;
/// A change reaches all subscribers within this.
const WITHIN: Duration = Duration::from_millis(50);

async fn written(client: &mut Client) -> Utf8Bytes {
    match client.message().await {
        Some(Message::Text(text)) => text,
        other => panic!("no text but {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn all_get_the_same_bytes_while_those_that_read_nothing_are_dropped() {
    let config = SocketConfig { outbox_messages: 16, book_interval_ms: 0, ..SocketConfig::default() };
    let mut venue = Venue::with(config);
    let mut stuck: Vec<_> = (0..STUCK).map(|_| venue.connect_stuck(StreamPath::Book)).collect();
    let mut readers: Vec<_> = (0..SUBSCRIBERS).map(|_| venue.connect(StreamPath::Book)).collect();
    for client in stuck.iter().chain(&readers) {
        client.subscribe(&[TOPIC]);
    }
    for reader in &mut readers {
        assert!(written(reader).await.contains("subscribe"));
        assert!(written(reader).await.contains("snapshot"));
    }
    for contracts in 1..=CHANGES {
        // The clock goes on only when everybody waits: it would, if a reader waited for a stuck client.
        let changed = Instant::now();
        venue.happens([level(Side::Buy, 599_998, contracts)]).await;
        let mut first: Option<Utf8Bytes> = None;
        for reader in &mut readers {
            let text = written(reader).await;
            let bytes = first.get_or_insert_with(|| text.clone()).as_str();
            assert!(bytes.contains(&format!(r#"["59999.8","{contracts}"]"#)), "{bytes}");
            assert_eq!(text.as_str().as_ptr(), bytes.as_ptr(), "written once, and shared: {text}");
        }
        assert!(changed.elapsed() < WITHIN, "{:?}", changed.elapsed());
    }
    for client in &mut stuck {
        assert!(client.message().await.is_none(), "a client that takes nothing is cut off");
    }
    for reader in &mut readers {
        assert!(reader.from_server.try_recv().is_err(), "a delta each, and nothing else");
    }
}
