//! Orders whose price has come.

use crate::engine::State;
use crate::message::Event;

pub(super) fn next(_state: &State) -> Option<Event> {
    None
}
