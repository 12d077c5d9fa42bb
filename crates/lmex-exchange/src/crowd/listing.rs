//! The markets that are listed when nobody says otherwise.

use lmex_engine::{Command, MarketId, MarketRules, Money, Tier, Tiers};
use lmex_types::{Decimal, Grid, Instrument};

/// Time between fundings: 480 minutes, as LMEX's BTC-PERP (`fundingIntervalMinutes`). They fall on 00:00, 08:00 and
/// 16:00 UTC.
pub const FUNDING_PERIOD_MS: i64 = 480 * 60_000;

/// A market with the price it starts at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its number in the engine.
    pub market: MarketId,
    /// What it trades.
    pub instrument: Instrument,
    /// The first price, in ticks.
    pub price: i64,
}

impl Listing {
    /// BTC-PERP, ETH-PERP and AAPL-PERP, the last an equity perpetual.
    ///
    /// BTC-PERP is as LMEX lists it (`market_summary`, May 2026), and so is the contract size of ETH-PERP (November
    /// 2025). The rest is chosen. Prices are round numbers to start a simulation with, near LMEX's of then.
    pub fn standard() -> Vec<Self> {
        let btc = ("BTC", Decimal::new(1, 1), Decimal::new(1, 5), 7_500_000, 770_000);
        let eth = ("ETH", Decimal::new(1, 2), Decimal::new(1, 4), 10_000_000, 300_000);
        let aapl = ("AAPL", Decimal::new(1, 2), Decimal::new(1, 2), 1_000_000, 23_000);
        let listings = [btc, eth, aapl].into_iter().zip(0..).filter_map(|(market, number)| {
            let (base, tick, contract, max_contracts, price) = market;
            let instrument = perpetual(base, Grid::new(tick, contract).ok()?, max_contracts)?;
            Some(Self { market: MarketId(number), instrument, price })
        });
        listings.collect()
    }

    /// The command that opens the market, with its tiers and the default rules.
    pub fn open(&self) -> Command {
        Command::OpenMarket {
            market: self.market,
            instrument: self.instrument.clone(),
            rules: MarketRules { tiers: self.tiers(), ..MarketRules::default() },
            price: self.price,
        }
    }

    /// The risk-limit tiers: of BTC-PERP the ten that were recorded; of the others the same rates at smaller limits,
    /// half of them for ETH-PERP and a twentieth for any other. These two parts are chosen: nothing was recorded.
    pub fn tiers(&self) -> Tiers {
        match self.instrument.base.as_str() {
            "BTC" => Tiers::btc_perp(),
            "ETH" => smaller(&Tiers::btc_perp(), 2),
            _ => smaller(&Tiers::btc_perp(), 20),
        }
    }
}

/// The same rates, with the limits divided.
fn smaller(tiers: &Tiers, divisor: u32) -> Tiers {
    let limit = |limit: Money| {
        let part = Decimal::from(limit).checked_div(divisor.into());
        part.and_then(|part| Money::try_from(part).ok()).unwrap_or(limit)
    };
    let rows = tiers.iter().map(|tier| Tier { limit: limit(tier.limit), ..*tier });
    Tiers::new(rows.collect()).unwrap_or_default()
}

/// A perpetual against USDT, with LMEX's minimum notional of 5 USDT. `None` when the base can't be part of a symbol.
pub(super) fn perpetual(base: &str, grid: Grid, max_contracts: i64) -> Option<Instrument> {
    Some(Instrument {
        symbol: format!("{base}-PERP").parse().ok()?,
        base: base.to_owned(),
        quote: "USDT".to_owned(),
        grid,
        min_contracts: 1,
        max_contracts,
        step_contracts: 1,
        min_notional: Decimal::from(5),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_markets_have_the_same_rates_at_smaller_limits() {
        let [btc, eth, aapl] = Listing::standard().try_into().unwrap();
        assert_eq!(btc.tiers(), Tiers::btc_perp());
        for (listing, limit) in [(eth, 1_500_000), (aapl, 150_000)] {
            let tiers = listing.tiers();
            assert_eq!((tiers.count(), tiers.tier(1).limit), (10, Money::from_quote(limit)));
            for (row, recorded) in tiers.iter().zip(btc.tiers().iter()) {
                assert_eq!(Tier { limit: recorded.limit, ..*row }, *recorded);
            }
        }
    }
}
