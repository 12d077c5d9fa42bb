//! Accounts: wallet, fees, and per market a position with its open orders.

use std::borrow::Cow;

use lmex_types::{OrderId, Side, TimeMs};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Initial, Position, Sums, order_margin};
use crate::book::{Key, Orders};
use crate::market::Market;
use crate::{AccountId, LegId, MarginMode, MarketId, Money, PositionMode, Purpose, Rate, Tier};

/// An account's place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// When its dead man's switch cancels everything.
    pub(crate) cancel_all_at: Option<TimeMs>,
    /// Position modes that are not one-way, sorted by market.
    modes: Vec<(MarketId, PositionMode)>,
    /// Positions of the isolated mode that orders were ever accepted for: the next one's serial number is one more, so
    /// that none is given twice.
    pub(crate) isolated_legs: u32,
    /// The rank of each of `holdings`, rising. Apart from them, so that a search reads one line of memory.
    ranks: Vec<u64>,
    /// Sorted by market and leg.
    pub(super) holdings: Vec<Holding>,
    /// What all holdings come to.
    pub(super) sums: Sums,
}

/// What an account has in one leg of one market: a position with its orders.
#[derive(Debug, Clone)]
pub(crate) struct Holding {
    pub(crate) market: MarketId,
    pub(crate) leg: LegId,
    pub(crate) position: Position,
    pub(crate) terms: Terms,
    /// Of an isolated position: the money set aside for it.
    pub(crate) wallet: Money,
    /// Exits bound to the position.
    pub(crate) take_profit: Option<OrderId>,
    pub(crate) stop_loss: Option<OrderId>,
    /// Resting orders that could open a position; reduce-only ones are left out.
    pub(crate) buys: OpenSide,
    pub(crate) sells: OpenSide,
    /// Open orders.
    pub(crate) orders: u32,
    /// What it adds to the account's sums.
    pub(super) sums: Sums,
    /// Open reduce-only orders, oldest first.
    pub(crate) reduce_only: Vec<Key>,
    oldest: Key,
    newest: Key,
}

