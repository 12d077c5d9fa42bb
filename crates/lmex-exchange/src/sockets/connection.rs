//! One client's connection: what it says goes to the hub, what waits for it goes out.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, close_code};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use lmex_api::stream::StreamPath;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::allowance::Allowance;
use super::auth::Authenticator;
use super::config::SocketConfig;
use super::hub::{HubGone, HubHandle, HubRequest};
use super::outbox::{self, Outbox, PushError, Waiting};
use super::reply::{self, Complaint};
use super::request::Request;
use super::switchboard::{Client, ConnectionId};
use crate::desk::DeskGone;
use crate::faults::{Bent, Faults, Login, StreamFaults};
use crate::server::Wire;

/// Messages that are handed to the socket before it is flushed.
const MESSAGES_PER_FLUSH: usize = 64;

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The client left, or its connection broke.
    Left,
    /// The client sent something that is no message of this protocol.
    Unreadable,
    /// The client does not take its messages.
    TooSlow,
    /// The client does not answer pings.
    Silent,
    /// The client can't log in.
    TooManyFailedLogins,
    /// The exchange shuts down.
    ShuttingDown,
    /// A fault closes it, as a server does that is tended to.
    ClosedByFault,
    /// A fault resets it: there is no farewell.
    ResetByFault,
    /// The exchange can't keep what happens any more, so it tells nothing any more.
    Unkept,
    /// The exchange has failed otherwise.
    Failed,
}

impl Ending {
    fn of(gone: &DeskGone) -> Self {
        match gone {
            DeskGone::Stopped => Self::ShuttingDown,
            DeskGone::Unkept { .. } => Self::Unkept,
            DeskGone::Failed { .. } => Self::Failed,
        }
    }
}

impl From<HubGone> for Ending {
    fn from(_: HubGone) -> Self {
        Self::ShuttingDown
    }
}

impl From<PushError> for Ending {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Full => Self::TooSlow,
            PushError::Gone => Self::Left,
        }
    }
}

/// What a connection needs beside its socket.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) hub: HubHandle,
    pub(super) auth: Arc<dyn Authenticator>,
    pub(super) config: SocketConfig,
    pub(super) faults: Faults,
}

/// Serves one client until it leaves or is sent away.
pub(super) async fn serve<S, E>(socket: S, path: StreamPath, desk: Desk, wire: Wire)
where
    S: Stream<Item = Result<Message, E>> + Sink<Message, Error = E> + Unpin,
    E: Display,
{
    let id = desk.hub.new_id();
    let (outbox, mut waiting) = outbox::bounded(desk.config.outbox_messages, desk.config.outbox_bytes);
    let (ending_sender, ending) = oneshot::channel();
    let client = Client::new(path, outbox.clone(), ending_sender);
    let (mut sink, mut stream) = socket.split();
    let result = match desk.hub.ask(HubRequest::Join(id, client)).await {
        Err(HubGone) => Ending::ShuttingDown,
        Ok(()) => {
            let mut faults = StreamFaults::new(desk.faults.clone(), path.as_str());
            let mut reader = Reader::new(id, path, &desk, outbox, faults.login());
            let login = faults.login();
            tokio::select! {
                ending = ending => ending.unwrap_or(Ending::ShuttingDown),
                ending = reader.run(&mut stream) => ending,
                ending = write(&mut sink, &mut waiting, &mut faults) => ending,
                () = closed_by_fault(&desk.faults, path, &login) => Ending::ClosedByFault,
            }
        }
    };
    let patience = Duration::from_millis(desk.config.close_within_ms);
    let result = match result {
        Ending::ShuttingDown => desk.hub.end_within(patience).await.map_or(result, |gone| Ending::of(&gone)),
        other => other,
    };
    tracing::debug!(connection = id.0, path = path.as_str(), ending = ?result, "stream connection ends");
    // If the hub is gone, so is its list of clients.
    let _ = desk.hub.ask(HubRequest::Leave(id)).await;
    if result == Ending::ResetByFault {
        wire.reset();
        return;
    }
    // A client that does not take its farewell in time is cut off.
    let _ = timeout(patience, say_farewell(&mut sink, &mut stream, result)).await;
}

