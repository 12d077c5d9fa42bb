//! What is drawn of each market.

use crate::draw::{Line, Panel};
use crate::figures::{LOOKS_A_SECOND, STRETCH_S, depth, order_values, returns, signs};
use crate::statistics::{absolute, autocorrelation, changes, deviation, mean, over_stretches};
use crate::watch::{DISTANCES, Seen};

/// Seconds of the price that are drawn.
const DRAWN_S: usize = 640;
/// Returns of five minutes in a week.
const WEEK: usize = 2_016;

/// A market with its colour.
pub(crate) struct Subject<'a> {
    /// Which colour.
    pub(crate) colour: usize,
    /// What was seen of it.
    pub(crate) seen: &'a Seen,
}

/// Logarithms of five-minute closes in basis points, in stretches of any length, with the colour.
pub(crate) struct Bars<'a> {
    /// Which colour.
    pub(crate) colour: usize,
    /// Each earliest first.
    pub(crate) stretches: &'a [Vec<f64>],
}

/// All panels, row by row.
pub(crate) fn panels(subjects: &[Subject<'_>], bars: &[Bars<'_>]) -> Vec<Panel> {
    let of = |title, below, logarithmic, points: fn(&Seen) -> Vec<(f64, f64)>| {
        let line = |subject: &Subject<'_>| Line {
            colour: subject.colour,
            is_thin: false,
            points: points(subject.seen),
        };
        Panel { title, below, logarithmic, lines: subjects.iter().map(line).collect() }
    };
    vec![
        of("price, basis points from the first", "minutes", (false, false), price_path),
        of("spread: part of the time at least so wide", "ticks", (true, true), spreads),
        of("depth of a side within a distance, USDT", "basis points from the middle", (true, true), depths),
        of("market orders: part that is at least so large", "USDT", (true, true), order_sizes),
        of("side of market orders: autocorrelation", "orders later", (false, false), sign_memory),
        of("returns over 1 s: density", "standard deviations", (false, true), density),
        of("returns over 1 s: autocorrelation", "seconds later", (false, false), return_memory),
        of("absolute returns over 1 s: autocorrelation", "seconds later", (false, false), volatility_memory),
        Panel {
            title: "absolute returns over 5 min: autocorrelation",
            below: "minutes later",
            logarithmic: (false, false),
            lines: bars.iter().map(Bars::memory).collect(),
        },
    ]
}

fn price_path(seen: &Seen) -> Vec<(f64, f64)> {
    let first = seen.middles.first().copied().unwrap_or_default();
    let looks = seen.middles.iter().step_by(LOOKS_A_SECOND * 2).take(DRAWN_S / 2);
    looks.enumerate().map(|(place, middle)| (place as f64 / 30.0, middle - first)).collect()
}

fn spreads(seen: &Seen) -> Vec<(f64, f64)> {
    let all = seen.spread_ticks.len().max(1) as f64;
    let at_least = |ticks: f64| seen.spread_ticks.iter().filter(|spread| **spread >= ticks).count() as f64;
    let ticks = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 70.0, 100.0];
    ticks.into_iter().map(|ticks| (ticks, at_least(ticks) / all)).collect()
}

fn depths(seen: &Seen) -> Vec<(f64, f64)> {
    DISTANCES.into_iter().zip(depth(seen)).collect()
}

fn order_sizes(seen: &Seen) -> Vec<(f64, f64)> {
    let mut values = order_values(seen);
    values.sort_by(f64::total_cmp);
    let all = values.len() as f64;
    // Enough points for a smooth line, and all of the tail.
    let dense = values.len().saturating_sub(40);
    let kept =
        values.iter().enumerate().filter(|(place, _)| *place >= dense || place % (dense / 80 + 1) == 0);
    kept.map(|(place, value)| (*value, (all - place as f64) / all)).collect()
}

fn sign_memory(seen: &Seen) -> Vec<(f64, f64)> {
    memory(&signs(seen), 60)
}

fn return_memory(seen: &Seen) -> Vec<(f64, f64)> {
    by_second(&returns(seen, 1))
}

fn volatility_memory(seen: &Seen) -> Vec<(f64, f64)> {
    by_second(&absolute(&returns(seen, 1)))
}

fn by_second(values: &[f64]) -> Vec<(f64, f64)> {
    let at = |lag| over_stretches(values, STRETCH_S, |stretch| autocorrelation(stretch, lag));
    (1..=20).map(|lag| (lag as f64, at(lag))).collect()
}

fn memory(values: &[f64], longest: usize) -> Vec<(f64, f64)> {
    (1..=longest).map(|lag| (lag as f64, autocorrelation(values, lag))).collect()
}

/// How many returns fall in each half of a standard deviation, as a part of all.
fn density(seen: &Seen) -> Vec<(f64, f64)> {
    let returns = returns(seen, 1);
    let (centre, scale) = (mean(&returns), deviation(&returns).max(1e-9));
    let bins = (-12..=12).map(|bin| {
        let inside = |value: &&f64| ((**value - centre) / scale - f64::from(bin)).abs() <= 0.5;
        (f64::from(bin), returns.iter().filter(inside).count() as f64 / returns.len().max(1) as f64)
    });
    bins.collect()
}

impl Bars<'_> {
    /// The mean over weeks, so that a long and a short record say the same.
    fn memory(&self) -> Line {
        let changed: Vec<Vec<f64>> = self.stretches.iter().map(|closes| changes(closes, 1)).collect();
        let weeks: Vec<&[f64]> = changed.iter().flat_map(|changed| changed.chunks_exact(WEEK)).collect();
        let at = |lag: usize| {
            let found: Vec<f64> = weeks.iter().map(|week| autocorrelation(&absolute(week), lag)).collect();
            (lag as f64 * 5.0, mean(&found))
        };
        Line { colour: self.colour, is_thin: false, points: (1..=60).map(at).collect() }
    }
}
