//! The trades that stand for those of a long time.

use lmex_engine::{Command, MarketId};
use lmex_types::Side;

use super::fair::SUBTICKS;
use crate::crowd::Chance;

/// A way of the price, with what was traded on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    /// In subticks.
    pub(super) from: i64,
    /// In subticks.
    pub(super) to: i64,
    /// In all.
    pub(super) contracts: i64,
}

impl Path {
    /// Four trades: at the start, the far end of each excursion on the way, and the end. A candle of them has a body
    /// and wicks in the proportion of a random walk's.
    pub(super) fn trades(self, market: MarketId, chance: &mut Chance, out: &mut Vec<Command>) {
        let Self { from, to, .. } = self;
        let mut beyond = || (to - from).abs() * chance.normal().abs() / 2_000;
        let (behind, ahead) = (beyond(), beyond());
        let sign = if to < from { -1 } else { 1 };
        let contracts = (self.contracts / 4).max(1);
        let mut before = from;
        for subticks in [from, from - sign * behind, to + sign * ahead, to] {
            let aggressor = if subticks < before { Side::Sell } else { Side::Buy };
            before = subticks;
            let price = (subticks / SUBTICKS).max(1);
            out.push(Command::CrowdTrade { market, aggressor, price, contracts });
        }
    }
}
