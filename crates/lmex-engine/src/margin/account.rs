//! Accounts: wallet, fees, and per market a position with its open orders.

use lmex_types::Side;
use rustc_hash::FxHashMap;

use super::{Position, order_margin};
use crate::book::{Key, Orders};
use crate::market::Market;
use crate::{AccountId, MarketId, Money, Rate};

/// An account's place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(u32);

impl Slot {
    /// The crowd's place.
    pub(crate) const CROWD: Self = Self(0);
}

/// All accounts, in the order they were opened.
#[derive(Debug, Clone)]
pub(crate) struct Accounts {
    table: Vec<Account>,
    slots: FxHashMap<AccountId, Slot>,
}

/// One account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) maker_fee: Rate,
    pub(crate) taker_fee: Rate,
    pub(crate) balance: Money,
    /// Sorted by market.
    holdings: Vec<Holding>,
}

/// What an account has in one market.
#[derive(Debug, Clone)]
pub(crate) struct Holding {
    pub(crate) market: MarketId,
    pub(crate) position: Position,
    /// 0 is the market's maximum.
    pub(crate) leverage: u32,
    /// Resting orders that could open a position; reduce-only ones are left out.
    pub(crate) buys: OpenSide,
    pub(crate) sells: OpenSide,
    /// Open orders.
    pub(crate) orders: u32,
    /// Open reduce-only orders.
    pub(crate) reduce_only: u32,
    oldest: Key,
    newest: Key,
}

/// Contracts and value of resting orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OpenSide {
    pub(crate) contracts: i64,
    pub(crate) value: Money,
}

impl Accounts {
    pub(crate) fn new() -> Self {
        let mut accounts = Self { table: Vec::new(), slots: FxHashMap::default() };
        accounts.open(AccountId::CROWD, Rate::ZERO, Rate::ZERO);
        accounts
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Account> {
        self.table.iter()
    }

    pub(crate) fn slot(&self, account: AccountId) -> Option<Slot> {
        self.slots.get(&account).copied()
    }

    pub(crate) fn find(&self, account: AccountId) -> Option<&Account> {
        self.slot(account).map(|slot| &self[slot])
    }

    /// Opens an account, or changes the fees of one.
    pub(crate) fn open(&mut self, id: AccountId, maker_fee: Rate, taker_fee: Rate) {
        match self.slot(id) {
            Some(slot) => {
                self[slot].maker_fee = maker_fee;
                self[slot].taker_fee = taker_fee;
            }
            None => {
                // Ids are u32, so there are no more places than that.
                self.slots.insert(id, Slot(self.table.len() as u32));
                let holdings = Vec::new();
                self.table.push(Account { id, maker_fee, taker_fee, balance: Money::ZERO, holdings });
            }
        }
    }
}

impl std::ops::Index<Slot> for Accounts {
    type Output = Account;

    fn index(&self, slot: Slot) -> &Account {
        &self.table[slot.0 as usize]
    }
}

impl std::ops::IndexMut<Slot> for Accounts {
    fn index_mut(&mut self, slot: Slot) -> &mut Account {
        &mut self.table[slot.0 as usize]
    }
}

impl Account {
    pub(crate) fn holdings(&self) -> &[Holding] {
        &self.holdings
    }

    pub(crate) fn holding(&self, market: MarketId) -> Option<&Holding> {
        let at = self.holdings.binary_search_by_key(&market, |holding| holding.market).ok()?;
        self.holdings.get(at)
    }

    pub(crate) fn holding_mut(&mut self, market: MarketId) -> &mut Holding {
        let at = match self.holdings.binary_search_by_key(&market, |holding| holding.market) {
            Ok(at) => at,
            Err(at) => {
                self.holdings.insert(at, Holding::new(market));
                at
            }
        };
        &mut self.holdings[at]
    }

    pub(crate) fn position(&self, market: MarketId) -> Position {
        self.holding(market).map_or_else(Position::default, |holding| holding.position)
    }
}

impl Holding {
    pub(crate) fn new(market: MarketId) -> Self {
        Self {
            market,
            position: Position::default(),
            leverage: 0,
            buys: OpenSide::default(),
            sells: OpenSide::default(),
            orders: 0,
            reduce_only: 0,
            oldest: Key::NONE,
            newest: Key::NONE,
        }
    }

    /// Open orders, oldest first.
    pub(crate) fn open_orders<'a>(&self, orders: &'a Orders) -> impl Iterator<Item = Key> + use<'a> {
        std::iter::successors(self.oldest.some(), |&key| orders[key].newer.some())
    }

    pub(crate) fn oldest(&self) -> Option<Key> {
        self.oldest.some()
    }

    pub(crate) fn open_side(&self, side: Side) -> OpenSide {
        match side {
            Side::Buy => self.buys,
            Side::Sell => self.sells,
        }
    }

    /// Resting orders gain (or, negative, lose) contracts.
    pub(crate) fn change_open(&mut self, side: Side, contracts: i64, value: Money) {
        let open = match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        };
        open.contracts += contracts;
        open.value += value;
    }

    /// The leverage that counts: 0 stands for the market's maximum.
    pub(crate) fn leverage(&self, market: &Market) -> i64 {
        let max = market.rules.max_leverage.max(1);
        i64::from(if self.leverage == 0 { max } else { self.leverage.min(max) })
    }

    /// Initial margin of the position at the mark price, rounded up.
    pub(crate) fn position_margin(&self, market: &Market) -> Money {
        self.position_value(market).divided_up(self.leverage(market))
    }

    /// Maintenance margin of the position at the mark price, rounded up.
    pub(crate) fn maintenance(&self, market: &Market) -> Money {
        self.position_value(market).part_up(market.rules.maintenance_margin)
    }

    /// Initial margin of the resting orders.
    pub(crate) fn order_margin(&self, market: &Market) -> Money {
        order_margin(self.position.contracts, self.buys, self.sells, self.leverage(market))
    }

    pub(crate) fn unrealised(&self, market: &Market) -> Money {
        self.position.unrealised(market.mark.value)
    }

    fn position_value(&self, market: &Market) -> Money {
        market.mark.value.times(self.position.contracts.abs())
    }

    /// An order joins as the newest.
    pub(crate) fn link(&mut self, orders: &mut Orders, key: Key) {
        orders[key].older = self.newest;
        orders[key].newer = Key::NONE;
        match self.newest.some() {
            Some(newest) => orders[newest].newer = key,
            None => self.oldest = key,
        }
        self.newest = key;
        self.orders += 1;
        self.reduce_only += u32::from(orders[key].order.reduce_only);
    }

    /// An order ends.
    pub(crate) fn unlink(&mut self, orders: &mut Orders, key: Key) {
        let (older, newer) = (orders[key].older, orders[key].newer);
        match older.some() {
            Some(older) => orders[older].newer = newer,
            None => self.oldest = newer,
        }
        match newer.some() {
            Some(newer) => orders[newer].older = older,
            None => self.newest = older,
        }
        self.orders -= 1;
        self.reduce_only -= u32::from(orders[key].order.reduce_only);
    }
}
