//! Values in one block of memory, whose places are used again.

use super::Key;

/// Memory is only ever taken: a place that is free keeps its last value until the next comes.
#[derive(Debug, Clone)]
pub(super) struct Slab<T> {
    places: Vec<T>,
    free: Vec<Key>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    #[inline]
    pub(super) fn insert(&mut self, value: T) -> Key {
        match self.free.pop() {
            Some(key) => {
                self[key] = value;
                key
            }
            None => {
                // More than 4e9 open orders do not fit into memory, so the cut never happens.
                let key = Key(self.places.len() as u32);
                self.places.push(value);
                key
            }
        }
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.free.push(key);
    }

    pub(super) fn get(&self, key: Key) -> Option<&T> {
        self.places.get(key.index())
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        self.places.get_mut(key.index())
    }
}

impl<T> std::ops::Index<Key> for Slab<T> {
    type Output = T;

    fn index(&self, key: Key) -> &T {
        &self.places[key.index()]
    }
}

impl<T> std::ops::IndexMut<Key> for Slab<T> {
    fn index_mut(&mut self, key: Key) -> &mut T {
        &mut self.places[key.index()]
    }
}
