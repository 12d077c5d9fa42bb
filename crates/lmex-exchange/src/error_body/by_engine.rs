//! What the engine's refusals are on the wire: LMEX's code, the field that is wrong, and ticks told as prices.

use lmex_engine::{MarketView, Refusal};
use lmex_types::Side;

use super::{Refused, code};
use crate::translate::{leg_name, mode_word};

impl Refused {
    /// What an engine's refusal is on the wire, with ticks told as prices.
    pub(crate) fn by_engine(refusal: &Refusal, side: Side, market: &MarketView<'_>) -> Self {
        Self::by_engine_named(refusal, side, market, &[])
    }

    /// The same of a request with several prices: each with the name of its field, in ticks.
    pub(crate) fn by_engine_named(
        refusal: &Refusal,
        side: Side,
        market: &MarketView<'_>,
        named: &[(&'static str, i64)],
    ) -> Self {
        let name_of = |price: i64| named.iter().find(|(_, other)| *other == price).map(|(name, _)| *name);
        match *refusal {
            Refusal::PriceOutOfRange { price, .. } => {
                price_refused(refusal, side, market, name_of(price).unwrap_or("price"))
            }
            Refusal::TriggerWrongSide { price } => {
                price_refused(refusal, side, market, name_of(price).unwrap_or("triggerPrice"))
            }
            Refusal::TrailOutOfRange { .. } | Refusal::PriceProtection { .. } => {
                price_refused(refusal, side, market, "price")
            }
            Refusal::PositionModeInvalid { .. }
            | Refusal::UnknownLeg(_)
            | Refusal::LegMissing
            | Refusal::NotFlat
            | Refusal::RiskLimitOutOfRange { .. }
            | Refusal::RiskLimitExceeded { .. }
            | Refusal::LeverageOutOfRange { .. } => setting_refused(refusal, market),
            Refusal::SizeOutOfRange { .. }
            | Refusal::SizeOffStep { .. }
            | Refusal::SizeBelowFilled { .. }
            | Refusal::NotionalTooSmall { .. }
            | Refusal::PositionTooLarge { .. } => size_refused(refusal, market),
            Refusal::NotAvailable { .. } | Refusal::InsufficientMargin { .. } => {
                money_refused(refusal, market)
            }
            _ => other_refused(refusal, market),
        }
    }
}

fn price_refused(refusal: &Refusal, side: Side, market: &MarketView<'_>, field: &str) -> Refused {
    let instrument = market.instrument();
    let price_of = |ticks| instrument.grid.price(ticks);
    match *refusal {
        Refusal::PriceOutOfRange { price, max } => {
            let (price, max) = (price_of(price), price_of(max));
            Refused::bad(code::INVALID_PRICE, format!("{field} {price} is out of range: use at most {max}"))
        }
        Refusal::TriggerWrongSide { price } => Refused::bad(
            code::TRIGGER_DISTANCE,
            format!(
                "{field} {} is on the wrong side of the price it is compared with, or at it, and would fire at once: use one on the other side (mark price {}, last price {})",
                price_of(price),
                market.mark().normalize(),
                price_of(market.last()),
            ),
        ),
        Refusal::TrailOutOfRange { trail } => Refused::bad(
            code::TRIGGER_DISTANCE,
            format!(
                "trailValue {} is out of range: use more than 0 and less than the price",
                price_of(trail)
            ),
        ),
        Refusal::PriceProtection { limit, .. } => {
            let bound = if side == Side::Buy { "higher" } else { "lower" };
            let (base, quote, limit) = (&instrument.base, &instrument.quote, price_of(limit));
            let message = format!("You can not {side} {base} {bound} than {limit} {quote}: change {field}");
            let extra = [side.as_str(), base, bound, &limit.to_string(), quote].map(str::to_owned);
            Refused { extra: extra.to_vec(), ..Refused::bad(code::PRICE_PROTECTION, message) }
        }
        ref other => Refused::rejected(other.to_string()),
    }
}

fn setting_refused(refusal: &Refusal, market: &MarketView<'_>) -> Refused {
    let instrument = market.instrument();
    let text = refusal.to_string();
    match *refusal {
        Refusal::PositionModeInvalid { set } => Refused::position_mode(format!(
            "Position mode invalid: the market is in positionMode {set}, send that or change the mode first",
            set = mode_word(set)
        )),
        Refusal::UnknownLeg(leg) => Refused::position_id(format!(
            "positionId {} is not a position of this account in the market's positionMode: use what /user/positions says",
            leg_name(instrument, leg)
        )),
        Refusal::LegMissing => Refused::position_id(text),
        Refusal::NotFlat => {
            Refused::bad(code::POSITION_MODE_UNCHANGEABLE, format!("Remaining positions. {text}"))
        }
        Refusal::RiskLimitOutOfRange { .. } => Refused::bad(code::NO_RISK_LIMIT, text),
        Refusal::RiskLimitExceeded { .. } => {
            let text = text.replace("riskLimit allows", "the risk limit allows");
            Refused::bad(code::RISK_LIMIT, format!("{text}, or use a smaller size"))
        }
        _ => Refused::bad(code::LEVERAGE, text),
    }
}

fn size_refused(refusal: &Refusal, market: &MarketView<'_>) -> Refused {
    let instrument = market.instrument();
    match *refusal {
        Refusal::SizeOutOfRange { contracts, max, .. } if contracts > max => Refused::bad(
            code::MAX_CONTRACTS,
            format!(
                "[{}] The order size cannot surpass {max} contracts. Please adjust your order size and try again.",
                instrument.symbol
            ),
        ),
        Refusal::NotionalTooSmall { notional, min } => Refused::size(format!(
            "size is too small: notional {notional} is not above the minimum of {min} {}, use more contracts",
            instrument.quote
        )),
        Refusal::PositionTooLarge { .. } => Refused::bad(code::MAX_SIZE, format!("size: {refusal}")),
        ref other => Refused::size(other.to_string()),
    }
}

fn money_refused(refusal: &Refusal, market: &MarketView<'_>) -> Refused {
    let Refusal::InsufficientMargin { required, available } = *refusal else {
        return Refused::bad(code::WALLET_SHORT, refusal.to_string());
    };
    let message = format!(
        "Available balance is insufficient to meet this order: size needs {required} {quote} of margin, {available} {quote} are available",
        quote = market.instrument().quote
    );
    Refused { extra: vec![required.to_string()], ..Refused::bad(code::MARGIN, message) }
}

fn other_refused(refusal: &Refusal, market: &MarketView<'_>) -> Refused {
    let symbol = market.instrument().symbol;
    let text = refusal.to_string();
    match *refusal {
        Refusal::UnknownMarket(_) => Refused::bad(code::SYMBOL, format!("Unsupported symbol: {text}")),
        Refusal::OrderNotFound => Refused::order_not_found(),
        Refusal::MarketClosed(_) => Refused::rejected(format!(
            "Market unavailable: {symbol} takes no orders now, wait until it opens"
        )),
        Refusal::NothingToAmend => {
            Refused::rejected("nothing to amend: give a new price, size or triggerPrice")
        }
        Refusal::Incompatible(_)
        | Refusal::NoExit
        | Refusal::PegOutOfRange
        | Refusal::AmountOutOfRange(_) => Refused::parameter(text),
        Refusal::ReduceOnlyNoPosition => Refused::bad(
            code::REDUCE_ONLY,
            "Reduce only open order canceled because no active position exists: leave out reduceOnly to open one",
        ),
        Refusal::TooManyOpenOrders { .. } => Refused::bad(code::MAX_OPEN, text),
        _ => Refused::rejected(text),
    }
}
