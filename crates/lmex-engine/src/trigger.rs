//! Orders that wait for a price, outside the book.
//!
//! A stop or touch order fires when the price it looks at is at its trigger or beyond. Of those that are due in a
//! market the ones that look at the mark price come before those that look at the last trade; then the price passes
//! the nearest trigger first; of equal triggers the earlier order fires first, and of the same moment the smaller id.
//! LMEX publishes no order; this is that of a price that moves without jumps.
//!
//! A trailing stop follows the best price since it was accepted, also while the market is halted. In ticks it is rounded
//! away from the price: it never fires nearer than its trail.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use lmex_types::{OrderId, TimeMs};

use crate::book::OpenOrder;
use crate::market::Market;
use crate::{Crossing, PriceSource, Trading, Trigger};

/// The waiting orders of a market, by the price that each waits for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Triggers {
    mark: Waiting,
    last: Waiting,
}

/// Those that look at one source.
#[derive(Debug, Clone, Default)]
struct Waiting {
    rising: BTreeSet<Waiter>,
    falling: BTreeSet<Waiter>,
    /// Those of either set that follow the price.
    trailing: BTreeSet<OrderId>,
}

/// A waiting order in the order of firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waiter {
    /// The trigger price with the sign that makes the nearest come first.
    rank: i64,
    since: TimeMs,
    order: OrderId,
}

impl Waiter {
    fn of(order: &OpenOrder, trigger: Trigger) -> Self {
        let rank = rank(trigger.crossing, trigger.price);
        Self { rank, since: order.accepted_at, order: order.id }
    }
}

/// Turns a price into a rank, and back.
fn rank(crossing: Crossing, price: i64) -> i64 {
    match crossing {
        Crossing::Rising => price,
        Crossing::Falling => -price,
    }
}

impl Triggers {
    pub(crate) fn is_empty(&self) -> bool {
        [&self.mark, &self.last]
            .into_iter()
            .all(|waiting| waiting.rising.is_empty() && waiting.falling.is_empty())
    }

    pub(crate) fn insert(&mut self, order: &OpenOrder, trigger: Trigger) {
        let waiting = self.of_mut(trigger.source);
        waiting.set_mut(trigger.crossing).insert(Waiter::of(order, trigger));
        if trigger.trail.is_some() {
            waiting.trailing.insert(order.id);
        }
    }

    pub(crate) fn remove(&mut self, order: &OpenOrder, trigger: Trigger) {
        let waiting = self.of_mut(trigger.source);
        waiting.set_mut(trigger.crossing).remove(&Waiter::of(order, trigger));
        if trigger.trail.is_some() {
            waiting.trailing.remove(&order.id);
        }
    }

    /// A trailing order waits for another price now.
    pub(crate) fn move_to(&mut self, order: &OpenOrder, from: Trigger, to: Trigger) {
        let set = self.of_mut(from.source).set_mut(from.crossing);
        set.remove(&Waiter::of(order, from));
        set.insert(Waiter::of(order, to));
    }

    /// The orders that follow a source, lent: give them back by [`Triggers::give_trailing`].
    pub(crate) fn take_trailing(&mut self, source: PriceSource) -> BTreeSet<OrderId> {
        std::mem::take(&mut self.of_mut(source).trailing)
    }

    pub(crate) fn give_trailing(&mut self, source: PriceSource, trailing: BTreeSet<OrderId>) {
        self.of_mut(source).trailing = trailing;
    }