/// What was agreed on for a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    /// 0 is the most that the tier allows.
    pub(crate) leverage: u32,
    pub(crate) margin: MarginMode,
    /// The tier, counted from 1.
    pub(crate) level: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self { leverage: 0, margin: MarginMode::Cross, level: 1 }
    }
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
                self.table.push(Account {
                    id,
                    maker_fee,
                    taker_fee,
                    balance: Money::ZERO,
                    cancel_all_at: None,
                    modes: Vec::new(),
                    isolated_legs: 0,
                    ranks: Vec::new(),
                    holdings: Vec::new(),
                    sums: Sums::default(),
                });
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

    /// All legs of a market.
    pub(crate) fn holdings_in(&self, market: MarketId) -> &[Holding] {
        let (Ok(from) | Err(from)) = self.place(market, LegId::ONE_WAY);
        let rest = self.holdings.get(from..).unwrap_or_default();
        // Nearly always there is one.
        let count = rest.iter().take_while(|holding| holding.market == market).count();
        rest.get(..count).unwrap_or_default()
    }

    pub(crate) fn sums(&self) -> Sums {
        self.sums
    }

    pub(crate) fn holding(&self, market: MarketId, leg: LegId) -> Option<&Holding> {
        let at = self.place(market, leg).ok()?;
        self.holdings.get(at)
    }

    /// The holding of a leg, or what a new one would start as.
    pub(crate) fn known_or_new(&self, market: MarketId, leg: LegId) -> Cow<'_, Holding> {
        match self.holding(market, leg) {
            Some(holding) => Cow::Borrowed(holding),
            None => Cow::Owned(Holding::new(market, leg, self.terms(market, leg))),
        }
    }

    pub(crate) fn holding_mut(&mut self, market: MarketId, leg: LegId) -> &mut Holding {
        let at = self.enter(market, leg);
        &mut self.holdings[at]
    }

    /// The place of a holding, which is there from now on.
    pub(super) fn enter(&mut self, market: MarketId, leg: LegId) -> usize {
        self.place(market, leg).unwrap_or_else(|at| {
            let terms = self.terms(market, leg);
            self.ranks.insert(at, rank(market, leg));
            self.holdings.insert(at, Holding::new(market, leg, terms));
            at
        })
    }

    /// A leg that is flat, has neither order nor money and belongs to the isolated mode is forgotten.
    pub(crate) fn forget(&mut self, market: MarketId, leg: LegId) {
        if leg.mode() == PositionMode::Isolated
            && let Ok(at) = self.place(market, leg)
            && self.holdings[at].is_idle()
            && self.holdings[at].wallet == Money::ZERO
        {
            self.ranks.remove(at);
            let gone = self.holdings.remove(at);
            self.sums.replace(gone.sums, Sums::default());
        }
    }

    /// Where a holding is, or would be. Markets are numbered from 0: who has one leg in each has it at its number.
    fn place(&self, market: MarketId, leg: LegId) -> Result<usize, usize> {
        let (rank, guess) = (rank(market, leg), usize::from(market.0));
        if self.ranks.get(guess) == Some(&rank) { Ok(guess) } else { self.ranks.binary_search(&rank) }
    }

    pub(crate) fn position(&self, market: MarketId, leg: LegId) -> Position {
        self.holding(market, leg).map_or_else(Position::default, |holding| holding.position)
    }

    /// The terms of a leg: those of the one-way leg until it has its own. A leg of the isolated mode has its own money
    /// always.
    pub(crate) fn terms(&self, market: MarketId, leg: LegId) -> Terms {
        let own = self.holding(market, leg).or_else(|| self.holding(market, LegId::ONE_WAY));
        let terms = own.map_or_else(Terms::default, |holding| holding.terms);
        match leg.mode() {
            PositionMode::Isolated => Terms { margin: MarginMode::Isolated, ..terms },
            PositionMode::OneWay | PositionMode::Hedge => terms,
        }
    }

    pub(crate) fn mode(&self, market: MarketId) -> PositionMode {
        let at = self.modes.binary_search_by_key(&market, |&(market, _)| market);
        at.ok().and_then(|at| self.modes.get(at)).map_or(PositionMode::OneWay, |&(_, mode)| mode)
    }

    pub(crate) fn modes(&self) -> &[(MarketId, PositionMode)] {
        &self.modes
    }

    pub(crate) fn set_mode(&mut self, market: MarketId, mode: PositionMode) {
        self.modes.retain(|&(other, _)| other != market);
        if mode != PositionMode::OneWay {
            let at = self.modes.partition_point(|&(other, _)| other < market);
            self.modes.insert(at, (market, mode));
        }
    }

    /// A leg has new terms, which moved so much of the balance into its own money.
    pub(crate) fn agreed(&mut self, market: &Market, leg: LegId, terms: Terms, moved: Money) {
        self.balance -= moved;
        self.change_leg(market, leg, |holding| {
            holding.wallet += moved;
            holding.terms = terms;
        });
        self.forget(market.id, leg);
    }

    /// No new leg takes the serial number of this one.
    pub(crate) fn reserve(&mut self, leg: LegId) {
        self.isolated_legs = self.isolated_legs.max(leg.isolated_number().unwrap_or(0));
    }

    /// Open orders in a market, waiting ones included.
    pub(crate) fn open_orders_in(&self, market: MarketId) -> u32 {
        self.holdings_in(market).iter().map(|holding| holding.orders).sum()
    }
}

/// One number to compare instead of a pair.
fn rank(market: MarketId, leg: LegId) -> u64 {
    u64::from(market.0) << 32 | u64::from(leg.number())
}

impl Holding {
    pub(crate) fn new(market: MarketId, leg: LegId, terms: Terms) -> Self {
        Self {
            market,
            leg,
            position: Position::default(),
            terms,
            wallet: Money::ZERO,
            take_profit: None,
            stop_loss: None,
            buys: OpenSide::default(),
            sells: OpenSide::default(),
            orders: 0,
            sums: Sums::default(),
            reduce_only: Vec::new(),
            oldest: Key::NONE,
            newest: Key::NONE,
        }
    }

