//! What a connection may take of the server, and the header that every answer carries.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use crate::venue;

use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use lmex_api::MARKET_SOURCE;
use lmex_exchange::{ConnectionBounds, ExchangeConfig, LimitsMode, Source};
use lmex_tape::{Existing, SizeUnit, TapeBody, TapeHeader, TapeLevel, TapeMessage, TapeWriter};
use lmex_types::{Decimal, Side};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use venue::{Answer, Venue};

/// So short that a test can wait for it.
const SHORT: Duration = Duration::from_millis(50);
/// After this a test that waits for the server has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// So long that no test sees its end.
const LONG: Duration = Duration::from_secs(3_600);

async fn venue(head_within: Duration, body_within: Duration, most: usize) -> Venue {
    let connections = ConnectionBounds { head_within, body_within, most };
    Venue::start_with(ExchangeConfig { limits: LimitsMode::Off, connections, ..ExchangeConfig::default() })
        .await
}

async fn connected(venue: &Venue, sent: &str) -> TcpStream {
    let address = venue.exchange.rest_url().strip_prefix("http://").unwrap().to_owned();
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(sent.as_bytes()).await.unwrap();
    socket
}

/// What the server says before it closes.
async fn heard(mut socket: TcpStream) -> String {
    let mut said = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut said)).await;
    // A connection that is cut is closed too.
    assert!(closed.is_ok(), "the server does not close the connection");
    String::from_utf8(said).unwrap()
}

fn answer(text: &str) -> Answer {
    let (headers, text) = text.split_once("\r\n\r\n").unwrap();
    let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, headers: headers.to_ascii_lowercase(), text: text.to_owned() }
}

fn names_its_source(answer: &Answer) -> bool {
    answer.headers.lines().filter(|line| *line == "lmex-market-source: simulated, seed 7").count() == 1
}

#[tokio::test]
async fn every_answer_says_where_the_prices_come_from() {
    assert_eq!(MARKET_SOURCE, "lmex-market-source");
    let venue = Venue::start().await;
    for (method, target, status) in [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/futures/api/v2.3/price", 200),
        ("GET", "/spot/api/v3.2/time", 200),
        ("GET", "/futures/api/v2.3/price?colour=red", 400),
        ("GET", "/futures/api/v2.3/user/wallet", 401),
        ("GET", "/favicon.ico", 404),
        ("PATCH", "/futures/api/v2.3/order", 405),
        ("GET", "/ws/futures", 400),
    ] {
        let answer = venue.send(method, target, &[], b"").await;
        assert_eq!(answer.status, status, "{method} {target}: {}", answer.text);
        assert!(names_its_source(&answer), "{method} {target}: {}", answer.headers);
    }
    let large = venue.send("POST", "/futures/api/v2.3/order", &[], &[b' '; 70_000]).await;
    assert!(large.status == 413 && names_its_source(&large), "{}", large.headers);
    for path in ["/ws/futures", "/ws/oss/futures"] {
        let url = format!("{}{path}", venue.exchange.ws_url());
        let (_, upgraded) = tokio_tungstenite::connect_async(url).await.unwrap();
        assert_eq!(upgraded.status(), 101);
        assert_eq!(upgraded.headers()[MARKET_SOURCE], "simulated, seed 7");
    }
}

#[tokio::test]
async fn a_tape_is_named_in_visible_ascii() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tape.parquet");
    let header = TapeHeader::new("Börse, 8 August", "BTCUSDT", SizeUnit::Base);
    let mut writer = TapeWriter::create(&path, header, Existing::Refuse).unwrap();
    let level = |side, price| TapeLevel { side, price: Decimal::from(price), size: Decimal::ONE };
    let levels = vec![level(Side::Buy, 60_000), level(Side::Sell, 60_001)];
    // The second is never due, so the tape does not end.
    for ns in [0, 1_000_000_000] {
        let body = TapeBody::Depth { snapshot: true, levels: levels.clone() };
        writer.write(&TapeMessage { at_ns: ns, received_ns: ns, body }).unwrap();
    }
    writer.finish().unwrap();
    let source = Source::Replay { path, speed: Decimal::ONE };
    let venue = Venue::start_with(ExchangeConfig { source, ..ExchangeConfig::default() }).await;
    let greeting = venue.send("GET", "/", &[], b"").await;
    assert!(greeting.text.contains("Prices:   Börse, 8 August, replayed at 1x"), "{}", greeting.text);
    let expected = "lmex-market-source: b?rse, 8 august, replayed at 1x; \
                    its funding and earlier candles and trades simulated; other markets simulated, seed 7\r\n";
    assert!(greeting.headers.contains(expected), "{}", greeting.headers);
}

