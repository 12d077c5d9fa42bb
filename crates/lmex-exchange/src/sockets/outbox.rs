//! What waits to be sent to one client: bounded, and never waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::ws::Message;
use tokio::sync::mpsc;

/// An outbox of at most so many messages and bytes.
pub(super) fn bounded(max_messages: usize, max_bytes: usize) -> (Outbox, Waiting) {
    let (sender, receiver) = mpsc::channel(max_messages.max(1));
    let bytes = Arc::new(AtomicUsize::new(0));
    (Outbox { sender, bytes: Arc::clone(&bytes), max_bytes }, Waiting { receiver, bytes })
}

/// The end that puts in.
#[derive(Debug, Clone)]
pub(super) struct Outbox {
    sender: mpsc::Sender<Message>,
    bytes: Arc<AtomicUsize>,
    max_bytes: usize,
}

/// Why a message was not put in. Either way the connection is of no more use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PushError {
    /// The client reads too slowly.
    Full,
    /// The connection is over.
    Gone,
}

impl Outbox {
    /// Puts a message in, or says why not. Never waits.
    pub(super) fn push(&self, message: Message) -> Result<(), PushError> {
        let size = size(&message);
        if self.bytes.fetch_add(size, Ordering::Relaxed).saturating_add(size) > self.max_bytes {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            return Err(PushError::Full);
        }
        self.sender.try_send(message).map_err(|error| {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            match error {
                mpsc::error::TrySendError::Full(_) => PushError::Full,
                mpsc::error::TrySendError::Closed(_) => PushError::Gone,
            }
        })
    }
}

/// The end that takes out.
#[derive(Debug)]
pub(super) struct Waiting {
    receiver: mpsc::Receiver<Message>,
    bytes: Arc<AtomicUsize>,
}

impl Waiting {
    /// Waits for messages and takes up to `limit` of them; none when nobody can put any in.
    pub(super) async fn take(&mut self, into: &mut Vec<Message>, limit: usize) -> usize {
        self.receiver.recv_many(into, limit).await
    }

    /// These messages, taken before, are in the hands of the socket.
    pub(super) fn written(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Bytes of a message's payload.
pub(super) fn size(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_bounds_hold_and_room_comes_back_when_written() {
        let (outbox, mut waiting) = bounded(2, 10);
        outbox.push(Message::text("12345678")).unwrap();
        assert_eq!(outbox.push(Message::text("123")), Err(PushError::Full));
        outbox.push(Message::text("12")).unwrap();
        assert_eq!(outbox.push(Message::text("")), Err(PushError::Full));

        let mut taken = Vec::new();
        assert_eq!(waiting.take(&mut taken, 8).await, 2);
        assert_eq!(outbox.push(Message::text("1")), Err(PushError::Full));
        waiting.written(taken.iter().map(size).sum());
        outbox.push(Message::text("1234567890")).unwrap();

        drop(waiting);
        assert_eq!(outbox.push(Message::text("")), Err(PushError::Gone));
    }
}
