//! A simulated crowd: the order book, trades, prices and funding of several markets from one seed.
//!
//! All markets advance on one irregular beat of about 50 ms, so that those which share a common factor (coins) move
//! together. Everything is counted in whole numbers: the same seed and the same times give the same commands on every
//! machine.

mod fair;
mod funding;
mod market;
mod profile;
mod side;

use lmex_engine::Command;
use lmex_types::TimeMs;

use super::{Chance, Listing, MarketSource, SourceError};
pub(crate) use fair::root_of_seconds;
pub(crate) use funding::funding_rate;
use market::SyntheticMarket;
pub use profile::Profile;
pub(crate) use profile::contracts_of;

/// Later than this, the crowd does not live through what it missed beat by beat: it leaps.
const LEAP_AFTER_MS: i64 = 2_000;
/// Time between beats, shortest and longest.
const BEAT_MS: (i64, i64) = (30, 70);

/// A crowd that trades by chance. It never ends.
#[derive(Debug)]
pub struct SyntheticCrowd {
    seed: u64,
    chance: Chance,
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
        Self { seed, chance: Chance::new(seed, 0), markets, last: start, next: start, started: false }
    }

    fn beat(&mut self, out: &mut Vec<Command>) {
        let elapsed_ms = self.next.ms_since(self.last);
        let common = self.chance.normal();
        for market in &mut self.markets {
            market.beat(self.next, elapsed_ms, common, out);
        }
        self.pause(self.next);
    }

    fn leap(&mut self, now: TimeMs, out: &mut Vec<Command>) {
        let elapsed_ms = now.ms_since(self.last);
        let common: [i64; market::LEAP_STRIDES] = std::array::from_fn(|_| self.chance.normal());
        for market in &mut self.markets {
            market.leap(now, elapsed_ms, &common, out);
        }
        self.pause(now);
    }

    fn pause(&mut self, at: TimeMs) {
        self.last = at;
        self.next = at.plus_ms(self.chance.between(BEAT_MS.0, BEAT_MS.1));
    }
}

impl MarketSource for SyntheticCrowd {
    fn next_at(&self) -> Option<TimeMs> {
        Some(self.next)
    }

    fn step(&mut self, now: TimeMs, out: &mut Vec<Command>) -> Result<(), SourceError> {
        if now < self.next {
            return Ok(());
        }
        if !self.started || now.ms_since(self.next) > LEAP_AFTER_MS {
            self.started = true;
            self.leap(now, out);
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