    /// Every waiting order with where it stands, for audits.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (PriceSource, Crossing, i64, OrderId)> {
        let sources = [(PriceSource::Mark, &self.mark), (PriceSource::Last, &self.last)];
        sources.into_iter().flat_map(|(source, waiting)| {
            [Crossing::Rising, Crossing::Falling].into_iter().flat_map(move |crossing| {
                let waiters = waiting.set(crossing).iter();
                waiters.map(move |waiter| (source, crossing, rank(crossing, waiter.rank), waiter.order))
            })
        })
    }

    /// Every order that follows a source, for audits.
    pub(crate) fn trailing(&self) -> impl Iterator<Item = (PriceSource, OrderId)> {
        let sources = [(PriceSource::Mark, &self.mark), (PriceSource::Last, &self.last)];
        sources.into_iter().flat_map(|(source, waiting)| waiting.trailing.iter().map(move |&id| (source, id)))
    }

    fn of(&self, source: PriceSource) -> &Waiting {
        match source {
            PriceSource::Mark => &self.mark,
            PriceSource::Last => &self.last,
        }
    }

    fn of_mut(&mut self, source: PriceSource) -> &mut Waiting {
        match source {
            PriceSource::Mark => &mut self.mark,
            PriceSource::Last => &mut self.last,
        }
    }
}

impl Waiting {
    fn set(&self, crossing: Crossing) -> &BTreeSet<Waiter> {
        match crossing {
            Crossing::Rising => &self.rising,
            Crossing::Falling => &self.falling,
        }
    }

    fn set_mut(&mut self, crossing: Crossing) -> &mut BTreeSet<Waiter> {
        match crossing {
            Crossing::Rising => &mut self.rising,
            Crossing::Falling => &mut self.falling,
        }
    }
}

impl Market {
    /// How the price that a source gives compares with a price in ticks. Exact: the mark may lie between ticks.
    pub(crate) fn compare(&self, source: PriceSource, ticks: i64) -> Ordering {
        match source {
            PriceSource::Mark => self.mark.value.cmp(&self.value(ticks, 1)),
            PriceSource::Last => self.last.cmp(&ticks),
        }
    }

    /// Whether a source's price is at `ticks` or beyond.
    pub(crate) fn has_come(&self, source: PriceSource, crossing: Crossing, ticks: i64) -> bool {
        match crossing {
            Crossing::Rising => self.compare(source, ticks).is_ge(),
            Crossing::Falling => self.compare(source, ticks).is_le(),
        }
    }

    /// The order that fires next. None does unless the market is active.
    pub(crate) fn first_due(&self) -> Option<OrderId> {
        if self.trading != Trading::Active {
            return None;
        }
        [PriceSource::Mark, PriceSource::Last].into_iter().find_map(|source| {
            [Crossing::Rising, Crossing::Falling].into_iter().find_map(|crossing| {
                let nearest = self.triggers.of(source).set(crossing).first()?;
                let price = rank(crossing, nearest.rank);
                self.has_come(source, crossing, price).then_some(nearest.order)
            })
        })
    }

    /// Where a trailing stop stands that starts now, in ticks: behind the price, at least by its trail.
    pub(crate) fn trailed(&self, source: PriceSource, crossing: Crossing, trail: i64) -> i64 {
        let (down, up) = self.ticks_around(source);
        match crossing {
            Crossing::Rising => up.saturating_add(trail),
            Crossing::Falling => down.saturating_sub(trail),
        }
    }

    /// Where a trailing stop stands after the price has moved, if it follows.
    pub(crate) fn followed(&self, trigger: Trigger) -> Option<Trigger> {
        let price = self.trailed(trigger.source, trigger.crossing, trigger.trail?);
        let is_nearer = rank(trigger.crossing, price) < rank(trigger.crossing, trigger.price);
        is_nearer.then_some(Trigger { price, ..trigger })
    }

    /// A source's price in ticks, rounded down and up.
    fn ticks_around(&self, source: PriceSource) -> (i64, i64) {
        let PriceSource::Mark = source else { return (self.last, self.last) };
        let (value, tick) = (self.mark.value.units(), self.scale.tick_value.units());
        // A mark is no higher than the market's range of prices, so the cut never happens.
        let ticks = |units: i128| i64::try_from(units.div_euclid(tick)).unwrap_or(i64::MAX);
        (ticks(value), ticks(value + tick - 1))
    }
}
