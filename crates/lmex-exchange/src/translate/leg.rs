//! Positions by their names: `BTC-PERP-USDT` in one-way mode, `BTC-PERP-USDT|LONG` and `|SHORT` in hedge mode,
//! `BTC-PERP-USDT|4#1` in isolated mode (recorded from BTSE).
//!
//! Of the two numbers of an isolated position the first is taken for its serial number. The second is 1 in the one
//! recording there is, and always 1 here.

use lmex_api::futures::PositionMode as ModeWord;
use lmex_engine::{LegId, Order, PositionMode};
use lmex_types::{Instrument, Side};

/// The second number of an isolated position.
const ISOLATED_SUFFIX: &str = "#1";

/// The name of a position.
pub(crate) fn leg_name(instrument: &Instrument, leg: LegId) -> String {
    let market = format!("{}-{}", instrument.symbol, instrument.quote);
    match (leg, leg.isolated_number()) {
        (LegId::LONG, _) => market + "|LONG",
        (LegId::SHORT, _) => market + "|SHORT",
        (_, Some(number)) => format!("{market}|{number}{ISOLATED_SUFFIX}"),
        _ => market,
    }
}

/// The position with this name; `None` if no position of the market can have it.
pub(crate) fn leg_named(instrument: &Instrument, name: &str) -> Option<LegId> {
    let rest = name.strip_prefix(&format!("{}-{}", instrument.symbol, instrument.quote))?;
    let leg = match rest {
        "" => LegId::ONE_WAY,
        "|LONG" => LegId::LONG,
        "|SHORT" => LegId::SHORT,
        _ => {
            let number = rest.strip_prefix('|')?.strip_suffix(ISOLATED_SUFFIX)?.parse().ok()?;
            Some(LegId::isolated(number)).filter(|_| number > 0)?
        }
    };
    // One spelling for each: `|04#1` is no name.
    Some(leg).filter(|leg| leg_name(instrument, *leg) == name)
}

/// The word for a position mode.
pub(crate) fn mode_word(mode: PositionMode) -> ModeWord {
    match mode {
        PositionMode::OneWay => ModeWord::OneWay,
        PositionMode::Hedge => ModeWord::Hedge,
        PositionMode::Isolated => ModeWord::Isolated,
    }
}

/// The position mode of a word.
pub(crate) fn mode_of(word: ModeWord) -> PositionMode {
    match word {
        ModeWord::OneWay => PositionMode::OneWay,
        ModeWord::Hedge => PositionMode::Hedge,
        ModeWord::Isolated => PositionMode::Isolated,
    }
}

/// Which way the position of an order points: nothing in one-way mode, where it may turn round.
pub(super) fn direction(order: &Order) -> Option<String> {
    let opens_long = (order.side == Side::Buy) != order.reduce_only;
    let is_long = match order.leg.mode() {
        PositionMode::OneWay => return None,
        PositionMode::Hedge => order.leg == LegId::LONG,
        PositionMode::Isolated => opens_long,
    };
    Some(if is_long { "LONG" } else { "SHORT" }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_types::{Decimal, Grid};

    fn instrument() -> Instrument {
        Instrument {
            symbol: "BTC-PERP".parse().unwrap(),
            base: "BTC".to_owned(),
            quote: "USDT".to_owned(),
            grid: Grid::new(Decimal::ONE, Decimal::ONE).unwrap(),
            min_contracts: 1,
            max_contracts: 10,
            step_contracts: 1,
            min_notional: Decimal::from(5),
        }
    }

    #[test]
    fn every_position_is_found_by_its_name_and_by_no_other() {
        for (leg, name) in [
            (LegId::ONE_WAY, "BTC-PERP-USDT"),
            (LegId::LONG, "BTC-PERP-USDT|LONG"),
            (LegId::SHORT, "BTC-PERP-USDT|SHORT"),
            (LegId::isolated(1), "BTC-PERP-USDT|1#1"),
            (LegId::isolated(40), "BTC-PERP-USDT|40#1"),
        ] {
            assert_eq!(leg_name(&instrument(), leg), name);
            assert_eq!(leg_named(&instrument(), name), Some(leg), "{name}");
        }
        for name in [
            "",
            "BTC-PERP",
            "ETH-PERP-USDT",
            "BTC-PERP-USDT|",
            "BTC-PERP-USDT|long",
            "BTC-PERP-USDT|0#1",
            "BTC-PERP-USDT|04#1",
            "BTC-PERP-USDT|4#2",
            "BTC-PERP-USDT|4",
            "BTC-PERP-USDT|4294967296#1",
        ] {
            assert_eq!(leg_named(&instrument(), name), None, "{name}");
        }
    }
}
