//! The price grid of a market: the one door between decimals outside and whole ticks inside.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// The smallest price step of a market and the base currency in one contract.
///
/// Prices inside are `i64` ticks, sizes `i64` contracts. The grid is the door for *orders* and refuses a price off
/// the grid; market data that comes in may be off it (LMEX's pairs share liquidity) and is kept as it came.
///
/// ```
/// use lmex_types::{Decimal, Grid};
/// let grid = Grid::new("0.1".parse().unwrap(), "0.00001".parse().unwrap()).unwrap();
/// assert_eq!(grid.ticks("60000.3".parse().unwrap()).unwrap(), 600_003);
/// let off = grid.ticks("60000.37".parse().unwrap()).unwrap_err();
/// assert_eq!(off.to_string(), "price 60000.37 is off the grid of 0.1: use 60000.3 or 60000.4");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredGrid")]
pub struct Grid {
    #[serde(with = "crate::exact_decimal")]
    tick: Decimal,
    #[serde(with = "crate::exact_decimal")]
    contract_size: Decimal,
}

/// A grid as it was read, before it is checked.
#[derive(Deserialize)]
struct StoredGrid {
    #[serde(with = "crate::exact_decimal")]
    tick: Decimal,
    #[serde(with = "crate::exact_decimal")]
    contract_size: Decimal,
}

impl TryFrom<StoredGrid> for Grid {
    type Error = GridError;

    fn try_from(stored: StoredGrid) -> Result<Self, GridError> {
        Self::new(stored.tick, stored.contract_size)
    }
}

/// Why a price can't be put on a grid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// Between two ticks.
    #[error("price {price} is off the grid of {tick}: use {}", neighbours(*below, *above))]
    OffGrid {
        /// The price as given.
        price: Decimal,
        /// The market's price step.
        tick: Decimal,
        /// The nearest price below it; zero, which can't be used, if there is none.
        below: Decimal,
        /// The nearest price above it.
        above: Decimal,
    },
    /// Zero, negative, or too large to count in ticks.
    #[error("price {0} is out of range: it must be above zero and below 9.2e18 ticks")]
    OutOfRange(Decimal),
    /// A tick or a contract size that is not positive.
    #[error("{field} must be above zero, not {value}")]
    NotPositive {
        /// Which of the two.
        field: &'static str,
        /// What was given.
        value: Decimal,
    },
}

/// What can be used instead: `60000.3 or 60000.4`, or one of them where nothing above zero is below.
pub(crate) fn neighbours(below: Decimal, above: Decimal) -> String {
    if below > Decimal::ZERO { format!("{below} or {above}") } else { above.to_string() }
}

impl Grid {
    /// A grid of `tick` (quote currency for one base) with contracts of `contract_size` base each.
    pub fn new(tick: Decimal, contract_size: Decimal) -> Result<Self, GridError> {
        for (field, value) in [("tick", tick), ("contractSize", contract_size)] {
            if value <= Decimal::ZERO {
                return Err(GridError::NotPositive { field, value });
            }
        }
        Ok(Self { tick: tick.normalize(), contract_size: contract_size.normalize() })
    }

    /// The smallest price step.
    pub fn tick(&self) -> Decimal {
        self.tick
    }

    /// Base currency in one contract.
    pub fn contract_size(&self) -> Decimal {
        self.contract_size
    }

    /// The price as whole ticks; refused when it is not exactly on the grid.
    pub fn ticks(&self, price: Decimal) -> Result<i64, GridError> {
        let (below, exact) = self.floor(price)?;
        if exact && below > 0 {
            return Ok(below);
        }
        if below == 0 && exact {
            return Err(GridError::OutOfRange(price));
        }
        let above = below.checked_add(1).ok_or(GridError::OutOfRange(price))?;
        Err(GridError::OffGrid { price, tick: self.tick, below: self.price(below), above: self.price(above) })
    }

    /// The highest tick at or below the price: the direction that never pays more.
    pub fn ticks_down(&self, price: Decimal) -> Result<i64, GridError> {
        self.floor(price).map(|(ticks, _)| ticks)
    }

    /// The lowest tick at or above the price: the direction that never receives less.
    pub fn ticks_up(&self, price: Decimal) -> Result<i64, GridError> {
        let (below, exact) = self.floor(price)?;
        if exact { Ok(below) } else { below.checked_add(1).ok_or(GridError::OutOfRange(price)) }
    }

    /// The price of a number of ticks.
    pub fn price(&self, ticks: i64) -> Decimal {
        Decimal::from(ticks).checked_mul(self.tick).unwrap_or(Decimal::MAX).normalize()
    }

    /// Base currency in a number of contracts.
    pub fn base(&self, contracts: i64) -> Decimal {
        Decimal::from(contracts).checked_mul(self.contract_size).unwrap_or(Decimal::MAX).normalize()
    }

    /// Quote currency that `contracts` are worth at `price`: price × contracts × contract size. `None` if it is
    /// too large for a decimal.
    pub fn notional(&self, price: Decimal, contracts: i64) -> Option<Decimal> {
        Decimal::from(contracts)
            .checked_mul(self.contract_size)?
            .checked_mul(price)
            .map(|value| value.normalize())
    }

    fn floor(&self, price: Decimal) -> Result<(i64, bool), GridError> {
        let out_of_range = GridError::OutOfRange(price);
        if price <= Decimal::ZERO {
            return Err(out_of_range);
        }
        let rest = price.checked_rem(self.tick).ok_or_else(|| out_of_range.clone())?;
        let ticks =
            price.saturating_sub(rest).checked_div(self.tick).and_then(|ticks| ticks.round().to_i64());
        ticks.map(|ticks| (ticks, rest.is_zero())).ok_or(out_of_range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(tick: &str) -> Grid {
        Grid::new(tick.parse().unwrap(), "0.00001".parse().unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn ticks_and_price_are_inverse(ticks in 1_i64..1_000_000_000_000) {
            for tick in ["0.1", "0.5", "0.01", "0.00001", "2.5"] {
                let grid = grid(tick);
                prop_assert_eq!(grid.ticks(grid.price(ticks)).unwrap(), ticks);
            }
        }

        #[test]
        fn rounding_has_a_direction(mantissa in 1_i64..1_000_000_000_000, scale in 0_u32..10) {
            let grid = grid("0.5");
            let price = Decimal::new(mantissa, scale);
            let down = grid.price(grid.ticks_down(price).unwrap());
            let up = grid.price(grid.ticks_up(price).unwrap());
            prop_assert!(down <= price && price <= up && up - down <= grid.tick());
        }
    }

    #[test]
    fn a_price_at_or_below_zero_is_refused() {
        for price in ["0", "-1"] {
            assert!(matches!(grid("0.1").ticks(price.parse().unwrap()), Err(GridError::OutOfRange(_))));
        }
    }

    #[test]
    fn a_price_too_large_for_ticks_is_refused() {
        assert!(matches!(grid("0.00001").ticks(Decimal::MAX), Err(GridError::OutOfRange(_))));
    }

    #[test]
    fn a_price_below_the_first_tick_is_told_the_first_tick() {
        let text = grid("0.5").ticks("0.2".parse().unwrap()).unwrap_err().to_string();
        assert_eq!(text, "price 0.2 is off the grid of 0.5: use 0.5", "zero is no price");
    }
}
