//! A simulated crowd: the order book, trades, prices and funding of several markets from one seed.
//!
//! All markets advance on one irregular beat of about 50 ms, so that those which share a common factor (coins) move
//! together. Everything is counted in whole numbers: the same seed and the same times give the same commands on every
//! machine. `docs/MARKET.md` shows how much it looks like a market.
//!
//! What makes it look like one: news whose size comes in clusters, in spells of calm, trend and shock (`factor`,
//! `volatility`); takers who excite each other and work off large orders (`flow`); makers who quote around the price
//! they believe in, thinner and wider when it moves (`side`, `market`); and a premium that follows trends (`premium`).

mod factor;
mod fair;
mod flow;
mod market;
mod premium;
mod profile;
mod side;
mod standing;
mod stride;
mod volatility;

use lmex_engine::Command;
use lmex_types::TimeMs;

use super::{Chance, Listing, MarketSource, SourceError};
use factor::Factor;
pub(crate) use fair::root_of_seconds;
pub(crate) use flow::{Flow, MEAN_ORDER, WITH_CHILDREN};
use market::SyntheticMarket;
pub(crate) use premium::Premium;
pub use profile::Profile;
pub(crate) use profile::contracts_of;
pub use standing::Standing;
pub(crate) use volatility::Volatility;

/// Later than this, the crowd does not live through what it missed beat by beat: it takes a stride.
const STRIDE_AFTER_MS: i64 = 2_000;
/// Time between beats, shortest and longest.
const BEAT_MS: (i64, i64) = (30, 70);

/// A crowd that trades by chance. It never ends.
///
/// Whoever steps it in time gets every beat. A step that is more than two seconds late is one stride, however long:
/// four trades, prices and a whole book of each market stand for all that was missed. Whoever has to live through hours
/// steps it every minute or so, and has trades, candles and funding at their times.
#[derive(Debug)]
pub struct SyntheticCrowd {
    seed: u64,
    chance: Chance,
    /// What moves all coins.
    common: Factor,
    markets: Vec<SyntheticMarket>,
    /// Venue time of the last beat; of the start before the first.
    last: TimeMs,
    next: TimeMs,
    started: bool,
}

impl SyntheticCrowd {
    /// A crowd in these markets, which begins with a snapshot of each book at `start`. A market's crowd depends on the
    /// seed, the time and its own number, not on which other markets there are.
    pub fn new<'a>(seed: u64, start: TimeMs, listings: impl IntoIterator<Item = &'a Listing>) -> Self {
        let listings = listings.into_iter();
        let markets = listings.map(|listing| SyntheticMarket::new(seed, start, listing)).collect();
        Self::with(seed, seed, start, markets)
    }

    /// A crowd that goes on in markets where one was before, from the prices and with the levels that are there: the
    /// first step states the book as it is. What happens next is drawn anew, by the seed and the time.
    pub fn resume<'a>(seed: u64, start: TimeMs, standings: impl IntoIterator<Item = &'a Standing>) -> Self {
        // Any odd number does: the same seed must not tell the first run's story again.
        let drawn = seed ^ start.as_millis().unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let standings = standings.into_iter();
        let markets = standings.map(|standing| SyntheticMarket::resume(drawn, start, standing)).collect();
        Self::with(seed, drawn, start, markets)
    }

    fn with(seed: u64, drawn: u64, start: TimeMs, markets: Vec<SyntheticMarket>) -> Self {
        let mut chance = Chance::new(drawn, 0);
        let common = Factor::new(&mut chance);
        Self { seed, chance, common, markets, last: start, next: start, started: false }
    }

    fn open(&mut self, out: &mut Vec<Command>) {
        self.started = true;
        self.markets.iter_mut().for_each(|market| market.open(self.next, out));
        self.pause(self.next);
    }

    fn beat(&mut self, out: &mut Vec<Command>) {
        let elapsed_ms = self.next.ms_since(self.last);
        let common = self.common.advance(elapsed_ms, &mut self.chance);
        for market in &mut self.markets {
            market.beat(self.next, elapsed_ms, common, out);
        }
        self.pause(self.next);
    }

    fn stride(&mut self, to: TimeMs, out: &mut Vec<Command>) {
        let elapsed_ms = to.ms_since(self.last);
        let common = self.common.advance(elapsed_ms, &mut self.chance);
        for market in &mut self.markets {
            market.stride(to, elapsed_ms, common, out);
        }
        self.pause(to);
    }

    fn pause(&mut self, at: TimeMs) {
        self.last = at;
        self.next = at.plus_ms(self.chance.between(BEAT_MS.0, BEAT_MS.1));
    }

    /// Whether what is missing until `now` takes a stride.
    fn strides(&self, now: TimeMs) -> bool {
        self.started && now.ms_since(self.next) > STRIDE_AFTER_MS
    }
}

impl MarketSource for SyntheticCrowd {
    fn next_at(&self) -> Option<TimeMs> {
        Some(self.next)
    }

    fn step(&mut self, now: TimeMs, out: &mut Vec<Command>) -> Result<(), SourceError> {
        if !self.started && self.next <= now {
            self.open(out);
        }
        if self.strides(now) {
            self.stride(now, out);
        }
        while self.next <= now {
            self.beat(out);
        }
        Ok(())
    }

    fn describe(&self) -> String {
        format!("simulated, seed {}", self.seed)
    }
}
