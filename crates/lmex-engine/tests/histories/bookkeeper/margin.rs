//! Whether there is the margin for an order that comes in, reckoned a second time.

use std::collections::BTreeSet;

use lmex_engine::{AccountId, Engine, LegId, LegView, MarginMode, MarketId, Order};
use lmex_types::{OrderId, OrderType, Side};

use super::{Bookkeeper, part_up};

/// Contracts and value of open orders of one side.
type Open = (i64, i128);

/// A leg with what rests there of each side: buys, sells.
struct Resting {
    view: LegView,
    sides: [Open; 2],
}

impl Bookkeeper {
    /// What the account has free, before the order and with it, is enough for what the order adds: margin, and fee and
    /// loss of what it opens.
    pub(super) fn has_margin(&self, order: &Order, engine: &Engine) {
        if order.reduce_only || order.waits() {
            return;
        }
        let (account, market) = (order.account, order.market);
        let leg = self.resting((account, market, order.leg), Some(order.id), engine);
        let initial = engine.market(market).unwrap().rules().tiers.tier(leg.view.level).initial.parts();
        let priced = &self.markets[&market];
        let price = match order.order_type {
            OrderType::Limit => Some(order.price),
            OrderType::Market => best(engine, market, order.side.opposite(), order.id),
        };
        let value = price.map_or(priced.mark_value, |price| priced.tick_value * i128::from(price));
        let (sign, contracts) = (order.side.sign(), order.contracts);
        let mut sides = leg.sides;
        let same = &mut sides[usize::from(order.side == Side::Sell)];
        let closable = (-sign * leg.view.contracts).max(0);
        let before = (same.0 - closable).max(0);
        *same = (same.0 + contracts, same.1 + value * i128::from(contracts));
        let opening = i128::from((same.0 - closable).max(0) - before);
        let added = margin(&leg.view, initial, sides) - margin(&leg.view, initial, leg.sides);
        let loss = ((value - priced.mark_value) * i128::from(sign)).max(0) * opening;
        let [_, taker] = self.fees[&account];
        let cost = part_up(value * opening, taker).max(0) + loss;
        let required = if added <= 0 && cost == 0 { 0 } else { added + cost };
        let available = self.available(account, Some(order.id), engine);
        assert!(required <= 0 || required <= available, "{required} of {available} for {order:?}");
    }

    /// Balance and profit of the cross positions, less the initial margin of them and of all resting orders.
    pub(super) fn available(&self, account: AccountId, without: Option<OrderId>, engine: &Engine) -> i128 {
        let orders = engine.open_orders(account, None).map(|order| (order.market, order.leg));
        let held = self.positions.keys().filter(|held| held.0 == account).map(|held| (held.1, held.2));
        let places: BTreeSet<(MarketId, LegId)> = orders.chain(held).collect();
        let mut available = engine.wallet(account).unwrap().balance.units();
        for (market, leg) in places {
            let leg = self.resting((account, market, leg), without, engine);
            let tiers = &engine.market(market).unwrap().rules().tiers;
            let initial = tiers.tier(leg.view.level).initial.parts();
            available -= margin(&leg.view, initial, leg.sides);
            let held = self.positions.get(&(account, market, leg.view.leg));
            if let Some(&(contracts, cost)) = held.filter(|_| leg.view.margin == MarginMode::Cross) {
                let value = self.markets[&market].mark_value * i128::from(contracts);
                available += value - cost - of(&leg.view, initial, value.abs());
            }
        }
        available
    }

    fn resting(
        &self,
        (account, market, leg): (AccountId, MarketId, LegId),
        without: Option<OrderId>,
        engine: &Engine,
    ) -> Resting {
        let mut sides = [(0, 0); 2];
        let orders = engine.open_orders(account, Some(market));
        for order in orders.filter(|order| order.leg == leg && Some(order.id) != without) {
            if !order.waits() && !order.reduce_only {
                let side: &mut Open = &mut sides[usize::from(order.side == Side::Sell)];
                let value = self.markets[&market].tick_value * i128::from(order.price);
                *side = (side.0 + order.remaining(), side.1 + value * i128::from(order.remaining()));
            }
        }
        Resting { view: engine.leg(account, market, leg).unwrap(), sides }
    }
}

/// Of the dearer side, as far as it goes beyond closing the position.
fn margin(leg: &LegView, initial: i64, [buys, sells]: [Open; 2]) -> i128 {
    let opening = |(contracts, value): Open, closable: i64| {
        let closing = closable.clamp(0, contracts);
        if closing == 0 { value } else { value - value * i128::from(closing) / i128::from(contracts) }
    };
    of(leg, initial, opening(buys, -leg.contracts).max(opening(sells, leg.contracts)))
}

/// Initial margin of a value.
fn of(leg: &LegView, initial: i64, value: i128) -> i128 {
    let leverage = i128::from(leg.leverage);
    (-(-value).div_euclid(leverage)).max(part_up(value, initial.into()))
}

/// The best price of a side, hidden orders included, but for an order that has not come there yet.
fn best(engine: &Engine, market: MarketId, side: Side, without: OrderId) -> Option<i64> {
    let view = engine.market(market).unwrap();
    let seen = match side {
        Side::Buy => view.best_bid(),
        Side::Sell => view.best_ask(),
    };
    let orders = engine.accounts().flat_map(|account| engine.open_orders(account, Some(market)));
    let resting = orders.filter(|order| order.side == side && !order.waits() && order.id != without);
    let prices = resting.map(|order| order.price).chain(seen.map(|(price, _)| price));
    prices.max_by_key(|price| side.sign() * price)
}
