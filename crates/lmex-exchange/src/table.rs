//! A table that never stands still to grow.

use std::array;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, RandomState};

use lmex_types::OrderId;
use rustc_hash::FxHasher;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Parts of a table. Of 100,000 entries each has about 400, and moves to a larger place in a fraction of a millisecond; a
/// single table takes around ten of them, and every request waits meanwhile.
const PARTS: usize = 256;

/// A hash map in many small parts, each of which grows alone. It is written as one map. Keys that users choose want the
/// hasher that can't be foreseen.
#[derive(Debug)]
pub(crate) struct Table<K, V, S = RandomState> {
    parts: Box<[HashMap<K, V, S>; PARTS]>,
    /// Says which part a key is in.
    hasher: S,
}

/// Orders by their ids, which the exchange makes: nobody can choose them so that they collide.
pub(crate) type OrderTable<T> = Table<OrderId, Box<T>, BuildHasherDefault<FxHasher>>;

impl<K, V, S: Default> Default for Table<K, V, S> {
    fn default() -> Self {
        Self { parts: Box::new(array::from_fn(|_| HashMap::default())), hasher: S::default() }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Table<K, V, S> {
    /// What is there under a key.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.parts[self.part(key)].get(key)
    }

    /// The same, to change it.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let part = self.part(key);
        self.parts[part].get_mut(key)
    }

    /// The same, of a new value where there is none.
    pub(crate) fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let part = self.part(&key);
        self.parts[part].entry(key).or_default()
    }

    /// Puts a value under a key, in the place of what was there.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        let part = self.part(&key);
        self.parts[part].insert(key, value);
    }

    /// Takes out what is there under a key.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let part = self.part(key);
        self.parts[part].remove(key)
    }

    /// All values, in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.parts.iter().flat_map(HashMap::values)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(HashMap::len).sum()
    }

    /// By other bits of the hash than those by which the part itself goes, the lowest and the highest ones.
    fn part(&self, key: &K) -> usize {
        ((self.hasher.hash_one(key) >> 32) % PARTS as u64) as usize
    }
}

impl<K: Eq + Hash + Serialize, V: Serialize, S: BuildHasher> Serialize for Table<K, V, S> {
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        self.parts.iter().flatten().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

impl<'de, K: Eq + Hash + Deserialize<'de>, V: Deserialize<'de>, S: BuildHasher + Default> Deserialize<'de>
    for Table<K, V, S>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Self::default();
        let entries: HashMap<K, V> = HashMap::deserialize(deserializer)?;
        entries.into_iter().for_each(|(key, value)| table.insert(key, value));
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(count: u64) -> Table<u64, u64> {
        let mut table = Table::default();
        (0..count).for_each(|number| table.insert(number, number * number));
        table
    }

    #[test]
    fn no_part_is_so_large_that_moving_it_would_be_felt() {
        let table = squares(100_000);
        let largest = table.parts.iter().map(HashMap::len).max();
        assert!(largest < Some(1_000), "{largest:?}");
        assert_eq!(table.values().count(), 100_000);
    }

    #[test]
    fn it_is_written_and_read_as_one_map() {
        let written = postcard::to_allocvec(&squares(1_000)).unwrap();
        let map: HashMap<u64, u64> = postcard::from_bytes(&written).unwrap();
        assert_eq!((map.len(), map.get(&31)), (1_000, Some(&961)));
        let mut table: Table<u64, u64> = postcard::from_bytes(&written).unwrap();
        assert_eq!((table.len(), table.get(&31), table.get(&1_000)), (1_000, Some(&961), None));
        *table.or_default(1_000) += 5;
        assert_eq!((table.remove(&1_000), table.remove(&1_000)), (Some(5), None));
    }
}
