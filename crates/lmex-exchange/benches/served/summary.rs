//! What measurements come down to.

use std::time::Duration;

/// The one in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The duration that so large a part of all does not exceed, in milliseconds.
pub(crate) fn quantile_ms(durations: &mut [Duration], part: f64) -> f64 {
    durations.sort_unstable();
    let at = (durations.len() as f64 * part).ceil() as usize;
    durations.get(at.max(1) - 1).map_or(f64::NAN, |duration| duration.as_secs_f64() * 1e3)
}

/// One row of the table: what, measured, baseline, ratio, goal.
pub(crate) fn row(what: &str, measured: &str, baseline: &str, ratio: &str, goal: &str) {
    println!("| {what} | {measured} | {baseline} | {ratio} | {goal} |");
}

/// A number with commas.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
