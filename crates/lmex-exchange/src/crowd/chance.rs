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

    /// Log-normally distributed, above zero, with this median; a standard deviation is so many thousandths of a
    /// doubling. At most 4,000 times the median.
    pub(crate) fn lognormal(&mut self, median: i64, octaves_permille: i64) -> i64 {
        let drawn = power_of_two(median, self.normal() * octaves_permille / 1_000);
        drawn.clamp(1, median.saturating_mul(4_000).max(1))
    }

    /// True once in `period_ms` on average, asked for a stretch of `elapsed_ms`: as often as that is of the period.
    pub(crate) fn comes_within(&mut self, elapsed_ms: i64, period_ms: i64) -> bool {
        self.below(period_ms) < elapsed_ms
    }
}

/// `value` × 2 to the power of so many thousandths, to 0.3 %.
fn power_of_two(value: i64, permille: i64) -> i64 {
    let (octaves, part) = (permille.div_euclid(1_000), permille.rem_euclid(1_000));
    // The parabola through 1, √2 and 2, in parts per million.
    let within = 1_000_000 + 657 * part + 343 * part * part / 1_000;
    let scaled = i128::from(value) * i128::from(within) / 1_000_000;
    let shifted = if octaves < 0 { scaled >> octaves.abs().min(64) } else { scaled << octaves.min(40) };
    i64::try_from(shifted).unwrap_or(i64::MAX)
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
    fn powers_of_two_are_near() {
        for (permille, expected) in
            [(0, 1_000_000), (1_000, 2_000_000), (3_000, 8_000_000), (-2_000, 250_000)]
        {
            assert_eq!(power_of_two(1_000_000, permille), expected);
        }
        assert!((1_412_000..1_417_000).contains(&power_of_two(1_000_000, 500)));
        assert_eq!((power_of_two(1_000, -90_000), power_of_two(i64::MAX, 90_000)), (0, i64::MAX));
    }

    #[test]
    fn lognormal_has_its_median_and_deviation() {
        let mut chance = Chance::new(1, 0);
        let mut draws: Vec<i64> = (0..10_000).map(|_| chance.lognormal(1_000_000, 1_000)).collect();
        draws.sort_unstable();
        assert!((960_000..1_040_000).contains(&draws[5_000]), "{}", draws[5_000]);
        // One standard deviation is a doubling.
        assert!((1_900_000..2_100_000).contains(&draws[8_413]), "{}", draws[8_413]);
        assert!((475_000..525_000).contains(&draws[1_587]), "{}", draws[1_587]);
    }

    #[test]
    fn what_comes_once_in_a_period_does() {
        let mut chance = Chance::new(1, 0);
        let comes = (0..100_000).filter(|_| chance.comes_within(50, 1_000)).count();
        assert!((4_700..5_300).contains(&comes), "{comes}");
        assert!(chance.comes_within(1_000, 1_000));
    }

    #[test]
    fn no_choice_is_zero() {
        let mut chance = Chance::new(1, 0);
        assert_eq!((chance.below(0), chance.below(-5), chance.below(1)), (0, 0, 0));
    }
}
