//! Streams of a scripted server: gaps, silence, floods and slammed doors.

use std::time::Duration;

use futures_util::SinkExt;
use lmex::{Retry, SessionConfig, StreamEvent, Topic};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::rig::btc;
use crate::script_server::{Peer, Server};
use crate::streams::{eager, hear, hear_event, soon};

const SUBSCRIBE: &str = r#"{"op":"subscribe","args":["update:BTC-PERP_0"]}"#;
const UNSUBSCRIBE: &str = r#"{"op":"unsubscribe","args":["update:BTC-PERP_0"]}"#;

fn book(kind: &str, seq_num: i64, bid: i64, ask: i64) -> String {
    format!(
        r#"{{"topic":"update:BTC-PERP_0","data":{{"bids":[["{bid}","1"]],"asks":[["{ask}","1"]],"seqNum":{seq_num},"prevSeqNum":{},"type":"{kind}","timestamp":1,"symbol":"BTC-PERP"}}}}"#,
        seq_num - 1
    )
}

fn trade(price: usize) -> String {
    format!(
        r#"{{"topic":"tradeHistoryApiV3:BTC-PERP","data":[{{"symbol":"BTC-PERP","side":"BUY","size":1,"price":{price},"tradeId":{price},"timestamp":1}}]}}"#
    )
}

/// A client that has a book of 99 and 101.
async fn with_book(config: SessionConfig) -> (Server, Peer, lmex::Subscription, Topic) {
    let (server, client) = Server::start().await;
    let topic = Topic::Book(btc());
    let mut stream = client.subscribe_with([topic], config).unwrap();
    let mut peer = server.accept().await;
    peer.expect(&[SUBSCRIBE]).await;
    peer.say(book("snapshot", 5, 99, 101)).await;
    hear_event(&mut stream, StreamEvent::Book(topic)).await;
    assert_eq!(stream.book(topic).unwrap().best_bid().unwrap().0, 99.into());
    (server, peer, stream, topic)
}

#[tokio::test]
async fn scenario_20_whatever_is_wrong_with_a_book_it_is_asked_for_anew_and_not_shown_until_it_is_right() {
    let wrong = [
        ("a gap", book("delta", 7, 98, 102), "out of sequence"),
        ("a repeated change", book("delta", 5, 98, 102), "out of sequence"),
        ("a crossed change", book("delta", 6, 101, 102), "crossed"),
        ("a crossed snapshot", book("snapshot", 9, 102, 101), "crossed"),
    ];
    for (what, message, why) in wrong {
        // A book that was asked for less than a second ago is asked for when its snapshot is overdue.
        let config = SessionConfig { ack_within_ms: 50, ..eager() };
        let (_server, mut peer, mut stream, topic) = with_book(config).await;
        peer.say(message).await;
        let reason = hear(&mut stream, |event| match event {
            StreamEvent::Resync(about, why) if about == topic => Some(why),
            StreamEvent::Book(_) => panic!("{what} is no news of the book"),
            _ => None,
        });
        let reason = reason.await;
        assert!(reason.contains(why), "{what}: {reason}");
        assert!(stream.book(topic).is_none(), "{what}");
        peer.expect(&[UNSUBSCRIBE, SUBSCRIBE]).await;
        // What was on its way belongs to the old book.
        peer.say(book("delta", 8, 97, 103)).await;
        peer.until_taken().await;
        assert!(stream.book(topic).is_none(), "{what}: a change is no book");
        peer.say(book("snapshot", 20, 90, 110)).await;
        hear_event(&mut stream, StreamEvent::Book(topic)).await;
        let right = stream.book(topic).unwrap();
        assert_eq!(
            (right.best_bid().unwrap().0, right.best_ask().unwrap().0),
            (90.into(), 110.into()),
            "{what}"
        );
    }
}

#[tokio::test]
async fn scenario_22_a_silent_book_is_stale_not_shown_and_asked_for_anew_although_the_connection_lives() {
    let config = SessionConfig { stale_after_ms: 50, ping_every_ms: 10, ..eager() };
    let (_server, mut peer, mut stream, topic) = with_book(config).await;
    // Hearing answers the pings.
    peer.expect(&[UNSUBSCRIBE, SUBSCRIBE]).await;
    hear_event(&mut stream, StreamEvent::Stale(topic)).await;
    assert!(stream.book(topic).is_none());
    peer.say(book("snapshot", 30, 95, 105)).await;
    hear_event(&mut stream, StreamEvent::Book(topic)).await;
    assert_eq!(stream.book(topic).unwrap().best_bid().unwrap().0, 95.into());
}

