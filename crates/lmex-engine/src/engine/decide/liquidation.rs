//! Whose money is not enough, and what is done about it.

use crate::engine::State;
use crate::margin::Slot;
use crate::message::Event;

pub(super) fn next(_state: &State, _risky: &[Slot], _read: &mut usize) -> Option<Event> {
    None
}
