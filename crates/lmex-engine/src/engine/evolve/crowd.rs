//! The crowd's depth changes.

use lmex_types::Side;

use crate::MarketId;
use crate::book::QueueModel;
use crate::engine::{InFlight, State, Taker};
use crate::message::{CrowdPurpose, LevelCause};

impl State {
    pub(super) fn level_changed(
        &mut self,
        market: MarketId,
        side: Side,
        price: i64,
        crowd: i64,
        cause: LevelCause,
        model: QueueModel,
    ) {
        let Some(parts) = self.parts(market) else { return };
        let book = parts.market.book.side_mut(side);
        let taken = book.crowd(price) - crowd;
        match cause {
            LevelCause::Taken => book.take_crowd(parts.orders, price, taken),
            LevelCause::Set => book.set_crowd(parts.orders, price, crowd, model),
        }
        self.crowd_changed(side, taken, cause);
    }

    /// What an incoming crowd took counts against it; when its own level is set it has come to rest.
    fn crowd_changed(&mut self, changed: Side, taken: i64, cause: LevelCause) {
        let Some(InFlight { side, taker: Taker::Crowd { purpose, remaining, .. }, .. }) = &mut self.in_flight
        else {
            return;
        };
        match (cause, *purpose) {
            (LevelCause::Taken, CrowdPurpose::Print) => *remaining -= taken,
            (LevelCause::Set, CrowdPurpose::Depth) if *side == changed => self.in_flight = None,
            _ => {}
        }
    }
}
