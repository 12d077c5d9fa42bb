//! What the insurance fund pays.

use lmex_engine::{AccountId, Engine, Event, LegId, Money};

/// The fund pays what is owed, and no more than it has, with two exceptions: a debt that no price of the position could make up for (a
/// short's whose bankruptcy price would be below the lowest), and the debt of someone who was deleveraged last, where
/// neither the crowd nor anyone who could pay was left on that side.
#[derive(Default)]
pub(crate) struct Fund {
    /// The bankruptcy price of the position that is closed does not exist.
    has_no_price: bool,
    /// Users who were deleveraged when there was nothing left of the crowd.
    last: Vec<AccountId>,
}

impl Fund {
    /// `engine` has gone past this event and no further.
    pub(crate) fn hear(&mut self, event: &Event, engine: &Engine) {
        match event {
            Event::LiquidationStarted { .. } => self.has_no_price = false,
            Event::LiquidationOrder { market, bankruptcy, .. } => {
                self.has_no_price = *bankruptcy < engine.market(*market).unwrap().value(1, 1);
            }
            Event::Deleveraged(trade) if trade.winner.account != AccountId::CROWD => {
                let crowd = engine.position(AccountId::CROWD, trade.market, LegId::ONE_WAY);
                let closable = crowd.map_or(0, |crowd| trade.side.sign() * crowd.contracts).max(0);
                if closable == 0 {
                    self.last.push(trade.winner.account);
                }
            }
            Event::InsurancePaid { account, position, fund, .. } => {
                let left = match *position {
                    Some((market, leg)) => engine.leg(*account, market, leg).unwrap().wallet,
                    None => engine.wallet(*account).unwrap().balance,
                };
                assert_eq!(left, Money::ZERO, "the fund pays what is owed, no more and no less: {event:?}");
                let excused = self.has_no_price || self.last.contains(account);
                assert!(!fund.is_negative() || excused, "the insurance fund is overdrawn: {event:?}");
            }
            _ => {}
        }
    }
}
