//! The checks of an order, shared by new ones and amended ones. Each returns the refusal it stands for.

use lmex_types::{OrderType, Side};

use crate::engine::State;
use crate::margin::{Account, Candidate, Holding, OpenSide};
use crate::market::Market;
use crate::message::Refusal;
use crate::{AccountId, LegId, MarketId, Money, SmallOrders, Trading};

/// Market and account of an order command.
pub(super) fn parties(
    state: &State,
    account: AccountId,
    market: MarketId,
) -> Result<(&Account, &Market), Refusal> {
    let found = state.market(market).ok_or(Refusal::UnknownMarket(market))?;
    let user = state.user(account).ok_or(Refusal::UnknownAccount(account))?;
    Ok((user, found))
}

pub(super) fn open(market: &Market) -> Result<(), Refusal> {
    if market.trading == Trading::Active { Ok(()) } else { Err(Refusal::MarketClosed(market.id)) }
}

pub(super) fn size(market: &Market, contracts: i64) -> Result<(), Refusal> {
    let (min, max) = (market.instrument.min_contracts, market.instrument.max_contracts);
    if !(min..=max).contains(&contracts) {
        return Err(Refusal::SizeOutOfRange { contracts, min, max });
    }
    let step = market.instrument.step_contracts;
    if contracts % step != 0 {
        return Err(Refusal::SizeOffStep { contracts, step });
    }
    Ok(())
}

pub(super) fn price_range(market: &Market, price: i64) -> Result<(), Refusal> {
    let max = market.scale.max_price;
    if (1..=max).contains(&price) { Ok(()) } else { Err(Refusal::PriceOutOfRange { price, max }) }
}

pub(super) fn price_band(market: &Market, side: Side, price: i64) -> Result<(), Refusal> {
    let limit = market.protection(side);
    if side.sign() * price > side.sign() * limit {
        return Err(Refusal::PriceProtection { price, limit });
    }
    Ok(())
}

/// Value of one contract at the order's price; of a market order, at the price it is expected to trade at.
pub(super) fn value(market: &Market, order_type: OrderType, side: Side, price: i64) -> Money {
    match order_type {
        OrderType::Limit => market.value(price, 1),
        OrderType::Market => market.reference_value(side),
    }
}

pub(super) fn notional(market: &Market, value: Money, contracts: i64) -> Result<(), Refusal> {
    let (notional, min) = (value.times(contracts), market.scale.min_notional);
    if notional > min { Ok(()) } else { Err(Refusal::NotionalTooSmall { notional, min }) }
}

/// Whether a new order counts as spam: it is not worth more than the minimum, and the market hides such orders instead
/// of refusing them.
///
/// It is found once, when the order is accepted; an amend to so little is refused. Reduce-only orders are not asked:
/// what is left of a position may itself be worth less, and must find a way out.
pub(super) fn spam(market: &Market, value: Money, contracts: i64, post_only: bool) -> Result<bool, Refusal> {
    let refusal = match notional(market, value, contracts) {
        Ok(()) => return Ok(false),
        Err(refusal) => refusal,
    };
    let (notional, min) = (value.times(contracts), market.scale.min_notional);
    match market.rules.small_orders {
        SmallOrders::Refuse => Err(refusal),
        SmallOrders::Hide if post_only => Err(Refusal::PostOnlySpam { notional, min }),
        SmallOrders::Hide => Ok(true),
    }
}

/// Contracts that a reduce-only order of this side may have left to fill.
pub(super) fn reducible(account: &Account, market: &Market, leg: LegId, side: Side) -> Result<i64, Refusal> {
    let closable = account.position(market.id, leg).closable(side);
    if closable > 0 { Ok(closable) } else { Err(Refusal::ReduceOnlyNoPosition) }
}

/// The position with its orders stays within its tier, if it grows.
pub(super) fn risk_limit(
    holding: &Holding,
    market: &Market,
    side: Side,
    value: Money,
    replaces: OpenSide,
) -> Result<(), Refusal> {
    let notional = holding.exposure(side, market) - replaces.value + value;
    let limit = holding.tier(market).limit;
    let shrinks = value <= replaces.value;
    if notional <= limit || shrinks { Ok(()) } else { Err(Refusal::RiskLimitExceeded { notional, limit }) }
}

pub(super) fn position_limit(
    holding: &Holding,
    market: &Market,
    side: Side,
    contracts: i64,
    replaces: OpenSide,
) -> Result<(), Refusal> {
    let held = side.sign() * holding.position.contracts;
    let open = holding.open_side(side).contracts - replaces.contracts;
    let contracts = held.saturating_add(open).saturating_add(contracts);
    let max = market.max_position();
    if contracts <= max { Ok(()) } else { Err(Refusal::PositionTooLarge { contracts, max }) }
}

/// Open orders with so many more.
pub(super) fn order_count(account: &Account, market: &Market, more: u32) -> Result<(), Refusal> {
    let max = market.rules.max_open_orders;
    let open = account.open_orders_in(market.id).saturating_add(more);
    if open <= max || more == 0 { Ok(()) } else { Err(Refusal::TooManyOpenOrders { max }) }
}

pub(super) fn margin(
    account: &Account,
    holding: &Holding,
    market: &Market,
    candidate: &Candidate,
) -> Result<(), Refusal> {
    let required = candidate.required(account, holding, market);
    if required == Money::ZERO {
        return Ok(());
    }
    let available = account.available();
    if required <= available { Ok(()) } else { Err(Refusal::InsufficientMargin { required, available }) }
}
