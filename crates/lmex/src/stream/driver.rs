//! Moves frames between a socket and a session, and connects again when it must.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use lmex_api::stream::{Action, LoginOperation, Notice, Session, StreamPath};
use tokio::sync::watch;
use tokio::time::sleep_until;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tracing::Instrument as _;

use super::event::StreamEvent;
use super::mailbox::Mailbox;
use super::socket::{ConnectError, Socket, connect};
use crate::client::Client;
use crate::clock::Clock;
use crate::observability::{ObservedStream, observe_event};

/// A connection that is not up by then is tried again.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A frame that is not taken by then means that the peer is gone.
const SEND_WITHIN: Duration = Duration::from_secs(5);

/// What the driver's task owns.
pub(super) struct Driver {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) path: StreamPath,
    pub(super) session: Arc<Mutex<Session>>,
    pub(super) mailbox: Arc<Mailbox>,
    /// Told whenever a topic may stand elsewhere.
    pub(super) moved: watch::Sender<()>,
}

impl Driver {
    /// Runs until its task is dropped.
    pub(super) async fn run(self) {
        let mut observed = ObservedStream::new(self.path.as_str());
        loop {
            let (span, began) = observed.connects();
            let connection = async {
                match connect(&self.url, CONNECT_WITHIN, self.client.trust()).await {
                    Ok(socket) => {
                        observed.connected(began);
                        self.converse(socket).await
                    }
                    Err(ConnectError::Tls(error)) => {
                        let reason = format!("nothing was sent to {}: {error}", self.url);
                        self.mailbox.push(StreamEvent::Untrusted(error));
                        reason
                    }
                    Err(ConnectError::Other(reason)) => reason,
                }
            };
            let reason = connection.instrument(span).await;
            let now = self.clock().steady();
            let again = self.session(|session| session.on_closed(now, rand::random()));
            let retry_in = Duration::from_millis(u64::try_from(again.ms_since(now)).unwrap_or(0));
            observed.closed(&reason, again.ms_since(now));
            self.mailbox.push(StreamEvent::Disconnected { reason, retry_in });
            self.moved.send_replace(());
            sleep_until(self.clock().instant(again)).await;
        }
    }

    /// One connection, from its first frame to the reason of its end.
    async fn converse(&self, mut socket: Socket) -> String {
        self.mailbox.push(StreamEvent::Connected);
        let mut actions = Vec::new();
        self.session(|session| session.on_open(self.clock().steady(), &mut actions));
        loop {
            for action in actions.drain(..) {
                if let Err(reason) = self.act(action, &mut socket).await {
                    return reason;
                }
            }
            let timeout = self.session(|session| session.next_timeout()).unwrap_or_default();
            tokio::select! {
                frame = socket.next() => match frame {
                    Some(Ok(Message::Close(frame))) => return closed(frame.map(|frame| frame.reason.to_string())),
                    Some(Ok(message)) => self.hear(&message, &mut actions),
                    Some(Err(error)) => return error.to_string(),
                    None => return closed(None),
                },
                () = sleep_until(self.clock().instant(timeout)) => {
                    self.session(|session| session.on_timeout(self.clock().steady(), &mut actions));
                }
            }
        }
    }

    fn hear(&self, message: &Message, actions: &mut Vec<Action>) {
        let now = self.clock().steady();
        self.session(|session| match message {
            Message::Text(text) => session.on_text(now, text, actions),
            _ => session.on_frame(now),
        });
    }

    async fn act(&self, action: Action, socket: &mut Socket) -> Result<(), String> {
        let message = match action {
            Action::Send(text) => Message::text(text),
            Action::Login(operation) => Message::text(self.login(operation)?),
            Action::Ping => Message::Ping(Bytes::new()),
            Action::Close(reason) => return Err(reason.to_owned()),
            Action::Notify(notice) => {
                let event = event(notice);
                observe_event(self.path.as_str(), &event);
                let has_moved = tells_where_topics_stand(&event);
                self.mailbox.push(event);
                if has_moved {
                    self.moved.send_replace(());
                }
                return Ok(());
            }
        };
        match tokio::time::timeout(SEND_WITHIN, socket.send(message)).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err("the exchange takes no more frames".to_owned()),
        }
    }

    /// The text of a login. It holds the key and a signature, so it is shown to nobody else.
    fn login(&self, operation: LoginOperation) -> Result<String, String> {
        let signer = self.client.signer().ok_or("the client was built without an API key")?;
        Ok(signer.log_in(operation, self.path, self.clock()).to_json())
    }

    fn clock(&self) -> &Clock {
        self.client.clock()
    }

    fn session<T>(&self, work: impl FnOnce(&mut Session) -> T) -> T {
        work(&mut self.session.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a login that nobody answers means.
const UNANSWERED: &str =
    "the exchange did not answer the login; private topics are asked for all the same, but may stay silent";

fn tells_where_topics_stand(event: &StreamEvent) -> bool {
    matches!(event, StreamEvent::Subscribed(_) | StreamEvent::Refused(_) | StreamEvent::LoginRefused)
}

fn closed(reason: Option<String>) -> String {
    match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("the exchange closed the connection: {reason}"),
        None => "the exchange closed the connection".to_owned(),
    }
}

fn event(notice: Notice) -> StreamEvent {
    match notice {
        Notice::Book(topic) => StreamEvent::Book(topic),
        Notice::Top(topic, top) => StreamEvent::Top(topic, top),
        Notice::Trades(topic, trades) => StreamEvent::Trades(topic, trades),
        Notice::Notifications(news) => StreamEvent::Notifications(news),
        Notice::Fills(fills) => StreamEvent::Fills(fills),
        Notice::Positions(topic, positions) => StreamEvent::Positions(topic, positions),
        Notice::OpenOrders(topic, update) => StreamEvent::OpenOrders(topic, update),
        Notice::LoggedIn => StreamEvent::LoggedIn,
        Notice::LoginRefused => StreamEvent::LoginRefused,
        Notice::LoginUnanswered => StreamEvent::Warning(UNANSWERED.to_owned()),
        Notice::Subscribed(topic) => StreamEvent::Subscribed(topic),
        Notice::Refused(topic) => StreamEvent::Refused(topic),
        Notice::Resync(topic, why) => StreamEvent::Resync(topic, why),
        Notice::Stale(topic) => StreamEvent::Stale(topic),
        Notice::Unreadable(text) | Notice::Complaint(text) => StreamEvent::Warning(text),
    }
}
