//! One market's numbered stream of book messages, without a socket.

use lmex_types::{Side, TimeMs};

use super::ladder::{Ladder, Level, Top, Window};

/// Levels a side in a snapshot, and in the book that a client keeps. LMEX: at most 50.
pub(super) const DEPTH: usize = 50;

/// The book of one market and how much of it has been told.
///
/// A client that applies a snapshot and every delta after it has exactly the best [`DEPTH`] levels of each side as of
/// the last delta: a level that enters the window because a better one vanished is sent, one that is pushed out is
/// removed. Numbers rise by one with each delta, whether anybody listens or not, so that whoever comes gets the
/// current window under the current number and goes on from there with all the others.
#[derive(Debug, Clone)]
pub(super) struct BookFeed {
    ladder: Ladder,
    told: Window,
    seq_num: i64,
    told_at: TimeMs,
    changed: bool,
}

/// A numbered message: the window (snapshot) or what changed in it (delta).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) levels: Window,
    pub(super) seq_num: i64,
    pub(super) at: TimeMs,
}

impl BookFeed {
    /// Starts with these levels, under number 1.
    pub(super) fn new(at: TimeMs, bids: &[Level], asks: &[Level]) -> Self {
        let mut ladder = Ladder::default();
        for (side, levels) in [(Side::Buy, bids), (Side::Sell, asks)] {
            for &(price, contracts) in levels {
                ladder.set(side, price, contracts);
            }
        }
        let told = ladder.window(DEPTH);
        Self { ladder, told, seq_num: 1, told_at: at, changed: false }
    }

    /// Goes on from another number.
    pub(super) fn numbered_from(self, seq_num: i64) -> Self {
        Self { seq_num, ..self }
    }

    /// A level has a new total.
    pub(super) fn set(&mut self, side: Side, price: i64, contracts: i64) {
        self.ladder.set(side, price, contracts);
        self.changed = true;
    }

    /// Best bid and offer as of now, told or not.
    pub(super) fn top(&self) -> Top {
        self.ladder.top()
    }

    /// Whether there are levels and none has been told yet, as in the first moments of a market.
    pub(super) fn is_untold(&self) -> bool {
        self.seq_num == 1 && self.changed
    }

    /// What a new subscriber gets: the window as it was last told.
    pub(super) fn snapshot(&self) -> Numbered {
        Numbered { levels: self.told.clone(), seq_num: self.seq_num, at: self.told_at }
    }

    /// What has changed since the last delta, under the next number; `None` if nothing has.
    pub(super) fn delta(&mut self, at: TimeMs) -> Option<Numbered> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let now = self.ladder.window(DEPTH);
        let levels = self.told.difference(&now);
        if levels.is_empty() {
            return None;
        }
        (self.told, self.told_at) = (now, at);
        self.seq_num += 1;
        Some(Numbered { levels, seq_num: self.seq_num, at })
    }
}
