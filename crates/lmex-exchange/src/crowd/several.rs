//! Several sources as one: a replayed market beside simulated ones.

use lmex_engine::Command;
use lmex_types::{Symbol, TimeMs};

use super::{Listing, MarketSource, Replay, SourceError, SyntheticCrowd};

/// Sources that run side by side. It ends when all have ended.
pub struct Several(Vec<Box<dyn MarketSource>>);

/// A tape's market as recorded and all others simulated from `start` on, by `seed`; with the markets to open and the
/// name of the replayed one, which starts at the tape's price, and is added when no market has its base currency.
pub fn beside_simulated(
    replay: Replay,
    seed: u64,
    start: TimeMs,
    listings: Vec<Listing>,
) -> (Vec<Listing>, Symbol, Several) {
    let mut listings = listings;
    let others = listings.iter().filter(|listing| listing.market != replay.listing().market);
    let simulated = SyntheticCrowd::new(seed, start, others);
    listings.retain(|listing| listing.market != replay.listing().market);
    let main = replay.listing().instrument.symbol;
    listings.push(replay.listing().clone());
    listings.sort_by_key(|listing| listing.market);
    (listings, main, Several::new(vec![Box::new(replay), Box::new(simulated)]))
}

impl Several {
    /// Joins sources. Of those due at the same moment, the first given speaks first.
    pub fn new(sources: Vec<Box<dyn MarketSource>>) -> Self {
        Self(sources)
    }
}

impl MarketSource for Several {
    fn next_at(&self) -> Option<TimeMs> {
        self.0.iter().filter_map(|source| source.next_at()).min()
    }

    /// Steps all that are due. An error of one does not keep the others from their turn, now or later; the first is
    /// reported.
    fn step(&mut self, now: TimeMs, out: &mut Vec<Command>) -> Result<(), SourceError> {
        let due = self.0.iter_mut().filter(|source| source.next_at().is_some_and(|at| at <= now));
        due.map(|source| source.step(now, out)).fold(Ok(()), Result::and)
    }

    fn describe(&self) -> String {
        self.0.iter().map(|source| source.describe()).collect::<Vec<_>>().join("; other markets ")
    }
}
