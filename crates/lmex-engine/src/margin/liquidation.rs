//! At which price an account would no longer cover its maintenance margin.

use lmex_types::{Decimal, Grid};

use super::Position;
use crate::{Money, Rate};

/// What the rest of a cross account weighs when one of its positions is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Equity {
    /// Balance plus the other positions' unrealised profit minus their maintenance margin.
    pub(crate) elsewhere: Money,
    /// The market's maintenance margin rate.
    pub(crate) maintenance: Rate,
}

/// The mark price at which equity equals maintenance margin, all other prices as they are.
///
/// With `W` the money elsewhere, `n` signed contracts, `C` their cost, `m` the maintenance rate and `v` the value of one
/// contract: `W + n·v − C = |n|·v·m`, so `v = (C − W) / (n − |n|·m)`. Rounded to the grid towards the entry: up for a
/// long, down for a short. `None` when no price above zero does it.
pub(crate) fn liquidation_price(position: Position, equity: Equity, grid: &Grid) -> Option<Decimal> {
    if position.is_flat() {
        return None;
    }
    let contracts = Decimal::from(position.contracts);
    let covered = contracts.abs().checked_mul(Decimal::from(equity.maintenance))?;
    let value =
        Decimal::from(position.cost - equity.elsewhere).checked_div(contracts.checked_sub(covered)?)?;
    let price = value.checked_div(grid.contract_size())?;
    let ticks = match position.contracts > 0 {
        true => grid.ticks_up(price),
        false => grid.ticks_down(price),
    };
    ticks.ok().filter(|&ticks| ticks > 0).map(|ticks| grid.price(ticks))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(contracts: i64, cost: i64, elsewhere: i64) -> Option<Decimal> {
        let grid = Grid::new("0.1".parse().unwrap(), Decimal::ONE).unwrap();
        let position = Position { contracts, cost: Money::from_quote(cost) };
        let equity =
            Equity { elsewhere: Money::from_quote(elsewhere), maintenance: Rate::from_basis_points(50) };
        liquidation_price(position, equity, &grid)
    }

    #[test]
    fn equity_equals_maintenance_there() {
        // Long 10 at 100 with 100: 100 + 10·p − 1000 = 10·p·0.005, so p = 900 / 9.95 = 90.452….
        assert_eq!(price(10, 1_000, 100), Some("90.5".parse().unwrap()));
        // Short 10 at 100 with 100: 100 − 10·p + 1000 = 10·p·0.005, so p = 1100 / 10.05 = 109.452….
        assert_eq!(price(-10, -1_000, 100), Some("109.4".parse().unwrap()));
    }

    #[test]
    fn a_long_that_is_fully_paid_has_none() {
        assert_eq!(price(10, 1_000, 1_000), None);
        assert_eq!(price(0, 0, 1_000), None);
    }
}