/// A minute after a first snapshot, more trades than are decoded at once; and where their last sizes are in the file,
/// nothing but zeros if it is not sound.
fn write_tape(path: &Path, is_sound: bool) {
    let header = TapeHeader::new("a tape", "BTCUSDT", SizeUnit::Base);
    let mut writer = TapeWriter::create(path, header, Existing::Refuse).unwrap();
    let level = |side, price| TapeLevel { side, price: Decimal::from(price), size: Decimal::from(100) };
    let levels = vec![level(Side::Buy, 60_000), level(Side::Sell, 60_001)];
    let body = TapeBody::Depth { snapshot: true, levels };
    writer.write(&TapeMessage { at_ns: 0, received_ns: 0, body }).unwrap();
    let later = 60_000_000_000;
    for size in 1..40_000 {
        let (price, size) = (Decimal::from(60_001), Decimal::new(size, 5));
        let body = TapeBody::Trade { aggressor: Side::Buy, price, size };
        writer.write(&TapeMessage { at_ns: later, received_ns: later, body }).unwrap();
    }
    writer.finish().unwrap();
    if !is_sound {
        let mut bytes = std::fs::read(path).unwrap();
        let tail = bytes.len() - 8;
        let about = u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap());
        let rows_end = tail - usize::try_from(about).unwrap();
        bytes[rows_end - 4_000..rows_end - 2_000].fill(0);
        std::fs::write(path, bytes).unwrap();
    }
}

/// The state file and the first line of an exchange are from its start; this is what tells of it later.
#[tokio::test]
async fn an_answer_says_when_the_tape_has_ended_or_failed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, is_sound, said) in [
        ("ended.parquet", true, "the tape has ended, its last book stays"),
        ("failed.parquet", false, "the tape can't be read on, its last book stays"),
    ] {
        let path = folder.path().join(name);
        write_tape(&path, is_sound);
        let source = Source::Replay { path, speed: Decimal::ONE };
        let config = ExchangeConfig { limits: LimitsMode::Off, source, ..ExchangeConfig::default() };
        let venue = Venue::start_with(config).await;
        assert!(!venue.exchange.market_source().contains("book stays"), "{}", venue.exchange.market_source());
        let told = async {
            loop {
                venue.pass_ms(10_000);
                let answer = venue.send("GET", "/", &[], b"").await;
                if answer.headers.contains(said) {
                    break;
                }
            }
        };
        tokio::time::timeout(PATIENCE, told).await.unwrap();
        // The next one: of an answer under way the text may have been written before the end, and the head after it.
        let answer = venue.send("GET", "/", &[], b"").await;
        assert!(answer.text.contains(said), "{}", answer.text);
        assert!(venue.exchange.market_source().contains(said));
    }
}

#[tokio::test]
async fn a_head_that_does_not_end_is_waited_for_so_long_and_no_longer() {
    let venue = venue(SHORT, LONG, 10).await;
    for sent in ["", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        assert_eq!(heard(connected(&venue, sent).await).await, "", "{sent}");
    }
    let answered = heard(connected(&venue, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await).await;
    assert!(answered.starts_with("HTTP/1.1 200"), "an idle connection ends after its answer: {answered}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_408() {
    let venue = venue(LONG, SHORT, 10).await;
    for target in ["/futures/api/v2.3/order", "/ws/futures", "/nowhere"] {
        let head = format!("POST {target} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{{");
        let answer = answer(&heard(connected(&venue, &head).await).await);
        let (_, message) = answer.refused(408);
        assert_eq!(message, "body was not sent within 50 ms: send it with the head");
        assert!(names_its_source(&answer) && answer.headers.contains("connection: close"));
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_by_what_it_announces_or_by_what_comes() {
    let venue = venue(LONG, LONG, 10).await;
    let announced = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 65537\r\n\r\n".to_owned();
    let chunk = format!("10001\r\n{}\r\n", " ".repeat(65_537));
    let chunked = format!("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{chunk}");
    for sent in [announced, chunked] {
        let answer = answer(&heard(connected(&venue, &sent).await).await);
        let (_, message) = answer.refused(413);
        assert_eq!(message, "body is larger than 65536 bytes: send a smaller one");
        assert!(answer.headers.contains("connection: close"), "{}", answer.headers);
    }
}

#[tokio::test]
async fn who_says_nothing_makes_room_for_who_does() {
    let venue = venue(LONG, LONG, 2).await;
    let silent = connected(&venue, "GET / HTTP/1.1\r\n").await;
    let trickling = "POST /futures/api/v2.3/order HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{";
    let trickling = connected(&venue, trickling).await;
    assert_eq!(venue.get("/price").await.status, 200);
    assert_eq!(heard(silent).await, "", "it has waited the longest");
    let idle = connected(&venue, "").await;
    assert_eq!(venue.get("/price").await.status, 200);
    assert_eq!(heard(trickling).await, "", "a body that does not come counts as waiting");
    drop(idle);
    for _ in 0..20 {
        let _abandoned = connected(&venue, "").await;
        assert_eq!(venue.get("/price").await.status, 200);
    }
}

#[tokio::test]
async fn an_open_stream_takes_no_place_among_the_requests() {
    let venue = venue(SHORT, LONG, 1).await;
    let url = format!("{}/ws/futures", venue.exchange.ws_url());
    let (mut stream, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    for _ in 0..5 {
        assert_eq!(heard(connected(&venue, "").await).await, "", "the time for a head passes");
        assert_eq!(venue.get("/price").await.status, 200);
    }
    futures_util::SinkExt::send(&mut stream, Message::text("ping")).await.unwrap();
    let said: Result<Message, Error> = stream.next().await.unwrap();
    assert_eq!(said.unwrap(), Message::text("pong"));
}
