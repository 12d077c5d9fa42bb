//! Which connections wait for their client, and for how long: who has to go when there is no room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The connections that wait for their client, the longest waiting first.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    line: Mutex<Line>,
    joined: Notify,
}

#[derive(Debug, Default)]
struct Line {
    next: u64,
    by_ticket: BTreeMap<u64, Arc<Notify>>,
}

/// One connection's place in the line.
#[derive(Debug)]
pub(super) struct Seat {
    waiting: Arc<Waiting>,
    /// The ticket drawn last; it is in the line while the connection waits.
    ticket: Mutex<Option<u64>>,
    sent_away: Arc<Notify>,
}

impl Waiting {
    /// Sends the connection away that has waited the longest; `false` when none waits.
    pub(super) fn send_longest_away(&self) -> bool {
        let longest = self.line().by_ticket.pop_first();
        longest.map(|(_, sent_away)| sent_away.notify_one()).is_some()
    }

    /// Ends when a connection begins to wait; at once if one did since the last call.
    pub(super) async fn someone_joins(&self) {
        self.joined.notified().await;
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// A connection that does not wait yet.
    pub(super) fn new(waiting: Arc<Waiting>) -> Self {
        Self { waiting, ticket: Mutex::default(), sent_away: Arc::default() }
    }

    /// From now on the connection waits for its client, at the end of the line.
    pub(super) fn wait(&self) {
        let mut line = self.waiting.line();
        let ticket = line.next;
        line.next += 1;
        if let Some(earlier) = self.ticket().replace(ticket) {
            line.by_ticket.remove(&earlier);
        }
        line.by_ticket.insert(ticket, Arc::clone(&self.sent_away));
        self.waiting.joined.notify_one();
    }

    /// The client has said what it wants; `false` when the connection was sent away before that.
    pub(super) fn stop_waiting(&self) -> bool {
        let mut line = self.waiting.line();
        self.ticket().take().is_some_and(|ticket| line.by_ticket.remove(&ticket).is_some())
    }

    /// Ends when the connection has to go.
    pub(super) async fn sent_away(&self) {
        self.sent_away.notified().await;
    }

    fn ticket(&self) -> MutexGuard<'_, Option<u64>> {
        self.ticket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.stop_waiting();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_longest_waiting_goes_first_and_who_works_stays() {
        let waiting = Arc::<Waiting>::default();
        let [early, late, busy] = [0; 3].map(|_| Seat::new(Arc::clone(&waiting)));
        [&busy, &early, &late].into_iter().for_each(Seat::wait);
        assert!(busy.stop_waiting());
        early.wait();
        assert!(waiting.send_longest_away());
        late.sent_away().await;
        assert!(!late.stop_waiting(), "its request is not begun any more");
        assert!(waiting.send_longest_away());
        early.sent_away().await;
        assert!(!waiting.send_longest_away(), "only the one that works is left");
        drop([early, late, busy]);
        assert!(waiting.line().by_ticket.is_empty());
    }
}
