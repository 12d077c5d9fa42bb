//! One book and a thousand subscribers: how long a delta takes to reach all of them, while some others read nothing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use lmex_exchange::Clock;
use lmex_types::TimeMs;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::Outcome;
use crate::child::Server;
use crate::summary::{grouped, quantile_ms, row};

const SUBSCRIBERS: usize = 1_000;
const LENGTH: Duration = Duration::from_secs(10);
/// Clients that ask for books again and again and do not read.
const STUCK: usize = 5;
/// What each of them asks for: more than the server and the system hold for one connection.
const ASKED_FOR: usize = 4_000;
/// How long a stuck client reads nothing: less than the server waits for its farewell to be taken.
const STUCK_FOR: Duration = Duration::from_secs(4);
/// How long it has then to read what it was told at the end.
const READS_ON: Duration = Duration::from_secs(15);

const SUBSCRIBE: &str = r#"{"op":"subscribe","args":["update:BTC-PERP_0"]}"#;
const SUBSCRIBE_ALL: &str =
    r#"{"op":"subscribe","args":["update:BTC-PERP_0","update:ETH-PERP_0","update:AAPL-PERP_0"]}"#;

type Socket = WebSocketStream<TcpStream>;

/// A delta as one subscriber got it.
#[derive(Debug, Clone, Copy)]
struct Heard {
    seq: i64,
    /// When the desk made the change, by the clock of the machine.
    changed: TimeMs,
    at: Instant,
}

/// A delta as all subscribers got it.
#[derive(Debug, Clone, Copy)]
struct Spread {
    first: Instant,
    last: Instant,
    changed: TimeMs,
    subscribers: usize,
}

/// Prints a row for the way to the last subscriber and one for those that read nothing.
pub(crate) fn measure() -> Outcome {
    let server = Server::start(&["exchange", "4000"])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let address = server.address();
    let (spreads, told, start) = runtime.block_on(async {
        let subscribers = connect_all(address).await?;
        let start = Start { instant: Instant::now(), wall: Clock::system().now() };
        let stuck: JoinSet<_> = (0..STUCK).map(|_| is_told(address)).collect();
        let spreads = hear(subscribers, start.instant + LENGTH).await?;
        let told = stuck.join_all().await;
        Outcome::Ok((spreads, told.into_iter().filter(|told| *told).count(), start))
    })?;
    let mut across: Vec<Duration> = spreads.iter().map(|spread| spread.last - spread.first).collect();
    let mut whole: Vec<Duration> =
        spreads.iter().map(|spread| start.since(spread.changed, spread.last)).collect();
    let what = format!(
        "a delta of a book, from the first of {} subscribers to the last",
        grouped(SUBSCRIBERS as f64)
    );
    let largest = quantile_ms(&mut across, 1.0);
    let baseline = format!(
        "p50: {:.1} ms, longest of {}: {largest:.1} ms",
        quantile_ms(&mut across, 0.5),
        spreads.len()
    );
    row(&what, &format!("p99: {:.1} ms", quantile_ms(&mut across, 0.99)), &baseline, "", "< 50 ms");
    let what = "the same, from the desk's change of the book, with up to 50 ms between two deltas";
    let baseline = format!("p50: {:.1} ms", quantile_ms(&mut whole, 0.5));
    row(what, &format!("p99: {:.1} ms", quantile_ms(&mut whole, 0.99)), &baseline, "", "reported");
    let what = format!("others meanwhile that ask and read nothing, dropped and told why ({STUCK} of them)");
    row(&what, &told.to_string(), "", "", &format!("all {STUCK}"));
    Ok(())
}

/// One moment by both clocks.
#[derive(Debug, Clone, Copy)]
struct Start {
    instant: Instant,
    wall: TimeMs,
}

impl Start {
    /// Time from a moment by the machine's clock; up to a millisecond too long, since that is not told more exactly.
    fn since(&self, wall: TimeMs, to: Instant) -> Duration {
        let offset = wall.ms_since(self.wall);
        let from_start = Duration::from_millis(offset.unsigned_abs());
        let from = if offset < 0 { self.instant - from_start } else { self.instant + from_start };
        to.saturating_duration_since(from)
    }
}

