//! Market orders: when they come, on which side, how large.
//!
//! Arrivals excite further arrivals, at once and for half a minute (a Hawkes process). Sides have a long memory, since
//! most orders are pieces of larger ones that are worked off piece by piece (Lillo, Mike and Farmer, 2005). Sizes are
//! log-normal, with a few so large that they go through several levels.

use crate::crowd::Chance;

/// How long an order excites others, and how many it brings in that time, in thousandths. All together must stay
/// below 1000.
const FAST_MS: i64 = 400;
const FAST_CHILDREN: i64 = 600;
const SLOW_MS: i64 = 30_000;
const SLOW_CHILDREN: i64 = 200;
/// Most orders of one moment.
const MOST: i64 = 8;
/// Shares of the orders that are worked off at a time, in thousandths; the rest are single orders.
const SHARES: [i64; 3] = [650, 200, 50];
/// The standard deviation of sizes, in thousandths of a doubling: as recorded.
const SIZE_OCTAVES: i64 = 2_950;
/// Pieces of a median order that is worked off.
const PIECES: i64 = 3;
/// Most pieces.
const MOST_PIECES: i64 = 60;
/// How much more likely an order goes with a trend than against it, in thousandths.
const TREND_BIAS: i64 = 200;

/// How many times the median order the mean one is, as traded, in thousandths.
pub(crate) const MEAN_ORDER: i64 = 7_000;
/// How many orders come for each that comes by itself, in thousandths.
pub(crate) const WITH_CHILDREN: i64 = 1_000_000 / (1_000 - FAST_CHILDREN - SLOW_CHILDREN);

/// The takers of a market.
#[derive(Debug)]
pub(crate) struct Flow {
    /// Orders that are worked off.
    parents: [Parent; SHARES.len()],
    /// Further arrivals by excitement, in thousandths a second.
    fast: i64,
    slow: i64,
}

#[derive(Debug, Clone, Copy)]
struct Parent {
    sign: i64,
    pieces: i64,
}

/// The side of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Direction {
    /// +1 buys, -1 sells.
    pub(super) sign: i64,
    /// How far that is from what was to be expected, in thousandths: what it tells the makers. Its mean is 0, however
    /// long the sides' memory, and so prices that move by it have none.
    pub(super) surprise: i64,
}

impl Flow {
    pub(super) fn new(chance: &mut Chance) -> Self {
        Self { parents: SHARES.map(|_| Parent::new(0, chance)), fast: 0, slow: 0 }
    }

    /// How excited takers are: arrivals that others brought, in thousandths a second.
    pub(super) fn excitement(&self) -> i64 {
        self.fast + self.slow
    }

    /// How many orders come in a stretch of time, of which so many thousandths a second come by themselves.
    pub(super) fn arrivals(&mut self, own_permille: i64, elapsed_ms: i64, chance: &mut Chance) -> i64 {
        self.fast -= self.fast * elapsed_ms.min(FAST_MS) / FAST_MS;
        self.slow -= self.slow * elapsed_ms.min(SLOW_MS) / SLOW_MS;
        let expected = (own_permille + self.excitement()) * elapsed_ms / 1_000;
        let count = expected / 1_000 + i64::from(chance.happens(expected % 1_000));
        count.min(MOST)
    }

    /// An order came: others follow.
    pub(super) fn excite(&mut self) {
        self.fast += FAST_CHILDREN * 1_000 / FAST_MS;
        self.slow += SLOW_CHILDREN * 1_000 / SLOW_MS;
    }

    /// The side of the next order, while the market trends this way.
    pub(super) fn direction(&mut self, trend: i64, chance: &mut Chance) -> Direction {
        let expected: i64 = self.parents.iter().zip(SHARES).map(|(parent, share)| parent.sign * share).sum();
        let mut drawn = chance.below(1_000);
        for (parent, share) in self.parents.iter_mut().zip(SHARES) {
            if drawn < share {
                let sign = parent.sign;
                parent.pieces -= 1;
                if parent.pieces <= 0 {
                    *parent = Parent::new(trend, chance);
                }
                return Direction { sign, surprise: sign * 1_000 - expected };
            }
            drawn -= share;
        }
        let sign = either(0, chance);
        Direction { sign, surprise: sign * 1_000 - expected }
    }

    /// How many contracts, when so many are the median.
    pub(crate) fn size(median: i64, chance: &mut Chance) -> i64 {
        chance.lognormal(median, SIZE_OCTAVES)
    }
}

impl Parent {
    fn new(trend: i64, chance: &mut Chance) -> Self {
        Self { sign: either(trend, chance), pieces: chance.heavy(PIECES).min(MOST_PIECES) }
    }
}

fn either(trend: i64, chance: &mut Chance) -> i64 {
    if chance.happens(500 + trend * TREND_BIAS / 2) { 1 } else { -1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_excite_as_many_as_they_should() {
        let mut chance = Chance::new(5, 0);
        let mut flow = Flow::new(&mut chance);
        let mut arrived = 0;
        for _ in 0..200_000 {
            let orders = flow.arrivals(1_000, 50, &mut chance);
            (0..orders).for_each(|_| flow.excite());
            arrived += orders;
        }
        // 10,000 come by themselves.
        let expected = 10_000 * WITH_CHILDREN / 1_000;
        assert!((arrived - expected).abs() < expected / 8, "{arrived} {expected}");
    }

    #[test]
    fn sides_are_remembered_and_their_surprise_is_not() {
        let mut chance = Chance::new(5, 0);
        let mut flow = Flow::new(&mut chance);
        let drawn: Vec<Direction> = (0..100_000).map(|_| flow.direction(0, &mut chance)).collect();
        let together = |lag: usize, of: fn(&Direction) -> i64| {
            let pairs = drawn.iter().zip(drawn.iter().skip(lag));
            pairs.map(|(a, b)| of(a) * of(b)).sum::<i64>() / 100_000
        };
        let sign = |lag| together(lag, |drawn| drawn.sign * 1_000) / 1_000;
        assert!((250..500).contains(&sign(1)), "{}", sign(1));
        assert!((50..300).contains(&sign(10)), "{}", sign(10));
        let surprise = |lag| together(lag, |drawn| drawn.surprise) / 1_000;
        assert!(surprise(1).abs() < 20 && surprise(10).abs() < 20, "{} {}", surprise(1), surprise(10));
    }
}
