//! What a reader of a stream hears.

use std::time::Duration;

use lmex_api::stream::{
    Notification, OpenOrderUpdate, StreamFill, StreamPosition, StreamTrade, TopOfBook, Topic,
};

use crate::tls::TlsError;

/// News from a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamEvent {
    /// The connection is up; topics follow.
    Connected,
    /// No encrypted connection came about to who should be there, and nothing was sent. It is tried again all the same, as
    /// the [`Disconnected`](Self::Disconnected) that follows tells: stop if it does not pass by itself.
    Untrusted(TlsError),
    /// The connection is gone; the next one is tried after the pause. Books are empty until then.
    Disconnected {
        /// What happened.
        reason: String,
        /// How long until the next try.
        retry_in: Duration,
    },
    /// The venue has acknowledged a topic.
    Subscribed(Topic),
    /// The venue does not know the topic: nothing will come.
    Refused(Topic),
    /// The maintained book has changed: read it with [`Subscription::book`](super::Subscription::book). Several changes
    /// may be one event.
    Book(Topic),
    /// The newest best bid and offer.
    Top(Topic, TopOfBook),
    /// Trades, in the order the venue sent them.
    Trades(Topic, Vec<StreamTrade>),
    /// What became of one's orders. May come twice, and before or after the answer to the request that caused it.
    Notifications(Vec<Notification>),
    /// One's fills. May come twice: `trade_id` tells which one it is.
    Fills(Vec<StreamFill>),
    /// One's positions, all or those that changed, by the topic.
    Positions(Topic, Vec<StreamPosition>),
    /// One's open orders in a market: all of them, or those that changed since, without a gap between two.
    OpenOrders(Topic, OpenOrderUpdate),
    /// The exchange knows who we are: what is private follows.
    LoggedIn,
    /// The exchange does not take the login. It is tried again on the next connection, with a fresh nonce.
    LoginRefused,
    /// The book was wrong (a gap, a cross), or open orders were, and is being asked for anew; there is none meanwhile.
    Resync(Topic, String),
    /// Nothing has come for too long, or no acknowledgement where nothing need come; asked for anew.
    Stale(Topic),
    /// The reader was too slow: so many batches were dropped, oldest first, those of trades before all others. Whoever
    /// counts on private ones has to ask by REST what was in them.
    Lagged(u64),
    /// The venue complains, or sent something that can't be read.
    Warning(String),
}
