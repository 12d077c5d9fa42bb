//! What a server knows of the engine's state from events alone.

use std::collections::BTreeMap;

use lmex_engine::{
    AccountId, Command, Deleveraged, Engine, Event, Exits, LegId, MarginMode, MarketId, Money, NewOrder,
    Order, Party, Trigger,
};
use lmex_types::{OrderId, Side};

/// A position: whose, where, which.
type Place = (u32, MarketId, LegId);

/// What a server knows from events alone.
#[derive(Default)]
pub(crate) struct Server {
    orders: BTreeMap<OrderId, Order>,
    levels: BTreeMap<(MarketId, Side, i64), i64>,
    balances: BTreeMap<u32, Money>,
    /// What is set aside for isolated positions.
    wallets: BTreeMap<Place, Money>,
    positions: BTreeMap<Place, i64>,
    last_trade: u64,
    /// The venue's own order with what is left of it.
    venue: Option<(OrderId, i64)>,
    fund: Money,
    /// The last leg of the isolated mode of each account.
    last_leg: BTreeMap<u32, u32>,
}

impl Server {
    /// `engine` has gone past this event and no further: it knows whose money covers a position.
    pub(crate) fn hear(&mut self, event: &Event, engine: &Engine) {
        if let Some(change) = event.level_change() {
            let key = (change.market, change.side, change.price);
            assert!(change.contracts >= 0, "{event:?}");
            match change.contracts {
                0 => self.levels.remove(&key),
                contracts => self.levels.insert(key, contracts),
            };
        }
        match event {
            Event::Deposited { account, amount, balance } => {
                self.pay((account.0, None), *amount);
                assert_eq!(self.balances.get(&account.0), Some(balance));
            }
            Event::Withdrawn { account, amount, balance } => {
                self.pay((account.0, None), -*amount);
                assert_eq!(self.balances.get(&account.0), Some(balance));
            }
            Event::LeverageSet { account, market, leg, moved, .. }
            | Event::RiskLimitSet { account, market, leg, moved, .. }
            | Event::MarginMoved { account, market, leg, moved } => {
                self.set_aside((account.0, *market, *leg), *moved);
            }
            Event::OrderAccepted { order } => {
                assert!(self.orders.insert(order.id, *order).is_none());
            }
            Event::OrderTriggered { order, contracts, trigger, .. } => {
                let order = self.orders.get_mut(order).unwrap();
                assert!(order.waits());
                let moves = order.trigger.is_some_and(|waits| waits.trail.is_some());
                assert!(moves || order.trigger.is_some_and(|waits| waits.price == *trigger));
                order.contracts = *contracts;
                order.trigger = order.trigger.map(|trigger| Trigger { fired: true, ..trigger });
            }
            Event::OrderCancelled { order, remaining, .. } => {
                assert_eq!(self.orders.remove(order).unwrap().remaining(), *remaining);
            }
            Event::OrderAmended { order, price, contracts, remaining, trigger, .. } => {
                let order = self.orders.get_mut(order).unwrap();
                assert_eq!(order.waits(), trigger.is_some());
                order.trigger =
                    order.trigger.map(|old| Trigger { price: trigger.unwrap_or(old.price), ..old });
                (order.price, order.contracts) = (*price, *contracts);
                assert_eq!(order.remaining(), *remaining);
            }
            Event::Fill(fill) => {
                self.trade(fill.trade_id);
                for (party, side) in [(&fill.maker, fill.aggressor.opposite()), (&fill.taker, fill.aggressor)]
                {
                    self.settle(engine, party, fill.market, side.sign() * fill.contracts);
                    let Some(id) = party.order.filter(|&id| !self.is_of_venue(id, party)) else { continue };
                    let order = self.orders.get_mut(&id).unwrap();
                    order.filled += fill.contracts;
                    assert_eq!(order.remaining(), party.remaining);
                    assert!(!order.reduce_only || order.remaining() >= 0);
                    if party.remaining == 0 {
                        self.orders.remove(&id);
                    }
                }
            }
            Event::LiquidationOrder { order, contracts, .. } => {
                assert_eq!(self.venue, None);
                self.venue = Some((*order, *contracts));
            }
            Event::LiquidationOrderEnded { order, remaining, .. } => {
                assert_eq!(self.venue.take(), Some((*order, *remaining)));
            }
            Event::Deleveraged(deleveraged) => {
                let Deleveraged { market, trade_id, contracts, side, ref loser, ref winner, .. } =
                    *deleveraged;
                self.trade(trade_id);
                self.settle(engine, loser, market, side.sign() * contracts);
                self.settle(engine, winner, market, -side.sign() * contracts);
            }
            Event::FundingPaid { account, market, leg, amount, .. } => {
                self.pay(covered_by(engine, (account.0, *market, *leg)), -*amount);
            }
            Event::InsuranceFunded { amount } => self.fund += *amount,
            Event::InsurancePaid { account, position, amount, fund } => {
                self.pay((account.0, *position), *amount);
                self.fund -= *amount;
                assert_eq!(self.fund, *fund);
            }
            Event::Trade { trade_id, contracts, .. } => {
                assert!(*contracts > 0);
                self.trade(*trade_id);
            }
            _ => {}
        }
    }

