//! Finds keys of the slab by a hash of what stands there.
//!
//! An entry is eight bytes: the key and 32 bits of the hash. What it stands for is read in the slab alone, where
//! whoever asks goes next anyway. A map with the ids inside takes several times the memory, and so more of the cache.

use super::Key;

/// Open addressing with linear probing: an entry is at the place that its hash says, or behind it with no gap between.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// None, or a power of two, of which at most half are taken.
    entries: Vec<Entry>,
    count: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    /// `NONE` where the entry is free.
    key: Key,
}

const FREE: Entry = Entry { hash: 0, key: Key::NONE };
const FEWEST: usize = 16;

impl Index {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The key with this hash that `is_it` says yes to.
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(Key) -> bool) -> Option<Key> {
        self.place(hash, is_it).map(|at| self.entries[at].key)
    }

    /// The key must not be there; others with the same hash, and what it stands for, may be.
    pub(super) fn insert(&mut self, hash: u32, key: Key) {
        if (self.count + 1) * 2 > self.entries.len() {
            self.grow();
        }
        self.count += 1;
        self.put(Entry { hash, key });
    }

    pub(super) fn remove(&mut self, hash: u32, key: Key) {
        if let Some(at) = self.place(hash, |other| other == key) {
            self.count -= 1;
            self.close(at);
        }
    }

    fn place(&self, hash: u32, is_it: impl Fn(Key) -> bool) -> Option<usize> {
        if self.entries.is_empty() {
            return None;
        }
        let mut at = self.home(hash);
        while let Entry { hash: other, key } = self.entries[at]
            && key != Key::NONE
        {
            if other == hash && is_it(key) {
                return Some(at);
            }
            at = self.after(at);
        }
        None
    }

    fn put(&mut self, entry: Entry) {
        let mut at = self.home(entry.hash);
        while self.entries[at].key != Key::NONE {
            at = self.after(at);
        }
        self.entries[at] = entry;
    }

    /// Frees an entry; those behind it move up as far as they may.
    fn close(&mut self, mut free: usize) {
        let mut at = self.after(free);
        while self.entries[at].key != Key::NONE {
            let from_home = self.distance(self.home(self.entries[at].hash), at);
            if from_home >= self.distance(free, at) {
                self.entries[free] = self.entries[at];
                free = at;
            }
            at = self.after(at);
        }
        self.entries[free] = FREE;
    }

    fn grow(&mut self) {
        let larger = (self.entries.len() * 2).max(FEWEST);
        let old = std::mem::replace(&mut self.entries, vec![FREE; larger]);
        old.into_iter().filter(|entry| entry.key != Key::NONE).for_each(|entry| self.put(entry));
    }

    fn home(&self, hash: u32) -> usize {
        hash as usize & (self.entries.len() - 1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.entries.len() - 1)
    }

    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.entries.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Hashes that meet each other: few of them, and the places next to the end of the table.
        #[test]
        fn a_map_finds_the_same(changes in prop::collection::vec((0_u32..40, any::<bool>()), 1..300), spread in 1_u32..5) {
            let (mut index, mut map) = (Index::default(), BTreeMap::new());
            let hash = |id: u32| id / spread + (1 << 20) - 4;
            for (serial, (id, comes)) in (0..).zip(changes) {
                match map.get(&id) {
                    None if comes => {
                        index.insert(hash(id), Key(serial));
                        map.insert(id, Key(serial));
                    }
                    Some(&key) if !comes => {
                        index.remove(hash(id), key);
                        map.remove(&id);
                    }
                    _ => {}
                }
                prop_assert_eq!(index.len(), map.len());
                for id in 0..40 {
                    let known = map.get(&id).copied();
                    prop_assert_eq!(index.find(hash(id), |key| Some(key) == known), known);
                }
            }
        }
    }
}
