//! Everything the engine knows.

use std::collections::BTreeSet;

use lmex_types::{OrderId, Side, TimeMs};

use crate::book::{Key, Orders};
use crate::margin::{Account, Accounts, Slot, Wallet};
use crate::market::Market;
use crate::message::{CrowdPurpose, OrderRef};
use crate::{AccountId, MarketId, Money};

/// Changed by `evolve` alone.
#[derive(Debug, Clone)]
pub(crate) struct State {
    markets: Vec<Option<Box<Market>>>,
    pub(crate) accounts: Accounts,
    pub(crate) orders: Orders,
    /// Open orders that end by the clock, earliest first; of the same moment, by id.
    pub(crate) expiries: BTreeSet<(TimeMs, OrderId)>,
    /// The remainder of what comes in now. Nothing between commands.
    pub(crate) in_flight: Option<InFlight>,
    /// Holdings that the last fill changed: their reduce-only orders are looked at before anything else happens.
    pub(crate) touched: [Option<(Slot, MarketId)>; 2],
    pub(crate) next_trade: u64,
    /// Fees received less rebates paid.
    pub(crate) fees: Money,
    /// All that was ever deposited.
    pub(crate) deposits: Money,
}

/// An order, or the crowd, that has come in and is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InFlight {
    pub(crate) market: MarketId,
    pub(crate) side: Side,
    /// The worst price it trades at, in ticks.
    pub(crate) limit: i64,
    pub(crate) taker: Taker,
}

/// Who has come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taker {
    /// A user's order; its remainder is its own.
    Order(Key),
    /// The crowd.
    Crowd {
        purpose: CrowdPurpose,
        /// Contracts left to trade.
        remaining: i64,
        /// Contracts in no fill so far: what a print reports as traded inside the crowd.
        unreported: i64,
    },
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            markets: Vec::new(),
            accounts: Accounts::new(),
            orders: Orders::default(),
            expiries: BTreeSet::new(),
            in_flight: None,
            touched: [None; 2],
            next_trade: 1,
            fees: Money::ZERO,
            deposits: Money::ZERO,
        }
    }

    pub(crate) fn markets(&self) -> impl Iterator<Item = &Market> {
        self.markets.iter().flatten().map(Box::as_ref)
    }

    pub(crate) fn market(&self, id: MarketId) -> Option<&Market> {
        self.markets.get(usize::from(id.0))?.as_deref()
    }

    pub(crate) fn market_mut(&mut self, id: MarketId) -> Option<&mut Market> {
        self.parts(id).map(|parts| parts.market)
    }

    pub(crate) fn insert_market(&mut self, market: Market) {
        let at = usize::from(market.id.0);
        if self.markets.len() <= at {
            self.markets.resize_with(at + 1, || None);
        }
        self.markets[at] = Some(Box::new(market));
    }

    /// A market with what its book needs, borrowed apart.
    pub(crate) fn parts(&mut self, id: MarketId) -> Option<Parts<'_>> {
        let market = self.markets.get_mut(usize::from(id.0))?.as_deref_mut()?;
        Some(Parts { market, orders: &mut self.orders, accounts: &mut self.accounts })
    }

    /// An account that may trade: not the crowd's.
    pub(crate) fn user(&self, account: AccountId) -> Option<&Account> {
        self.accounts.find(account).filter(|found| found.id != AccountId::CROWD)
    }

    pub(crate) fn wallet(&self, account: &Account) -> Wallet {
        Wallet::of(account, |market| self.market(market))
    }

    /// An open order of this account in this market.
    pub(crate) fn find(&self, account: AccountId, market: MarketId, target: OrderRef) -> Option<Key> {
        match target {
            OrderRef::Id(id) => {
                let key = self.orders.find(id)?;
                let order = &self.orders[key].order;
                (order.account == account && order.market == market).then_some(key)
            }
            OrderRef::Client(id) => self.orders.find_client(account, market, id),
        }
    }
}

/// See [`State::parts`].
pub(crate) struct Parts<'a> {
    pub(crate) market: &'a mut Market,
    pub(crate) orders: &'a mut Orders,
    pub(crate) accounts: &'a mut Accounts,
}
