//! Who is connected, who listens to what, and who is too slow.

use std::collections::{BTreeMap, HashMap};

use axum::extract::ws::{Message, Utf8Bytes};
use lmex_api::stream::StreamPath;
use lmex_engine::AccountId;
use tokio::sync::oneshot;

use super::audience::Audience;
use super::channel::{AccountTopic, Channel};
use super::connection::Ending;
use super::listeners::Listeners;
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
    listeners: Listeners,
    max_subscriptions: usize,
    audience: Audience,
}

impl Switchboard {
    pub(super) fn new(max_subscriptions: usize, audience: Audience) -> Self {
        Self { clients: HashMap::new(), listeners: Listeners::default(), max_subscriptions, audience }
    }

    pub(super) fn join(&mut self, id: ConnectionId, client: Client) {
        self.clients.insert(id, client);
    }

    pub(super) fn leave(&mut self, id: ConnectionId) {
        if let Some(client) = self.clients.remove(&id) {
            self.unlist(id, client.account, &client.channels);
        }
    }

    /// From now on a client hears what is of this account: whether that is another one than before.
    pub(super) fn log_in(&mut self, id: ConnectionId, account: AccountId) -> bool {
        let Some(client) = self.clients.get_mut(&id) else { return false };
        let before = client.account.replace(account);
        if before == Some(account) {
            return false;
        }
        let mut channels = client.channels.clone();
        channels.retain(|channel| channel.is_private());
        self.unlist(id, before, &channels);
        for channel in channels {
            self.listeners.add(channel, Some(account), id);
        }
        self.note_audience();
        true
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
        self.listeners.add(channel, client.account, id);
        self.note_audience();
        true
    }

    /// Whether the client listened to the channel until now.
    pub(super) fn unsubscribe(&mut self, id: ConnectionId, channel: Channel) -> bool {
        let Some(client) = self.clients.get_mut(&id) else { return false };
        let Some(at) = client.channels.iter().position(|other| *other == channel) else { return false };
        client.channels.swap_remove(at);
        client.serials.remove(&channel);
        let account = client.account;
        self.unlist(id, account, &[channel]);
        true
    }

    /// Whether anybody listens to what is of a market.
    pub(super) fn is_heard(&self, channel: Channel) -> bool {
        self.listeners.is_heard(channel)
    }

    /// Whether anybody listens to what is of an account.
    pub(super) fn is_heard_by(&self, account: AccountId, channel: Channel) -> bool {
        !self.listeners.of_account(account, channel).is_empty()
    }

    /// Who listens to what.
    pub(super) fn listeners(&self) -> &Listeners {
        &self.listeners
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

    /// Sends to everyone who listens to what is of a market.
    pub(super) fn publish(&mut self, channel: Channel, message: &Utf8Bytes) {
        for id in self.listeners.of_market(channel).to_vec() {
            self.send(id, message.clone());
        }
    }

    /// Sends to everyone who listens to what is of an account.
    pub(super) fn publish_to(&mut self, account: AccountId, channel: Channel, message: &Utf8Bytes) {
        for id in self.listeners.of_account(account, channel).to_vec() {
            self.send(id, message.clone());
        }
    }

    fn drop_slow(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.remove(&id) else { return };
        tracing::warn!(connection = id.0, "stream client reads too slowly: closing it");
        self.unlist(id, client.account, &client.channels);
        // Nobody hears it if the connection is over already.
        let _ = client.ending.send(Ending::TooSlow);
    }

    fn unlist(&mut self, id: ConnectionId, account: Option<AccountId>, channels: &[Channel]) {
        for channel in channels {
            self.listeners.remove(*channel, account, id);
        }
        self.note_audience();
    }

    fn note_audience(&self) {
        let hears =
            |topics: [AccountTopic; 2]| topics.into_iter().any(|it| self.is_heard(Channel::Account(it)));
        self.audience.set(hears(AccountTopic::POSITIONS), hears(AccountTopic::ALL_POSITIONS));
    }
}
