//! A seeded stream of limit orders and cancels, and what a plain book makes of it.
//!
//! Two thirds are orders, of which some cross, one third cancels of random open orders; about a third of the operations
//! trade. The draws are those of the harness that the peers' figures come from, so that figures can be laid side by side.

use std::collections::BTreeMap;

use lmex_types::OrderId;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One operation, with what it must answer.
#[derive(Clone, Copy)]
pub(crate) enum Op {
    Place { id: u32, buy: bool, price: u32, contracts: u32, filled: u32, fills: u32 },
    Cancel { id: u32 },
}

/// Operations that fill the book, and those to be measured.
pub(crate) struct Stream {
    pub(crate) opening: Vec<Op>,
    pub(crate) ops: Vec<Op>,
}

impl Stream {
    /// `count` operations around `open` open orders.
    pub(crate) fn new(count: usize, seed: u64, open: usize) -> Self {
        let mut generator = Generator::new(seed, open);
        let opening = (0..open).filter_map(|_| generator.next(true)).collect();
        let ops = std::iter::from_fn(|| generator.next(false)).take(count).collect();
        Self { opening, ops }
    }

    /// Fills and filled contracts of the operations to be measured.
    pub(crate) fn totals(&self) -> (u64, u64) {
        self.ops.iter().fold((0, 0), |(all_fills, all_filled), op| match *op {
            Op::Place { fills, filled, .. } => (all_fills + u64::from(fills), all_filled + u64::from(filled)),
            Op::Cancel { .. } => (all_fills, all_filled),
        })
    }
}

/// Ids of the venue are random UUIDs, not serial numbers.
pub(crate) fn uuid(id: u32) -> OrderId {
    OrderId::from_bits(u128::from(id).wrapping_mul(0xda94_2042_e4dd_58b5_9e37_79b9_7f4a_7c15))
}

struct Generator {
    rng: ChaCha8Rng,
    book: Reference,
    target: usize,
    /// Ids that were open when they were last looked at.
    open: Vec<u32>,
    mid: u32,
    next_id: u32,
}

impl Generator {
    fn new(seed: u64, target: usize) -> Self {
        let rng = ChaCha8Rng::seed_from_u64(seed);
        Self { rng, book: Reference::default(), target, open: Vec::new(), mid: 120_000, next_id: 0 }
    }

    fn next(&mut self, opening: bool) -> Option<Op> {
        loop {
            let draw: f64 = self.rng.random();
            if self.rng.random::<f64>() < 0.02 {
                self.mid = if self.rng.random() { self.mid + 1 } else { self.mid - 1 };
            }
            let crosses = !opening && draw < 0.10;
            let many = self.open.len() > self.target;
            if opening || crosses || !(many || draw < 0.48 && self.open.len() > self.target / 2) {
                return Some(self.place(crosses));
            }
            if let Some(id) = self.forget_one() {
                self.book.cancel(id);
                return Some(Op::Cancel { id });
            }
        }
    }

    /// A random open order; those that were filled meanwhile are passed over.
    fn forget_one(&mut self) -> Option<u32> {
        while !self.open.is_empty() {
            let at = self.rng.random_range(0..self.open.len());
            let id = self.open.swap_remove(at);
            if self.book.prices.contains_key(&id) {
                return Some(id);
            }
        }
        None
    }

    fn place(&mut self, crosses: bool) -> Op {
        let buy: bool = self.rng.random();
        let size = self.rng.random_range(1..=100_u32);
        let (price, contracts) = if crosses {
            let best = self.book.best(!buy).unwrap_or(self.mid);
            (if buy { best + 1 } else { best - 1 }, size * 3)
        } else {
            let away = 1 + (-(1.0 - self.rng.random::<f64>()).ln() * 12.0) as u32;
            (if buy { self.mid - away } else { self.mid + away }, size)
        };
        let id = self.next_id;
        self.next_id += 1;
        let (filled, fills) = self.book.place(id, buy, price, contracts);
        if filled < contracts {
            self.open.push(id);
        }
        Op::Place { id, buy, price, contracts, filled, fills }
    }
}

/// The book at its plainest: the orders of a price in a list, searched from end to end.
#[derive(Default)]
struct Reference {
    bids: BTreeMap<u32, Vec<(u32, u32)>>,
    asks: BTreeMap<u32, Vec<(u32, u32)>>,
    prices: BTreeMap<u32, (bool, u32)>,
}

impl Reference {
    fn best(&self, bid: bool) -> Option<u32> {
        if bid { self.bids.keys().next_back().copied() } else { self.asks.keys().next().copied() }
    }

    fn side(&mut self, bid: bool) -> &mut BTreeMap<u32, Vec<(u32, u32)>> {
        if bid { &mut self.bids } else { &mut self.asks }
    }

    fn place(&mut self, id: u32, buy: bool, price: u32, contracts: u32) -> (u32, u32) {
        let (mut filled, mut fills) = (0, 0);
        while let Some(best) = self.best(!buy)
            && if buy { best <= price } else { best >= price }
            && filled < contracts
        {
            let level = self.side(!buy).entry(best).or_default();
            let (maker, left) = &mut level[0];
            let (maker, taken) = (*maker, (*left).min(contracts - filled));
            *left -= taken;
            let done = *left == 0;
            filled += taken;
            fills += 1;
            if done {
                self.cancel(maker);
            }
        }
        if filled < contracts {
            self.prices.insert(id, (buy, price));
            self.side(buy).entry(price).or_default().push((id, contracts - filled));
        }
        (filled, fills)
    }

    fn cancel(&mut self, id: u32) {
        let Some((buy, price)) = self.prices.remove(&id) else { return };
        let level = self.side(buy).entry(price).or_default();
        level.retain(|&(other, _)| other != id);
        if level.is_empty() {
            self.side(buy).remove(&price);
        }
    }
}
