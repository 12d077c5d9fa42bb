//! Statistics of a series: floats, since nothing here is money.

/// The mean; 0 of nothing.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The standard deviation, of the population.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    moment(values, 2).sqrt()
}

/// The fourth moment over the square of the variance, less the 3 of a normal distribution. Above zero is a fat tail.
pub(crate) fn excess_kurtosis(values: &[f64]) -> f64 {
    let variance = moment(values, 2);
    if variance > 0.0 { moment(values, 4) / (variance * variance) - 3.0 } else { 0.0 }
}

/// The correlation of a series with itself so many places later, by the mean and variance of the whole: between -1
/// and 1, and about `1 / √n` either way where there is none.
pub(crate) fn autocorrelation(values: &[f64], lag: usize) -> f64 {
    let centre = mean(values);
    let whole: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    let later = values.iter().skip(lag);
    let shared: f64 = values.iter().zip(later).map(|(a, b)| (a - centre) * (b - centre)).sum();
    if whole > 0.0 { shared / whole } else { 0.0 }
}

/// The mean of a figure over stretches of so many values, or of all if there are fewer: what is long and what is short is
/// compared by it, since volatility that changes over hours makes a memory of its own.
pub(crate) fn over_stretches(values: &[f64], length: usize, figure: impl Fn(&[f64]) -> f64) -> f64 {
    if values.len() < length {
        return figure(values);
    }
    let figures: Vec<f64> = values.chunks_exact(length.max(1)).map(figure).collect();
    mean(&figures)
}

/// Pearson's correlation of two series, as far as both go.
pub(crate) fn correlation(left: &[f64], right: &[f64]) -> f64 {
    let shared = left.len().min(right.len());
    let (left, right) = (left.get(..shared).unwrap_or(left), right.get(..shared).unwrap_or(right));
    let (left_mean, right_mean) = (mean(left), mean(right));
    let product: f64 = left.iter().zip(right).map(|(a, b)| (a - left_mean) * (b - right_mean)).sum();
    let scale = deviation(left) * deviation(right) * shared as f64;
    if scale > 0.0 { product / scale } else { 0.0 }
}

/// The smallest value that at least this part of all is not above; 0 of nothing.
pub(crate) fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// Differences between every `every`th value and the one before it.
pub(crate) fn changes(values: &[f64], every: usize) -> Vec<f64> {
    let kept: Vec<f64> = values.iter().copied().step_by(every.max(1)).collect();
    kept.iter().zip(kept.iter().skip(1)).map(|(before, after)| after - before).collect()
}

/// The absolute values.
pub(crate) fn absolute(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value.abs()).collect()
}

fn moment(values: &[f64], power: i32) -> f64 {
    let centre = mean(values);
    let powers: Vec<f64> = values.iter().map(|value| (value - centre).powi(power)).collect();
    mean(&powers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-9
    }

    #[test]
    fn moments_by_hand() {
        let values = [1.0, 2.0, 3.0, 6.0];
        assert!(near(mean(&values), 3.0) && near(deviation(&values), 3.5_f64.sqrt()));
        // Deviations -2, -1, 0, 3: fourth powers 16, 1, 0, 81 have mean 24.5, over 3.5² is 2.
        assert!(near(excess_kurtosis(&values), -1.0));
        assert!(near(mean(&[]), 0.0) && near(excess_kurtosis(&[5.0, 5.0]), 0.0));
    }

    #[test]
    fn autocorrelation_by_hand() {
        let turns = [1.0, -1.0, 1.0, -1.0];
        assert!(near(autocorrelation(&turns, 0), 1.0));
        assert!(near(autocorrelation(&turns, 1), -0.75));
        assert!(near(autocorrelation(&turns, 2), 0.5));
        assert!(near(autocorrelation(&turns, 9), 0.0));
    }

    #[test]
    fn a_stretch_is_whole_or_all_there_is() {
        assert!(near(over_stretches(&[1.0, 2.0, 5.0, 6.0, 100.0], 2, |part| part.iter().sum()), 7.0));
        assert!(near(over_stretches(&[1.0, 2.0], 3, |part| part.iter().sum()), 3.0));
    }

    #[test]
    fn correlation_is_of_what_both_have() {
        assert!(near(correlation(&[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0, 1_000.0]), 1.0));
        assert!(near(correlation(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), -1.0));
        assert!(near(correlation(&[1.0, 1.0], &[3.0, 2.0]), 0.0));
    }

    #[test]
    fn quantiles_are_values() {
        let values = [4.0, 1.0, 3.0, 2.0];
        let found = [0.0, 0.25, 0.5, 0.51, 1.0].map(|part| quantile(&values, part));
        assert!(found.iter().zip([1.0, 1.0, 2.0, 3.0, 4.0]).all(|(a, b)| near(*a, b)), "{found:?}");
    }

    #[test]
    fn changes_skip() {
        assert_eq!(changes(&[1.0, 2.0, 4.0, 8.0, 16.0], 2), [3.0, 12.0]);
        assert!(changes(&[1.0], 1).is_empty());
    }
}
