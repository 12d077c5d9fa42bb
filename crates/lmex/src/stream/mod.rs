//! Streams that stay: connect, subscribe, notice what is wrong, and come back.

mod driver;
mod event;
mod mailbox;
mod raw;
mod socket;
mod subscription;

pub use event::StreamEvent;
pub use raw::RawStream;
pub use subscription::Subscription;
