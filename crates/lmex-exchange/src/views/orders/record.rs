//! One order as it stands, or as it ended.

use lmex_engine::{CancelReason, Deleveraged, Event, Exits, Order, Purpose};
use lmex_types::{Decimal, OrderType, TimeInForce, TimeMs};
use serde::{Deserialize, Serialize};

use crate::ids::Ids;

/// An order as it stands, or as it ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OrderRecord {
    /// Price, size, trigger and filled part as they are now.
    pub(crate) order: Order,
    /// The price it was accepted with, in ticks.
    pub(crate) original_price: i64,
    /// The size it was accepted with, before amendments.
    pub(crate) original_contracts: i64,
    /// The trigger price it was accepted with, in ticks.
    pub(crate) original_trigger: Option<i64>,
    /// What has become of it.
    pub(crate) state: OrderState,
    /// Whose wish it was.
    pub(crate) origin: Origin,
    /// Whether it was placed to close a position.
    pub(crate) closes: bool,
    /// Sum of price × contracts over its fills, in ticks.
    traded: i128,
}

/// What has become of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OrderState {
    /// In the book, or waiting for its price.
    Open,
    /// Filled whole.
    Filled,
    /// Ended with a part unfilled.
    Cancelled(CancelReason),
}

/// Whose wish an order was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// The account's.
    User,
    /// The venue's, to close a position that is no longer covered.
    Liquidation,
    /// The venue's, to close a position in profit against one that could not be liquidated in the book.
    Deleveraging,
}

impl OrderRecord {
    /// An order that has just been accepted.
    pub(crate) fn new(order: Order) -> Self {
        Self {
            order,
            original_price: order.price,
            original_contracts: order.contracts,
            original_trigger: order.trigger.map(|trigger| trigger.price),
            state: OrderState::Open,
            origin: Origin::User,
            closes: order.is_bound(),
            traded: 0,
        }
    }

    /// The order of a liquidation; `None` of any other event.
    pub(crate) fn liquidation(at: TimeMs, event: &Event) -> Option<Self> {
        let Event::LiquidationOrder { account, market, leg, order, side, contracts, .. } = *event else {
            return None;
        };
        let order = Order { id: order, account, market, leg, side, contracts, ..venues_own(at) };
        Some(Self { origin: Origin::Liquidation, ..Self::new(order) })
    }

    /// The order that the one in profit never sent: its part of a trade outside the book.
    pub(crate) fn deleveraging(at: TimeMs, trade: &Deleveraged) -> Self {
        let order = Order {
            id: Ids::deleveraging(trade.trade_id),
            account: trade.winner.account,
            market: trade.market,
            leg: trade.winner.leg,
            side: trade.side.opposite(),
            contracts: trade.contracts,
            ..venues_own(at)
        };
        Self { origin: Origin::Deleveraging, ..Self::new(order) }
    }

    /// Average price of what was filled, in ticks; `None` before the first fill.
    pub(crate) fn average_ticks(&self) -> Option<Decimal> {
        let traded = Decimal::try_from_i128_with_scale(self.traded, 0).ok()?;
        traded.checked_div(Decimal::from(self.order.filled))
    }

    /// It traded.
    pub(crate) fn fill(&mut self, price: i64, contracts: i64) {
        self.order.filled += contracts;
        self.traded += i128::from(price) * i128::from(contracts);
    }

    /// The price it waited for has come.
    pub(crate) fn fire(&mut self, contracts: i64) {
        self.order.contracts = contracts;
        if let Some(trigger) = &mut self.order.trigger {
            trigger.fired = true;
        }
    }

    /// It changed; a trigger that is not given stays.
    pub(crate) fn amend(&mut self, price: i64, contracts: i64, trigger: Option<i64>) {
        (self.order.price, self.order.contracts) = (price, contracts);
        if let (Some(waits), Some(price)) = (&mut self.order.trigger, trigger) {
            waits.price = price;
        }
    }
}

/// What orders of the venue have in common: at market, and only against the position.
fn venues_own(at: TimeMs) -> Order {
    Order {
        id: Ids::deleveraging(0),
        client_id: None,
        account: lmex_engine::AccountId::CROWD,
        market: lmex_engine::MarketId(0),
        leg: lmex_engine::LegId::ONE_WAY,
        side: lmex_types::Side::Buy,
        order_type: OrderType::Market,
        price: 0,
        contracts: 0,
        filled: 0,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: true,
        accepted_at: at,
        expires_at: None,
        trigger: None,
        purpose: Purpose::Trade,
        peer: None,
        exits: Exits::NONE,
        peg: None,
        is_spam: false,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use lmex_engine::{AccountId, MarketId};
    use lmex_types::{OrderId, Side};

    /// A buy of 3 contracts at 100 ticks.
    pub(crate) fn order(number: u128) -> Order {
        Order {
            id: OrderId::from_bits(number),
            client_id: "mine".parse().ok(),
            account: AccountId(1),
            market: MarketId(0),
            side: Side::Buy,
            order_type: OrderType::Limit,
            price: 100,
            contracts: 3,
            reduce_only: false,
            ..venues_own(TimeMs::default())
        }
    }
}
