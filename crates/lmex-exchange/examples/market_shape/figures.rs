//! What is measured of a market, as numbers and as text.

use std::fmt::Write as _;

use crate::statistics::{
    absolute, autocorrelation, changes, correlation, deviation, excess_kurtosis, mean, over_stretches,
    quantile,
};
use crate::watch::{DISTANCES, LOOK_MS, Seen};

/// Looks in a second.
pub(crate) const LOOKS_A_SECOND: usize = (1_000 / LOOK_MS) as usize;
/// Lags of the autocorrelations that are printed; the picture has all.
const LAGS: [usize; 8] = [1, 2, 3, 5, 10, 20, 50, 100];
/// Seconds of a stretch: the records are not much longer.
pub(crate) const STRETCH_S: usize = 600;
/// Shortest series whose shape is said: fewer returns than that say nothing.
const LEAST: usize = 60;

/// A market's returns over so many seconds, in basis points.
pub(crate) fn returns(seen: &Seen, seconds: usize) -> Vec<f64> {
    changes(&seen.middles, seconds * LOOKS_A_SECOND)
}

/// The mean depth within each of the distances, in quote currency.
pub(crate) fn depth(seen: &Seen) -> [f64; DISTANCES.len()] {
    std::array::from_fn(|place| {
        let sums: Vec<f64> = seen.depth.iter().filter_map(|within| within.get(place).copied()).collect();
        mean(&sums)
    })
}

/// Directions of the market orders.
pub(crate) fn signs(seen: &Seen) -> Vec<f64> {
    seen.orders.iter().map(|order| order.sign).collect()
}

/// Quote currency of the market orders.
pub(crate) fn order_values(seen: &Seen) -> Vec<f64> {
    seen.orders.iter().map(|order| order.worth).collect()
}

/// Market orders in each second.
pub(crate) fn orders_by_second(seen: &Seen) -> Vec<f64> {
    let Some(first) = seen.orders.first() else { return Vec::new() };
    let mut counts = Vec::new();
    for order in &seen.orders {
        let second = usize::try_from(order.at.ms_since(first.at) / 1_000).unwrap_or(0);
        counts.resize(counts.len().max(second + 1), 0.0);
        counts.last_mut().into_iter().for_each(|count| *count += 1.0);
    }
    counts
}

/// A column of figures, as `name | value` rows in a fixed order.
pub(crate) fn rows(seen: &Seen) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    let seconds = seen.middles.len() / LOOKS_A_SECOND;
    row("watched, s", seconds.to_string());
    let ticks = |part| quantile(&seen.spread_ticks, part);
    row("spread, ticks: mean / median / 95 % / 99.9 %", {
        format!("{:.2} / {} / {} / {}", mean(&seen.spread_ticks), ticks(0.5), ticks(0.95), ticks(0.999))
    });
    let one = seen.spread_ticks.iter().filter(|ticks| **ticks < 1.5).count() as f64;
    row("spread of one tick, %", format!("{:.1}", 100.0 * one / seen.spread_ticks.len().max(1) as f64));
    row("best level, thousand: mean / median", {
        format!("{:.0} / {:.0}", mean(&seen.touch) / 1e3, quantile(&seen.touch, 0.5) / 1e3)
    });
    row("depth within 1 / 5 / 10 / 50 bp, million", {
        let within = depth(seen).map(|sum| sum / 1e6);
        let [_, _, _, one, _, five, ten, _, fifty, ..] = within;
        format!("{one:.2} / {five:.2} / {ten:.2} / {fifty:.1}")
    });
    row("market orders a second", format!("{:.2}", seen.orders.len() as f64 / seconds.max(1) as f64));
    let values = order_values(seen);
    let value = |part| quantile(&values, part) / 1e3;
    row("order, thousand: median / mean / 90 % / 99 %", {
        let mean = mean(&values) / 1e3;
        format!("{:.2} / {mean:.1} / {:.1} / {:.0}", value(0.5), value(0.9), value(0.99))
    });
    let counts = orders_by_second(seen);
    row("orders a second: variance / mean", {
        format!("{:.1}", deviation(&counts).powi(2) / mean(&counts).max(1e-9))
    });
    row("  their autocorrelation, lags of seconds", lags(&counts));
    row("direction of orders: autocorrelation", lags(&signs(seen)));
    let second = returns(seen, 1);
    let stretches = |figure: fn(&[f64]) -> f64| over_stretches(&second, STRETCH_S, figure);
    row("1 s returns by 10 min: deviation, bp", format!("{:.2}", stretches(deviation)));
    row("1 s returns by 10 min: excess kurtosis", format!("{:.1}", stretches(excess_kurtosis)));
    row("1 s returns by 10 min: autocorrelation", by_stretch(&second));
    row("1 s returns by 10 min: of the absolute", by_stretch(&absolute(&second)));
    for (name, seconds) in [("1 s", 1), ("10 s", 10), ("1 min", 60), ("5 min", 300)] {
        return_rows(name, &returns(seen, seconds), &mut rows);
    }
    let fundings: Vec<String> = seen.fundings.iter().map(|rate| format!("{rate:.2}")).collect();
    rows.push(("funding told, bp".to_owned(), fundings.join(" ")));
    rows
}

