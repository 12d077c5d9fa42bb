//! One order as it stands, or as it ended.

use lmex_engine::{AccountId, CancelReason, Deleveraged, Event, Exits, Order, Party, Purpose};
use lmex_types::{Decimal, OrderId, OrderType, Side, TimeInForce, TimeMs};
use serde::{Deserialize, Serialize};

use crate::ids::Ids;

/// An order as it stands, or as it ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OrderRecord {
    /// Price, size, trigger and filled part as they are now.
    pub(crate) order: Order,
    /// The price it was accepted with, in ticks.
    pub(crate) original_price: i64,
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
    /// The venue's, to close a position that is no longer covered, in the book or against another leg of the account.
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
        let order =
            Order { id: order, account, market, leg, side, ordered: contracts, contracts, ..venues_own(at) };
        Some(Self { origin: Origin::Liquidation, ..Self::new(order) })
    }

    /// The orders of a trade outside the book that nobody sent, each with the party whose it is: that of the one in
    /// profit, or, of two legs that close each other, both. The crowd has none.
    pub(crate) fn unsent(at: TimeMs, trade: &Deleveraged) -> Vec<(Self, Party)> {
        let (side, id) = (trade.side, trade.trade_id);
        let parts = match trade.is_offset() {
            true => vec![
                (trade.loser, side, Ids::offset(id, side), Origin::Liquidation),
                (trade.winner, side.opposite(), Ids::offset(id, side.opposite()), Origin::Liquidation),
            ],
            false => vec![(trade.winner, side.opposite(), Ids::deleveraging(id), Origin::Deleveraging)],
        };
        let users = parts.into_iter().filter(|(party, ..)| party.account != AccountId::CROWD);
        let record = |(party, side, id, origin): (Party, Side, OrderId, Origin)| {
            let order = Order {
                id,
                account: party.account,
                market: trade.market,
                leg: party.leg,
                side,
                ordered: trade.contracts,
                contracts: trade.contracts,
                ..venues_own(at)
            };
            (Self { origin, ..Self::new(order) }, Party { order: Some(id), ..party })
        };
        users.map(record).collect()
    }

    /// Average price of what was filled, in ticks; `None` before the first fill.
    pub(crate) fn average_ticks(&self) -> Option<Decimal> {
        self.traded_ticks()?.checked_div(Decimal::from(self.order.filled))
    }

    /// Sum of price × contracts over its fills, in ticks: exact, where the average is rounded.
    pub(crate) fn traded_ticks(&self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.traded, 0).ok()
    }

    /// It traded.
    pub(crate) fn fill(&mut self, price: i64, contracts: i64) {
        self.order.filled += contracts;
        self.traded += i128::from(price) * i128::from(contracts);
    }

    /// The price it waited for has come; `price` is where its trigger stood then.
    pub(crate) fn fire(&mut self, contracts: i64, price: i64) {
        self.order.contracts = contracts;
        if let Some(trigger) = &mut self.order.trigger {
            (trigger.fired, trigger.price) = (true, price);
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
        account: AccountId::CROWD,
        market: lmex_engine::MarketId(0),
        leg: lmex_engine::LegId::ONE_WAY,
        side: Side::Buy,
        order_type: OrderType::Market,
        price: 0,
        ordered: 0,
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
    use lmex_engine::MarketId;

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
            ordered: 3,
            contracts: 3,
            reduce_only: false,
            ..venues_own(TimeMs::default())
        }
    }
}
