//! Between socket and reader: bounded, whatever the reader does.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lmex_api::stream::{AccountTopic, Topic};
use tokio::sync::Notify;

use super::event::StreamEvent;

/// How many events wait for a slow reader.
const CAPACITY: usize = 1_024;
/// How many trades, fills and the like they hold together: one message may bring thousands.
const MOST_ROWS: usize = 65_536;

/// Keeps events for the reader. What only the newest of matters is kept once; the rest is dropped oldest first, and
/// counted.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<StreamEvent>,
    /// In all of them.
    rows: usize,
    dropped: u64,
    closed: bool,
}

impl Mailbox {
    pub(super) fn push(&self, event: StreamEvent) {
        let mut state = self.state();
        if state.merge(&event) {
            return;
        }
        state.make_room(rows(&event));
        state.rows += rows(&event);
        state.events.push_back(event);
        drop(state);
        self.arrived.notify_one();
    }

    /// Nothing more will come.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.arrived.notify_one();
    }

    /// The next event; `None` once closed and empty. Cancel safe: an event is taken only when it is returned.
    pub(super) async fn next(&self) -> Option<StreamEvent> {
        loop {
            let arrived = self.arrived.notified();
            {
                let mut state = self.state();
                if state.dropped > 0 {
                    return Some(StreamEvent::Lagged(std::mem::take(&mut state.dropped)));
                }
                if let Some(event) = state.events.pop_front() {
                    state.rows = state.rows.saturating_sub(rows(&event));
                    return Some(event);
                }
                if state.closed {
                    return None;
                }
            }
            arrived.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A book that is still unread has changed once more; an unread best price is replaced.
    fn merge(&mut self, event: &StreamEvent) -> bool {
        match event {
            StreamEvent::Book(topic) => {
                let same = |known: &&StreamEvent| matches!(known, StreamEvent::Book(same) if same == topic);
                self.events.iter().rev().take_while(|known| !is_turn(known)).any(|known| same(&known))
            }
            StreamEvent::Top(topic, _) => {
                let unread =
                    |known: &&mut StreamEvent| matches!(known, StreamEvent::Top(same, _) if same == topic);
                let mut latest = self.events.iter_mut().rev().take_while(|known| !is_turn(known));
                latest.find(unread).map(|known| *known = event.clone()).is_some()
            }
            StreamEvent::Positions(topic, positions) if is_whole(*topic) => {
                let mut unread = self.events.iter_mut().rev().take_while(|known| !is_turn(known));
                let known = unread.find_map(|known| match known {
                    StreamEvent::Positions(same, known) if same == topic => Some(known),
                    _ => None,
                });
                known.map(|known| known.clone_from(positions)).is_some()
            }
            _ => false,
        }
    }

    /// For an event with so many rows. One alone may have any number.
    fn make_room(&mut self, rows: usize) {
        while self.events.len() >= CAPACITY || (self.rows > 0 && self.rows.saturating_add(rows) > MOST_ROWS) {
            self.drop_oldest();
        }
    }

    /// Trades are dropped before news about the stream itself.
    fn drop_oldest(&mut self) {
        let trades = self.events.iter().position(|event| matches!(event, StreamEvent::Trades(..)));
        let dropped = self.events.remove(trades.unwrap_or(0));
        self.rows = self.rows.saturating_sub(dropped.as_ref().map_or(self.rows, rows));
        self.dropped += 1;
    }
}

/// How many of what a message lists an event holds. Positions, which replace others, are few and do not count.
fn rows(event: &StreamEvent) -> usize {
    match event {
        StreamEvent::Trades(_, trades) => trades.len(),
        StreamEvent::Notifications(notifications) => notifications.len(),
        StreamEvent::Fills(fills) => fills.len(),
        StreamEvent::OpenOrders(_, update) => update.data.len(),
        _ => 0,
    }
}

/// Whether each message tells all there is.
fn is_whole(topic: Topic) -> bool {
    topic == Topic::Account(AccountTopic::AllPositions)
}

/// What an event before this told is over: news after it must not be merged into news before it.
fn is_turn(event: &StreamEvent) -> bool {
    matches!(
        event,
        StreamEvent::Disconnected { .. }
            | StreamEvent::Connected
            | StreamEvent::Resync(..)
            | StreamEvent::Stale(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic() -> Topic {
        Topic::Book("BTC-PERP".parse().unwrap())
    }

    #[tokio::test]
    async fn a_reader_that_sleeps_costs_no_memory_and_is_told_what_it_missed() {
        let mailbox = Mailbox::default();
        mailbox.push(StreamEvent::Connected);
        for _ in 0..10_000 {
            mailbox.push(StreamEvent::Book(topic()));
            mailbox.push(StreamEvent::Trades(topic(), Vec::new()));
        }
        assert_eq!(mailbox.state().events.len(), CAPACITY);
        assert_eq!(mailbox.next().await, Some(StreamEvent::Lagged(10_000 + 2 - CAPACITY as u64)));
        assert_eq!(mailbox.next().await, Some(StreamEvent::Connected));
        assert_eq!(mailbox.next().await, Some(StreamEvent::Book(topic())));
    }

    #[tokio::test]
    async fn large_messages_fill_it_sooner() {
        let mailbox = Mailbox::default();
        let trade = lmex_api::stream::StreamTrade {
            symbol: "BTC-PERP".parse().unwrap(),
            side: lmex_types::Side::Buy,
            size: 1.into(),
            price: 1.into(),
            trade_id: 1,
            timestamp: lmex_types::TimeMs::default(),
        };
        let batch = |size: usize| StreamEvent::Trades(topic(), vec![trade.clone(); size]);
        for _ in 0..10 {
            mailbox.push(batch(MOST_ROWS / 4));
        }
        assert_eq!(mailbox.state().events.len(), 4);
        mailbox.push(StreamEvent::Connected);
        mailbox.push(batch(MOST_ROWS * 2));
        assert_eq!(mailbox.next().await, Some(StreamEvent::Lagged(10)));
        assert_eq!(mailbox.next().await, Some(StreamEvent::Connected));
        assert_eq!(mailbox.next().await, Some(batch(MOST_ROWS * 2)));
        assert_eq!(mailbox.state().rows, 0);
    }

    #[tokio::test]
    async fn it_ends_after_the_last_event() {
        let mailbox = Mailbox::default();
        mailbox.push(StreamEvent::Connected);
        mailbox.close();
        assert_eq!(mailbox.next().await, Some(StreamEvent::Connected));
        assert_eq!(mailbox.next().await, None);
    }
}
