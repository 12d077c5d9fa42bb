//! At which price the money behind a position would no longer cover its maintenance margin.

use lmex_types::{Decimal, Grid};

use super::{Account, Holding};
use crate::Money;
use crate::market::Market;

/// The mark price of this market at which equity equals maintenance margin, all other prices as they are; of a cross
/// position with all cross legs of the market moving together, of an isolated one by itself.
///
/// LMEX publishes no formula; this one follows from the engine's own rule, so that liquidation begins there exactly.
/// `None` when no price above zero does it.
pub(crate) fn liquidation_price(account: &Account, holding: &Holding, market: &Market) -> Option<Decimal> {
    let mut exposure = Exposure::default();
    let mut money = holding.wallet;
    if holding.is_isolated() {
        exposure.add(holding, market)?;
    } else {
        money = account.excess();
        for leg in account.holdings_in(market.id).iter().filter(|leg| !leg.is_isolated()) {
            exposure.add(leg, market)?;
            money = money - leg.unrealised(market) + leg.maintenance(market);
        }
    }
    exposure.price(money, &market.instrument.grid)
}

/// Positions of one market that the same money covers.
#[derive(Debug, Clone, Copy, Default)]
struct Exposure {
    /// Net, signed.
    contracts: i64,
    /// Of all of them, a short's negative.
    cost: Money,
    /// Contracts without their sign times the maintenance rate, of all of them.
    maintained: Decimal,
}

impl Exposure {
    /// `None` beyond what can be counted.
    fn add(&mut self, holding: &Holding, market: &Market) -> Option<()> {
        let position = holding.position;
        let rate = Decimal::from(holding.tier(market).maintenance);
        let maintained = Decimal::from(position.contracts.saturating_abs()).checked_mul(rate)?;
        self.contracts = self.contracts.checked_add(position.contracts)?;
        self.cost += position.cost;
        self.maintained = self.maintained.checked_add(maintained)?;
        Some(())
    }

    /// With `W` the money, `n` the net contracts, `C` their cost, `M` the maintained contracts (the sum of `|nᵢ|·mᵢ`) and
    /// `v` the value of one contract: `W + n·v − C = M·v`, so `v = (C − W) / (n − M)`.
    ///
    /// Above `n = M` equity runs out when the price falls, and the result is rounded up; otherwise when it rises (a
    /// short; but also a net long that is small beside both legs, whose maintenance margin then grows faster than its
    /// profit), and it is rounded down: towards the mark, so that it is never too late.
    ///
    /// `None` for two legs of equal size: what one loses the other gains, and no price is shown though their
    /// maintenance margin grows with it. `None` also for a long that is fully paid.
    fn price(self, money: Money, grid: &Grid) -> Option<Decimal> {
        if self.contracts == 0 {
            return None;
        }
        let slope = Decimal::from(self.contracts).checked_sub(self.maintained)?;
        let value = Decimal::from(self.cost - money).checked_div(slope)?;
        let price = value.checked_div(grid.contract_size())?;
        let ticks = match slope > Decimal::ZERO {
            true => grid.ticks_up(price),
            false => grid.ticks_down(price),
        };
        ticks.ok().filter(|&ticks| ticks > 0).map(|ticks| grid.price(ticks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Legs of so many contracts at so much each, with so much money, at 0.5 % maintenance and ticks of 0.1.
    fn price(legs: &[(i64, i64)], money: i64) -> Option<Decimal> {
        let grid = Grid::new("0.1".parse().unwrap(), Decimal::ONE).unwrap();
        let sum = |of: fn(&(i64, i64)) -> i64| legs.iter().map(of).sum::<i64>();
        let exposure = Exposure {
            contracts: sum(|leg| leg.0),
            cost: Money::from_quote(sum(|leg| leg.0 * leg.1)),
            maintained: Decimal::new(sum(|leg| 5 * leg.0.abs()), 3),
        };
        exposure.price(Money::from_quote(money), &grid)
    }

    fn at(price: &str) -> Option<Decimal> {
        Some(price.parse().unwrap())
    }

    #[test]
    fn equity_equals_maintenance_there() {
        // Long 10 at 100 with 100: 100 + 10·p − 1000 = 10·p·0.005, so p = 900 / 9.95 = 90.452….
        assert_eq!(price(&[(10, 100)], 100), at("90.5"));
        // Short 10 at 100 with 100: 100 − 10·p + 1000 = 10·p·0.005, so p = 1100 / 10.05 = 109.452….
        assert_eq!(price(&[(-10, 100)], 100), at("109.4"));
    }

    #[test]
    fn a_long_that_is_fully_paid_has_none() {
        assert_eq!(price(&[(10, 100)], 1_000), None);
        assert_eq!(price(&[], 1_000), None);
    }

    #[test]
    fn both_legs_of_a_hedge_move_together() {
        // Net 6, cost 10·100 − 4·105 = 580, maintained 14·0.005: p = (580 − 100) / (6 − 0.07) = 80.944….
        assert_eq!(price(&[(10, 100), (-4, 105)], 100), at("81"));
        // Net −6, cost 420 − 1000 = −580: p = (−580 − 100) / (−6 − 0.07) = 112.026….
        assert_eq!(price(&[(4, 105), (-10, 100)], 100), at("112"));
    }

    #[test]
    fn equal_legs_have_none_and_nearly_equal_ones_only_their_maintenance_to_fear() {
        assert_eq!(price(&[(1_000, 100), (-1_000, 100)], 100), None);
        // Net 1 and maintained 1999·0.005 = 9.995: p = (100 − 2000) / (1 − 9.995) = 211.228…, when the price rises.
        assert_eq!(price(&[(1_000, 100), (-999, 100)], 2_000), at("211.2"));
    }
}
