//! Writing: everything is read from the state in an order that does not depend on how it lies in memory.

use lmex_types::Side;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use super::{Engine, StoredAccount, StoredEngine, StoredHolding, StoredLevel, StoredMarket};
use crate::MarketId;
use crate::book::{BookSide, Key, Orders};
use crate::engine::{Due, State};
use crate::margin::{Account, Holding};
use crate::market::Market;

impl Serialize for Engine {
    /// For storage, between commands: an engine that is being taken through the events of a command is an error. Equal
    /// engines give equal bytes.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let state = &self.state;
        if !is_between_commands(state) {
            return Err(S::Error::custom(
                "the engine is in the middle of a command: store it after the last event",
            ));
        }
        let list = OrderList::of(state);
        let places = list.places();
        let stored = StoredEngine {
            config: self.config,
            next_trade: state.next_trade,
            next_liquidation: state.next_liquidation,
            fees: state.fees,
            residue: state.residue,
            insurance: state.insurance,
            deposits: state.deposits,
            accounts: state.accounts.iter().map(account).collect(),
            markets: state.markets().map(|found| market(state, found, &places)).collect(),
            orders: list,
            touched: state
                .touched
                .map(|touched| touched.map(|(slot, market, leg)| (state.accounts[slot].id, market, leg))),
        };
        stored.serialize(serializer)
    }
}

fn is_between_commands(state: &State) -> bool {
    let tied = state.doomed.iter().any(Option::is_some) || state.unbound.iter().any(Option::is_some);
    let running = state.funding.is_some() || state.liquidation.is_some();
    state.in_flight.is_none() && state.firing.is_empty() && !tied && !running
}

/// All open orders, in the order they were accepted. Written one by one: a copy of a million would be large.
struct OrderList<'a> {
    orders: &'a Orders,
    keys: Vec<Key>,
}

impl<'a> OrderList<'a> {
    fn of(state: &'a State) -> Self {
        let orders = &state.orders;
        let holdings = state.accounts.iter().flat_map(Account::holdings);
        let mut keys: Vec<Key> = holdings.flat_map(|holding| holding.open_orders(orders)).collect();
        keys.sort_unstable_by_key(|&key| orders[key].serial);
        Self { orders, keys }
    }

    /// Where in the list an order is, by its key.
    fn places(&self) -> Vec<(Key, u32)> {
        let mut places: Vec<_> = self.keys.iter().copied().zip(0..).collect();
        places.sort_unstable();
        places
    }
}

impl Serialize for OrderList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.keys.len()))?;
        for &key in &self.keys {
            list.serialize_element(&self.orders[key].order)?;
        }
        list.end()
    }
}

fn account(account: &Account) -> StoredAccount {
    StoredAccount {
        id: account.id,
        maker_fee: account.maker_fee,
        taker_fee: account.taker_fee,
        balance: account.balance,
        cancel_all_at: account.cancel_all_at,
        isolated_legs: account.isolated_legs,
        modes: account.modes().to_vec(),
        holdings: account.holdings().iter().map(holding).collect(),
    }
}

fn holding(holding: &Holding) -> StoredHolding {
    let &Holding { market, leg, position, terms, wallet, take_profit, stop_loss, .. } = holding;
    StoredHolding { market, leg, position, terms, wallet, take_profit, stop_loss }
}

fn market(state: &State, market: &Market, places: &[(Key, u32)]) -> StoredMarket {
    let side = |side| levels(market.book.side(side), &state.orders, places);
    StoredMarket {
        id: market.id,
        instrument: market.instrument.clone(),
        rules: market.rules.clone(),
        trading: market.trading,
        last: market.last,
        index: market.index,
        mark: market.mark.price,
        funding: market.funding,
        pays_funding: pays_funding(state, market.id),
        bids: side(Side::Buy),
        asks: side(Side::Sell),
    }
}

fn pays_funding(state: &State, market: MarketId) -> bool {
    let next = state.market(market).map(|market| market.funding.next);
    next.is_some_and(|next| state.agenda.contains(&(next, Due::Funding(market))))
}

fn levels(side: &BookSide, orders: &Orders, places: &[(Key, u32)]) -> Vec<StoredLevel> {
    let place = |key: Key| {
        let at = places.binary_search_by_key(&key, |&(key, _)| key).ok()?;
        places.get(at).map(|&(_, place)| (place, orders[key].ahead))
    };
    side.levels()
        .map(|(price, level)| StoredLevel {
            price,
            queue: level.queue(orders).filter_map(place).collect(),
            tail: level.tail(),
        })
        .collect()
}
