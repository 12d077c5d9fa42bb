//! What a session wants done, and what it has to tell.

use super::super::fill::StreamFill;
use super::super::message::{StreamTrade, TopOfBook};
use super::super::notification::Notification;
use super::super::open_order::OpenOrderUpdate;
use super::super::position::StreamPosition;
use super::super::topic::Topic;

/// What the owner of the socket has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send this text.
    Send(String),
    /// Log in: sign the stream's path and a fresh nonce, and send
    /// [`ClientFrame::login`](crate::stream::ClientFrame::login) of this operation.
    Login(LoginOperation),
    /// Send a ping frame.
    Ping,
    /// Close the connection; then [`Session::on_closed`](super::Session::on_closed).
    Close(&'static str),
    /// Tell the reader.
    Notify(Notice),
}

/// What a login is called. Both documents sign the same: the stream's path and a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginOperation {
    /// `login`, in LMEX's documents.
    Login,
    /// `authKeyExpires`, in BTSE's, and in LMEX's samples.
    AuthKeyExpires,
}

impl LoginOperation {
    /// As it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::AuthKeyExpires => "authKeyExpires",
        }
    }
}

/// News for the reader of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The book of this topic has changed: look at [`Session::book`](super::Session::book).
    Book(Topic),
    /// New best bid and offer.
    Top(Topic, TopOfBook),
    /// New trades, in the order the venue sent them.
    Trades(Topic, Vec<StreamTrade>),
    /// What became of one's orders.
    Notifications(Vec<Notification>),
    /// One's fills.
    Fills(Vec<StreamFill>),
    /// One's positions, all or those that changed, by the topic.
    Positions(Topic, Vec<StreamPosition>),
    /// One's open orders in a market: all, or those that changed, without a gap between two.
    OpenOrders(Topic, OpenOrderUpdate),
    /// The venue knows who we are: private topics follow.
    LoggedIn,
    /// The venue does not take the login: nothing private will come on this connection.
    LoginRefused,
    /// The venue has not answered a login of either name. Private topics are asked for all the same: it may have taken it.
    LoginUnanswered,
    /// The venue has acknowledged a topic.
    Subscribed(Topic),
    /// The venue knows the topic under none of its names.
    Refused(Topic),
    /// What was known is wrong and is asked for anew; there is none until then.
    Resync(Topic, String),
    /// No data, or no acknowledgement, for longer than
    /// [`SessionConfig::stale_after_ms`](super::SessionConfig::stale_after_ms).
    Stale(Topic),
    /// A message that can't be read was passed over.
    Unreadable(String),
    /// The venue complains.
    Complaint(String),
}
