//! Who waits at which price: two sides of levels, in each level users' orders with the crowd between them.

mod bare;
mod index;
mod ladder;
mod level;
mod open_order;
mod orders;
mod queue;
mod side;
mod slab;

pub use bare::BareBook;
pub(crate) use level::{Front, Level};
pub(crate) use open_order::OpenOrder;
pub(crate) use orders::{Key, Orders, Resting};
pub use queue::QueueModel;
pub(crate) use side::BookSide;

use lmex_types::Side;

/// The book of one market. The orders themselves live in [`Orders`], which all markets share.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    bids: BookSide,
    asks: BookSide,
}

impl Book {
    pub(crate) fn new() -> Self {
        Self { bids: BookSide::new(Side::Buy), asks: BookSide::new(Side::Sell) }
    }

    pub(crate) fn side(&self, side: Side) -> &BookSide {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    pub(crate) fn side_mut(&mut self, side: Side) -> &mut BookSide {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    /// Visible total of an order's level when its resting contracts go from `before` to `after`; 0 is not there.
    pub(crate) fn total_after(&self, orders: &Orders, key: Key, before: i64, after: i64) -> i64 {
        let OpenOrder { side, price, .. } = orders[key].order;
        let visible = |remaining| orders.visible_of(key, remaining);
        self.side(side).total(price) - visible(before) + visible(after)
    }

    /// Whether an order of `side` at `limit` would trade now.
    pub(crate) fn crosses(&self, side: Side, limit: i64) -> bool {
        self.side(side.opposite()).within(limit).next().is_some()
    }
}
