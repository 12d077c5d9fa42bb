//! The price path before the last trades, as bars.

use lmex_types::TimeMs;

use super::PastBar;
use super::trades::first_minute;
use crate::crowd::{
    Chance, Listing, MEAN_ORDER, Profile, Volatility, WITH_CHILDREN, contracts_of, root_of_seconds,
};
use crate::views::Bar;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Bars of each length, finest first, with how many days before the day of the start they reach back: enough for 300
/// candles of every resolution between it and the next.
const STRETCHES: [(i64, i64); 4] = [(MINUTE_MS, 1), (5 * MINUTE_MS, 7), (HOUR_MS, 75), (DAY_MS, 9_030)];
/// Age, in days, at which the path tends to half the start price.
const HALF_PRICE_DAYS: i64 = 3_000;
/// Days in which the path comes back to where it tends.
const RETURN_DAYS: i64 = 400;

/// Bars up to [`first_minute`], earliest first; the last closes at `close`.
pub(super) fn generate(start: TimeMs, close: i64, listing: &Listing, chance: &mut Chance) -> Vec<PastBar> {
    let today = start.floor_to(DAY_MS);
    let mut path = Path::new(close, listing, chance);
    let mut end = first_minute(start);
    let mut bars = Vec::new();
    for (length_ms, days) in STRETCHES {
        let first = today.plus_ms(-days * DAY_MS);
        while end > first {
            let begin = end.plus_ms(-length_ms);
            let age_days = today.ms_since(begin) / DAY_MS;
            bars.push(PastBar { bar: path.step_back(begin, length_ms, age_days, chance), length_ms });
            end = begin;
        }
    }
    bars.reverse();
    bars
}

/// A random walk that goes back in time, with the volatility that the crowd has forward.
struct Path {
    /// The price that the next bar, an earlier one, closes at.
    close: i64,
    start: i64,
    volatility_ppb: i64,
    /// Contracts traded in a usual minute.
    usual_volume: i64,
    volatility: Volatility,
}

impl Path {
    fn new(close: i64, listing: &Listing, chance: &mut Chance) -> Self {
        let profile = Profile::of(&listing.instrument);
        let start = listing.price;
        let median_trade = contracts_of(&listing.instrument, start, profile.trade_notional);
        // As the crowd trades.
        let mean_trade = median_trade * MEAN_ORDER / 1_000;
        let usual_volume = mean_trade * profile.calm_trades_permille * WITH_CHILDREN / 1_000 * 60 / 1_000;
        let volatility = Volatility::new(chance);
        Self { close, start, volatility_ppb: profile.volatility_ppb, usual_volume, volatility }
    }

    fn step_back(&mut self, begin: TimeMs, length_ms: i64, age_days: i64, chance: &mut Chance) -> Bar {
        self.volatility.advance(length_ms, chance);
        let level = self.volatility.level(length_ms);
        let close = self.close;
        let deviation = self.deviation(level, length_ms);
        let draw = chance.normal();
        let tends_to = self.start * HALF_PRICE_DAYS / (HALF_PRICE_DAYS + age_days);
        let pull = (tends_to - close) * (length_ms / MINUTE_MS) / (RETURN_DAYS * DAY_MS / MINUTE_MS);
        let open = (close - deviation * draw / 1_000 + pull).max(1);
        let mut tail = || deviation * chance.normal().abs() / 2_000;
        let high = open.max(close) + tail();
        let low = (open.min(close) - tail()).max(1);
        let volume = self.volume(length_ms, level * draw.abs() / 1_000, close, chance);
        self.close = open;
        Bar { start: begin, open, high, low, close, volume }
    }

    /// Standard deviation of a bar of this length, in ticks.
    fn deviation(&self, level: i64, length_ms: i64) -> i64 {
        let ppb = i128::from(self.volatility_ppb * level / 1_000) * i128::from(root_of_seconds(length_ms));
        let ticks = i128::from(self.close) * ppb / 1_000_000_000_000_000;
        i64::try_from(ticks).unwrap_or(0).min(self.close / 4).max(1)
    }

    /// Large moves trade more: `moved` is in thousandths of the usual deviation.
    fn volume(&self, length_ms: i64, moved: i64, price: i64, chance: &mut Chance) -> i128 {
        let usual = i128::from(self.usual_volume) * i128::from(length_ms / MINUTE_MS);
        let lively = (400 + moved * 3 / 4) * chance.between(600, 1_400) / 1_000;
        (usual * i128::from(lively) / 1_000).max(1) * i128::from(price)
    }
}
