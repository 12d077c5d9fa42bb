//! How an event changes the state. Nothing else does.

use lmex_types::{OrderId, OrderType, Side};

use super::{Engine, InFlight, State, Taker};
use crate::book::{Front, Key, QueueModel};
use crate::margin::Slot;
use crate::market::{Mark, Market};
use crate::message::{CrowdPurpose, Event, Fill, LevelCause, Party};
use crate::{AccountId, MarketId, Money, Order};

impl Engine {
    /// Takes the state past an event. Replaying all events of an engine into a new one of the same `Config` gives an
    /// equal state.
    ///
    /// An event that does not fit the state (of a damaged journal) is passed over where it does not; `digest`
    /// and `audit` tell.
    pub fn evolve(&mut self, event: &Event) {
        let model = self.config.queue_model;
        let state = &mut self.state;
        match *event {
            Event::MarketOpened(ref opened) => {
                if let Some(market) = Market::new(opened) {
                    state.insert_market(market);
                }
            }
            Event::TradingSet { market, open } => state.on_market(market, |market| market.open = open),
            Event::AccountOpened { account, maker_fee, taker_fee } => {
                state.accounts.open(account, maker_fee, taker_fee);
            }
            Event::Deposited { account, amount, .. } => state.deposited(account, amount),
            Event::OrderAccepted { ref order } => state.accepted(order),
            Event::OrderRested { order, .. } => state.on_order(order, |state, key| {
                state.rest(key);
                state.in_flight = None;
            }),
            Event::Fill(ref fill) => state.filled(fill),
            Event::OrderCancelled { order, .. } => state.on_order(order, |state, key| {
                state.take_out(key);
                state.end(key);
            }),
            Event::OrderAmended { order, price, contracts, kept_place, .. } => {
                state.on_order(order, |state, key| state.amended(key, price, contracts, kept_place));
            }
            Event::CrowdEntered { market, side, price, contracts, purpose } => {
                let taker = Taker::Crowd { purpose, remaining: contracts, unreported: contracts };
                state.in_flight = Some(InFlight { market, side, limit: price, taker });
            }
            Event::LevelChanged { market, side, price, crowd, cause, .. } => {
                state.level_changed(market, side, price, crowd, cause, model);
            }
            Event::Trade { market, trade_id, price, .. } => {
                state.next_trade = trade_id + 1;
                state.in_flight = None;
                state.on_market(market, |market| market.last = price);
            }
            Event::PricesSet { market, index, mark } => state.on_market(market, |market| {
                market.index = index;
                if let Some(mark) = Mark::of(mark, &market.instrument, &market.rules, &market.scale) {
                    market.mark = mark;
                }
            }),
            Event::FundingRateSet { market, rate, next } => state.on_market(market, |market| {
                market.funding_rate = rate;
                market.next_funding = next;
            }),
            Event::LeverageSet { account, market, leverage } => {
                if let Some(slot) = state.accounts.slot(account) {
                    state.accounts[slot].holding_mut(market).leverage = leverage;
                }
            }
            Event::OrderRefused { .. }
            | Event::AmendRefused { .. }
            | Event::CancelRefused { .. }
            | Event::CommandRefused { .. } => {}
        }
    }
}

impl State {
    fn on_market(&mut self, market: MarketId, change: impl FnOnce(&mut Market)) {
        if let Some(market) = self.market_mut(market) {
            change(market);
        }
    }

    fn on_order(&mut self, order: OrderId, change: impl FnOnce(&mut Self, Key)) {
        if let Some(key) = self.orders.find(order) {
            change(self, key);
        }
    }

    fn deposited(&mut self, account: AccountId, amount: Money) {
        if let Some(slot) = self.accounts.slot(account) {
            self.accounts[slot].balance += amount;
            self.deposits += amount;
        }
    }

    fn accepted(&mut self, order: &Order) {
        let Some(slot) = self.accounts.slot(order.account) else { return };
        if self.market(order.market).is_none() || self.orders.find(order.id).is_some() {
            return;
        }
        let key = self.orders.insert(*order, slot);
        self.accounts[slot].holding_mut(order.market).link(&mut self.orders, key);
        if let Some(at) = order.expires_at {
            self.expiries.insert((at, order.id));
        }
        self.take_in(key);
    }

    /// The order is what comes in now.
    fn take_in(&mut self, key: Key) {
        let order = self.orders[key].order;
        let Some(market) = self.market(order.market) else { return };
        let limit = match order.order_type {
            OrderType::Limit => order.price,
            OrderType::Market => market.protection(order.side),
        };
        let taker = Taker::Order(key);
        self.in_flight = Some(InFlight { market: order.market, side: order.side, limit, taker });
    }

    fn rest(&mut self, key: Key) {
        let order = self.orders[key].order;
        if self.orders[key].rests {
            return;
        }
        let Some(parts) = self.parts(order.market) else { return };
        parts.market.book.side_mut(order.side).push_back(parts.orders, key);
        parts.market.reduce_only += usize::from(order.reduce_only);
        self.count_open(key, order.remaining());
    }

    /// Takes a resting order out of the book; it stays open.
    fn take_out(&mut self, key: Key) {
        if !self.orders[key].rests {
            return;
        }
        let order = self.orders[key].order;
        self.count_open(key, -order.remaining());
        let Some(parts) = self.parts(order.market) else { return };
        parts.market.book.side_mut(order.side).remove(parts.orders, key);
        parts.market.reduce_only -= usize::from(order.reduce_only);
    }

