//! The streams: topics, messages, the maintained order book, and the decisions of a session, all without a socket.

mod account_topic;
mod book;
mod book_update;
mod fill;
mod fixed;
mod message;
mod mode;
mod notification;
mod open_order;
mod position;
mod scan;
mod session;
mod topic;

pub use account_topic::AccountTopic;
pub use book::{BookError, BookSide, OrderBook};
pub use book_update::{BookUpdate, BookUpdateKind, DecodeError, UpdateLevel};
pub use fill::StreamFill;
pub use fixed::Fixed;
pub use message::{
    Ack, ClientFrame, DataFrame, Event, Incoming, StreamError, StreamTrade, TopLevel, TopOfBook,
};
pub use mode::OrderMode;
pub use notification::Notification;
pub use open_order::{OpenOrderUpdate, StreamOrder};
pub use position::StreamPosition;
pub use session::{Action, LoginOperation, Notice, Session, SessionConfig, TopicState};
pub use topic::{StreamPath, Topic};
