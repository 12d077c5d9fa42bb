//! A table that never stands still to grow.

use std::array;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Parts of a table. Of 100,000 entries each has about 400, and moves to a larger place in a fraction of a millisecond; a
/// single table takes around ten of them, and every request waits meanwhile.
const PARTS: usize = 256;

/// A hash map in many small parts, each of which grows alone. It is written as one map.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    parts: Box<[HashMap<K, V>; PARTS]>,
    /// Says which part a key is in.
    hasher: RandomState,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { parts: Box::new(array::from_fn(|_| HashMap::new())), hasher: RandomState::new() }
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    /// What is there under a key.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.parts[self.part(key)].get(key)
    }

    /// The same, to change it.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let part = self.part(key);
        self.parts[part].get_mut(key)
    }

    /// The same, of a new value where there is none.
    pub(super) fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let part = self.part(&key);
        self.parts[part].entry(key).or_default()
    }

    /// Puts a value under a key, in the place of what was there.
    pub(super) fn insert(&mut self, key: K, value: V) {
        let part = self.part(&key);
        self.parts[part].insert(key, value);
    }

    /// Takes out what is there under a key.
    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let part = self.part(key);
        self.parts[part].remove(key)
    }

    /// All values, in no order.
    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.parts.iter().flat_map(HashMap::values)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(HashMap::len).sum()
    }

    fn part(&self, key: &K) -> usize {
        (self.hasher.hash_one(key) % PARTS as u64) as usize
    }
}

impl<K: Eq + Hash + Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        self.parts.iter().flatten().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

impl<'de, K: Eq + Hash + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Table<K, V> {
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
