//! What happened before the start: candles, trades and funding of a market, made up from a seed.
//!
//! One price path leads up to the start price, so that everything agrees with everything: a candle is the sum of the
//! shorter ones inside it, and the last minutes are the sum of their trades. Bars are as fine as anyone can ask for:
//!
//! ```text
//!  9,000 days ago     75 days         7 days        1 day       2 minutes    start
//!       ├─ daily bars ─┼─ hourly bars ─┼─ 5-min bars ┼─ 1-min bars ─┼─ trades ─┤
//! ```

mod bars;
mod trades;

use lmex_engine::{Command, MarketId, Rate};
use lmex_types::TimeMs;

use crate::crowd::{Chance, FUNDING_PERIOD_MS, Listing, Premium};
use crate::views::{Bar, Candles, Fundings};

pub use trades::PastTrade;

/// Fundings that are remembered: 30 days.
const FUNDINGS: usize = 90;
/// Days before the fundings that are remembered, in which the premium gets to where it is.
const FUNDING_LEAD_DAYS: i64 = 20;
const DAY_MS: i64 = 86_400_000;
/// Keeps a market's past apart from its crowd, which draws from the same seed.
const STREAM: u64 = 1 << 32;

/// The past of one market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Which market.
    pub market: MarketId,
    /// Without a hole, each opening at the close of the one before, up to the first trade's minute.
    pub bars: Vec<PastBar>,
    /// From the end of the bars to the start, the last at the start price. Earliest first.
    pub trades: Vec<PastTrade>,
    /// The fundings paid, earliest first.
    pub fundings: Vec<(TimeMs, Rate)>,
}

/// A bar and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastBar {
    /// Prices and volume.
    pub bar: Bar,
    /// Its length in milliseconds: a day, an hour, five minutes or one.
    pub length_ms: i64,
}

impl History {
    /// The past of a market at `start`. The same seed, start and listing have the same past.
    pub fn generate(seed: u64, start: TimeMs, listing: &Listing) -> Self {
        let mut chance = Chance::new(seed, STREAM + u64::from(listing.market.0));
        let (trades, before) = trades::generate(start, listing, &mut chance);
        let bars = bars::generate(start, before, listing, &mut chance);
        let fundings = fundings(start, &bars, &mut chance);
        Self { market: listing.market, bars, trades, fundings }
    }
}

/// The fundings up to `start`, from the premium that follows these bars.
fn fundings(start: TimeMs, bars: &[PastBar], chance: &mut Chance) -> Vec<(TimeMs, Rate)> {
    let last = start.floor_to(FUNDING_PERIOD_MS);
    let first = last.plus_ms(-(30 + FUNDING_LEAD_DAYS) * DAY_MS);
    let mut premium = Premium::default();
    let mut paid = Vec::new();
    for PastBar { bar, length_ms } in bars.iter().filter(|past| past.bar.start >= first) {
        premium.follow((bar.close - bar.open).saturating_mul(1_000_000_000) / bar.open.max(1));
        premium.advance(*length_ms, chance);
        let end = bar.start.plus_ms(*length_ms);
        if end == end.floor_to(FUNDING_PERIOD_MS) {
            paid.push((end, premium.settle()));
        }
    }
    // It may fall on the last trades, after the bars.
    if paid.last().is_none_or(|(at, _)| *at < last) {
        paid.push((last, premium.settle()));
    }
    paid.split_off(paid.len().saturating_sub(FUNDINGS))
}

/// How an exchange begins: views that know the past, and the commands that lead up to the present.
#[derive(Debug)]
pub struct Opening {
    /// Candles up to the first of the commands.
    pub candles: Candles,
    /// Past funding rates.
    pub fundings: Fundings,
    /// Opens all markets, then tells the last trades. Each with its venue time, which does not fall and is not after
    /// the start: stamp the commands with it, so that trade numbers and last prices are the engine's own.
    pub commands: Vec<(TimeMs, Command)>,
}

/// The past of all markets at `start`.
pub fn open(seed: u64, start: TimeMs, listings: &[Listing]) -> Opening {
    let mut candles = Candles::default();
    let mut fundings = Fundings::default();
    let opened_at = trades::first_minute(start);
    let mut commands: Vec<_> = listings.iter().map(|listing| (opened_at, listing.open())).collect();
    let mut trades = Vec::new();
    for listing in listings.iter() {
        let past = History::generate(seed, start, listing);
        candles.seed(listing.market, &listing.instrument, &past.bars);
        fundings.seed(listing.market, listing.instrument.symbol, &past.fundings);
        trades.extend(past.trades.iter().map(|trade| (trade.at, trade.command(listing.market))));
    }
    trades.sort_by_key(|(at, _)| *at);
    commands.extend(trades);
    Opening { candles, fundings, commands }
}
