//! How often what happened: histories are worth something only if everything happens in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem::Discriminant;

use lmex_engine::{Event, Refusal};

use crate::kinds::kind;

/// Counts of events by kind. Kinds have long names; each is found once.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) commands: u64,
    pub(crate) events: u64,
    counts: HashMap<Key, (String, u64)>,
}

/// What tells kinds of events apart at little cost: at least as finely as their names do.
type Key = (Discriminant<Event>, Option<Discriminant<Refusal>>, u64);

impl Tally {
    pub(crate) fn count(&mut self, event: &Event) {
        self.events += 1;
        let entry = self.counts.entry(key(event)).or_insert_with(|| (kind(event), 0));
        entry.1 += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.commands += other.commands;
        self.events += other.events;
        for (key, (name, count)) in other.counts {
            self.counts.entry(key).or_insert((name, 0)).1 += count;
        }
    }

    /// Counts by name.
    pub(crate) fn by_name(&self) -> BTreeMap<&str, u64> {
        let mut sums = BTreeMap::new();
        for (name, count) in self.counts.values() {
            *sums.entry(name.as_str()).or_default() += count;
        }
        sums
    }

    /// Those of a list that never happened. A refusal is in the list by its own name, whatever it answers.
    pub(crate) fn missing<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        let names = self.by_name();
        let words: BTreeSet<&str> = names.keys().flat_map(|name| name.split(' ')).collect();
        wanted.iter().copied().filter(|name| !names.contains_key(name) && !words.contains(name)).collect()
    }
}

fn key(event: &Event) -> Key {
    let refusal = match event {
        Event::OrderRefused { refusal, .. }
        | Event::AmendRefused { refusal, .. }
        | Event::CancelRefused { refusal, .. }
        | Event::CommandRefused { refusal, .. } => Some(std::mem::discriminant(refusal)),
        _ => None,
    };
    let venue = |order: Option<lmex_types::OrderId>| match order {
        Some(order) if order.to_bits() >> 64 == u128::from(u64::MAX) => 2,
        Some(_) => 1,
        None => 0,
    };
    let detail = match event {
        Event::OrderAccepted { order } => u64::from(order.waits()) << 8 | order.purpose as u64,
        Event::OrderAmended { trigger, kept_place, cause, .. } => {
            u64::from(trigger.is_some()) << 9 | u64::from(*kept_place) << 8 | *cause as u64
        }
        Event::OrderCancelled { reason, .. } => *reason as u64,
        Event::PositionModeSet { mode, .. } => *mode as u64,
        Event::LeverageSet { margin, moved, .. } => (*margin as u64) << 8 | sign(*moved),
        Event::RiskLimitSet { moved, .. } | Event::MarginMoved { moved, .. } => sign(*moved),
        Event::CrowdEntered { purpose, .. } => *purpose as u64,
        Event::LevelChanged { cause, .. } => *cause as u64,
        Event::Fill(fill) => venue(fill.maker.order) << 8 | venue(fill.taker.order),
        Event::Deleveraged(deleveraged) => u64::from(deleveraged.winner.account.0 == 0),
        _ => 0,
    };
    (std::mem::discriminant(event), refusal, detail)
}

fn sign(moved: lmex_engine::Money) -> u64 {
    (moved.units().signum() + 1).unsigned_abs() as u64
}
