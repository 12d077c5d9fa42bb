//! The streams: topics, messages, the maintained order book, and the decisions of a session, all without a socket.

mod book;
mod book_update;
mod fixed;
mod message;
mod scan;
mod session;
mod topic;

pub use book::{BookError, BookSide, OrderBook};
pub use book_update::{BookUpdate, BookUpdateKind, DecodeError, UpdateLevel};
pub use fixed::Fixed;
pub use message::{
    Ack, ClientFrame, DataFrame, Event, Incoming, StreamError, StreamTrade, TopLevel, TopOfBook,
};
pub use session::{Action, Notice, Session, SessionConfig, TopicState};
pub use topic::{StreamPath, Topic};
