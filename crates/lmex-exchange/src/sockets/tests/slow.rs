//! A client that does not read loses its connection, and nobody else loses anything.

use std::time::Duration;

use axum::extract::ws::Message;
use lmex_api::stream::StreamPath;
use lmex_types::Side;
use tokio::time::{Instant, timeout};

use super::fake::{Venue, trade};
use crate::sockets::SocketConfig;

const TOPIC: &str = "tradeHistoryApiV3:BTC-PERP";

#[tokio::test(start_paused = true)]
async fn a_stuck_client_is_cut_off_and_the_others_hear_everything() {
    let mut venue = Venue::with(SocketConfig { outbox_messages: 16, ..SocketConfig::default() });
    let mut stuck = venue.connect_stuck(StreamPath::Main);
    let mut reading = venue.connect(StreamPath::Main);
    for client in [&stuck, &reading] {
        client.subscribe(&[TOPIC]);
    }
    reading.text().await;
    for trade_id in 1..=500 {
        venue.happens([trade(trade_id, 600_000, 1, Side::Buy)]).await;
        assert_eq!(reading.json().await["data"][0]["tradeId"], trade_id);
    }
    assert!(stuck.message().await.is_none(), "a client that takes nothing is cut off");
    reading.hears_nothing_for(10_000).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_pings_and_takes_nothing_is_cut_off() {
    let config = SocketConfig { outbox_messages: 16, ..SocketConfig::default() };
    let venue = Venue::with(config);
    let mut stuck = venue.connect_stuck(StreamPath::Main);
    for _ in 0..100 {
        stuck.to_server.send(Message::Ping("still there?".into())).unwrap();
    }
    let ended = timeout(Duration::from_millis(2 * config.close_within_ms), stuck.message()).await;
    assert!(matches!(ended, Ok(None)), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_much_at_once_and_reads_stays() {
    let venue = Venue::with(SocketConfig { outbox_messages: 16, ..SocketConfig::default() });
    let mut client = venue.connect(StreamPath::Main);
    for _ in 0..1_000 {
        client.to_server.send(Message::Ping("still there?".into())).unwrap();
        client.say("ping");
    }
    for _ in 0..1_000 {
        assert_eq!(client.text().await, "pong");
    }
    client.hears_nothing_for(10_000).await;
}

/// One that begins with all open orders again and again costs the hub a bounded part of its time.
#[tokio::test(start_paused = true)]
async fn a_client_that_asks_again_and_again_waits_alone() {
    const ASKED: u32 = 1_000;
    const TOPIC: &str = "open-order:BTC-PERP-USD";
    let venue = Venue::open();
    let mut greedy = venue.connect(StreamPath::Main);
    greedy.say(r#"{"op":"login","args":["friend","5","/ws/futures5!"]}"#);
    assert_eq!(greedy.text().await, r#"{"event":"login","success":true}"#);
    let started = Instant::now();
    for _ in 0..ASKED {
        greedy.subscribe(&[TOPIC]);
    }
    let mut lists = 0;
    while lists < ASKED {
        let heard = greedy.json().await;
        lists += u32::from(heard["type"] == "SNAPSHOT");
        if lists == ASKED / 2 {
            let asked = Instant::now();
            let mut modest = venue.connect(StreamPath::Main);
            modest.subscribe(&["tradeHistoryApiV3:BTC-PERP"]);
            assert_eq!(modest.json().await["event"], "subscribe");
            assert_eq!(asked.elapsed(), Duration::ZERO, "nobody else waits");
        }
    }
    // Those of the first second at once, of which the login took a part.
    let per_s = SocketConfig::default().topics_per_s;
    assert!(started.elapsed().as_secs() >= u64::from(ASKED / per_s - 2), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_client_with_too_much_waiting_is_told_why_it_is_closed() {
    // Ten trades of one moment are one message, larger than all that may wait.
    let mut venue = Venue::with(SocketConfig { outbox_bytes: 400, ..SocketConfig::default() });
    let mut client = venue.connect(StreamPath::Main);
    client.subscribe(&[TOPIC]);
    client.text().await;
    let many = (1..=10).map(|trade_id| trade(trade_id, 600_000, 1, Side::Buy));
    venue.happens(many).await;
    assert_eq!(client.json().await["errors"][0]["error"]["code"], 1_007);
    let Some(Message::Close(Some(frame))) = client.message().await else { panic!("no close frame") };
    assert_eq!(frame.reason.as_str(), "user message buffer full");
}
