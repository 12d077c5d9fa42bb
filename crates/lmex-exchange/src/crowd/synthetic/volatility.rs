//! How large moves are at present: volatility that comes in clusters of every length.
//!
//! A cascade of switches, each between calm and wild, each on a time scale of its own; the variance is their product
//! (the Markov-switching multifractal of Calvet and Fisher, 2004). It gives the fat tails and the slowly fading memory
//! of absolute returns that prices have. The same going forward and backward in time, so history is drawn from it too.

use crate::crowd::Chance;

/// How long a switch stays on average before it is thrown again.
const PERIODS_MS: [i64; 6] = [15_000, 120_000, 900_000, 5_400_000, 28_800_000, 172_800_000];
/// What a switch multiplies the variance by, in thousandths. The mean of the two is 1.
const WILD: i64 = 1_550;
const TAME: i64 = 450;

/// The state of the switches.
#[derive(Debug, Clone)]
pub(crate) struct Volatility {
    wild: [bool; PERIODS_MS.len()],
}

impl Volatility {
    /// As at any moment.
    pub(crate) fn new(chance: &mut Chance) -> Self {
        Self { wild: std::array::from_fn(|_| chance.happens(500)) }
    }

    /// Time passes.
    pub(crate) fn advance(&mut self, elapsed_ms: i64, chance: &mut Chance) {
        for (wild, period_ms) in self.wild.iter_mut().zip(PERIODS_MS) {
            if chance.comes_within(elapsed_ms, period_ms) {
                *wild = chance.happens(500);
            }
        }
    }

    /// The fast switches are thrown to wild: what follows a shock.
    pub(crate) fn excite(&mut self) {
        self.wild.iter_mut().take(3).for_each(|wild| *wild = true);
    }

    /// The factor of the usual standard deviation over the next `elapsed_ms`, in thousandths. Switches that are
    /// thrown many times in it count with their mean, so that the mean variance does not depend on the stride.
    pub(crate) fn level(&self, elapsed_ms: i64) -> i64 {
        let slow = self.wild.iter().zip(PERIODS_MS).filter(|(_, period_ms)| *period_ms > elapsed_ms);
        let factor = |variance: i64, wild: bool| variance * if wild { WILD } else { TAME } / 1_000;
        slow.fold(1_000_000, |variance, (wild, _)| factor(variance, *wild)).isqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_variance_is_one_whatever_the_stride() {
        for elapsed_ms in [50, 60_000, 3_600_000, 86_400_000] {
            let mut chance = Chance::new(3, 0);
            let draws = (0..20_000).map(|_| Volatility::new(&mut chance).level(elapsed_ms));
            let mean = draws.map(|level| level * level).sum::<i64>() / 20_000;
            assert!((930_000..1_070_000).contains(&mean), "{elapsed_ms}: {mean}");
        }
    }

    #[test]
    fn what_is_wild_stays_so_for_a_while() {
        let mut chance = Chance::new(3, 0);
        let mut volatility = Volatility { wild: [true; PERIODS_MS.len()] };
        assert_eq!(volatility.level(50), 3_723);
        assert_eq!(volatility.level(i64::MAX), 1_000);
        volatility.advance(50, &mut chance);
        assert_eq!(volatility.level(50), 3_723);
        volatility.advance(86_400_000, &mut chance);
        assert!(volatility.level(50) < 3_723);
        let mut tame = Volatility { wild: [false; PERIODS_MS.len()] };
        tame.excite();
        assert!(tame.level(50) > 3 * 125);
    }
}
