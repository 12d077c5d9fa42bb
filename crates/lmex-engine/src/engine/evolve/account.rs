//! What an account has agreed on.

use lmex_types::TimeMs;

use crate::engine::{Due, State};
use crate::{AccountId, LegId, MarginMode, MarketId, Money};

impl State {
    pub(super) fn cancel_all_after_set(&mut self, account: AccountId, at: Option<TimeMs>) {
        let Some(slot) = self.accounts.slot(account) else { return };
        let before = std::mem::replace(&mut self.accounts[slot].cancel_all_at, at);
        if let Some(before) = before {
            self.agenda.remove(&(before, Due::CancelAll(account)));
        }
        if let Some(at) = at {
            self.agenda.insert((at, Due::CancelAll(account)));
        }
    }

    pub(super) fn leverage_set(
        &mut self,
        account: AccountId,
        market: MarketId,
        leg: LegId,
        (leverage, margin): (u32, MarginMode),
        moved: Money,
    ) {
        self.on_account(account, |account| {
            account.balance -= moved;
            let holding = account.holding_mut(market, leg);
            holding.wallet += moved;
            holding.terms.leverage = leverage;
            holding.terms.margin = margin;
            account.forget(market, leg);
        });
    }

    pub(super) fn risk_limit_set(
        &mut self,
        account: AccountId,
        market: MarketId,
        leg: LegId,
        level: u32,
        moved: Money,
    ) {
        self.on_account(account, |account| {
            account.balance -= moved;
            let holding = account.holding_mut(market, leg);
            holding.wallet += moved;
            holding.terms.level = level;
            account.forget(market, leg);
        });
    }
}
