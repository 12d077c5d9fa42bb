//! The mark price, where the engine computes it.
//!
//! `(1 − w) × index + w × impact mid`, as LMEX's support article of 2023 says it (75 % and 25 %). The impact mid is
//! the mean of two average prices: at which `impact_notional` could be sold into the bids and bought from the asks
//! as they are now. Each is that of the fewest whole contracts worth the notional. Where a side is too thin for it the
//! index stands in for that side. Neither is further from the index than the market's price band, so that nobody
//! moves the mark by a wall of air; that cut is ours.
//!
//! It is computed when prices are set, and stays until they are set again, whatever the book does.

use lmex_types::{Decimal, Side};

use crate::market::Market;
use crate::{Money, Rate};

/// The mark price to the nearest of the decimals that the tick has. `None` beyond the range of numbers.
pub(crate) fn computed_mark(market: &Market, index: Decimal) -> Option<Decimal> {
    let size = market.instrument.grid.contract_size();
    let index_value = index.checked_mul(size).and_then(Money::nearest)?;
    let sides = [Side::Buy, Side::Sell].map(|side| impact(market, side, index_value));
    let [bid, ask] = sides.map(|value| value.checked_sub(index_value));
    // How far the impact mid is above the index, for one contract.
    let above = Decimal::from(bid?.checked_add(ask?)?).checked_div(Decimal::TWO)?.checked_div(size)?;
    let weighted = above.checked_mul(Decimal::from(market.rules.mark.impact_weight))?;
    let mark = index.checked_add(weighted)?;
    Some(mark.round_dp(market.instrument.grid.tick().scale()).normalize())
}

/// The average value of one contract at which the impact notional could be traded with a side of the book.
fn impact(market: &Market, side: Side, index: Money) -> Money {
    let average = average(market, side, market.rules.mark.impact_notional).unwrap_or(index);
    match market.rules.price_band {
        None => average,
        Some(band) => within(average, index, band),
    }
}

/// Rounded down to the unit. `None` when the side is worth less than the notional.
fn average(market: &Market, side: Side, notional: Money) -> Option<Money> {
    let (mut value, mut contracts) = (Money::ZERO, 0_i64);
    for (price, level) in market.book.side(side).levels() {
        let each = market.value(price, 1);
        let missing = notional - value;
        let enough = missing.units().saturating_add(each.units() - 1) / each.units().max(1);
        let taken = level.total().min(i64::try_from(enough).unwrap_or(i64::MAX));
        value += each.times(taken);
        contracts = contracts.saturating_add(taken);
        if value >= notional {
            return Some(Money::from_units(value.units().checked_div(i128::from(contracts))?));
        }
    }
    None
}

fn within(value: Money, index: Money, band: Rate) -> Money {
    let distance = index.part_up(band);
    value.clamp(index - distance, index + distance)
}

#[cfg(test)]
mod tests {
    use lmex_types::{Grid, Instrument};

    use super::*;
    use crate::book::{Orders, QueueModel};
    use crate::message::OpenedMarket;
    use crate::{MarketId, MarketRules};

    /// A tick of 0.01 and contracts of 0.1.
    fn market(levels: &[(Side, i64, i64)]) -> Market {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let instrument = Instrument {
            symbol: "TEST-PERP".parse().unwrap(),
            base: "TEST".into(),
            quote: "USDT".into(),
            grid: Grid::new(decimal("0.01"), decimal("0.1")).unwrap(),
            min_contracts: 1,
            max_contracts: 1_000_000,
            step_contracts: 1,
            min_notional: Decimal::ZERO,
        };
        let rules = MarketRules::default();
        let mut market =
            Market::new(&OpenedMarket { market: MarketId(1), instrument, rules, price: 10_000 }).unwrap();
        for &(side, price, contracts) in levels {
            let model = QueueModel::Tail;
            market.book.side_mut(side).set_crowd(&mut Orders::default(), price, contracts, model);
        }
        market
    }

    fn mark(market: &Market, index: &str) -> String {
        computed_mark(market, index.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn an_average_goes_as_deep_as_the_notional_needs() {
        use Side::{Buy, Sell};
        // Bids: 600 contracts at 99 are worth 5,940; 4,060 / 9.8 = 414.3, so 415 at 98. (5,940 + 4,067) / 1,015 = 9.859113….
        // Asks: 10,000 / 10.2 = 980.4, so 981 at 102. The mid is 100.295568; a quarter of what it is above 100 is 0.0739.
        let market = market(&[(Buy, 9_900, 600), (Buy, 9_800, 600), (Buy, 9_700, 1), (Sell, 10_200, 5_000)]);
        assert_eq!(mark(&market, "100"), "100.07");
        assert_eq!(mark(&market, "100.005"), "100.08", "0.75 × 100.005 + 0.25 × 100.2956 = 100.0776");
    }

    #[test]
    fn an_empty_book_leaves_the_index() {
        assert_eq!(mark(&market(&[]), "100.004"), "100");
        assert_eq!(computed_mark(&market(&[]), Decimal::MAX), None);
    }
}
