//! How many requests have left lately, in slots of time.

use super::{Slot, WINDOW_SLOTS};

/// What has left in the present slot and in those before it: the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    counts: [u16; WINDOW_SLOTS],
}

impl Default for Window {
    fn default() -> Self {
        Self { counts: [0; WINDOW_SLOTS] }
    }
}

impl Window {
    pub(super) const BYTES: usize = 2 * WINDOW_SLOTS;

    /// Makes room for so many newer slots, and forgets as many of the oldest.
    pub(super) fn age(&mut self, slots: i64) {
        let kept = WINDOW_SLOTS.saturating_sub(usize::try_from(slots).unwrap_or(usize::MAX));
        let newer = WINDOW_SLOTS - kept;
        self.counts.copy_within(..kept, newer);
        self.counts.iter_mut().take(newer).for_each(|count| *count = 0);
    }

    /// Counts one in the newest slot.
    pub(super) fn count(&mut self) {
        if let Some(newest) = self.counts.first_mut() {
            *newest = newest.saturating_add(1);
        }
    }

    /// The slot from which on fewer than `most` are in the window; none if that is so now. `newest` is the newest slot.
    pub(super) fn room_from(&self, newest: Slot, most: u32) -> Option<Slot> {
        let mut inside: u32 = self.counts.iter().map(|count| u32::from(*count)).sum();
        if inside < most {
            return None;
        }
        let mut age = self.counts.len();
        for count in self.counts.iter().rev() {
            age -= 1;
            inside -= u32::from(*count);
            if inside < most {
                break;
            }
        }
        // What is `age` old now leaves the window when it is as old as the window is long.
        Some(newest.plus(WINDOW_SLOTS as i64 - age as i64))
    }

    /// How many slots ago the newest request left.
    pub(super) fn newest_age(&self) -> Option<usize> {
        self.counts.iter().position(|count| *count > 0)
    }

    /// Counts what another has counted and this one has not. Both begin with the same slot.
    pub(super) fn merge(&mut self, other: &Self) {
        for (count, others) in self.counts.iter_mut().zip(other.counts) {
            *count = others.max(*count);
        }
    }

    pub(super) fn write(&self, bytes: &mut [u8]) {
        for (place, count) in bytes.chunks_exact_mut(2).zip(self.counts) {
            place.copy_from_slice(&count.to_le_bytes());
        }
    }

    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut window = Self::default();
        for (count, bytes) in window.counts.iter_mut().zip(bytes.as_chunks().0) {
            *count = u16::from_le_bytes(*bytes);
        }
        window
    }
}
