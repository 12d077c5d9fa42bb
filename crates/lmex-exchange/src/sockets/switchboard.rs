//! Who is connected, who listens to what, and who is too slow.

use std::collections::{BTreeMap, HashMap};

use axum::extract::ws::{Message, Utf8Bytes};
use lmex_api::stream::StreamPath;
use lmex_engine::AccountId;
use tokio::sync::oneshot;

use super::audience::Audience;
use super::channel::{AccountTopic, Channel};
use super::connection::Ending;
use super::outbox::{Outbox, PushError};

/// A connection's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ConnectionId(pub(super) u64);

/// What the hub holds of a connection.
#[derive(Debug)]
pub(super) struct Client {
    path: StreamPath,
    outbox: Outbox,
    ending: oneshot::Sender<Ending>,
    account: Option<AccountId>,
    channels: Vec<Channel>,
    /// The last number of each channel whose messages are numbered for each listener.
    serials: BTreeMap<Channel, i64>,
}

impl Client {
    /// A client without subscriptions. `ending` tells its connection to close; dropping it does too.
    pub(super) fn new(path: StreamPath, outbox: Outbox, ending: oneshot::Sender<Ending>) -> Self {
        Self { path, outbox, ending, account: None, channels: Vec::new(), serials: BTreeMap::new() }
    }
}

/// All clients. No call waits; a client that can't take a message is dropped.
#[derive(Debug)]
pub(super) struct Switchboard {
    clients: HashMap<ConnectionId, Client>,
    listeners: BTreeMap<Channel, Vec<ConnectionId>>,
    max_subscriptions: usize,
    audience: Audience,
}

impl Switchboard {
    pub(super) fn new(max_subscriptions: usize, audience: Audience) -> Self {
        Self { clients: HashMap::new(), listeners: BTreeMap::new(), max_subscriptions, audience }
    }

    pub(super) fn join(&mut self, id: ConnectionId, client: Client) {
        self.clients.insert(id, client);
    }

    pub(super) fn leave(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.remove(&id) else { return };
        for channel in client.channels {
            self.unlist(id, channel);
        }
    }

    pub(super) fn log_in(&mut self, id: ConnectionId, account: AccountId) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.account = Some(account);
        }
    }

    /// Where a client is connected; `None` if it is gone.
    pub(super) fn path(&self, id: ConnectionId) -> Option<StreamPath> {
        self.clients.get(&id).map(|client| client.path)
    }

    /// The account that a client is logged in to.
    pub(super) fn account(&self, id: ConnectionId) -> Option<AccountId> {
        self.clients.get(&id)?.account
    }

    /// What a client listens to.
    pub(super) fn channels(&self, id: ConnectionId) -> Vec<Channel> {
        self.clients.get(&id).map_or_else(Vec::new, |client| client.channels.clone())
    }

    /// Who listens and is logged in, and to what account.
    pub(super) fn audience(&self, channel: Channel) -> Vec<(ConnectionId, AccountId)> {
        let ids = self.listeners.get(&channel).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.account(*id)?))).collect()
    }

    /// The number of a client's next message of a channel; it begins again at 1 with `anew`.
    pub(super) fn next_serial(&mut self, id: ConnectionId, channel: Channel, anew: bool) -> i64 {
        let Some(client) = self.clients.get_mut(&id) else { return 1 };
        let serial = client.serials.entry(channel).or_default();
        *serial = if anew { 1 } else { serial.saturating_add(1) };
        *serial
    }

    /// Whether the client listens to the channel now; false when it has too many.
    pub(super) fn subscribe(&mut self, id: ConnectionId, channel: Channel) -> bool {
        let Some(client) = self.clients.get_mut(&id) else { return false };
        if client.channels.contains(&channel) {
            return true;
        }
        if client.channels.len() >= self.max_subscriptions {
            return false;
        }
        client.channels.push(channel);
        self.listeners.entry(channel).or_default().push(id);
        self.note_audience();
        true
    }

    /// Whether the client listened to the channel until now.
    pub(super) fn unsubscribe(&mut self, id: ConnectionId, channel: Channel) -> bool {
        let Some(client) = self.clients.get_mut(&id) else { return false };
        let Some(at) = client.channels.iter().position(|other| *other == channel) else { return false };
        client.channels.swap_remove(at);
        client.serials.remove(&channel);
        self.unlist(id, channel);
        true
    }

    /// Whether anybody listens.
    pub(super) fn is_heard(&self, channel: Channel) -> bool {
        self.listeners.contains_key(&channel)
    }

    /// Whether anybody listens to anything.
    pub(super) fn has_listeners(&self) -> bool {
        !self.listeners.is_empty()
    }

    /// Sends to one client.
    pub(super) fn send(&mut self, id: ConnectionId, message: Utf8Bytes) {
        let Some(client) = self.clients.get(&id) else { return };
        match client.outbox.push(Message::Text(message)) {
            Ok(()) => {}
            Err(PushError::Full) => self.drop_slow(id),
            Err(PushError::Gone) => self.leave(id),
        }
    }

    /// Sends to everyone who listens.
    pub(super) fn publish(&mut self, channel: Channel, message: &Utf8Bytes) {
        for id in self.listeners.get(&channel).cloned().unwrap_or_default() {
            self.send(id, message.clone());
        }
    }

    /// Sends to everyone who listens and is logged in to the account.
    pub(super) fn publish_to(&mut self, account: AccountId, channel: Channel, message: &Utf8Bytes) {
        for id in self.listeners.get(&channel).cloned().unwrap_or_default() {
            if self.clients.get(&id).is_some_and(|client| client.account == Some(account)) {
                self.send(id, message.clone());
            }
        }
    }

    fn drop_slow(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.remove(&id) else { return };
        tracing::warn!(connection = id.0, "stream client reads too slowly: closing it");
        for &channel in &client.channels {
            self.unlist(id, channel);
        }
        // Nobody hears it if the connection is over already.
        let _ = client.ending.send(Ending::TooSlow);
    }

    fn unlist(&mut self, id: ConnectionId, channel: Channel) {
        let Some(listeners) = self.listeners.get_mut(&channel) else { return };
        listeners.retain(|other| *other != id);
        if listeners.is_empty() {
            self.listeners.remove(&channel);
            self.note_audience();
        }
    }

    fn note_audience(&self) {
        let hears =
            |topics: [AccountTopic; 2]| topics.into_iter().any(|it| self.is_heard(Channel::Account(it)));
        self.audience.set(hears(AccountTopic::POSITIONS), hears(AccountTopic::ALL_POSITIONS));
    }
}
