//! The markets that are listed when nobody says otherwise.

use lmex_engine::{Command, MarketId, MarketRules};
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

    /// The command that opens the market, with the default rules.
    pub fn open(&self) -> Command {
        Command::OpenMarket {
            market: self.market,
            instrument: self.instrument.clone(),
            rules: MarketRules::default(),
            price: self.price,
        }
    }
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