async fn connect(address: SocketAddr) -> Outcome<Socket> {
    let socket = TcpStream::connect(address).await?;
    Ok(tokio_tungstenite::client_async(format!("ws://{address}/ws/oss/futures"), socket).await?.0)
}

async fn connect_all(address: SocketAddr) -> Outcome<Vec<Socket>> {
    let mut sockets = Vec::new();
    for _ in 0..SUBSCRIBERS {
        let mut socket = connect(address).await?;
        socket.send(Message::text(SUBSCRIBE)).await?;
        // Acknowledgement and snapshot.
        for _ in 0..2 {
            socket.next().await.ok_or("a subscriber was sent away")??;
        }
        sockets.push(socket);
    }
    Ok(sockets)
}

/// What all subscribers hear until then. One that misses a delta in between is an error.
async fn hear(subscribers: Vec<Socket>, until: Instant) -> Outcome<Vec<Spread>> {
    let mut listening = JoinSet::new();
    for subscriber in subscribers {
        listening.spawn(async move { listen(subscriber, until).await.map_err(|error| error.to_string()) });
    }
    let mut spreads = BTreeMap::<i64, Spread>::new();
    for heard in listening.join_all().await {
        for Heard { seq, changed, at } in heard? {
            let new = || Spread { first: at, last: at, changed, subscribers: 0 };
            let spread = spreads.entry(seq).or_insert_with(new);
            (spread.first, spread.last) = (spread.first.min(at), spread.last.max(at));
            spread.subscribers += 1;
        }
    }
    // At both ends some subscribers were not listening.
    let whole: Vec<_> = spreads.into_values().filter(|spread| spread.subscribers == SUBSCRIBERS).collect();
    if whole.is_empty() { Err("no delta reached all subscribers".into()) } else { Ok(whole) }
}

async fn listen(mut socket: Socket, until: Instant) -> Outcome<Vec<Heard>> {
    let mut heard = Vec::<Heard>::new();
    loop {
        let message = tokio::select! {
            message = socket.next() => message.ok_or("a subscriber was sent away")??,
            () = sleep_until(until) => return Ok(heard),
        };
        let at = Instant::now();
        let Message::Text(text) = message else { continue };
        let number = |name| member(&text, name).ok_or_else(|| format!("no {name} in {text}"));
        let seq = number("\"seqNum\":")?;
        if heard.last().is_some_and(|last| Some(last.seq) != member(&text, "\"prevSeqNum\":")) {
            return Err("a subscriber missed a delta".into());
        }
        heard.push(Heard { seq, changed: TimeMs::from_millis(number("\"timestamp\":")?), at });
    }
}

/// The whole number after a name in a JSON text.
fn member(text: &str, name: &str) -> Option<i64> {
    let (_, rest) = text.split_once(name)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// Whether a client that asks for more than it reads is sent away with the reason.
async fn is_told(address: SocketAddr) -> bool {
    let Ok(mut socket) = connect(address).await else { return false };
    let reads_from = Instant::now() + STUCK_FOR;
    let ask = async {
        for _ in 0..ASKED_FOR {
            socket.send(Message::text(SUBSCRIBE_ALL)).await?;
        }
        Outcome::Ok(())
    };
    // It does not get rid of its requests any more when the server has given it up.
    let _ = timeout(STUCK_FOR, ask).await;
    sleep_until(reads_from).await;
    // Deltas go on for ever where it is not sent away.
    timeout(READS_ON, hears_why(&mut socket)).await.unwrap_or(false)
}

/// Whether the end of a stream is the error and the reason that a client gets which does not take its messages.
async fn hears_why(socket: &mut Socket) -> bool {
    let mut has_error = false;
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => has_error |= text.contains("1007"),
            Message::Close(frame) => {
                return has_error && frame.is_some_and(|frame| frame.reason == "user message buffer full");
            }
            _ => {}
        }
    }
    false
}