#[tokio::test]
async fn a_connection_on_which_not_even_pings_are_answered_is_given_up() {
    let config = SessionConfig { ping_every_ms: 20, dead_after_ms: 100, ..eager() };
    let (server, _mute, mut stream, topic) = with_book(config).await;
    let reason = hear(&mut stream, |event| match event {
        StreamEvent::Disconnected { reason, .. } => Some(reason),
        _ => None,
    });
    assert_eq!(reason.await, "nothing was heard for too long");
    assert!(stream.book(topic).is_none());
    server.accept().await.expect(&[SUBSCRIBE]).await;
}

#[tokio::test]
async fn what_can_not_be_read_is_a_warning_and_the_stream_goes_on() {
    let (_server, mut peer, mut stream, topic) = with_book(eager()).await;
    let nonsense = [
        "<html>maintenance</html>",
        "",
        "null",
        r#"{"errors":[{"error":{"code":1007,"message":"user message buffer full"}}]}"#,
    ];
    for text in nonsense {
        peer.say(text).await;
        hear(&mut stream, |event| matches!(event, StreamEvent::Warning(_)).then_some(())).await;
    }
    peer.0.send(Message::Binary(Bytes::from_static(&[0, 159, 146, 150]))).await.unwrap();
    peer.say(book("delta", 6, 100, 102)).await;
    hear_event(&mut stream, StreamEvent::Book(topic)).await;
    assert_eq!(stream.book(topic).unwrap().best_bid().unwrap().0, 100.into());
}

#[tokio::test]
async fn scenario_26_a_message_larger_than_any_of_the_venues_ends_the_connection_and_not_the_memory() {
    let (server, mut peer, mut stream, _) = with_book(eager()).await;
    // The client may hang up while it is still being sent.
    let _ = peer.0.send(Message::text("x".repeat(9 * 1024 * 1024))).await;
    hear(&mut stream, |event| matches!(event, StreamEvent::Disconnected { .. }).then_some(())).await;
    server.accept().await.expect(&[SUBSCRIBE]).await;
}

#[tokio::test]
async fn scenario_26_a_slow_reader_is_told_how_much_it_missed_and_keeps_the_newest() {
    const SENT: usize = 5_000;
    const KEPT_AT_MOST: usize = 1_024;
    let (server, client) = Server::start().await;
    let topic = Topic::Trades(btc());
    let mut stream = client.subscribe([topic]).unwrap();
    let mut peer = server.accept().await;
    peer.hear().await;
    peer.say(r#"{"event":"subscribe","channel":["tradeHistoryApiV3:BTC-PERP"]}"#).await;
    for price in 1..=SENT {
        peer.say(trade(price)).await;
    }
    peer.until_taken().await;

    let (mut missed, mut heard) = (0, Vec::new());
    while heard.last() != Some(&SENT) {
        match soon(stream.next()).await.unwrap() {
            StreamEvent::Lagged(count) => missed += usize::try_from(count).unwrap(),
            StreamEvent::Trades(_, trades) => {
                heard.extend(trades.iter().map(|t| usize::try_from(t.price).unwrap()));
            }
            _ => {}
        }
    }
    assert!(heard.len() <= KEPT_AT_MOST, "{}", heard.len());
    assert_eq!(missed + heard.len(), SENT);
    let newest: Vec<_> = (missed + 1..=SENT).collect();
    assert_eq!(heard, newest, "the oldest are dropped, in order");
}

#[tokio::test]
async fn scenario_24_a_server_that_hangs_up_at_once_is_called_less_and_less_often() {
    const BASE_MS: u64 = 4;
    let reconnect = Retry { attempts: u32::MAX, base_ms: 4, cap_ms: 60_000 };
    let config = SessionConfig { reconnect, ..SessionConfig::default() };
    let (server, client) = Server::start().await;
    let mut stream = client.subscribe_with([Topic::Book(btc())], config).unwrap();
    let mut pauses = Vec::new();
    for call in 0..8_u32 {
        // Half of them slam the door before the handshake is over.
        if call % 2 == 0 {
            drop(server.accept().await);
        } else {
            drop(soon(server.0.accept()).await.unwrap());
        }
        let pause = hear(&mut stream, |event| match event {
            StreamEvent::Disconnected { retry_in, .. } => Some(retry_in),
            _ => None,
        });
        pauses.push(pause.await);
    }
    let most = |call: usize| Duration::from_millis(BASE_MS << call);
    assert!(pauses.iter().enumerate().all(|(call, pause)| *pause <= most(call)), "{pauses:?}");
    // Drawn evenly, all of the last four fall below the second one's bound about four times in a million.
    assert!(pauses[4..].iter().any(|pause| *pause > most(1)), "{pauses:?}");
}
