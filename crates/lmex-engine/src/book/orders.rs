//! Open orders in one slab, found by key, by the venue's id and by the trader's.

use std::hash::BuildHasher;

use lmex_types::{ClientOrderId, OrderId};
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::index::Index;
use crate::margin::Slot;
use crate::{AccountId, Exits, MarketId, Order};

/// Where an order is in the slab. Keys are re-used and never leave the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(pub(super) u32);

impl Key {
    pub(crate) const NONE: Self = Self(u32::MAX);

    pub(crate) fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// An order with its place in the queue of its level and in the list of its account.
#[derive(Debug, Clone)]
pub(crate) struct Resting {
    pub(crate) order: Order,
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
    slab: Vec<Resting>,
    free: Vec<Key>,
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
        let exits = std::mem::take(&mut self[key].order.exits);
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
        let order = &self[found].order;
        // Which one the index meets first depends on what came and went before: not a thing to answer by.
        let limit_leg = order.peer.filter(|_| order.trigger.is_some()).and_then(|peer| self.find(peer));
        Some(limit_leg.unwrap_or(found))
    }

    #[inline]
    pub(crate) fn insert(&mut self, order: Order, slot: Slot) -> Key {
        let none = Key::NONE;
        let resting = Resting {
            order,
            slot,
            serial: self.next_serial,
            rests: false,
            ahead: 0,
            previous: none,
            next: none,
            older: none,
            newer: none,
        };
        let key = match self.free.pop() {
            Some(key) => {
                self[key] = resting;
                key
            }
            None => {
                // More than 4e9 open orders do not fit into memory, so the cut never happens.
                let key = Key(self.slab.len() as u32);
                self.slab.push(resting);
                key
            }
        };
        self.next_serial += 1;
        self.by_id.insert(hash_of(order.id), key);
        self.reserved.extend(order.exits.iter().map(|(_, exit)| exit.order));
        if let Some(client_id) = order.client_id {
            self.by_client_id.insert(hash_of((order.account, order.market, client_id)), key);
        }
        key
    }

    pub(crate) fn remove(&mut self, key: Key) {
        self.take_exits(key);
        let order = &self.slab[key.index()].order;
        self.by_id.remove(hash_of(order.id), key);
        if let Some(client_id) = order.client_id {
            self.by_client_id.remove(hash_of((order.account, order.market, client_id)), key);
        }
        self.free.push(key);
    }
}

fn hash_of(id: impl std::hash::Hash) -> u64 {
    FxBuildHasher.hash_one(id)
}

impl std::ops::Index<Key> for Orders {
    type Output = Resting;

    fn index(&self, key: Key) -> &Resting {
        &self.slab[key.index()]
    }
}

impl std::ops::IndexMut<Key> for Orders {
    fn index_mut(&mut self, key: Key) -> &mut Resting {
        &mut self.slab[key.index()]
    }
}
