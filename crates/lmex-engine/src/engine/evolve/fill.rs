//! What a fill does to orders, positions and money.

use lmex_types::Side;

use crate::book::{Front, Key, OpenOrder, Resting};
use crate::engine::{State, Taker, Unbound};
use crate::margin::Slot;
use crate::message::{Fill, Party};
use crate::{LegId, MarketId, Money};

impl State {
    pub(super) fn filled(&mut self, fill: &Fill) {
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
        self.last_price(fill.market, fill.price);
        self.next_trade = fill.trade_id + 1;
        let maker_slot = maker.map_or(Slot::CROWD, |key| self.orders[key].slot);
        if let Some(key) = maker {
            self.fill_maker(key, fill);
        }
        let taker_slot = self.fill_taker(fill);
        self.settle(maker_slot, fill.aggressor.opposite(), &fill.maker, fill);
        self.settle(taker_slot, fill.aggressor, &fill.taker, fill);
        self.touch(fill.market, [(maker_slot, fill.maker.leg), (taker_slot, fill.taker.leg)]);
    }

    /// Positions traded: those with orders that must fit them are looked at next.
    pub(super) fn touch(&mut self, market: MarketId, legs: [(Slot, LegId); 2]) {
        self.touched = legs.map(|(slot, leg)| {
            let holding = self.accounts[slot].holding(market, leg)?;
            holding.has_followers().then_some((slot, market, leg))
        });
    }

    /// An order that is about to trade brings its exits, and parts from its other leg.
    ///
    /// Exits come with the first fill that leaves a position of the order's own direction: what only reduces another one
    /// has nothing to protect.
    fn traded(&mut self, key: Key, contracts: i64) {
        self.part(key);
        if self.orders.conditions(key).exits.is_empty() {
            return;
        }
        let Resting { slot, order: OpenOrder { market, leg, side, .. }, .. } = self.orders[key];
        let held = self.accounts[slot].position(market, leg).contracts;
        if side.sign() * held + contracts <= 0 {
            return;
        }
        if let Some(free) = self.unbound.iter_mut().find(|unbound| unbound.is_none()) {
            let exits = self.orders.take_exits(key);
            *free = Some(Unbound { slot, market, leg, exits });
        }
    }

    fn fill_maker(&mut self, key: Key, fill: &Fill) {
        self.traded(key, fill.contracts);
        self.count_open(key, -fill.contracts);
        let hidden = self.orders.hidden(key);
        self.orders[key].order.filled += fill.contracts;
        let hidden = hidden - self.orders.hidden(key);
        let OpenOrder { side, price, .. } = self.orders[key].order;
        let remaining = self.orders[key].order.remaining();
        self.on_market(fill.market, |market| {
            market.book.side_mut(side).shrink(price, fill.contracts, hidden);
        });
        if remaining == 0 {
            self.take_out(key);
            self.end(key);
        }
    }

    fn fill_taker(&mut self, fill: &Fill) -> Slot {
        match self.in_flight.as_mut().map(|in_flight| &mut in_flight.taker) {
            Some(&mut Taker::Order(key)) => {
                self.traded(key, fill.contracts);
                let resting = &mut self.orders[key];
                resting.order.filled += fill.contracts;
                let (slot, done) = (resting.slot, resting.order.remaining() == 0);
                if done {
                    self.end(key);
                }
                slot
            }
            Some(Taker::Liquidation { slot, remaining, .. }) => {
                *remaining -= fill.contracts;
                *slot
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
        let Some(value) = self.market(fill.market).map(|market| market.value(fill.price, 1)) else { return };
        if self.accounts[slot].id == party.account {
            self.settle_at(slot, (fill.market, party.leg), side, fill.contracts, value, party);
        }
    }

    /// Position, money and fees of one party to a trade.
    pub(super) fn settle_at(
        &mut self,
        slot: Slot,
        (market, leg): (MarketId, LegId),
        side: Side,
        contracts: i64,
        value: Money,
        party: &Party,
    ) {
        let Some(parts) = self.parts(market) else { return };
        let account = &mut parts.accounts[slot];
        let gained = party.realised_pnl - party.fee - party.liquidation_fee;
        let (held, holds, to_balance) = account.change_leg(parts.market, leg, |holding| {
            let held = !holding.position.is_flat();
            holding.position = holding.position.filled(side, contracts, value).0;
            let isolated = holding.is_isolated();
            if isolated {
                holding.wallet += gained + party.moved;
            }
            let to_balance = if isolated { -party.moved } else { gained };
            (held, !holding.position.is_flat(), to_balance)
        });
        account.balance += to_balance;
        account.forget(market, leg);
        self.fees += party.fee;
        self.insurance += party.liquidation_fee;
        if holds != held {
            self.holds(slot, market, holds);
        }
    }

    /// Whether an account is among those with a position in a market.
    fn holds(&mut self, slot: Slot, market: MarketId, holds: bool) {
        if slot == Slot::CROWD {
            return;
        }
        let still = holds
            || self.accounts[slot].holdings_in(market).iter().any(|holding| !holding.position.is_flat());
        self.on_market(market, |market| {
            if still {
                market.holders.insert(slot);
            } else {
                market.holders.remove(&slot);
            }
        });
    }
}
