//! The simulated market looks like a market: the stylised facts of prices and order books (Cont, 2001), in bands and
//! over several seeds. `docs/MARKET.md` has the figures beside recorded ones.

#![allow(clippy::float_arithmetic, reason = "statistics, not money")]
#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

#[path = "../../examples/market_shape/statistics.rs"]
mod statistics;
#[allow(dead_code, reason = "the example that it belongs to looks at more")]
#[path = "../../examples/market_shape/watch.rs"]
mod watch;

use std::sync::LazyLock;

use lmex_exchange::crowd::{Listing, SyntheticCrowd};
use lmex_types::TimeMs;
use statistics::{absolute, autocorrelation, changes, correlation, excess_kurtosis, mean, quantile};
use watch::{LOOK_MS, Seen, watch};

const START: TimeMs = TimeMs::from_millis(1_760_000_000_123);
const SEEDS: std::ops::Range<u64> = 20..24;
const MINUTES: i64 = 15;

/// BTC and ETH of each seed.
static SEEN: LazyLock<Vec<Vec<Seen>>> = LazyLock::new(|| {
    let listings = &Listing::standard()[..2];
    let seen = |seed| {
        let mut crowd = SyntheticCrowd::new(seed, START, listings);
        watch(&mut crowd, listings, START, MINUTES * 60_000).unwrap()
    };
    SEEDS.map(seen).collect()
});

fn returns(seen: &Seen, seconds: i64) -> Vec<f64> {
    changes(&seen.middles, usize::try_from(seconds * 1_000 / LOOK_MS).unwrap())
}

/// The mean of a figure over seeds and markets.
fn over_all(figure: impl Fn(&Seen) -> f64) -> f64 {
    let figures: Vec<f64> = SEEN.iter().flatten().map(figure).collect();
    mean(&figures)
}

#[test]
fn returns_have_no_memory() {
    for lag in [2, 3, 5, 10] {
        let found = over_all(|seen| autocorrelation(&returns(seen, 1), lag));
        assert!(found.abs() < 0.1, "lag {lag}: {found}");
    }
}

#[test]
fn their_size_has_and_their_tails_are_fat() {
    let found = over_all(|seen| {
        let size = absolute(&returns(seen, 1));
        let lags: Vec<f64> = (1..=20).map(|lag| autocorrelation(&size, lag)).collect();
        mean(&lags)
    });
    assert!((0.03..0.6).contains(&found), "volatility clusters: {found}");
    let found = over_all(|seen| excess_kurtosis(&returns(seen, 1)));
    assert!(found > 1.0, "kurtosis {found}");
}

#[test]
fn spreads_are_narrow_and_never_crossed() {
    for seen in SEEN.iter().flatten() {
        assert!(seen.spread_ticks.iter().all(|ticks| (1.0..200.0).contains(ticks)), "within bounds");
        let wide = quantile(&seen.spread_ticks, 0.95);
        assert!(wide <= 20.0, "{wide}");
    }
    let narrow = over_all(|seen| quantile(&seen.spread_ticks, 0.5));
    assert!(narrow < 3.0, "{narrow}");
}

#[test]
fn depth_is_thin_near_the_touch_and_thick_further_out() {
    // Quote currency a basis point: within one, and between five and ten.
    let (mut near, mut further) = (Vec::new(), Vec::new());
    for within in SEEN.iter().flatten().flat_map(|seen| &seen.depth) {
        let [_, _, half, one, _, five, ten, ..] = *within;
        near.push((one - half) * 2.0);
        further.push((ten - five) / 5.0);
    }
    assert!(mean(&further) > 1.5 * mean(&near), "{} {}", mean(&further), mean(&near));
}

#[test]
fn sides_of_orders_have_a_memory_and_sizes_a_tail() {
    let memory = |lag| {
        over_all(|seen| {
            let signs: Vec<f64> = seen.orders.iter().map(|order| order.sign).collect();
            autocorrelation(&signs, lag)
        })
    };
    assert!((0.1..0.5).contains(&memory(1)), "{}", memory(1));
    assert!((0.02..0.3).contains(&memory(10)), "{}", memory(10));
    let tail = over_all(|seen| {
        let worth: Vec<f64> = seen.orders.iter().map(|order| order.worth).collect();
        quantile(&worth, 0.99) / quantile(&worth, 0.5)
    });
    assert!((20.0..400.0).contains(&tail), "{tail}");
}

#[test]
fn coins_move_together() {
    let pairs = SEEN.iter().map(|seen| correlation(&returns(&seen[0], 10), &returns(&seen[1], 10)));
    let found = mean(&pairs.collect::<Vec<_>>());
    assert!((0.5..0.98).contains(&found), "{found}");
}
