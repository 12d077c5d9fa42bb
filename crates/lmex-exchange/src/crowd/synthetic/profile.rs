//! How lively a market is.

use lmex_types::{Decimal, Instrument};

/// The temper of a simulated market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Standard deviation of the price over one second, in parts per 1e9. One year is 5,618 times it.
    pub volatility_ppb: i64,
    /// How much of a move comes from what moves all coins, in thousandths; the square of it is the share of variance.
    pub common_permille: i64,
    /// How much comes from the market itself, in thousandths. Together their squares make 1.
    pub own_permille: i64,
    /// Market orders a second that come by themselves in usual times, in thousandths; with those that they bring, about
    /// five times as many come.
    pub calm_trades_permille: i64,
    /// Quote currency at a usual best level.
    pub touch_notional: i64,
    /// Quote currency of the median market order.
    pub trade_notional: i64,
}

impl Profile {
    /// BTC: 50 % a year, as Binance's perpetual in 2023 and 2024; liquidity and orders as on its smaller, inverse one.
    const BITCOIN: Self = Self {
        volatility_ppb: 88_000,
        common_permille: 960,
        own_permille: 280,
        calm_trades_permille: 600,
        touch_notional: 80_000,
        trade_notional: 1_300,
    };
    /// ETH: 55 % a year.
    const ETHER: Self = Self {
        volatility_ppb: 97_000,
        common_permille: 950,
        own_permille: 312,
        calm_trades_permille: 500,
        touch_notional: 60_000,
        trade_notional: 900,
    };
    /// A share: 25 % a year, a little of it with the coins.
    const SHARE: Self = Self {
        volatility_ppb: 44_500,
        common_permille: 250,
        own_permille: 968,
        calm_trades_permille: 300,
        touch_notional: 25_000,
        trade_notional: 500,
    };

    /// The profile for what a market trades.
    pub fn of(instrument: &Instrument) -> Self {
        match instrument.base.as_str() {
            "BTC" => Self::BITCOIN,
            "ETH" => Self::ETHER,
            _ => Self::SHARE,
        }
    }
}

/// Whole contracts that come to about `notional` of the quote currency at `price` ticks, at least 1.
pub(crate) fn contracts_of(instrument: &Instrument, price: i64, notional: i64) -> i64 {
    let grid = &instrument.grid;
    let one = grid.notional(grid.price(price), 1);
    let contracts = one.and_then(|one| Decimal::from(notional).checked_div(one));
    contracts.and_then(|contracts| i64::try_from(contracts.round()).ok()).unwrap_or(1).clamp(1, 1_000_000_000)
}
