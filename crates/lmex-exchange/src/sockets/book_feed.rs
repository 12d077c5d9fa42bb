//! One market's numbered streams of book messages, without a socket.

use std::collections::BTreeMap;

use lmex_types::{Side, TimeMs};

use super::ladder::{Ladder, Level, Top, Window};
use crate::grouping::Grouping;

/// Levels a side in a snapshot, and in the book that a client keeps. LMEX: at most 50.
pub(super) const DEPTH: usize = 50;

/// The book of one market and how much of it has been told.
///
/// A client that applies a snapshot and every delta after it has exactly the best [`DEPTH`] levels of each side as of
/// the last delta: a level that enters the window because a better one vanished is sent, one that is pushed out is
/// removed. Numbers rise by one with each delta, whether anybody listens or not, so that whoever comes gets the
/// current window under the current number and goes on from there with all the others.
///
/// A book with its prices grouped is the same with numbers of its own, from the first who wants it to the last.
#[derive(Debug, Clone)]
pub(super) struct BookFeed {
    ladder: Ladder,
    told: Told,
    grouped: BTreeMap<Grouping, Told>,
    changed: bool,
}

/// What was told last.
#[derive(Debug, Clone)]
struct Told {
    levels: Window,
    seq_num: i64,
    at: TimeMs,
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
        let told = Told { levels: ladder.window(DEPTH), seq_num: 1, at };
        Self { ladder, told, grouped: BTreeMap::new(), changed: false }
    }

    /// Goes on from another number.
    pub(super) fn numbered_from(self, seq_num: i64) -> Self {
        Self { told: Told { seq_num, ..self.told }, ..self }
    }

    /// A level has a new total.
    pub(super) fn set(&mut self, side: Side, price: i64, contracts: i64) {
        self.ladder.set(side, price, contracts);
        self.changed = true;
    }

    /// Best bid and offer as of now, told or not.
    pub(super) fn top(&self, grouping: Grouping) -> Top {
        match grouping {
            Grouping::NONE => self.ladder.top(),
            _ => {
                let Window { bids, asks } = self.ladder.grouped(1, grouping);
                Top { bid: bids.first().copied(), ask: asks.first().copied() }
            }
        }
    }

    /// Whether there are levels and none has been told yet, as in the first moments of a market.
    pub(super) fn is_untold(&self) -> bool {
        self.told.seq_num == 1 && self.changed
    }

    /// What a new subscriber gets: the window as it was last told; as it is, to the first who wants it grouped so.
    pub(super) fn snapshot(&mut self, grouping: Grouping, at: TimeMs) -> Numbered {
        let Self { ladder, told, grouped, .. } = self;
        let told = match grouping {
            Grouping::NONE => told,
            _ => grouped.entry(grouping).or_insert_with(|| Told {
                levels: ladder.grouped(DEPTH, grouping),
                seq_num: 1,
                at,
            }),
        };
        Numbered { levels: told.levels.clone(), seq_num: told.seq_num, at: told.at }
    }

    /// Forgets the groupings that nobody wants any more.
    pub(super) fn keep_groupings(&mut self, is_wanted: impl Fn(Grouping) -> bool) {
        self.grouped.retain(|grouping, _| is_wanted(*grouping));
    }

    /// What has changed since the last deltas, under the next numbers.
    pub(super) fn deltas(&mut self, at: TimeMs) -> Vec<(Grouping, Numbered)> {
        if !std::mem::take(&mut self.changed) {
            return Vec::new();
        }
        let Self { ladder, told, grouped, .. } = self;
        let plain = told.delta(ladder.window(DEPTH), at).map(|delta| (Grouping::NONE, delta));
        let grouped = grouped.iter_mut().filter_map(|(grouping, told)| {
            Some((*grouping, told.delta(ladder.grouped(DEPTH, *grouping), at)?))
        });
        plain.into_iter().chain(grouped).collect()
    }
}

impl Told {
    fn delta(&mut self, now: Window, at: TimeMs) -> Option<Numbered> {
        let levels = self.levels.difference(&now);
        if levels.is_empty() {
            return None;
        }
        *self = Self { levels: now, seq_num: self.seq_num + 1, at };
        Some(Numbered { levels, seq_num: self.seq_num, at })
    }
}