/// Empties the outbox into the socket. What was handed to the socket stays there even if this is dropped half-way.
///
/// A pong is in the socket already, which answers pings by itself: only its way to the client is waited for here.
async fn write<S, E>(sink: &mut S, waiting: &mut Waiting, faults: &mut StreamFaults) -> Ending
where
    S: Sink<Message, Error = E> + Unpin,
{
    let mut messages = Vec::with_capacity(MESSAGES_PER_FLUSH);
    while waiting.take(&mut messages, MESSAGES_PER_FLUSH).await > 0 {
        let bytes = messages.iter().map(outbox::size).sum();
        for message in messages.drain(..).filter(|message| !matches!(message, Message::Pong(_))) {
            if let Err(ending) = feed(sink, faults.bend(message)).await {
                return ending;
            }
        }
        if sink.flush().await.is_err() {
            return Ending::Left;
        }
        waiting.written(bytes);
    }
    Ending::ShuttingDown
}

/// Hands a message to the socket, or what has become of it.
async fn feed<S, E>(sink: &mut S, bent: Bent) -> Result<(), Ending>
where
    S: Sink<Message, Error = E> + Unpin,
{
    let messages = match bent {
        Bent::Straight(message) => return sink.feed(message).await.map_err(|_| Ending::Left),
        Bent::Others(messages) => messages,
        Bent::Later(wait, message) => {
            // What came before is not late.
            sink.flush().await.map_err(|_| Ending::Left)?;
            sleep(wait).await;
            vec![message]
        }
        Bent::Reset => {
            sink.flush().await.map_err(|_| Ending::Left)?;
            return Err(Ending::ResetByFault);
        }
    };
    for message in messages {
        sink.feed(message).await.map_err(|_| Ending::Left)?;
    }
    Ok(())
}

/// Ends when a fault closes the connection, however late that fault is put in place.
async fn closed_by_fault(faults: &Faults, path: StreamPath, login: &Login) {
    let mut opened = Instant::now();
    let mut changes = faults.changes();
    loop {
        let due = faults.closes_after(path.as_str(), login.key().as_deref()).map(|after| opened + after);
        tokio::select! {
            () = sleep_until(due.unwrap_or(opened)), if due.is_some() => {
                if faults.closes(path.as_str(), login.key().as_deref()) {
                    return;
                }
                // Spared this time, it lives as long again.
                opened = Instant::now();
            }
            changed = changes.changed() => if changed.is_err() {
                return std::future::pending().await;
            },
        }
    }
}

async fn say_farewell<K, T, E>(sink: &mut K, stream: &mut T, ending: Ending)
where
    K: Sink<Message, Error = E> + Unpin,
    T: Stream<Item = Result<Message, E>> + Unpin,
{
    let (code, complaint) = match ending {
        Ending::Left => (close_code::NORMAL, None),
        Ending::Unreadable => (close_code::PROTOCOL, None),
        Ending::TooSlow => (close_code::POLICY, Some(Complaint::BufferFull)),
        Ending::Silent => (close_code::POLICY, None),
        Ending::TooManyFailedLogins => (close_code::POLICY, Some(Complaint::TooManyFailedLogins)),
        Ending::ShuttingDown | Ending::ClosedByFault => (close_code::AWAY, None),
        Ending::Unkept | Ending::Failed => (close_code::ERROR, None),
        Ending::ResetByFault => return,
    };
    let reason = ending.reason();
    if let Some(complaint) = complaint
        && sink.send(Message::Text(complaint.text())).await.is_err()
    {
        return;
    }
    if sink.send(Message::Close(Some(CloseFrame { code, reason }))).await.is_ok() {
        // Reading on until the client has closed its side lets it read to the end: unread bytes would reset
        // the connection under it.
        while let Some(Ok(_)) = stream.next().await {}
    }
}

impl Ending {
    fn reason(self) -> Utf8Bytes {
        Utf8Bytes::from_static(match self {
            Self::Left | Self::ResetByFault => "",
            Self::Unreadable => "unreadable frame",
            Self::TooSlow => "user message buffer full",
            Self::Silent => "no pong",
            Self::TooManyFailedLogins => "max failed attempts",
            Self::ShuttingDown => "shutting down",
            Self::ClosedByFault => "going away",
            Self::Unkept => "the journal has stopped: what happens can't be kept",
            Self::Failed => "the exchange has failed: what it has carried out last is not known",
        })
    }
}

/// Reads what the client says, and looks whether it lives.
struct Reader<'a> {
    id: ConnectionId,
    path: StreamPath,
    desk: &'a Desk,
    outbox: Outbox,
    next_ping: Instant,
    pong_due: Instant,
    failed_logins: u32,
    login: Login,
    allowance: Allowance,
}

