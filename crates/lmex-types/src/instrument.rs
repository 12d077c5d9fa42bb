//! What a market trades and within which bounds.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::grid::neighbours;
use crate::{Grid, Size, Symbol};

/// The specification of one futures market.
///
/// Read it from the venue (`market_summary`) rather than from memory: contract sizes and ticks change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// The market's name.
    pub symbol: Symbol,
    /// The currency that is traded, such as `BTC`.
    pub base: String,
    /// The currency of prices and margins, such as `USDT`.
    pub quote: String,
    /// Price step and contract size.
    pub grid: Grid,
    /// Fewest contracts in an order.
    pub min_contracts: i64,
    /// Most contracts in an order.
    pub max_contracts: i64,
    /// Orders are a multiple of this many contracts.
    pub step_contracts: i64,
    /// Orders of this notional or less, in the quote currency, are refused (LMEX: 5 USDT).
    #[serde(with = "crate::exact_decimal")]
    pub min_notional: Decimal,
}

/// Why a size can't be traded in a market.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// A currency amount that is not a whole number of contracts.
    #[error(
        "size {amount} {currency} is not a whole number of contracts of {contract_size} {currency}: use {} {currency}",
        neighbours(*below, *above)
    )]
    NotWhole {
        /// As given.
        amount: Decimal,
        /// The market's base currency.
        currency: String,
        /// Base currency in one contract.
        contract_size: Decimal,
        /// The nearest possible amount below; zero, which can't be traded, if there is none.
        below: Decimal,
        /// The nearest possible amount above.
        above: Decimal,
    },
    /// Fewer contracts than the market takes.
    #[error("size {contracts} contracts is below the market's minimum of {min}")]
    TooSmall {
        /// As given, in contracts.
        contracts: i64,
        /// The market's minimum.
        min: i64,
    },
    /// More contracts than the market takes.
    #[error("size {contracts} contracts is above the market's maximum of {max}: split the order")]
    TooLarge {
        /// As given, in contracts.
        contracts: i64,
        /// The market's maximum.
        max: i64,
    },
    /// A currency amount of more contracts than can be counted.
    #[error(
        "size {amount} {currency} is more contracts than can be counted: the market's maximum is {max} contracts"
    )]
    Uncountable {
        /// As given.
        amount: Decimal,
        /// The market's base or quote currency.
        currency: String,
        /// The market's maximum, in contracts.
        max: i64,
    },
    /// Not a multiple of the market's step.
    #[error("size {contracts} contracts is not a multiple of {step}: use {}", multiples(*contracts, *step))]
    OffStep {
        /// As given, in contracts.
        contracts: i64,
        /// The market's step.
        step: i64,
    },
    /// A currency that the market does not trade.
    #[error("size in {given} does not fit {symbol}: use contracts (ct), {base} or {quote}")]
    WrongCurrency {
        /// As given.
        given: String,
        /// The market.
        symbol: Symbol,
        /// The market's base currency.
        base: String,
        /// The market's quote currency.
        quote: String,
    },
    /// A quote amount that buys less than one contract.
    #[error("size {amount} {currency} is less than one contract, which is worth {one} {currency} at {price}")]
    LessThanOne {
        /// As given.
        amount: Decimal,
        /// The market's quote currency.
        currency: String,
        /// What one contract is worth.
        one: Decimal,
        /// At this price.
        price: Decimal,
    },
    /// Too little money for the venue to take the order seriously.
    #[error("notional {notional} is not above the minimum of {min}: at {price} {}", enough_shown(*contracts))]
    NotionalTooSmall {
        /// Price × size.
        notional: Decimal,
        /// The market's minimum, which must be exceeded.
        min: Decimal,
        /// The price it was computed at.
        price: Decimal,
        /// The fewest contracts that exceed it; `None` if the market takes no order that large.
        contracts: Option<i64>,
    },
}

fn multiples(contracts: i64, step: i64) -> String {
    let below = contracts - contracts.checked_rem(step).unwrap_or(0);
    neighbours(below.into(), below.saturating_add(step).into())
}

fn enough_shown(contracts: Option<i64>) -> String {
    contracts.map_or_else(
        || "not even the market's largest order is".to_owned(),
        |contracts| format!("use at least {contracts} contracts"),
    )
}

