//! Positions are taken from those who can't cover them.

use crate::engine::State;
use crate::liquidation::Liquidation;
use crate::message::{Deleveraged, Event};
use crate::{AccountId, LegId, MarketId, Money};

impl State {
    pub(super) fn liquidation_started(&mut self, account: AccountId, position: Option<(MarketId, LegId)>) {
        if let Some(slot) = self.accounts.slot(account) {
            self.liquidation = Some(Liquidation { slot, position });
        }
    }

    pub(super) fn liquidation_order(&mut self, _event: &Event) {}

    pub(super) fn liquidation_order_ended(&mut self, _remaining: i64) {
        self.in_flight = None;
    }

    pub(super) fn deleveraged(&mut self, _deleveraged: &Deleveraged) {}

    pub(super) fn insurance_paid(
        &mut self,
        account: AccountId,
        position: Option<(MarketId, LegId)>,
        amount: Money,
    ) {
        self.insurance -= amount;
        self.on_account(account, |account| match position {
            Some((market, leg)) => {
                account.holding_mut(market, leg).wallet += amount;
                account.forget(market, leg);
            }
            None => account.balance += amount,
        });
    }
}