    /// Resting contracts that need margin change.
    fn count_open(&mut self, key: Key, contracts: i64) {
        let (order, slot) = (self.orders[key].order, self.orders[key].slot);
        if order.reduce_only {
            return;
        }
        let Some(parts) = self.parts(order.market) else { return };
        let value = parts.market.value(order.price, contracts);
        parts.accounts[slot].holding_mut(order.market).change_open(order.side, contracts, value);
    }

    /// The order is no longer open.
    fn end(&mut self, key: Key) {
        let (order, slot) = (self.orders[key].order, self.orders[key].slot);
        self.accounts[slot].holding_mut(order.market).unlink(&mut self.orders, key);
        if let Some(at) = order.expires_at {
            self.expiries.remove(&(at, order.id));
        }
        self.orders.remove(key);
        if self.in_flight.is_some_and(|in_flight| in_flight.taker == Taker::Order(key)) {
            self.in_flight = None;
        }
    }

    fn amended(&mut self, key: Key, price: i64, contracts: i64, kept_place: bool) {
        if !kept_place {
            self.take_out(key);
            let order = &mut self.orders[key].order;
            order.price = price;
            order.contracts = contracts;
            return self.take_in(key);
        }
        let order = &mut self.orders[key].order;
        let cut = order.contracts - contracts;
        order.contracts = contracts;
        let (market, side) = (order.market, order.side);
        self.count_open(key, -cut);
        self.on_market(market, |market| market.book.side_mut(side).shrink(price, cut));
    }

    fn filled(&mut self, fill: &Fill) {
        let Some(parts) = self.parts(fill.market) else { return };
        let book = parts.market.book.side_mut(fill.aggressor.opposite());
        let front = book.level(fill.price).map(|level| level.front(parts.orders));
        let fits = |key: Key| {
            let order = &parts.orders[key].order;
            Some(order.id) == fill.maker.order && order.remaining() >= fill.contracts
        };
        let maker = match front {
            Some(Front::User(key)) if fits(key) => Some(key),
            Some(Front::Crowd(there)) if fill.maker.order.is_none() && there >= fill.contracts => None,
            _ => return,
        };
        if maker.is_none() {
            book.take_crowd(parts.orders, fill.price, fill.contracts);
        }
        parts.market.last = fill.price;
        self.next_trade = fill.trade_id + 1;
        let maker_slot = maker.map_or(Slot::CROWD, |key| self.orders[key].slot);
        if let Some(key) = maker {
            self.fill_maker(key, fill);
        }
        let taker_slot = self.fill_taker(fill);
        self.settle(maker_slot, fill.aggressor.opposite(), &fill.maker, fill);
        self.settle(taker_slot, fill.aggressor, &fill.taker, fill);
        self.touched = [(maker_slot, fill.market), (taker_slot, fill.market)].map(Some);
    }

    fn fill_maker(&mut self, key: Key, fill: &Fill) {
        self.count_open(key, -fill.contracts);
        self.orders[key].order.filled += fill.contracts;
        let order = self.orders[key].order;
        self.on_market(fill.market, |market| {
            market.book.side_mut(order.side).shrink(order.price, fill.contracts);
        });
        if order.remaining() == 0 {
            self.take_out(key);
            self.end(key);
        }
    }

    fn fill_taker(&mut self, fill: &Fill) -> Slot {
        match self.in_flight.as_mut().map(|in_flight| &mut in_flight.taker) {
            Some(&mut Taker::Order(key)) => {
                let resting = &mut self.orders[key];
                resting.order.filled += fill.contracts;
                let (slot, done) = (resting.slot, resting.order.remaining() == 0);
                if done {
                    self.end(key);
                }
                slot
            }
            Some(Taker::Crowd { remaining, unreported, .. }) => {
                *remaining -= fill.contracts;
                *unreported -= fill.contracts;
                if *unreported == 0 {
                    self.in_flight = None;
                }
                Slot::CROWD
            }
            None => Slot::CROWD,
        }
    }

    fn settle(&mut self, slot: Slot, side: Side, party: &Party, fill: &Fill) {
        let Some(parts) = self.parts(fill.market) else { return };
        let value = parts.market.value(fill.price, 1);
        let account = &mut parts.accounts[slot];
        if account.id != party.account {
            return;
        }
        account.balance += party.realised_pnl - party.fee;
        let holding = account.holding_mut(fill.market);
        holding.position = holding.position.filled(side, fill.contracts, value).0;
        self.fees += party.fee;
    }

    fn level_changed(
        &mut self,
        market: MarketId,
        side: Side,
        price: i64,
        crowd: i64,
        cause: LevelCause,
        model: QueueModel,
    ) {
        let Some(parts) = self.parts(market) else { return };
        let book = parts.market.book.side_mut(side);
        let taken = book.crowd(price) - crowd;
        match cause {
            LevelCause::Taken => book.take_crowd(parts.orders, price, taken),
            LevelCause::Set => book.set_crowd(parts.orders, price, crowd, model),
        }
        self.crowd_changed(side, taken, cause);
    }

    /// What an incoming crowd took counts against it; when its own level is set it has come to rest.
    fn crowd_changed(&mut self, changed: Side, taken: i64, cause: LevelCause) {
        let Some(InFlight { side, taker: Taker::Crowd { purpose, remaining, .. }, .. }) = &mut self.in_flight
        else {
            return;
        };
        match (cause, *purpose) {
            (LevelCause::Taken, CrowdPurpose::Print) => *remaining -= taken,
            (LevelCause::Set, CrowdPurpose::Depth) if *side == changed => self.in_flight = None,
            _ => {}
        }
    }
}