impl Instrument {
    /// Converts a size to whole contracts and checks it against the market's bounds.
    ///
    /// Contracts and base amounts are never rounded: what is not whole is refused with its neighbours. A quote
    /// amount is converted at `price` and rounded down, so that it never costs more than was said.
    pub fn contracts(&self, size: &Size, price: Decimal) -> Result<i64, SizeError> {
        let contracts = match size {
            Size::Contracts(contracts) => *contracts,
            Size::Base { amount, currency } => self.contracts_of_base(*amount, currency)?,
            Size::Quote { amount, currency } => self.contracts_of_quote(*amount, currency, price)?,
        };
        self.check_bounds(contracts)?;
        self.check_notional(contracts, price)?;
        Ok(contracts)
    }

    /// Refuses a number of contracts outside the market's bounds.
    pub fn check_bounds(&self, contracts: i64) -> Result<(), SizeError> {
        if contracts < self.min_contracts {
            return Err(SizeError::TooSmall { contracts, min: self.min_contracts });
        }
        if contracts > self.max_contracts {
            return Err(SizeError::TooLarge { contracts, max: self.max_contracts });
        }
        if self.step_contracts > 1 && contracts % self.step_contracts != 0 {
            return Err(SizeError::OffStep { contracts, step: self.step_contracts });
        }
        Ok(())
    }

    /// Refuses an order whose notional is not above the market's minimum.
    pub fn check_notional(&self, contracts: i64, price: Decimal) -> Result<(), SizeError> {
        let Some(notional) = self.grid.notional(price, contracts) else { return Ok(()) };
        if notional > self.min_notional {
            return Ok(());
        }
        let contracts = self.fewest_above(self.min_notional, price);
        Err(SizeError::NotionalTooSmall { notional, min: self.min_notional, price, contracts })
    }

    /// The fewest contracts that the market takes and that are worth more than an amount.
    fn fewest_above(&self, amount: Decimal, price: Decimal) -> Option<i64> {
        let whole = amount.checked_div(self.grid.notional(price, 1)?)?.floor().to_i64()?;
        let step = self.step_contracts.max(1);
        let fewest = whole.checked_add(1)?.max(self.min_contracts);
        // Up to the next multiple of the step.
        let fewest = fewest.checked_add((step - fewest % step) % step)?;
        (fewest <= self.max_contracts).then_some(fewest)
    }

    fn contracts_of_base(&self, amount: Decimal, currency: &str) -> Result<i64, SizeError> {
        if !currency.is_empty() && currency != self.base {
            return Err(self.wrong_currency(currency));
        }
        let uncountable =
            || SizeError::Uncountable { amount, currency: self.base.clone(), max: self.max_contracts };
        let contract_size = self.grid.contract_size();
        let rest = amount.checked_rem(contract_size).ok_or_else(uncountable)?;
        let below = amount.saturating_sub(rest);
        if !rest.is_zero() {
            let above = below.saturating_add(contract_size).normalize();
            let (currency, below) = (self.base.clone(), below.normalize());
            return Err(SizeError::NotWhole { amount, currency, contract_size, below, above });
        }
        let whole = below.checked_div(contract_size).and_then(|whole| whole.round().to_i64());
        whole.ok_or_else(uncountable)
    }

    fn contracts_of_quote(&self, amount: Decimal, currency: &str, price: Decimal) -> Result<i64, SizeError> {
        if !currency.is_empty() && currency != self.quote {
            return Err(self.wrong_currency(currency));
        }
        let one = self.grid.notional(price, 1).unwrap_or(Decimal::MAX);
        let currency = self.quote.clone();
        match amount.checked_div(one).and_then(|contracts| contracts.floor().to_i64()) {
            Some(contracts @ 1..) => Ok(contracts),
            Some(_) => Err(SizeError::LessThanOne { amount, currency, one, price }),
            None => Err(SizeError::Uncountable { amount, currency, max: self.max_contracts }),
        }
    }

