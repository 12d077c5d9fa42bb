//! Lists that are kept beside the orders and accounts they are about.

use super::AuditError;
use crate::Trading;
use crate::book::Key;
use crate::engine::{Due, Engine, State};
use crate::margin::Account;
use crate::market::Market;

impl Engine {
    /// A market's pegged orders are those that are open; a closed market has no order.
    pub(super) fn audit_orders_of(&self, market: &Market) -> Result<(), AuditError> {
        let orders = &self.state.orders;
        let holdings = self.state.accounts.iter().flat_map(|account| account.holdings_in(market.id));
        let open: Vec<_> = holdings.flat_map(|holding| holding.open_orders(orders)).collect();
        let pegged = open.iter().filter(|&&key| orders.conditions(key).peg.is_some());
        let known = |&key: &Key| market.pegged.get(&orders[key].serial) == Some(&key);
        let fits = pegged.clone().all(known) && pegged.count() == market.pegged.len();
        let idle = market.trading != Trading::Closed || open.is_empty();
        if fits && idle { Ok(()) } else { Err(AuditError::MarketOrdersOff { market: market.id }) }
    }

    /// What is due by the clock, and whom it is due for, know each other.
    pub(super) fn audit_agenda(&self) -> Result<(), AuditError> {
        let State { accounts, orders, agenda, .. } = &self.state;
        let (mut expiring, mut switches) = (0, 0);
        for &(at, due) in agenda {
            let known = match due {
                Due::Order(id) => {
                    expiring += 1;
                    orders.find(id).and_then(|key| orders[key].order.expires_at) == Some(at)
                }
                Due::CancelAll(account) => {
                    switches += 1;
                    accounts.find(account).and_then(|account| account.cancel_all_at) == Some(at)
                }
                Due::Funding(_) => true,
            };
            if !known {
                return Err(AuditError::AgendaOff);
            }
        }
        let set = accounts.iter().filter(|account| account.cancel_all_at.is_some()).count();
        let holdings = accounts.iter().flat_map(Account::holdings);
        let open = holdings.flat_map(|holding| holding.open_orders(orders));
        let expires = open.filter(|&key| orders[key].order.expires_at.is_some()).count();
        if (expires, set) == (expiring, switches) { Ok(()) } else { Err(AuditError::AgendaOff) }
    }
}
