//! Which market a capture is of.

use std::fmt;

use lmex_types::Decimal;

use super::error::{LineProblem, shortened};
use super::wire::Claim;
use crate::SizeUnit;

/// The part of Binance that a market belongs to: each writes its messages in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Futures margined in USDT or USDC; sizes in base currency.
    UsdM,
    /// Futures margined in the coin (inverse); sizes in contracts of USD.
    CoinM,
    /// The spot market; sizes in base currency.
    Spot,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::UsdM => "USD-M futures",
            Self::CoinM => "COIN-M futures",
            Self::Spot => "spot",
        })
    }
}

/// A market of Binance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Market {
    pub(super) family: Family,
    pub(super) symbol: String,
}

impl Market {
    /// Refuses a message that says that it is of another market.
    pub(super) fn check(&self, claim: Claim<'_>) -> Result<(), LineProblem> {
        if let Some(symbol) = claim.symbol.filter(|symbol| *symbol != self.symbol) {
            return Err(LineProblem::Symbol { found: shortened(symbol), expected: self.symbol.clone() });
        }
        match claim.family.filter(|family| *family != self.family) {
            Some(found) => Err(LineProblem::Family { found, expected: self.family }),
            None => Ok(()),
        }
    }

    /// What sizes count. Contract values: Binance COIN-M "Contract Specifications", 100 USD for BTC, else 10 USD.
    pub(super) fn size_unit(&self, contract_value: Option<Decimal>) -> SizeUnit {
        let listed = || if self.symbol.starts_with("BTCUSD_") { Decimal::ONE_HUNDRED } else { Decimal::TEN };
        match self.family {
            Family::CoinM => SizeUnit::QuoteContracts { value: contract_value.unwrap_or_else(listed) },
            Family::UsdM | Family::Spot => SizeUnit::Base,
        }
    }

    /// `Binance USD-M futures BTCUSDT, recorded 2024-08-08`.
    pub(super) fn source(&self, received_ns: i64) -> String {
        format!("Binance {} {}, recorded {}", self.family, self.symbol, date(received_ns))
    }
}

/// The day in UTC, as `2024-08-08`. Days to a date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `civil_from_days`.
fn date(ns: i64) -> String {
    let days = ns.div_euclid(86_400_000_000_000) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let day = 86_400_000_000_000;
        for (ns, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (19_782 * day, "2024-02-29"),
            (19_783 * day, "2024-03-01"),
            (1_723_161_255_030_314_667, "2024-08-08"),
            (20_454 * day - 1, "2025-12-31"),
        ] {
            assert_eq!(date(ns), text);
        }
    }
}
