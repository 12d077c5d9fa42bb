//! What is due by the clock, before a command is read.

use lmex_engine::{AccountId, CancelReason, Event, MarketId};
use lmex_types::{OrderId, TimeMs};

use super::Twin;

/// Of the same moment: orders by id, then accounts, then markets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Order(OrderId),
    Switch(AccountId),
    Funding(MarketId),
}

impl Twin {
    pub(super) fn clock(&mut self) {
        while let Some((_, due)) = self.next_due().filter(|(at, _)| *at <= self.at) {
            match due {
                Due::Order(id) => self.end(id, CancelReason::Expired),
                Due::Switch(account) => self.switch_off(account),
                Due::Funding(market) => self.funding(market),
            }
            self.settle();
        }
    }

    fn next_due(&self) -> Option<(TimeMs, Due)> {
        let open = self.orders.iter().map(|open| &open.order);
        let orders = open.filter_map(|order| Some((order.expires_at?, Due::Order(order.id))));
        let switches = self.accounts.iter().filter_map(|&(account, at)| Some((at?, Due::Switch(account))));
        let markets =
            self.markets.iter().filter_map(|market| Some((market.funding?, Due::Funding(market.id))));
        orders.chain(switches).chain(markets).min()
    }

    /// A dead man's switch ends all orders of an account, oldest first, and is used up.
    pub(super) fn switch_off(&mut self, account: AccountId) {
        while let Some(open) = self.orders.iter().find(|open| open.order.account == account) {
            self.end(open.order.id, CancelReason::CancelAllAfter);
        }
        self.say(&Event::CancelAllAfterSet { account, at: None });
        self.set_switch(account, None);
    }

    pub(super) fn set_switch(&mut self, account: AccountId, at: Option<TimeMs>) {
        let found = self.accounts.iter_mut().find(|(other, _)| *other == account);
        found.expect("an open account").1 = at;
    }
}
