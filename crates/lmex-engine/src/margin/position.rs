//! A position with its exact cost.

use lmex_types::Side;
use serde::{Deserialize, Serialize};

use crate::Money;

/// Signed contracts and what they cost.
///
/// The cost is the sum of the fills that opened the position, positive for a long and negative for a short. Closing
/// a part releases its share of the cost, cut to the unit; what the cut leaves stays in the cost and comes out when the
/// position is closed. So over a position's life the realised profits sum exactly to what came in minus what went
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) contracts: i64,
    pub(crate) cost: Money,
}

impl Position {
    /// The position after a fill of `contracts` at `value` per contract, and the profit it realised.
    pub(crate) fn filled(self, side: Side, contracts: i64, value: Money) -> (Self, Money) {
        let closing = contracts.min(self.closable(side));
        let released = self.cost.share(closing, self.contracts.abs());
        let realised = value.times(-side.sign() * closing) - released;
        let opening = contracts - closing;
        let after = Self {
            contracts: self.contracts + side.sign() * contracts,
            cost: self.cost - released + value.times(side.sign() * opening),
        };
        (after, realised)
    }

    /// Contracts that an order of this side would close.
    pub(crate) fn closable(&self, side: Side) -> i64 {
        (-side.sign() * self.contracts).max(0)
    }

    /// Profit if all were closed at `value` per contract.
    pub(crate) fn unrealised(&self, value: Money) -> Money {
        value.times(self.contracts) - self.cost
    }

    pub(crate) fn is_flat(&self) -> bool {
        self.contracts == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Buy, Sell};

    fn units(units: i128) -> Money {
        Money::from_units(units)
    }

    #[test]
    fn what_a_cut_leaves_comes_out_at_the_end() {
        let (long, _) = Position::default().filled(Buy, 2, units(100));
        let (long, _) = long.filled(Buy, 1, units(101));
        assert_eq!(long, Position { contracts: 3, cost: units(301) });
        let (long, first) = long.filled(Sell, 1, units(110));
        assert_eq!((long.cost, first), (units(201), units(10)), "301/3 = 100.33 is cut to 100");
        let (long, second) = long.filled(Sell, 1, units(110));
        let (flat, third) = long.filled(Sell, 1, units(110));
        assert_eq!((second, third), (units(10), units(9)));
        assert_eq!(flat, Position::default());
        assert_eq!(first + second + third, units(330 - 301));
    }

    #[test]
    fn a_flip_closes_all_and_opens_the_rest_at_its_own_price() {
        let (long, _) = Position::default().filled(Buy, 5, units(100));
        let (short, realised) = long.filled(Sell, 8, units(103));
        assert_eq!(realised, units(15));
        assert_eq!(short, Position { contracts: -3, cost: units(-309) });
        let (flat, realised) = short.filled(Buy, 3, units(100));
        assert_eq!((flat, realised), (Position::default(), units(9)));
    }

    proptest::proptest! {
        #[test]
        fn profit_is_what_came_in_minus_what_went_out(fills in proptest::collection::vec((proptest::bool::ANY, 1_i64..1_000, 1_i128..100_000), 1..40)) {
            let (mut position, mut realised, mut cash) = (Position::default(), Money::ZERO, Money::ZERO);
            for (buy, contracts, value) in fills {
                let side = if buy { Buy } else { Sell };
                let (after, profit) = position.filled(side, contracts, units(value));
                position = after;
                realised += profit;
                cash += units(value).times(-side.sign() * contracts);
                proptest::prop_assert_eq!(realised, cash + position.cost);
                proptest::prop_assert!(position.cost.units() * i128::from(position.contracts) >= 0);
            }
        }
    }
}
