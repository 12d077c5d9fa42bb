//! Everything the engine knows.

use std::collections::BTreeSet;

use lmex_types::{OrderId, Side, TimeMs};

use crate::book::{Key, Orders};
use crate::funding::FundingRun;
use crate::liquidation::Liquidation;
use crate::margin::{Account, Accounts, Slot};
use crate::market::Market;
use crate::message::{CrowdPurpose, OrderRef};
use crate::{AccountId, Exits, LegId, MarketId, Money};

/// Changed by `evolve` alone.
#[derive(Debug, Clone)]
pub(crate) struct State {
    markets: Vec<Option<Box<Market>>>,
    pub(crate) accounts: Accounts,
    pub(crate) orders: Orders,
    /// What happens by the clock, earliest first; of the same moment, in the order of [`Due`].
    pub(crate) agenda: BTreeSet<(TimeMs, Due)>,
    /// The remainder of what comes in now. Nothing between commands.
    pub(crate) in_flight: Option<InFlight>,
    /// Holdings that the last fill changed and that have followers: those are looked at before anything else happens.
    pub(crate) touched: [Option<(Slot, MarketId, LegId)>; 2],
    /// Exits that the last fill's orders bring for their positions.
    pub(crate) unbound: [Option<Unbound>; 2],
    /// Other legs of OCO pairs, of which one has traded, fired or ended: they end before anything else happens.
    pub(crate) doomed: [Option<OrderId>; 2],
    /// Markets where an order that waits is due. None between commands.
    pub(crate) firing: BTreeSet<MarketId>,
    /// Funding that is being paid. Nothing between commands.
    pub(crate) funding: Option<FundingRun>,
    /// Who is being liquidated. Nothing between commands.
    pub(crate) liquidation: Option<Liquidation>,
    pub(crate) next_trade: u64,
    /// Serial number of the venue's own orders.
    pub(crate) next_liquidation: u64,
    /// Fees received less rebates paid.
    pub(crate) fees: Money,
    /// What rounding left over; never below zero.
    pub(crate) residue: Money,
    /// The insurance fund.
    pub(crate) insurance: Money,
    /// All that ever came in, less what went out.
    pub(crate) deposits: Money,
}

/// What happens by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// An order's time is over.
    Order(OrderId),
    /// A dead man's switch cancels all orders of an account.
    CancelAll(AccountId),
    /// A market pays funding.
    Funding(MarketId),
}

/// Exits on their way from an order to its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unbound {
    pub(crate) slot: Slot,
    pub(crate) market: MarketId,
    pub(crate) leg: LegId,
    pub(crate) exits: Exits,
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
    /// The venue, for an account that is liquidated.
    Liquidation {
        /// Whose position.
        slot: Slot,
        /// Which.
        leg: LegId,
        /// The id of the venue's order.
        order: OrderId,
        /// Contracts left to trade.
        remaining: i64,
    },
    /// The crowd.
    Crowd {
        purpose: CrowdPurpose,
        /// Contracts left to trade.
        remaining: i64,
        /// Contracts in no fill so far: what a print reports as traded inside the crowd.
        unreported: i64,
    },
}

impl Taker {
    /// The user's order that has come in.
    pub(crate) fn order(&self) -> Option<Key> {
        match *self {
            Self::Order(key) => Some(key),
            Self::Liquidation { .. } | Self::Crowd { .. } => None,
        }
    }
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            markets: Vec::new(),
            accounts: Accounts::new(),
            orders: Orders::default(),
            agenda: BTreeSet::new(),
            in_flight: None,
            touched: [None; 2],
            unbound: [None; 2],
            doomed: [None; 2],
            firing: BTreeSet::new(),
            funding: None,
            liquidation: None,
            next_trade: 1,
            next_liquidation: 1,
            fees: Money::ZERO,
            residue: Money::ZERO,
            insurance: Money::ZERO,
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

    /// Whether orders are to end, or exits to be bound, because of what happened to another order.
    pub(crate) fn has_tied(&self) -> bool {
        self.doomed.iter().any(Option::is_some) || self.unbound.iter().any(Option::is_some)
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
