//! Books, best prices and trades, and the manners of a connection.

use std::time::Duration;

use axum::extract::ws::Message;
use lmex_api::stream::{BookUpdate, Incoming, OrderBook, StreamPath};
use lmex_types::Side;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::fake::{Client, Venue, level, trade};
use crate::dialect::Dialect;
use crate::sockets::SocketConfig;

async fn subscribed(venue: &Venue, path: StreamPath, topic: &str) -> Client {
    let mut client = venue.connect(path);
    client.subscribe(&[topic]);
    assert_eq!(client.json().await, json!({"event": "subscribe", "channel": [topic]}));
    client
}

#[tokio::test(start_paused = true)]
async fn a_book_comes_as_acknowledgement_snapshot_and_unbroken_deltas() {
    let mut venue = Venue::with(SocketConfig { book_interval_ms: 0, ..SocketConfig::default() });
    for topic in ["update:BTC-PERP_0", "update:BTC-PERP"] {
        let mut client = subscribed(&venue, StreamPath::Book, topic).await;
        let snapshot = client.json().await;
        assert_eq!(snapshot["topic"], topic);
        let seq_num = snapshot["data"]["seqNum"].as_i64().unwrap();
        assert_eq!(snapshot["data"]["prevSeqNum"], seq_num - 1);
        for (contracts, expected) in (1..=3).zip(seq_num..) {
            venue.happens([level(Side::Buy, 599_990, contracts + seq_num)]).await;
            let delta = client.json().await;
            assert_eq!(delta["topic"], topic);
            assert_eq!(delta["data"]["type"], "delta");
            assert_eq!(delta["data"]["prevSeqNum"], expected);
            assert_eq!(delta["data"]["seqNum"], expected + 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_snapshot_looks_as_documented() {
    let venue = Venue::open();
    let mut client = subscribed(&venue, StreamPath::Book, "update:BTC-PERP_0").await;
    let data = json!({
        "bids": [["60000.0", "10"], ["59999.9", "20"]],
        "asks": [["60000.2", "40"], ["60000.1", "30"]],
        "seqNum": 1, "prevSeqNum": 0, "type": "snapshot", "timestamp": 1_000, "symbol": "BTC-PERP",
    });
    assert_eq!(client.json().await, json!({"topic": "update:BTC-PERP_0", "data": data}));
}

/// Bids 60000.0 × 10 and 59999.9 × 20 are one of 59999.5 and one of 60000.0, asks 60000.1 × 30 and 60000.2 × 40 one of
/// 60000.5.
#[tokio::test(start_paused = true)]
async fn a_grouped_book_is_a_stream_of_its_own_that_lives_as_long_as_somebody_listens() {
    let mut venue = Venue::with(SocketConfig { book_interval_ms: 0, ..SocketConfig::default() });
    let mut client = subscribed(&venue, StreamPath::Book, "update:BTC-PERP_1").await;
    let mut told = async |venue: &mut Venue, change| {
        if let Some(change) = change {
            venue.happens([change]).await;
        }
        let message = client.json().await;
        assert_eq!(message["topic"], "update:BTC-PERP_1");
        let data = &message["data"];
        (data["type"].clone(), data["seqNum"].clone(), data["bids"].clone(), data["asks"].clone())
    };
    let (bids, asks) = (json!([["60000.0", "10"], ["59999.5", "20"]]), json!([["60000.5", "70"]]));
    assert_eq!(told(&mut venue, None).await, (json!("snapshot"), json!(1), bids, asks));
    let change = Some(level(Side::Buy, 599_998, 5));
    let grown = json!([["59999.5", "25"]]);
    assert_eq!(told(&mut venue, change).await, (json!("delta"), json!(2), grown, json!([])));
    // What leaves its group as it is is no news.
    venue.happens([level(Side::Buy, 599_998, 0), level(Side::Buy, 599_997, 5)]).await;
    let change = Some(level(Side::Sell, 600_006, 1));
    assert_eq!(
        told(&mut venue, change).await,
        (json!("delta"), json!(3), json!([]), json!([["60001.0", "1"]]))
    );

    client.say(r#"{"op": "unsubscribe", "args": ["update:BTC-PERP_1"]}"#);
    assert_eq!(client.json().await, json!({"event": "unsubscribe", "channel": ["update:BTC-PERP_1"]}));
    venue.happens([level(Side::Sell, 600_006, 2)]).await;
    client.subscribe(&["update:BTC-PERP_1"]);
    client.json().await;
    let again = client.json().await;
    assert_eq!((&again["data"]["seqNum"], &again["data"]["asks"][0]), (&json!(1), &json!(["60001.0", "2"])));
}

#[tokio::test(start_paused = true)]
async fn grouped_best_prices_come_when_they_change() {
    let config = SocketConfig { dialect: Dialect::Btse, ..SocketConfig::default() };
    let mut venue = Venue::with(config);
    let mut client = subscribed(&venue, StreamPath::Book, "snapshotL1:BTC-PERP_2").await;
    let best = |message: &Value| {
        assert_eq!(message["topic"], "snapshotL1:BTC-PERP_2");
        (message["data"]["bids"].clone(), message["data"]["asks"].clone())
    };
    assert_eq!(best(&client.json().await), (json!([["60000.0", "10"]]), json!([["60001.0", "70"]])));
    venue.happens([level(Side::Buy, 599_999, 0)]).await;
    venue.happens([level(Side::Sell, 600_009, 1)]).await;
    assert_eq!(best(&client.json().await), (json!([["60000.0", "10"]]), json!([["60001.0", "71"]])));
    client.hears_nothing_for(1_000).await;
}

#[tokio::test(start_paused = true)]
async fn deltas_go_out_once_per_interval_with_all_that_changed() {
    let mut venue = Venue::open();
    let mut client = subscribed(&venue, StreamPath::Book, "update:BTC-PERP_0").await;
    client.json().await;
    venue.happens([level(Side::Buy, 599_998, 1)]).await;
    let first = client.json().await;
    let told = Instant::now();
    venue.happens([level(Side::Buy, 599_998, 2)]).await;
    venue.happens([level(Side::Sell, 600_001, 0), level(Side::Buy, 599_997, 5)]).await;
    let second = client.json().await;
    assert_eq!(told.elapsed().as_millis(), 50);
    assert_eq!(second["data"]["bids"], json!([["59999.8", "2"], ["59999.7", "5"]]));
    assert_eq!(second["data"]["asks"], json!([["60000.1", "0"]]));
    assert_eq!(second["data"]["prevSeqNum"], first["data"]["seqNum"]);
    client.hears_nothing_for(1_000).await;
}

/// Whoever comes late goes on from the same numbers, also from between two deltas.
#[tokio::test(start_paused = true)]
async fn a_late_client_shares_the_numbers_and_the_book_of_the_others() {
    let mut venue = Venue::open();
    let mut early = subscribed(&venue, StreamPath::Book, "update:BTC-PERP_0").await;
    let mut books = [OrderBook::default(), OrderBook::default()];
    hear(&mut books[0], &early.text().await);
    venue.happens([level(Side::Buy, 599_998, 1)]).await;
    hear(&mut books[0], &early.text().await);
    venue.happens([level(Side::Sell, 600_003, 8)]).await;
    let mut late = subscribed(&venue, StreamPath::Book, "update:BTC-PERP").await;
    hear(&mut books[1], &late.text().await);
    assert_eq!(books[1].seq_num(), books[0].seq_num());
    assert_eq!(books[1].asks().len(), 2, "what is not told yet is in no snapshot");
    for (book, client) in books.iter_mut().zip([&mut early, &mut late]) {
        hear(book, &client.text().await);
    }
    assert_eq!(books[0].seq_num(), books[1].seq_num());
    assert!(books[0].asks().eq(books[1].asks()) && books[0].asks().len() == 3);
}

fn hear(book: &mut OrderBook, text: &str) {
    let mut update = BookUpdate::default();
    update.decode(text).unwrap();
    book.apply(&update).unwrap();
}

#[tokio::test(start_paused = true)]
async fn best_prices_come_at_once_and_at_each_change_only() {
    let mut venue = Venue::open();
    for topic in ["snapshotL1:BTC-PERP", "snapshotL1:BTC-PERP_0"] {
        let mut client = subscribed(&venue, StreamPath::Book, topic).await;
        let first = client.text().await;
        let Incoming::Data(frame) = Incoming::read(&first).unwrap() else { panic!("{first}") };
        assert_eq!((frame.topic.as_ref(), frame.top().unwrap().kind.as_str()), (topic, "snapshotL1"));
        let first: Value = serde_json::from_str(&first).unwrap();
        assert_eq!(first["data"]["bids"], json!([["60000.0", "10"]]));
        venue.happens([level(Side::Buy, 599_000, 7)]).await;
        venue.happens([level(Side::Sell, 600_001, 31)]).await;
        assert_eq!(client.json().await["data"]["asks"], json!([["60000.1", "31"]]));
        venue.happens([level(Side::Sell, 600_001, 30)]).await;
        assert_eq!(client.json().await["data"]["asks"], json!([["60000.1", "30"]]));
        client.hears_nothing_for(1_000).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_side_is_an_empty_list() {
    let mut venue = Venue::open();
    let mut client = subscribed(&venue, StreamPath::Book, "snapshotL1:BTC-PERP").await;
    client.json().await;
    venue.happens([level(Side::Sell, 600_001, 0), level(Side::Sell, 600_002, 0)]).await;
    assert_eq!(client.json().await["data"]["asks"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn trades_come_under_the_name_and_symbol_of_their_topic_newest_first() {
    let mut venue = Venue::open();
    for (topic, name, symbol) in [
        ("tradeHistoryApi:BTC-PERP", "tradeHistoryApi", "BTCPFC"),
        ("tradeHistoryApiV2:BTC-PERP", "tradeHistoryApiV2:BTC-PERP", "BTC-PERP"),
        ("tradeHistoryApiV3:BTC-PERP", "tradeHistoryApiV3:BTC-PERP", "BTC-PERP"),
    ] {
        let mut client = subscribed(&venue, StreamPath::Main, topic).await;
        client.hears_nothing_for(1_000).await;
        venue.happens([trade(4, 600_001, 30, Side::Buy), trade(5, 600_002, 2, Side::Buy)]).await;
        let heard = client.json().await;
        assert_eq!(heard["topic"], name);
        assert_eq!(heard["data"][1]["tradeId"], 4);
        let newest = json!({
            "symbol": symbol, "side": "BUY", "size": 2, "price": 60000.2, "tradeId": 5,
            "timestamp": heard["data"][0]["timestamp"],
        });
        assert_eq!(heard["data"][0], newest);
        client.hears_nothing_for(1_000).await;
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_topics_and_those_of_the_other_endpoint_are_left_out_of_the_acknowledgement() {
    let venue = Venue::open();
    let mut client = venue.connect(StreamPath::Main);
    client.subscribe(&["update:BTC-PERP_0"]);
    assert_eq!(client.text().await, r#"{"event":"subscribe","channel":[]}"#);
    client.subscribe(&["orderBookApi:BTC-PERP", "tradeHistoryApiV3:BTC-PERP", "tradeHistoryApiV3:NO-PERP"]);
    assert_eq!(client.json().await, json!({"event": "subscribe", "channel": ["tradeHistoryApiV3:BTC-PERP"]}));
    let mut client = venue.connect(StreamPath::Book);
    client.subscribe(&["tradeHistoryApiV3:BTC-PERP", "fillsV2"]);
    assert_eq!(client.text().await, r#"{"event":"subscribe","channel":[]}"#);
    client.subscribe(&[]);
    assert_eq!(client.text().await, r#"{"event":"subscribe","channel":[]}"#);
}

#[tokio::test(start_paused = true)]
async fn after_unsubscribing_nothing_comes_and_subscribing_again_gives_a_snapshot() {
    let mut venue = Venue::open();
    let topic = "update:BTC-PERP_0";
    let mut client = subscribed(&venue, StreamPath::Book, topic).await;
    client.json().await;
    client.say(&json!({"op": "unsubscribe", "args": [topic, "snapshotL1:BTC-PERP"]}).to_string());
    assert_eq!(client.json().await, json!({"event": "unsubscribe", "channel": [topic]}));
    venue.happens([level(Side::Buy, 600_000, 11)]).await;
    client.hears_nothing_for(1_000).await;
    for _ in 0..2 {
        client.subscribe(&[topic]);
        assert_eq!(client.json().await["event"], "subscribe");
        assert_eq!(client.json().await["data"]["type"], "snapshot");
    }
    venue.happens([level(Side::Buy, 600_000, 12)]).await;
    assert_eq!(client.json().await["data"]["type"], "delta");
    client.hears_nothing_for(1_000).await;
}

#[tokio::test(start_paused = true)]
async fn no_more_topics_than_allowed_are_acknowledged() {
    let venue = Venue::with(SocketConfig { max_subscriptions: 1, ..SocketConfig::default() });
    let mut client = venue.connect(StreamPath::Book);
    client.subscribe(&["snapshotL1:BTC-PERP", "snapshotL1:BTC-PERP_0", "snapshotL1:BTC-PERP"]);
    // One that is named twice in a message is answered once.
    let channel = ["snapshotL1:BTC-PERP"];
    assert_eq!(client.json().await, json!({"event": "subscribe", "channel": channel}));
}

#[tokio::test(start_paused = true)]
async fn pings_are_answered_and_nonsense_is_complained_about() {
    let venue = Venue::open();
    let mut client = venue.connect(StreamPath::Main);
    client.say("ping");
    assert_eq!(client.text().await, "pong");
    client.say(r#"{"op":"ping"}"#);
    assert_eq!(client.text().await, r#"{"event":"pong"}"#);
    client.say("{");
    assert_eq!(client.json().await["errors"][0]["error"]["code"], 1_002);
    client.say(r#"{"op":"buy"}"#);
    assert_eq!(client.json().await["errors"][0]["error"]["code"], 1_001);
    client.to_server.send(Message::binary(vec![1])).unwrap();
    assert_eq!(client.json().await["errors"][0]["error"]["code"], 1_002);
}

#[tokio::test(start_paused = true)]
async fn a_ping_frame_comes_every_three_minutes_and_silence_ends_after_ten() {
    let venue = Venue::open();
    let start = Instant::now();
    let mut client = venue.connect(StreamPath::Main);
    let minutes = |count: u64| Duration::from_secs(60 * count);
    for count in 1..=3 {
        assert!(matches!(client.message().await, Some(Message::Ping(_))));
        assert_eq!(start.elapsed(), minutes(3 * count));
    }
    let Some(Message::Close(Some(frame))) = client.message().await else { panic!("no close frame") };
    assert_eq!((start.elapsed(), frame.reason.as_str()), (minutes(10), "no pong"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_pongs_stays() {
    let venue = Venue::open();
    let start = Instant::now();
    let mut client = venue.connect(StreamPath::Main);
    while start.elapsed() < Duration::from_secs(3_600) {
        let Some(Message::Ping(payload)) = client.message().await else { panic!("closed") };
        client.to_server.send(Message::Pong(payload)).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn when_the_exchange_shuts_down_connections_are_closed() {
    let venue = Venue::open();
    let mut client = subscribed(&venue, StreamPath::Main, "tradeHistoryApiV3:BTC-PERP").await;
    drop(venue.batches);
    let Some(Message::Close(Some(frame))) = client.message().await else { panic!("no close frame") };
    assert_eq!(frame.code, axum::extract::ws::close_code::AWAY);
    drop(client.to_server);
    assert!(client.from_server.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn who_subscribes_sees_every_batch_that_was_sent_before() {
    let mut venue = Venue::open();
    let mut client = venue.connect(StreamPath::Book);
    for round in 1..=20 {
        client.subscribe(&["snapshotL1:BTC-PERP"]);
        venue.happens([level(Side::Buy, 600_000, 100 + round)]).await;
        client.say(&json!({"op": "unsubscribe", "args": ["snapshotL1:BTC-PERP"]}).to_string());
        assert_eq!(client.json().await["event"], "subscribe");
        assert_eq!(client.json().await["data"]["bids"], json!([["60000.0", (100 + round).to_string()]]));
        assert_eq!(client.json().await["event"], "unsubscribe");
    }
}
