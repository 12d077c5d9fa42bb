//! That a trader's own order closes no further than its money goes, reckoned a second time.

use lmex_engine::{AccountId, Engine, Fill, MarginMode, Party};
use lmex_types::Side;

use super::{Bookkeeper, is_of_venue, part_up};

impl Bookkeeper {
    /// Closing all of the position at this price would cost no more, with the highest fee, than there is behind it.
    /// `engine` has not gone past the fill yet.
    pub(super) fn closes_within_its_money(&self, fill: &Fill, engine: &Engine) {
        self.party_closes(&fill.maker, fill.aggressor.opposite(), fill, engine);
        self.party_closes(&fill.taker, fill.aggressor, fill, engine);
    }

    fn party_closes(&self, party: &Party, side: Side, fill: &Fill, engine: &Engine) {
        let (account, market, leg) = (party.account, fill.market, party.leg);
        let Some((contracts, _)) = self.positions.get(&(account, market, leg)) else { return };
        let closable = i128::from((-side.sign() * contracts).max(0));
        if account == AccountId::CROWD || is_of_venue(party) || closable == 0 {
            return;
        }
        let priced = &self.markets[&market];
        let value = priced.tick_value * i128::from(fill.price);
        let loss = (value - priced.mark_value) * i128::from(side.sign()) * closable;
        // Each fill rounds its fee up, and there may be as many as contracts.
        let fee = match part_up(value * closable, self.fees[&account][1]) {
            ..=0 => 0,
            fee => fee + 2 * closable,
        };
        let is_isolated = engine.leg(account, market, leg).unwrap().margin == MarginMode::Isolated;
        let equity = self.covers(account, engine)[&is_isolated.then_some((market, leg))].equity;
        let cost = loss + fee;
        assert!(cost <= 0 || equity >= cost, "{equity} behind what costs {cost}: {fill:?}");
    }
}
