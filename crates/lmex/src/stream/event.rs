//! What a reader of a stream hears.

use std::time::Duration;

use lmex_api::stream::{StreamTrade, TopOfBook, Topic};

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
    /// The book was wrong (a gap, a cross) and is being asked for anew; there is none meanwhile.
    Resync(Topic, String),
    /// Nothing has come for too long; asked for anew.
    Stale(Topic),
    /// The reader was too slow: so many batches of trades were dropped, oldest first.
    Lagged(u64),
    /// The venue complains, or sent something that can't be read.
    Warning(String),
}
