//! Pegged orders follow the index.

use crate::MarketId;
use crate::book::Key;
use crate::engine::State;
use crate::message::Event;

/// How far the repriced markets have been read.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    _market: usize,
    _last: Option<Key>,
}

pub(super) fn next(_state: &State, _repriced: &[MarketId], _cursor: &mut Cursor) -> Option<Event> {
    None
}