    /// Flat and without an order.
    pub(crate) fn is_idle(&self) -> bool {
        self.position.is_flat() && self.orders == 0
    }

    pub(crate) fn is_isolated(&self) -> bool {
        self.terms.margin == MarginMode::Isolated
    }

    /// Whether it has orders that must fit the position: reduce-only ones, which bound exits are too.
    pub(crate) fn has_followers(&self) -> bool {
        !self.reduce_only.is_empty()
    }

    /// The tier that counts.
    pub(crate) fn tier<'a>(&self, market: &'a Market) -> &'a Tier {
        market.rules.tiers.nearest(self.terms.level)
    }

    /// Open orders, oldest first.
    pub(crate) fn open_orders<'a>(&self, orders: &'a Orders) -> impl Iterator<Item = Key> + use<'a> {
        std::iter::successors(self.oldest.some(), |&key| orders[key].newer.some())
    }

    pub(crate) fn oldest(&self) -> Option<Key> {
        self.oldest.some()
    }

    /// The exit that is bound to the position.
    pub(crate) fn exit(&self, purpose: Purpose) -> Option<OrderId> {
        match purpose {
            Purpose::Trade => None,
            Purpose::TakeProfit => self.take_profit,
            Purpose::StopLoss => self.stop_loss,
        }
    }

    pub(crate) fn open_side(&self, side: Side) -> OpenSide {
        match side {
            Side::Buy => self.buys,
            Side::Sell => self.sells,
        }
    }

    /// Resting orders gain (or, negative, lose) contracts.
    pub(super) fn change_open(&mut self, side: Side, contracts: i64, value: Money) {
        let open = match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        };
        open.contracts += contracts;
        open.value += value;
    }

    /// The leverage that counts: 0 stands for the tier's maximum.
    pub(crate) fn leverage(&self, market: &Market) -> i64 {
        self.leverage_in(self.tier(market))
    }

    fn leverage_in(&self, tier: &Tier) -> i64 {
        let max = tier.max_leverage.max(1);
        i64::from(if self.terms.leverage == 0 { max } else { self.terms.leverage.min(max) })
    }

    /// The part of a notional that initial margin covers.
    pub(crate) fn initial(&self, market: &Market) -> Initial {
        let tier = self.tier(market);
        Initial { leverage: self.leverage_in(tier), least: tier.initial }
    }

    /// Initial margin of the position at the mark price, rounded up.
    pub(crate) fn position_margin(&self, market: &Market) -> Money {
        self.initial(market).of(self.position_value(market))
    }

    /// Maintenance margin of the position at the mark price, rounded up.
    pub(crate) fn maintenance(&self, market: &Market) -> Money {
        self.position_value(market).part_up(self.tier(market).maintenance)
    }

    /// Initial margin of the resting orders.
    pub(crate) fn order_margin(&self, market: &Market) -> Money {
        order_margin(self.position.contracts, self.buys, self.sells, self.initial(market))
    }

    /// What the owner may take out of an isolated position's own money, not below zero: see
    /// [`Command::MoveMargin`](crate::Command::MoveMargin).
    pub(crate) fn removable(&self, market: &Market) -> Money {
        let above_maintenance = self.wallet - self.maintenance(market);
        let above_initial = self.wallet + self.unrealised(market) - self.position_margin(market);
        above_maintenance.min(above_initial).max(Money::ZERO)
    }

    pub(crate) fn unrealised(&self, market: &Market) -> Money {
        self.position.unrealised(market.mark.value)
    }

    /// What the risk limit bounds: the position at the mark price with all resting orders of one side at their prices.
    pub(crate) fn exposure(&self, side: Side, market: &Market) -> Money {
        market.mark.value.times(side.sign() * self.position.contracts) + self.open_side(side).value
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
        if orders[key].order.reduce_only {
            self.reduce_only.push(key);
        }
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
        self.reduce_only.retain(|&other| other != key);
    }
}
