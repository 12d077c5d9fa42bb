//! Funding rates by chance.

use lmex_engine::Rate;

use crate::crowd::Chance;

/// A rate around the usual 0.01 % a period, in either direction at times, within ±0.075 %.
pub(crate) fn funding_rate(chance: &mut Chance) -> Rate {
    let hundredths_of_basis_points = 100 + chance.normal() * 60 / 1_000;
    Rate::from_parts(hundredths_of_basis_points.clamp(-750, 750) * 1_000_000 + chance.below(100) * 10_000)
}
