//! What a tracker tells, and how much of it waits for a slow reader.

use std::collections::VecDeque;

use super::order::TrackedOrder;
use super::position::TrackedPosition;
use super::report::TrackedFill;

/// News of a tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Update {
    /// An order is new, or has changed.
    Order(Box<TrackedOrder>),
    /// An order was filled, whole or in part: each fill once.
    Fill(Box<TrackedFill>),
    /// A position is new, has changed or is closed.
    Position(Box<TrackedPosition>),
    /// All that is known was compared with the exchange.
    InSync,
    /// What is known may be out of date until it is compared again: the stream is gone, or has left something out.
    OutOfSync(String),
    /// The reader was too slow: so many updates were dropped, oldest first. [`OrderTracker::orders`](super::OrderTracker::orders)
    /// and [`OrderTracker::positions`](super::OrderTracker::positions) tell where things stand.
    Lagged(u64),
}

/// How many updates wait.
const CAPACITY: usize = 10_000;

/// Updates that nobody has read yet, in bounded memory.
#[derive(Debug, Default)]
pub(super) struct Updates {
    waiting: VecDeque<Update>,
    dropped: u64,
}

impl Updates {
    pub(super) fn push(&mut self, update: Update) {
        if self.waiting.len() >= CAPACITY {
            self.waiting.pop_front();
            self.dropped += 1;
        }
        self.waiting.push_back(update);
    }

    pub(super) fn pop(&mut self) -> Option<Update> {
        match std::mem::take(&mut self.dropped) {
            0 => self.waiting.pop_front(),
            dropped => Some(Update::Lagged(dropped)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_sleeps_costs_no_memory_and_is_told_what_it_missed() {
        let mut updates = Updates::default();
        (0..CAPACITY + 7).for_each(|_| updates.push(Update::InSync));
        assert_eq!(updates.pop(), Some(Update::Lagged(7)));
        assert_eq!(std::iter::from_fn(|| updates.pop()).count(), CAPACITY);
    }
}