impl<'a> Reader<'a> {
    fn new(id: ConnectionId, path: StreamPath, desk: &'a Desk, outbox: Outbox, login: Login) -> Self {
        let now = Instant::now();
        let next_ping = now + Duration::from_millis(desk.config.ping_every_ms);
        let pong_due = now + Duration::from_millis(desk.config.pong_within_ms);
        let allowance = Allowance::new(desk.config.topics_per_s, now);
        Self { id, path, desk, outbox, next_ping, pong_due, failed_logins: 0, login, allowance }
    }

    async fn run<S, E>(&mut self, stream: &mut S) -> Ending
    where
        S: Stream<Item = Result<Message, E>> + Unpin,
        E: Display,
    {
        loop {
            let wake = self.next_ping.min(self.pong_due);
            let heard = tokio::select! {
                message = stream.next() => self.on_message(message).await,
                () = sleep_until(wake) => self.on_time(Instant::now()),
            };
            if let Err(ending) = heard {
                return ending;
            }
            // What that has put into the outbox may go out before more is heard: a client that says much at once and
            // reads the answers is not a slow one.
            yield_now().await;
        }
    }

    fn on_time(&mut self, now: Instant) -> Result<(), Ending> {
        if now >= self.pong_due {
            return Err(Ending::Silent);
        }
        if now >= self.next_ping {
            self.next_ping = now + Duration::from_millis(self.desk.config.ping_every_ms);
            self.outbox.push(Message::Ping(Bytes::new()))?;
        }
        Ok(())
    }

    async fn on_message<E: Display>(&mut self, message: Option<Result<Message, E>>) -> Result<(), Ending> {
        match message {
            None | Some(Ok(Message::Close(_))) => Err(Ending::Left),
            Some(Err(error)) => {
                tracing::debug!(connection = self.id.0, %error, "stream connection broke");
                Err(Ending::Unreadable)
            }
            // The socket has the answer already. It takes its place in the outbox until it is on its way: a client
            // that pings and does not read is too slow like any other.
            Some(Ok(Message::Ping(payload))) => Ok(self.outbox.push(Message::Pong(payload))?),
            Some(Ok(Message::Pong(_))) => {
                self.pong_due = Instant::now() + Duration::from_millis(self.desk.config.pong_within_ms);
                Ok(())
            }
            Some(Ok(Message::Binary(_))) => {
                self.say(Complaint::InvalidRequest("send text frames, not binary".to_owned()).text())
            }
            Some(Ok(Message::Text(text))) => self.on_text(&text).await,
        }
    }

    async fn on_text(&mut self, text: &str) -> Result<(), Ending> {
        let request = match Request::read(text) {
            Ok(request) => request,
            Err(complaint) => return self.say(complaint.text()),
        };
        let wait = self.allowance.take(request.topics(), Instant::now());
        if !wait.is_zero() {
            // Nothing more is read from this client meanwhile; what is published goes out.
            sleep(wait).await;
        }
        match request {
            Request::TextPing => self.say(Utf8Bytes::from_static("pong")),
            Request::Ping => self.say(Utf8Bytes::from_static(r#"{"event":"pong"}"#)),
            Request::Subscribe(topics) => self.ask(HubRequest::Subscribe(self.id, topics)).await,
            Request::Unsubscribe(topics) => self.ask(HubRequest::Unsubscribe(self.id, topics)).await,
            Request::Login { key, nonce, signature } => self.log_in(&key, &nonce, &signature).await,
        }
    }

    async fn log_in(&mut self, key: &str, nonce: &str, signature: &str) -> Result<(), Ending> {
        match self.desk.auth.authenticate(self.path.as_str(), key, nonce, signature) {
            Ok(account) => {
                self.login.note(key);
                self.ask(HubRequest::LogIn(self.id, account)).await
            }
            Err(refused) => {
                tracing::info!(connection = self.id.0, %refused, "stream login failed");
                self.failed_logins += 1;
                self.say(reply::login(false))?;
                let enough = self.failed_logins >= self.desk.config.max_failed_logins;
                if enough { Err(Ending::TooManyFailedLogins) } else { Ok(()) }
            }
        }
    }

    async fn ask(&self, request: HubRequest) -> Result<(), Ending> {
        Ok(self.desk.hub.ask(request).await?)
    }

    fn say(&self, message: Utf8Bytes) -> Result<(), Ending> {
        Ok(self.outbox.push(Message::Text(message))?)
    }
}