    fn settle(&mut self, engine: &Engine, party: &Party, market: MarketId, contracts: i64) {
        let place = (party.account.0, market, party.leg);
        let gained = party.realised_pnl - party.fee - party.liquidation_fee;
        self.pay(covered_by(engine, place), gained);
        self.set_aside(place, party.moved);
        *self.positions.entry(place).or_default() += contracts;
        self.fund += party.liquidation_fee;
        assert!(!party.liquidation_fee.is_negative());
    }

    /// Money comes to a balance, or to an isolated position.
    fn pay(&mut self, (account, position): (u32, Option<(MarketId, LegId)>), amount: Money) {
        match position {
            Some((market, leg)) => *self.wallets.entry((account, market, leg)).or_default() += amount,
            None => *self.balances.entry(account).or_default() += amount,
        }
    }

    fn set_aside(&mut self, (account, market, leg): Place, moved: Money) {
        if moved.units() == 0 {
            return;
        }
        self.pay((account, None), -moved);
        self.pay((account, Some((market, leg))), moved);
    }

    /// The venue's own order is filled.
    fn is_of_venue(&mut self, id: OrderId, party: &Party) -> bool {
        let Some((_, remaining)) = self.venue.as_mut().filter(|(order, _)| *order == id) else {
            return false;
        };
        assert!(party.remaining < *remaining);
        *remaining = party.remaining;
        true
    }

    /// A position of the isolated mode that is opened was never there before.
    pub(crate) fn new_leg(&mut self, command: &Command, events: &[Event]) {
        let Command::Place(NewOrder { leg: None, account, order: id, .. }) = command else { return };
        for event in events {
            let Event::OrderAccepted { order } = event else { continue };
            let Some(number) = order.leg.isolated_number().filter(|_| order.id == *id) else { continue };
            let last = self.last_leg.insert(account.0, number).unwrap_or(0);
            assert!(number > last, "{event:?} after leg {last}");
        }
    }

    fn trade(&mut self, trade_id: u64) {
        assert_eq!(trade_id, self.last_trade + 1);
        self.last_trade = trade_id;
    }

    pub(crate) fn compare(&self, engine: &Engine) {
        let mut levels = BTreeMap::new();
        for market in engine.markets() {
            for side in [Side::Buy, Side::Sell] {
                let depth =
                    market.depth(side).map(|(price, contracts)| ((market.id(), side, price), contracts));
                levels.extend(depth);
            }
        }
        assert_eq!(self.levels, levels);
        assert_eq!(self.fund, engine.insurance_fund());
        for account in engine.accounts() {
            let wallet = engine.wallet(account).unwrap();
            assert_eq!(self.balances.get(&account.0).copied().unwrap_or_default(), wallet.balance);
            for order in engine.open_orders(account, None) {
                assert_eq!(self.orders.get(&order.id).map(told), Some(told(&order)));
            }
        }
        let positions = engine.accounts().flat_map(|account| {
            engine
                .positions(account)
                .map(move |found| ((account.0, found.market, found.leg), found.contracts))
        });
        let known = self.positions.iter().filter(|(_, contracts)| **contracts != 0);
        assert_eq!(
            known.map(|(&at, &contracts)| (at, contracts)).collect::<BTreeMap<_, _>>(),
            positions.collect()
        );
        for (&(account, market, leg), &money) in &self.wallets {
            let wallet = engine.leg(AccountId(account), market, leg).unwrap().wallet;
            assert_eq!(money, wallet, "of {account} on {leg} in {market}");
        }
        let open: usize = engine.accounts().map(|account| engine.open_orders(account, None).count()).sum();
        assert_eq!(self.orders.len(), open);
    }
}

/// Whose money a position's gains come to.
fn covered_by(engine: &Engine, (account, market, leg): Place) -> (u32, Option<(MarketId, LegId)>) {
    let margin = engine.margin_mode(AccountId(account), market, leg).unwrap();
    (account, (margin == MarginMode::Isolated).then_some((market, leg)))
}

/// What events say of an order: its trail, its pair and its exits go their way without a word.
fn told(order: &Order) -> Order {
    let trigger = order.trigger.map(|trigger| match trigger.trail {
        Some(_) => Trigger { price: 0, ..trigger },
        None => trigger,
    });
    Order { trigger, peer: None, exits: Exits::NONE, ..*order }
}
