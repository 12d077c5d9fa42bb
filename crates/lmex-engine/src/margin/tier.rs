//! Risk-limit tiers: the larger a position may be, the more margin it needs.

use crate::{Money, Rate};

/// One tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers(Vec<Tier>);

impl Tiers {
    /// From a list, lowest first. `None` when it is empty, when limits do not rise, when a rate is not between 0 and 1, when
    /// maintenance is not below initial margin, or when a maximum leverage is 0.
    pub fn new(tiers: Vec<Tier>) -> Option<Self> {
        let is_part = |rate: Rate| (Rate::ZERO..=Rate::ONE).contains(&rate);
        let fits = |tier: &Tier| {
            is_part(tier.initial)
                && is_part(tier.maintenance)
                && tier.maintenance < tier.initial
                && tier.max_leverage > 0
        };
        let rises = tiers.windows(2).all(|pair| pair[0].limit < pair[1].limit);
        (!tiers.is_empty() && tiers.iter().all(fits) && rises).then_some(Self(tiers))
    }

    /// One tier without a limit that matters.
    pub fn single(max_leverage: u32, maintenance: Rate) -> Option<Self> {
        let initial = Rate::from_parts(Rate::ONE.parts().checked_div(i64::from(max_leverage))?);
        let limit = Money::from_quote(1_000_000_000_000_000);
        Self::new(vec![Tier { limit, initial, maintenance, max_leverage }])
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
