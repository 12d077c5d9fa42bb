//! Open orders in one slab, found by key, by the venue's id and by the trader's.

use std::hash::BuildHasher;

use lmex_types::{ClientOrderId, OrderId};
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::index::Index;
use super::open_order::{Conditions, OpenOrder, join, split};
use super::slab::Slab;
use crate::margin::Slot;
use crate::order::visible_of;
use crate::{AccountId, Exits, MarketId, Order, Trigger};

/// Where an order is in the slab. Keys are re-used and never leave the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(pub(super) u32);

impl Key {
    pub(crate) const NONE: Self = Self(u32::MAX);

    pub(crate) fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// An order with its place in the queue of its level and in the list of its account.
#[derive(Debug, Clone)]
pub(crate) struct Resting {
    pub(crate) order: OpenOrder,
    /// Where its conditions are, if it has any.
    conditions: Key,
    /// Of account, market and trader's id: they are many bytes to hash again.
    client_hash: u32,
    /// The account's place in the table of accounts.
    pub(crate) slot: Slot,
    /// How many orders were accepted before it: tells which of two is older.
    pub(crate) serial: u64,
    /// Whether it is in the book; an incoming order is not.
    pub(crate) rests: bool,
    /// The crowd's contracts directly before it, behind the previous user's order.
    pub(crate) ahead: i64,
    pub(crate) previous: Key,
    pub(crate) next: Key,
    /// Neighbours among the account's orders in the market, oldest first.
    pub(crate) older: Key,
    pub(crate) newer: Key,
}

/// All open orders.
#[derive(Debug, Clone, Default)]
pub(crate) struct Orders {
    slab: Slab<Resting>,
    /// Of orders that were accepted with any.
    conditions: Slab<Conditions>,
    next_serial: u64,
    by_id: Index,
    by_client_id: Index,
    /// Ids that the exits of open orders will have.
    reserved: FxHashSet<OrderId>,
}

impl Orders {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn find(&self, id: OrderId) -> Option<Key> {
        self.by_id.find(hash_of(id), |key| self[key].order.id == id)
    }

    /// Whether an open order has this id, or an exit that one brings will have it.
    pub(crate) fn is_taken(&self, id: OrderId) -> bool {
        self.find(id).is_some() || self.reserved.contains(&id)
    }

    /// Ids that the exits of open orders will have.
    pub(crate) fn reserved(&self) -> &FxHashSet<OrderId> {
        &self.reserved
    }

    /// Takes away from an order the exits that it brings.
    pub(crate) fn take_exits(&mut self, key: Key) -> Exits {
        let Some(conditions) = self.conditions_mut(key) else { return Exits::NONE };
        let exits = std::mem::take(&mut conditions.exits);
        for (_, exit) in exits.iter() {
            self.reserved.remove(&exit.order);
        }
        exits
    }

    /// An open order by the trader's id; of a pair, which shares one, the limit leg.
    pub(crate) fn find_client(&self, account: AccountId, market: MarketId, id: ClientOrderId) -> Option<Key> {
        let found = self.by_client_id.find(hash_of((account, market, id)), |key| {
            let order = &self[key].order;
            order.client_id == Some(id) && order.account == account && order.market == market
        })?;
        let Conditions { peer, trigger, .. } = self.conditions(found);
        // Which one the index meets first depends on what came and went before: not a thing to answer by.
        let limit_leg = peer.filter(|_| trigger.is_some()).and_then(|peer| self.find(peer));
        Some(limit_leg.unwrap_or(found))
    }

    /// The order with all it has.
    pub(crate) fn whole(&self, key: Key) -> Order {
        join(&self[key].order, self.conditions(key))
    }

    pub(crate) fn conditions(&self, key: Key) -> &Conditions {
        self.conditions.get(self[key].conditions).unwrap_or(&Conditions::NONE)
    }

    /// `None` of an order that was accepted without any.
    pub(crate) fn conditions_mut(&mut self, key: Key) -> Option<&mut Conditions> {
        self.conditions.get_mut(self.slab[key].conditions)
    }

    /// What it waits for, if it still does.
    pub(crate) fn waits_for(&self, key: Key) -> Option<Trigger> {
        self.conditions(key).trigger.filter(|trigger| !trigger.fired)
    }

    /// See [`Order::waits`].
    pub(crate) fn waits(&self, key: Key) -> bool {
        self.waits_for(key).is_some()
    }

    /// What everyone would see of an order with so many contracts left to fill.
    pub(crate) fn visible_of(&self, key: Key, remaining: i64) -> i64 {
        visible_of(self[key].order.is_spam, self.conditions(key).peg, remaining)
    }

    /// Contracts left to fill that nobody sees.
    pub(crate) fn hidden(&self, key: Key) -> i64 {
        let remaining = self[key].order.remaining();
        remaining - self.visible_of(key, remaining)
    }

    #[inline]
    pub(crate) fn insert(&mut self, order: &Order, slot: Slot) -> Key {
        let none = Key::NONE;
        let (open, conditions) = split(order);
        let client_hash =
            order.client_id.map_or(0, |client_id| hash_of((order.account, order.market, client_id)));
        let resting = Resting {
            order: open,
            client_hash,
            conditions: if conditions == Conditions::NONE {
                none
            } else {
                self.conditions.insert(conditions)
            },
            slot,
            serial: self.next_serial,
            rests: false,
            ahead: 0,
            previous: none,
            next: none,
            older: none,
            newer: none,
        };
        let key = self.slab.insert(resting);
        self.next_serial += 1;
        self.by_id.insert(hash_of(order.id), key);
        self.reserved.extend(order.exits.iter().map(|(_, exit)| exit.order));
        if order.client_id.is_some() {
            self.by_client_id.insert(client_hash, key);
        }
        key
    }

    pub(crate) fn remove(&mut self, key: Key) {
        self.take_exits(key);
        let Resting { ref order, conditions, client_hash, .. } = self.slab[key];
        self.by_id.remove(hash_of(order.id), key);
        if order.client_id.is_some() {
            self.by_client_id.remove(client_hash, key);
        }
        if conditions != Key::NONE {
            self.conditions.remove(conditions);
        }
        self.slab.remove(key);
    }
}

/// As many bits as an index keeps.
fn hash_of(id: impl std::hash::Hash) -> u32 {
    FxBuildHasher.hash_one(id) as u32
}

impl std::ops::Index<Key> for Orders {
    type Output = Resting;

    fn index(&self, key: Key) -> &Resting {
        &self.slab[key]
    }
}

impl std::ops::IndexMut<Key> for Orders {
    fn index_mut(&mut self, key: Key) -> &mut Resting {
        &mut self.slab[key]
    }
}
