//! The book alone: no accounts, money or events. What matching costs by itself, to be measured beside other books.

use lmex_types::{OrderId, OrderType, Side, TimeInForce, TimeMs};

use super::{Book, Front, Key, Orders};
use crate::margin::Slot;
use crate::{AccountId, Exits, LegId, MarketId, Order, Purpose};

/// A book that matches limit orders by price and time, with the engine's own levels and orders.
///
/// For `benches/book.rs`; it is no part of the engine and makes no promises.
#[derive(Debug, Clone)]
pub struct BareBook {
    book: Book,
    orders: Orders,
}

impl Default for BareBook {
    fn default() -> Self {
        Self { book: Book::new(), orders: Orders::default() }
    }
}

impl BareBook {
    /// Trades what it can and rests the remainder. Answers the contracts and the number of fills.
    pub fn place(&mut self, id: OrderId, side: Side, price: i64, contracts: i64) -> (i64, usize) {
        let (mut filled, mut fills) = (0, 0);
        while filled < contracts
            && let Some((price, maker)) = self.front(side.opposite(), price)
        {
            filled += self.fill(side.opposite(), price, maker, contracts - filled);
            fills += 1;
        }
        if filled < contracts {
            let key = self.orders.insert(&order(id, side, price, contracts, filled), Slot::CROWD);
            self.book.side_mut(side).push_back(&mut self.orders, key);
        }
        (filled, fills)
    }

    /// Whether there was such an order.
    pub fn cancel(&mut self, id: OrderId) -> bool {
        let Some(key) = self.orders.find(id) else { return false };
        self.end(self.orders[key].order.side, key);
        true
    }

    /// Who trades next with an order of the other side at `limit`.
    fn front(&self, side: Side, limit: i64) -> Option<(i64, Key)> {
        let (price, level) = self.book.side(side).within(limit).next()?;
        match level.front(&self.orders) {
            Front::User(maker) => Some((price, maker)),
            Front::Crowd(_) => None,
        }
    }

    fn fill(&mut self, side: Side, price: i64, maker: Key, most: i64) -> i64 {
        let order = &mut self.orders[maker].order;
        let contracts = most.min(order.remaining());
        order.filled += contracts;
        let done = order.remaining() == 0;
        self.book.side_mut(side).shrink(price, contracts, 0);
        if done {
            self.end(side, maker);
        }
        contracts
    }

    fn end(&mut self, side: Side, key: Key) {
        self.book.side_mut(side).remove(&mut self.orders, key);
        self.orders.remove(key);
    }
}

fn order(id: OrderId, side: Side, price: i64, contracts: i64, filled: i64) -> Order {
    Order {
        id,
        client_id: None,
        account: AccountId::CROWD,
        market: MarketId(0),
        leg: LegId::ONE_WAY,
        side,
        order_type: OrderType::Limit,
        price,
        ordered: contracts,
        contracts,
        filled,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: false,
        accepted_at: TimeMs::from_millis(0),
        expires_at: None,
        trigger: None,
        purpose: Purpose::Trade,
        peer: None,
        exits: Exits::NONE,
        peg: None,
        is_spam: false,
    }
}
