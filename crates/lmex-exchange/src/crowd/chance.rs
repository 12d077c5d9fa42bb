//! Seeded random draws in whole numbers: the same on every machine, and no float near a price.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of random numbers with a seed.
#[derive(Debug, Clone)]
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// Streams of one seed are independent of each other.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Evenly one of `0..bound`; 0 when there is no choice.
    pub(crate) fn below(&mut self, bound: i64) -> i64 {
        let bound = u64::try_from(bound).unwrap_or(0);
        let scaled = u128::from(self.0.next_u64()) * u128::from(bound);
        // Below `bound`, which came from an i64.
        i64::try_from(scaled >> 64).unwrap_or(0)
    }

    /// Evenly one of `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high - low + 1)
    }

    /// True so many times in a thousand.
    pub(crate) fn happens(&mut self, permille: i64) -> bool {
        self.below(1_000) < permille
    }

    /// Normally distributed, in thousandths of the standard deviation, within ±6: the sum of twelve even draws.
    pub(crate) fn normal(&mut self) -> i64 {
        let mut sum = 0;
        for _ in 0..3 {
            let draw = self.0.next_u64();
            sum += (0..4).map(|part| i64::from((draw >> (16 * part)) as u16)).sum::<i64>();
        }
        (sum - 393_210) * 1_000 / 65_536
    }

    /// Fat-tailed, above zero, with a median near `median` and at most 1024 times it: doubling goes on in two of five
    /// cases, which makes the tail a power law of exponent 1.3, about that of trade sizes (Gopikrishnan et al. 2000
    /// measure 1.5).
    pub(crate) fn heavy(&mut self, median: i64) -> i64 {
        let mut value = median * self.between(500, 1_300) / 1_000;
        for _ in 0..10 {
            if !self.happens(400) {
                break;
            }
            value *= 2;
        }
        value.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_sequence_and_streams_differ() {
        let draw = |seed, stream| {
            let mut chance = Chance::new(seed, stream);
            [0; 8].map(|_| chance.below(1_000_000))
        };
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
    }

    #[test]
    fn normal_has_mean_zero_and_deviation_one() {
        let mut chance = Chance::new(1, 0);
        let draws: Vec<i64> = (0..20_000).map(|_| chance.normal()).collect();
        let mean = draws.iter().sum::<i64>() / 20_000;
        let variance = draws.iter().map(|draw| draw * draw).sum::<i64>() / 20_000;
        assert!(mean.abs() < 30, "{mean}");
        assert!((970_000..1_030_000).contains(&variance), "{variance}");
    }

    #[test]
    fn heavy_has_its_median_and_a_tail() {
        let mut chance = Chance::new(1, 0);
        let mut draws: Vec<i64> = (0..10_000).map(|_| chance.heavy(1_000)).collect();
        draws.sort_unstable();
        assert!((800..1_300).contains(&draws[5_000]), "{}", draws[5_000]);
        assert!(draws[9_900] > 15_000, "{}", draws[9_900]);
        assert!(draws[0] >= 500 && draws[9_999] <= 1_300 * 1_024);
    }

    #[test]
    fn no_choice_is_zero() {
        let mut chance = Chance::new(1, 0);
        assert_eq!((chance.below(0), chance.below(-5), chance.below(1)), (0, 0, 0));
    }
}
