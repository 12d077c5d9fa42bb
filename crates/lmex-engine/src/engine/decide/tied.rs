//! What is tied to an order that traded, fired or ended: the other leg of its pair, and the exits it brings.

use lmex_types::TimeMs;

use super::cancelled;
use crate::engine::State;
use crate::message::{CancelReason, Event};

pub(super) fn next(state: &State, _at: TimeMs) -> Option<Event> {
    state
        .doomed
        .iter()
        .flatten()
        .find_map(|&order| cancelled(state, state.orders.find(order)?, CancelReason::Oco))
}
