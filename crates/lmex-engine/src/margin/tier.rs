//! Risk-limit tiers: the larger a position may be, the more margin it needs.

use serde::{Deserialize, Serialize};

use crate::{Money, Rate};

/// One tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// The largest notional of a position with its orders.
    pub limit: Money,
    /// Initial margin: the least part of the notional that must be covered to open.
    pub initial: Rate,
    /// Maintenance margin: the part of the notional below which the position is liquidated.
    pub maintenance: Rate,
    /// The highest leverage.
    pub max_leverage: u32,
}

/// The tiers of a market, lowest first; at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Tier>")]
pub struct Tiers(Vec<Tier>);

impl TryFrom<Vec<Tier>> for Tiers {
    type Error = &'static str;

    fn try_from(tiers: Vec<Tier>) -> Result<Self, &'static str> {
        Self::new(tiers).ok_or("tiers of the risk limit don't fit each other")
    }
}

impl Tiers {
    /// From a list, lowest first. `None` when it is empty, when limits do not rise or a maximum leverage does, when a rate
    /// is not between 0 and 1, when maintenance is not below initial margin, or when a maximum leverage is 0.
    pub fn new(tiers: Vec<Tier>) -> Option<Self> {
        let is_part = |rate: Rate| (Rate::ZERO..=Rate::ONE).contains(&rate);
        let fits = |tier: &Tier| {
            is_part(tier.initial)
                && is_part(tier.maintenance)
                && tier.maintenance < tier.initial
                && tier.max_leverage > 0
        };
        // A position that is liquidated moves to lower tiers, which must allow the leverage it has.
        let rises = tiers
            .windows(2)
            .all(|pair| pair[0].limit < pair[1].limit && pair[0].max_leverage >= pair[1].max_leverage);
        (!tiers.is_empty() && tiers.iter().all(fits) && rises).then_some(Self(tiers))
    }

    /// One tier without a limit that matters.
    pub fn single(max_leverage: u32, maintenance: Rate) -> Option<Self> {
        let initial = Rate::from_parts(Rate::ONE.parts().checked_div(i64::from(max_leverage))?);
        let limit = Money::from_quote(1_000_000_000_000_000);
        Self::new(vec![Tier { limit, initial, maintenance, max_leverage }])
    }

    /// From the notional limit of each tier, in whole quote currency, and its highest leverage; lowest first.
    ///
    /// Initial margin is 1 / leverage and maintenance margin 0.7 × initial − 0.002, both cut to 8 decimals: so are all ten
    /// rows that were recorded of BTC-PERP at LMEX's sister venue BTSE in August 2026. LMEX publishes no table.
    /// `None` where [`Tiers::new`] refuses, or the leverage is so high that maintenance margin would be below zero.
    pub fn ladder(rows: &[(i64, u32)]) -> Option<Self> {
        Self::new(
            rows.iter()
                .map(|&(limit, max_leverage)| Tier::rung(limit, max_leverage))
                .collect::<Option<_>>()?,
        )
    }

    /// The ten tiers recorded of BTC-PERP: 3 million at 100 times up to 1.1 billion at once.
    pub fn btc_perp() -> Self {
        const MILLION: i64 = 1_000_000;
        const ROWS: [(i64, u32); 10] = [
            (3 * MILLION, 100),
            (6 * MILLION, 75),
            (12 * MILLION, 50),
            (90 * MILLION, 20),
            (120 * MILLION, 10),
            (300 * MILLION, 5),
            (500 * MILLION, 4),
            (700 * MILLION, 3),
            (900 * MILLION, 2),
            (1_100 * MILLION, 1),
        ];
        Self::ladder(&ROWS).unwrap_or_default()
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// A tier by its level, counted from 1; the nearest one for a level that does not exist.
    pub fn tier(&self, level: u32) -> Tier {
        let last = self.0.len().saturating_sub(1);
        let at = usize::try_from(level.saturating_sub(1)).unwrap_or(last).min(last);
        self.0.get(at).copied().unwrap_or(Tier::DEFAULT)
    }

    /// All of them, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = &Tier> {
        self.0.iter()
    }
}

impl Tier {
    fn rung(limit: i64, max_leverage: u32) -> Option<Self> {
        // A rate of 8 decimals in parts of 1e-12.
        let rate = |parts: i64| Rate::from_parts(parts * 10_000);
        let leverage = i64::from(max_leverage);
        let initial = 100_000_000_i64.checked_div(leverage)?;
        let maintenance = 70_000_000_i64.checked_div(leverage)? - 200_000;
        let limit = Money::from_quote(limit);
        Some(Self { limit, initial: rate(initial), maintenance: rate(maintenance), max_leverage })
    }

    /// LMEX's BTC-PERP without tiers (support article, 2023): 1 % and 0.5 %, 100 times.
    const DEFAULT: Self = Self {
        limit: Money::from_quote(1_000_000_000_000_000),
        initial: Rate::from_basis_points(100),
        maintenance: Rate::from_basis_points(50),
        max_leverage: 100,
    };
}

impl Default for Tiers {
    fn default() -> Self {
        Self(vec![Tier::DEFAULT])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_ladder_is_one() {
        let tiers = Tiers::btc_perp();
        assert_eq!(tiers.count(), 10);
        assert_eq!(tiers.tier(2).initial.to_string(), "0.01333333");
        assert_eq!(tiers.tier(8).maintenance.to_string(), "0.23133333");
        assert_eq!(tiers.tier(11), tiers.tier(10), "the nearest for one that does not exist");
    }

    #[test]
    fn a_ladder_that_makes_no_sense_is_refused() {
        assert_eq!(Tiers::ladder(&[]), None);
        assert_eq!(Tiers::ladder(&[(1, 0)]), None, "no leverage");
        assert_eq!(Tiers::ladder(&[(1, 400)]), None, "0.7 / 400 is less than 0.002");
        assert_eq!(Tiers::ladder(&[(2, 10), (1, 5)]), None, "the limit falls");
        assert_eq!(Tiers::ladder(&[(1, 5), (2, 10)]), None, "the leverage rises");
    }
}
