//! What an account has agreed on.

use lmex_types::TimeMs;

use crate::engine::{Due, State};
use crate::margin::Terms;
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
        self.agreed(account, market, leg, moved, |terms| *terms = Terms { leverage, margin, ..*terms });
    }

    pub(super) fn risk_limit_set(
        &mut self,
        account: AccountId,
        market: MarketId,
        leg: LegId,
        level: u32,
        moved: Money,
    ) {
        self.agreed(account, market, leg, moved, |terms| terms.level = level);
    }

    pub(super) fn margin_moved(&mut self, account: AccountId, market: MarketId, leg: LegId, moved: Money) {
        self.agreed(account, market, leg, moved, |_| {});
    }

    fn agreed(
        &mut self,
        account: AccountId,
        market: MarketId,
        leg: LegId,
        moved: Money,
        change: impl FnOnce(&mut Terms),
    ) {
        let Some(slot) = self.accounts.slot(account) else { return };
        let Some(parts) = self.parts(market) else { return };
        let account = &mut parts.accounts[slot];
        let mut terms = account.terms(market, leg);
        change(&mut terms);
        account.agreed(parts.market, leg, terms, moved);
    }
}
