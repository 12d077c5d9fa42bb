//! Exits are bound to a position.

use lmex_types::TimeMs;

use super::refused;
use crate::engine::State;
use crate::message::{Event, Refusal};
use crate::{AccountId, Exits, LegId, MarketId};

pub(super) fn bind(
    _state: &State,
    account: AccountId,
    market: MarketId,
    _leg: LegId,
    _exits: &Exits,
    _at: TimeMs,
) -> Event {
    refused(Some(account), Some(market), Refusal::NoExit)
}
