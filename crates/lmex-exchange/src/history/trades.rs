//! The last trades before the start.

use lmex_engine::{Command, MarketId};
use lmex_types::{Side, TimeMs};

use crate::crowd::{Chance, Flow, Listing, Profile, contracts_of};

const MINUTE_MS: i64 = 60_000;
/// Whole minutes of trades before the minute of the start.
const MINUTES: i64 = 2;

/// A trade before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastTrade {
    /// When.
    pub at: TimeMs,
    /// Which side took.
    pub aggressor: Side,
    /// In ticks.
    pub price: i64,
    /// How many contracts.
    pub contracts: i64,
}

impl PastTrade {
    /// The command that tells the engine of it.
    pub fn command(&self, market: MarketId) -> Command {
        let Self { aggressor, price, contracts, .. } = *self;
        Command::CrowdTrade { market, aggressor, price, contracts }
    }
}

/// When trades take over from bars: the start of a minute.
pub(super) fn first_minute(start: TimeMs) -> TimeMs {
    start.floor_to(MINUTE_MS).plus_ms(-MINUTES * MINUTE_MS)
}

/// Trades from [`first_minute`] on, earliest first, the last at the start price; and the price before the first.
pub(super) fn generate(start: TimeMs, listing: &Listing, chance: &mut Chance) -> (Vec<PastTrade>, i64) {
    let mut price = listing.price;
    let profile = Profile::of(&listing.instrument);
    let usual = contracts_of(&listing.instrument, price, profile.trade_notional);
    let first = first_minute(start);
    let mut trades = Vec::new();
    let mut at = start;
    while at >= first {
        let before = step_back(price, profile.volatility_ppb, chance);
        let rises = if price == before { chance.happens(500) } else { price > before };
        let aggressor = if rises { Side::Buy } else { Side::Sell };
        trades.push(PastTrade { at, aggressor, price, contracts: Flow::size(usual, chance) });
        price = before;
        at = at.plus_ms(-chance.heavy(150).min(5_000));
    }
    trades.reverse();
    (trades, price)
}

/// Every other trade is at the price of the one before. With 2.7 trades a second the rest moves as the crowd does.
fn step_back(price: i64, volatility_ppb: i64, chance: &mut Chance) -> i64 {
    if chance.happens(500) {
        return price;
    }
    let deviation = i128::from(price) * i128::from(volatility_ppb) * 86 / 100_000_000_000;
    let deviation = i64::try_from(deviation).unwrap_or(1).max(1);
    (price + deviation * chance.normal() / 1_000 + chance.between(-1, 1)).max(1)
}
