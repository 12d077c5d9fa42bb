//! The order book that a tape describes, rebuilt level by level.

use std::collections::BTreeMap;

use lmex_types::{Decimal, Side};

use crate::TapeLevel;

/// Prices with what rests at them.
#[derive(Debug, Default)]
pub(crate) struct LevelBook {
    bids: BTreeMap<Decimal, Decimal>,
    asks: BTreeMap<Decimal, Decimal>,
}

impl LevelBook {
    /// Takes a depth message in.
    pub(crate) fn apply(&mut self, snapshot: bool, levels: &[TapeLevel]) {
        if snapshot {
            self.bids.clear();
            self.asks.clear();
        }
        for level in levels {
            let side = match level.side {
                Side::Buy => &mut self.bids,
                Side::Sell => &mut self.asks,
            };
            if level.size.is_zero() {
                side.remove(&level.price);
            } else {
                side.insert(level.price, level.size);
            }
        }
    }

    /// The highest bid and the lowest ask, once there are both.
    pub(crate) fn best(&self) -> Option<(Decimal, Decimal)> {
        let (bid, _) = self.bids.last_key_value()?;
        let (ask, _) = self.asks.first_key_value()?;
        Some((*bid, *ask))
    }
}