fn return_rows(name: &str, returns: &[f64], rows: &mut Vec<(String, String)>) {
    if returns.len() < LEAST {
        return;
    }
    let mut row = |what: &str, value: String| rows.push((format!("{name} returns: {what}"), value));
    row("number", returns.len().to_string());
    row("deviation, bp", format!("{:.2}", deviation(returns)));
    row("excess kurtosis", format!("{:.1}", excess_kurtosis(returns)));
    row("autocorrelation", lags(returns));
    row("autocorrelation of the absolute", lags(&absolute(returns)));
}

/// A line about returns.
pub(crate) fn of_returns(returns: &[f64]) -> String {
    let (deviation, kurtosis) = (deviation(returns), excess_kurtosis(returns));
    let (memory, absolute) = (lags(returns), lags(&absolute(returns)));
    let count = returns.len();
    format!(
        "{count}, deviation {deviation:.2}, kurtosis {kurtosis:.1}, autocorrelation {memory}, absolute {absolute}"
    )
}

/// Autocorrelations at the printed lags, as far as the series is ten times as long.
fn lags(values: &[f64]) -> String {
    let mut text = String::new();
    for lag in LAGS.into_iter().filter(|lag| lag * 10 <= values.len()) {
        // Writing to a string does not fail.
        let _ = write!(text, "{lag}: {:.2} ", autocorrelation(values, lag));
    }
    text.trim_end().to_owned()
}

/// The same, over stretches.
fn by_stretch(values: &[f64]) -> String {
    let mut text = String::new();
    for lag in LAGS.into_iter().filter(|lag| *lag <= 20) {
        let found = over_stretches(values, STRETCH_S, |stretch| autocorrelation(stretch, lag));
        // Writing to a string does not fail.
        let _ = write!(text, "{lag}: {found:.2} ");
    }
    text.trim_end().to_owned()
}

/// Correlations of returns over so many seconds, of each pair of markets.
pub(crate) fn correlations(seen: &[Seen], names: &[&str], seconds: usize) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let pairs = (0..seen.len()).flat_map(|left| (left + 1..seen.len()).map(move |right| (left, right)));
    for (left, right) in pairs {
        let (Some(one), Some(other)) = (seen.get(left), seen.get(right)) else { continue };
        let found = correlation(&returns(one, seconds), &returns(other, seconds));
        let name = |place: usize| names.get(place).copied().unwrap_or_default();
        rows.push((format!("{} with {}, {seconds} s", name(left), name(right)), format!("{found:.2}")));
    }
    rows
}
