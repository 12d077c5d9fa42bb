//! Which market a tape plays in.

use std::path::Path;

use lmex_engine::MarketId;
use lmex_tape::{SizeUnit, TapeBody, TapeLevel, TapeReader};
use lmex_types::{Decimal, Grid, Instrument, Side};

use crate::crowd::listing::perpetual;
use crate::crowd::{Listing, SourceError};

/// How many messages are looked at to learn price, tick and contract size.
const SAMPLE: usize = 500;
/// Decimals of tick and contract size together: the engine counts money in 1e-12.
const MONEY_SCALE: u32 = 12;
/// What the largest order of a new market is worth, about, in its quote currency.
const LARGEST_ORDER: i64 = 5_000_000;

/// The market with the tape's base currency, else a new one with the next number; at the tape's first price.
pub(super) fn find(path: &Path, listings: &[Listing]) -> Result<Listing, SourceError> {
    let reader = TapeReader::open(path)?;
    let header = reader.info().header.clone();
    let sample = Sample::of(reader)?;
    let price = sample.price.ok_or_else(|| SourceError::NoPrice { path: path.into() })?;
    let refused = |reason: String| SourceError::Market {
        path: path.into(),
        symbol: header.symbol.chars().take(64).collect(),
        reason,
    };
    let base = base_of(&header.symbol);
    let (market, instrument) = match listings.iter().find(|listing| listing.instrument.base == base) {
        Some(known) => (known.market, known.instrument.clone()),
        None => {
            let taken = listings.iter().map(|listing| listing.market.0).max();
            let free = taken.map_or(Some(0), |taken| taken.checked_add(1));
            let number = free.ok_or_else(|| refused("there is no number left for it".into()))?;
            (MarketId(number), sample.instrument(&base, price, header.size_unit).map_err(refused)?)
        }
    };
    let ticks = instrument.grid.ticks_down(price).map_err(|error| refused(error.to_string()))?;
    Ok(Listing { market, instrument, price: ticks.max(1) })
}

/// The base currency in the name that a venue gives a market: BTC of `BTCUSDT`, `BTCUSD_PERP` and `BTC-PERP`.
fn base_of(symbol: &str) -> String {
    let symbol = symbol.to_ascii_uppercase();
    let pair = symbol.split(['-', '_', '/']).next().unwrap_or_default();
    let quotes = ["USDT", "USDC", "FDUSD", "BUSD", "USD"];
    let base = quotes.iter().find_map(|quote| pair.strip_suffix(quote)).filter(|base| !base.is_empty());
    base.unwrap_or(pair).to_owned()
}

/// What the start of a tape shows.
#[derive(Debug, Default)]
struct Sample {
    /// The middle of a whole book, else of the best prices, else a trade, else the middle of what changed.
    price: Option<Decimal>,
    price_scale: u32,
    size_scale: u32,
}

impl Sample {
    fn of(reader: TapeReader) -> Result<Self, SourceError> {
        let mut sample = Self::default();
        let (mut whole, mut changed, mut top, mut trade) = (None, None, None, None);
        for message in reader.take(SAMPLE) {
            match message?.body {
                TapeBody::Depth { snapshot, levels } => {
                    let first = if snapshot { &mut whole } else { &mut changed };
                    *first = first.or_else(|| middle_of(&levels));
                    for level in levels {
                        sample.see(level.price, level.size);
                    }
                }
                TapeBody::Trade { price, size, .. } => {
                    trade = trade.or(Some(price));
                    sample.see(price, size);
                }
                TapeBody::Top { bid, ask } => {
                    top = top.or_else(|| super::middle(bid.price, ask.price));
                    sample.see(bid.price, bid.size);
                    sample.see(ask.price, ask.size);
                }
            }
        }
        sample.price = whole.or(top).or(trade).or(changed);
        Ok(sample)
    }

    fn see(&mut self, price: Decimal, size: Decimal) {
        self.price_scale = self.price_scale.max(price.normalize().scale());
        self.size_scale = self.size_scale.max(size.normalize().scale());
    }

    /// A market that is as fine as the tape, as far as money can be counted exactly.
    fn instrument(&self, base: &str, price: Decimal, unit: SizeUnit) -> Result<Instrument, String> {
        let tick_scale = self.price_scale.min(MONEY_SCALE - 1);
        let finest = MONEY_SCALE - tick_scale;
        let contract = match unit {
            SizeUnit::Base => Decimal::new(1, self.size_scale.min(finest)),
            SizeUnit::QuoteContracts { .. } => {
                let worth_about_one = |scale: &u32| price * Decimal::new(1, *scale) <= Decimal::ONE;
                Decimal::new(1, (0..finest).find(worth_about_one).unwrap_or(finest))
            }
        };
        let grid = Grid::new(Decimal::new(1, tick_scale), contract).map_err(|error| error.to_string())?;
        let one = grid.notional(price, 1).filter(|one| !one.is_zero()).ok_or("its price is out of range")?;
        let largest = Decimal::from(LARGEST_ORDER).checked_div(one).unwrap_or(Decimal::ONE);
        let largest = i64::try_from(largest.ceil()).unwrap_or(1).clamp(1, 10_000_000_000);
        perpetual(base, grid, largest).ok_or_else(|| "its name can't be that of a market".to_owned())
    }
}

fn middle_of(levels: &[TapeLevel]) -> Option<Decimal> {
    let of = |side| levels.iter().filter(move |level| level.side == side && !level.size.is_zero());
    let bid = of(Side::Buy).map(|level| level.price).max()?;
    let ask = of(Side::Sell).map(|level| level.price).min()?;
    super::middle(bid, ask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_found_in_every_venue_s_spelling() {
        for (symbol, base) in [
            ("BTCUSDT", "BTC"),
            ("btcusdt", "BTC"),
            ("BTCUSD_PERP", "BTC"),
            ("ETH-PERP", "ETH"),
            ("1000SHIBUSDC", "1000SHIB"),
            ("USDT", "USDT"),
        ] {
            assert_eq!(base_of(symbol), base, "{symbol}");
        }
    }
}