    fn wrong_currency(&self, given: &str) -> SizeError {
        SizeError::WrongCurrency {
            given: given.to_owned(),
            symbol: self.symbol,
            base: self.base.clone(),
            quote: self.quote.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn btc() -> Instrument {
        Instrument {
            symbol: "BTC-PERP".parse().unwrap(),
            base: "BTC".into(),
            quote: "USDT".into(),
            grid: Grid::new("0.1".parse().unwrap(), "0.00001".parse().unwrap()).unwrap(),
            min_contracts: 1,
            max_contracts: 7_500_000,
            step_contracts: 1,
            min_notional: Decimal::from(5),
        }
    }

    fn contracts(size: &str, price: i64) -> Result<i64, String> {
        btc().contracts(&size.parse().unwrap(), Decimal::from(price)).map_err(|error| error.to_string())
    }

    #[test]
    fn scenario_33_every_unit_comes_to_contracts() {
        assert_eq!(contracts("100ct", 60_000), Ok(100));
        assert_eq!(contracts("0.001btc", 60_000), Ok(100));
        assert_eq!(contracts("60usdt", 60_000), Ok(100));
        assert_eq!(contracts("60.5usdt", 60_000), Ok(100), "a quote amount is rounded down");
    }

    #[test]
    fn scenario_33_nothing_is_rounded_in_silence() {
        assert_eq!(
            contracts("0.000105btc", 60_000),
            Err("size 0.000105 BTC is not a whole number of contracts of 0.00001 BTC: use 0.0001 or 0.00011 BTC"
                .into())
        );
    }

    #[test]
    fn bounds_and_currency_are_checked() {
        assert_eq!(
            contracts("8ct", 60_000),
            Err("notional 4.8 is not above the minimum of 5: at 60000 use at least 9 contracts".into())
        );
        assert_eq!(contracts("9ct", 60_000), Ok(9));
        assert!(contracts("7500001ct", 60_000).unwrap_err().contains("maximum of 7500000"));
        assert!(contracts("1eth", 60_000).unwrap_err().contains("use contracts (ct), BTC or USDT"));
        assert_eq!(
            contracts("0.01usdt", 60_000),
            Err("size 0.01 USDT is less than one contract, which is worth 0.6 USDT at 60000".into())
        );
    }

    #[test]
    fn advice_can_be_followed() {
        assert_eq!(
            contracts("0.000005btc", 60_000),
            Err("size 0.000005 BTC is not a whole number of contracts of 0.00001 BTC: use 0.00001 BTC".into())
        );
        let stepped = Instrument { step_contracts: 10, ..btc() };
        let refused = |n: i64| stepped.contracts(&Size::Contracts(n), 60_000.into()).unwrap_err().to_string();
        assert_eq!(refused(25), "size 25 contracts is not a multiple of 10: use 20 or 30");
        assert_eq!(refused(5), "size 5 contracts is not a multiple of 10: use 10");
        let cheap = stepped.contracts(&Size::Contracts(10), 30_000.into()).unwrap_err().to_string();
        assert_eq!(cheap, "notional 3 is not above the minimum of 5: at 30000 use at least 20 contracts");
        let worthless = btc().contracts(&Size::Contracts(10), Decimal::new(1, 27)).unwrap_err().to_string();
        assert!(worthless.ends_with("not even the market's largest order is"), "{worthless}");
    }

    #[test]
    fn numbers_of_any_size_are_answered() {
        let (huge, tiny) = (Decimal::from_i128_with_scale(10_i128.pow(27), 0), Decimal::new(1, 27));
        let extremes = [huge, tiny, Decimal::MAX, Decimal::ONE, huge + Decimal::ONE];
        for (tick, contract_size, price) in
            extremes.iter().flat_map(|a| extremes.iter().flat_map(move |b| extremes.map(|c| (*a, *b, c))))
        {
            let market = Instrument { grid: Grid::new(tick, contract_size).unwrap(), ..btc() };
            let _ = (
                market.grid.ticks(price),
                market.grid.ticks_up(price),
                market.grid.notional(price, i64::MAX),
            );
            for amount in extremes {
                for size in [Size::base(amount), Size::quote(amount), Size::Contracts(i64::MAX)] {
                    let _ = market.contracts(&size, price).map_err(|error| error.to_string());
                }
            }
        }
        for size in [Size::base(huge), Size::quote(huge)] {
            let said = btc().contracts(&size, Decimal::ONE).unwrap_err().to_string();
            assert!(
                said.contains("more contracts than can be counted") && said.contains("7500000"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_notional_of_exactly_the_minimum_is_refused() {
        assert!(contracts("10ct", 50_000).unwrap_err().starts_with("notional 5 is not above"));
        assert_eq!(contracts("11ct", 50_000), Ok(11));
    }

    proptest::proptest! {
        #[test]
        fn a_quote_amount_never_costs_more(amount in 6_i64..1_000_000, price in 1_000_i64..1_000_000) {
            let size = Size::quote(Decimal::from(amount));
            if let Ok(n) = btc().contracts(&size, Decimal::from(price)) {
                let cost = btc().grid.notional(Decimal::from(price), n).unwrap();
                proptest::prop_assert!(cost <= Decimal::from(amount));
            }
        }
    }
}
