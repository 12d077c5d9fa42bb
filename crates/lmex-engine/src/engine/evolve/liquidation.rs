//! Positions are taken from those who can't cover them.

use crate::engine::{InFlight, State, Taker};
use crate::liquidation::{Closing, Liquidation, Scope};
use crate::message::{Deleveraged, Event};
use crate::{AccountId, Money};

impl State {
    pub(super) fn liquidation_started(&mut self, account: AccountId, scope: Scope) {
        if let Some(slot) = self.accounts.slot(account) {
            self.liquidation = Some(Liquidation { slot, scope, closing: None });
        }
    }

    /// The venue's order is what comes in now.
    pub(super) fn liquidation_order(&mut self, event: &Event) {
        let &Event::LiquidationOrder {
            account, market, leg, order, side, contracts, limit, bankruptcy, ..
        } = event
        else {
            return;
        };
        let Some(slot) = self.accounts.slot(account) else { return };
        let Some(found) = self.market(market) else { return };
        let level = self.accounts[slot].terms(market, leg).level.clamp(1, found.rules.tiers.count().max(1));
        self.next_liquidation = self.next_liquidation.saturating_add(1);
        let taker = Taker::Liquidation { slot, leg, order, remaining: contracts };
        self.in_flight = Some(InFlight { market, side, limit, taker });
        if let Some(liquidation) = &mut self.liquidation {
            let level = level.saturating_sub(1).max(1);
            liquidation.closing = Some(Closing { market, leg, order, side, bankruptcy, left: 0, level });
        }
    }

    pub(super) fn liquidation_order_ended(&mut self, remaining: i64) {
        self.in_flight = None;
        if let Some(closing) = self.closing() {
            closing.left = remaining;
        }
    }

    pub(super) fn deleveraged(&mut self, deleveraged: &Deleveraged) {
        let &Deleveraged { market, trade_id, price, contracts, side, ref loser, ref winner } = deleveraged;
        let slots = [loser, winner].map(|party| self.accounts.slot(party.account));
        let [Some(losing), Some(winning)] = slots else { return };
        let Some(value) = self.market(market).map(|market| market.value(price, 1)) else { return };
        self.next_trade = trade_id + 1;
        self.settle_at(losing, (market, loser.leg), side, contracts, value, loser);
        self.settle_at(winning, (market, winner.leg), side.opposite(), contracts, value, winner);
        self.touch(market, [(losing, loser.leg), (winning, winner.leg)]);
        if let Some(closing) = self.closing() {
            closing.left = closing.left.saturating_sub(contracts).max(0);
        }
    }

    fn closing(&mut self) -> Option<&mut Closing> {
        self.liquidation.as_mut()?.closing.as_mut()
    }

    pub(super) fn insurance_paid(&mut self, account: AccountId, scope: Scope, amount: Money) {
        let Some(slot) = self.accounts.slot(account) else { return };
        self.insurance -= amount;
        let account = &mut self.accounts[slot];
        match scope {
            Some((market, leg)) => {
                account.holding_mut(market, leg).wallet += amount;
                account.forget(market, leg);
            }
            None => account.balance += amount,
        }
    }
}
