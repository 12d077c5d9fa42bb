//! Orders that wait for a price, outside the book.

use std::collections::BTreeSet;

use lmex_types::OrderId;

use crate::{Crossing, PriceSource, Trigger};

/// The waiting orders of a market, by the price that each waits for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Triggers {
    mark: Waiting,
    last: Waiting,
}

/// Those that look at one source.
#[derive(Debug, Clone, Default)]
struct Waiting {
    /// Lowest first.
    rising: BTreeSet<(i64, OrderId)>,
    /// Highest last.
    falling: BTreeSet<(i64, OrderId)>,
}

impl Triggers {
    pub(crate) fn insert(&mut self, trigger: Trigger, order: OrderId) {
        self.set(trigger).insert((trigger.price, order));
    }

    pub(crate) fn remove(&mut self, trigger: Trigger, order: OrderId) {
        self.set(trigger).remove(&(trigger.price, order));
    }

    fn set(&mut self, trigger: Trigger) -> &mut BTreeSet<(i64, OrderId)> {
        let waiting = match trigger.source {
            PriceSource::Mark => &mut self.mark,
            PriceSource::Last => &mut self.last,
        };
        match trigger.crossing {
            Crossing::Rising => &mut waiting.rising,
            Crossing::Falling => &mut waiting.falling,
        }
    }
}
