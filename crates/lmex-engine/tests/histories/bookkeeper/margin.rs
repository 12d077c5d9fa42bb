//! Whether there is the margin for an order that comes in or changes, and what may be withdrawn, reckoned a second time.

use std::collections::BTreeSet;

use lmex_engine::{AccountId, Engine, Event, LegId, LegView, MarginMode, MarketId, Order};
use lmex_types::{OrderType, Side};

use super::{Bookkeeper, part_up};

/// Contracts and value of open orders of one side.
type Open = (i64, i128);

/// A leg with what rests there.
struct Resting {
    view: LegView,
    /// The tier's initial rate.
    rate: i64,
    /// Buys, sells.
    sides: [Open; 2],
}

impl Bookkeeper {
    /// `engine` has not gone past this event yet.
    pub(super) fn has_margin(&self, event: &Event, engine: &Engine) {
        match *event {
            Event::OrderAccepted { ref order } if !order.waits() => self.is_affordable(order, None, engine),
            Event::OrderTriggered { order, contracts, .. } => {
                let order = engine.order(order).unwrap();
                self.is_affordable(&Order { contracts, ..order }, None, engine);
            }
            Event::OrderAmended { order, price, contracts, trigger: None, .. } => {
                let old = engine.order(order).unwrap();
                self.is_affordable(&Order { price, contracts, ..old }, Some(&old), engine);
            }
            Event::Withdrawn { account, amount, .. } => {
                let profit = self.covers(account, engine)[&None].equity
                    - engine.wallet(account).unwrap().balance.units();
                let free = self.available(account, engine) - profit.max(0);
                assert!(amount.units() <= free, "{free} can be taken out: {event:?}");
            }
            _ => {}
        }
    }

    /// What is free is enough for what the order adds to what rests, less what it replaces: margin, and fee and loss of
    /// what it opens. An amend that adds nothing of either is always allowed.
    fn is_affordable(&self, order: &Order, replaces: Option<&Order>, engine: &Engine) {
        if order.reduce_only {
            return;
        }
        let (account, market, side) = (order.account, order.market, order.side);
        let leg = self.resting((account, market, order.leg), engine);
        let value = self.value(order, engine);
        let add = |open: Open, contracts: i64, value: i128| {
            (open.0 + contracts, open.1 + value * i128::from(contracts))
        };
        let at = usize::from(side == Side::Sell);
        let (old, old_value) = replaces.map_or((0, 0), |old| (old.remaining(), self.value(old, engine)));
        let rest = add(leg.sides[at], -old, old_value);
        let mut grown = leg.sides;
        grown[at] = add(rest, order.remaining(), value);
        let beyond = |open: Open| (open.0 - (-side.sign() * leg.view.contracts).max(0)).max(0);
        let cost = |open: Open, value: i128| {
            let opening = i128::from((beyond(open) - beyond(rest)).max(0));
            let loss = (value - self.markets[&market].mark_value) * i128::from(side.sign());
            part_up(value * opening, self.fees[&account][1]).max(0) + loss.max(0) * opening
        };
        let held = self.markets[&market].mark_value * i128::from(side.sign() * leg.view.contracts);
        let grows = value * i128::from(order.remaining()) > old_value * i128::from(old);
        assert!(!grows || held + grown[at].1 <= leg.view.limit.units(), "beyond its tier: {order:?}");
        let added = leg.margin(grown) - leg.margin(leg.sides);
        let (cost, before) = (cost(grown[at], value), cost(leg.sides[at], old_value));
        let required = if added <= 0 && cost <= before { 0 } else { added + cost };
        let available = self.available(account, engine);
        assert!(required <= 0 || required <= available, "{required} of {available} for {order:?}");
    }

    /// Of one contract: at the limit; of a market order, where it would trade first.
    fn value(&self, order: &Order, engine: &Engine) -> i128 {
        let priced = &self.markets[&order.market];
        let price = match order.order_type {
            OrderType::Limit => Some(order.price),
            OrderType::Market => best(engine, order.market, order.side.opposite()),
        };
        price.map_or(priced.mark_value, |price| priced.tick_value * i128::from(price))
    }

    /// Balance and profit of the cross positions, less the initial margin of them and of all resting orders.
    pub(super) fn available(&self, account: AccountId, engine: &Engine) -> i128 {
        let orders = engine.open_orders(account, None).map(|order| (order.market, order.leg));
        let held = self.positions.keys().filter(|held| held.0 == account).map(|held| (held.1, held.2));
        let places: BTreeSet<(MarketId, LegId)> = orders.chain(held).collect();
        let mut available = engine.wallet(account).unwrap().balance.units();
        for (market, leg) in places {
            let held = self.positions.get(&(account, market, leg));
            let leg = self.resting((account, market, leg), engine);
            available -= leg.margin(leg.sides);
            if let Some(&(contracts, cost)) = held.filter(|_| leg.view.margin == MarginMode::Cross) {
                let value = self.markets[&market].mark_value * i128::from(contracts);
                available += value - cost - leg.initial(value.abs());
            }
        }
        available
    }

    fn resting(&self, (account, market, leg): (AccountId, MarketId, LegId), engine: &Engine) -> Resting {
        let mut sides = [(0, 0); 2];
        for order in engine.open_orders(account, Some(market)).filter(|order| order.leg == leg) {
            if !order.waits() && !order.reduce_only {
                let side: &mut Open = &mut sides[usize::from(order.side == Side::Sell)];
                let value = self.markets[&market].tick_value * i128::from(order.price);
                *side = (side.0 + order.remaining(), side.1 + value * i128::from(order.remaining()));
            }
        }
        let view = engine.leg(account, market, leg).unwrap();
        let rate = engine.market(market).unwrap().rules().tiers.tier(view.level).initial.parts();
        Resting { view, rate, sides }
    }
}

impl Resting {
    /// Of the dearer side, as far as it goes beyond closing the position.
    fn margin(&self, [buys, sells]: [Open; 2]) -> i128 {
        let opening = |(contracts, value): Open, closable: i64| {
            let closing = closable.clamp(0, contracts);
            if closing == 0 { value } else { value - value * i128::from(closing) / i128::from(contracts) }
        };
        let held = self.view.contracts;
        self.initial(opening(buys, -held).max(opening(sells, held)))
    }

    /// Of a value.
    fn initial(&self, value: i128) -> i128 {
        let by_leverage = -(-value).div_euclid(i128::from(self.view.leverage));
        by_leverage.max(part_up(value, self.rate.into()))
    }
}

/// The best price of a side, hidden orders included.
fn best(engine: &Engine, market: MarketId, side: Side) -> Option<i64> {
    let view = engine.market(market).unwrap();
    let seen = match side {
        Side::Buy => view.best_bid(),
        Side::Sell => view.best_ask(),
    };
    let orders = engine.accounts().flat_map(|account| engine.open_orders(account, Some(market)));
    let resting = orders.filter(|order| order.side == side && !order.waits()).map(|order| order.price);
    resting.chain(seen.map(|(price, _)| price)).max_by_key(|price| side.sign() * price)
}
