//! Orders that wait, pairs, and exits.

use std::collections::BTreeSet;

use super::AuditError;
use crate::book::Key;
use crate::engine::{Engine, State};
use crate::margin::{Account, Holding};
use crate::market::Market;
use crate::{Order, Purpose};

impl Engine {
    pub(super) fn audit_conditions(&self) -> Result<(), AuditError> {
        let State { doomed, unbound, firing, .. } = &self.state;
        let left = doomed.iter().any(Option::is_some) || unbound.iter().any(Option::is_some);
        if left || !firing.is_empty() {
            return Err(AuditError::OrderAdrift);
        }
        for market in self.state.markets() {
            self.audit_triggers(market)?;
        }
        self.audit_reserved_ids()
    }

    /// The waiting orders of a market and its index are the same, each once, and none is due.
    fn audit_triggers(&self, market: &Market) -> Result<(), AuditError> {
        let (mut waiting, mut trailing) = (BTreeSet::new(), BTreeSet::new());
        for key in self.state.accounts.iter().flat_map(|account| self.orders_in(account, market)) {
            let id = self.state.orders[key].order.id;
            let Some(trigger) = self.state.orders.waits_for(key) else { continue };
            waiting.insert((trigger.source, trigger.crossing, trigger.price, id));
            if trigger.trail.is_some() {
                trailing.insert((trigger.source, id));
            }
        }
        let same = waiting == market.triggers.entries().collect()
            && waiting.len() == market.triggers.entries().count()
            && trailing == market.triggers.trailing().collect();
        if !same {
            return Err(AuditError::TriggersOff { market: market.id });
        }
        if market.first_due().is_some() {
            return Err(AuditError::TriggerDue { market: market.id });
        }
        Ok(())
    }

    fn orders_in<'a>(&'a self, account: &'a Account, market: &Market) -> impl Iterator<Item = Key> + use<'a> {
        account.holdings_in(market.id).iter().flat_map(|holding| holding.open_orders(&self.state.orders))
    }

    fn audit_reserved_ids(&self) -> Result<(), AuditError> {
        let orders = &self.state.orders;
        let holdings = self.state.accounts.iter().flat_map(Account::holdings);
        let open = holdings.flat_map(|holding| holding.open_orders(orders));
        let exits = open.flat_map(|key| orders.conditions(key).exits.iter()).map(|(_, exit)| exit.order);
        let reserved = orders.reserved().iter().copied();
        let same = exits.collect::<BTreeSet<_>>() == reserved.collect();
        if same { Ok(()) } else { Err(AuditError::OrderAdrift) }
    }

    /// Exits are bound to a position that they close, and to no other; the legs of a pair know each other.
    pub(super) fn audit_ties(&self, account: &Account, holding: &Holding) -> Result<(), AuditError> {
        let orders = &self.state.orders;
        for purpose in [Purpose::TakeProfit, Purpose::StopLoss] {
            if holding.exit(purpose).is_some_and(|exit| orders.find(exit).is_none()) {
                return Err(AuditError::ExitOff { account: account.id, market: holding.market });
            }
        }
        for order in holding.open_orders(orders).map(|key| orders.whole(key)) {
            if order.is_bound() && !exit_fits(holding, &order) {
                return Err(AuditError::ExitOff { account: account.id, market: holding.market });
            }
            if order.peer.is_some() && !self.is_paired(&order) {
                return Err(AuditError::PeerOff { account: account.id, market: holding.market });
            }
        }
        Ok(())
    }

    fn is_paired(&self, order: &Order) -> bool {
        let peer = order.peer.and_then(|peer| self.state.orders.find(peer));
        peer.map(|peer| self.state.orders.whole(peer)).is_some_and(|peer| {
            peer.peer == Some(order.id) && peer.account == order.account && peer.waits() != order.waits()
        })
    }
}

fn exit_fits(holding: &Holding, order: &Order) -> bool {
    holding.exit(order.purpose) == Some(order.id)
        && holding.position.closable(order.side) == order.contracts
        && order.contracts > 0
        && order.reduce_only
        && order.waits()
}
