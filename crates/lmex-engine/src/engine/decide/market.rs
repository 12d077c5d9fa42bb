//! Decisions about a market itself.

use lmex_types::{Decimal, Instrument, TimeMs};

use super::{cancel, refused};
use crate::engine::State;
use crate::mark::computed_mark;
use crate::market::{Mark, Market, Scale};
use crate::message::{CancelReason, Event, InstrumentPart, OpenedMarket, Refusal};
use crate::{MarketId, MarketRules, Money, Rate, Trading};

pub(super) fn open(
    state: &State,
    market: MarketId,
    instrument: &Instrument,
    rules: &MarketRules,
    price: i64,
) -> Event {
    let opened = OpenedMarket { market, instrument: instrument.clone(), rules: rules.clone(), price };
    match refuse_open(state, &opened) {
        Some(refusal) => refused(None, Some(market), refusal),
        None => Event::MarketOpened(Box::new(opened)),
    }
}

pub(crate) fn refuse_open(state: &State, opened: &OpenedMarket) -> Option<Refusal> {
    if state.market(opened.market).is_some() {
        return Some(Refusal::MarketExists(opened.market));
    }
    let scale = match Scale::of(&opened.instrument) {
        Ok(scale) => scale,
        Err(refusal) => return Some(refusal),
    };
    let (price, max) = (opened.price, scale.max_price);
    if !(1..=max).contains(&price) {
        return Some(Refusal::PriceOutOfRange { price, max });
    }
    if !rules_fit(&opened.rules) {
        return Some(Refusal::InstrumentOutOfRange(InstrumentPart::Rules));
    }
    Market::new(opened).is_none().then_some(Refusal::MarkOutOfRange)
}

fn rules_fit(rules: &MarketRules) -> bool {
    let is_part = |rate: Rate| (Rate::ZERO..Rate::ONE).contains(&rate);
    let MarketRules { price_band, mark, funding, liquidation_fee, .. } = rules;
    let parts = [mark.impact_weight, funding.clamp, funding.cap, *liquidation_fee];
    price_band.is_none_or(is_part)
        && parts.into_iter().all(is_part)
        && mark.impact_notional > Money::ZERO
        && is_part(Rate::from_parts(funding.interest.parts().saturating_abs()))
        && (1_000..=31_536_000_000).contains(&funding.interval_ms)
}

pub(super) fn set_trading(state: &State, market: MarketId, trading: Trading) -> Event {
    match state.market(market) {
        Some(_) => Event::TradingSet { market, trading },
        None => unknown(market),
    }
}

/// A market that closed loses its orders one by one: account by account in the order they were opened, and of each
/// the oldest first. `read` accounts have none left.
pub(super) fn clear(state: &State, market: MarketId, read: &mut usize) -> Option<Event> {
    for account in state.accounts.iter().skip(*read) {
        if let Some(event) = cancel::oldest(state, account, market, CancelReason::MarketClosed) {
            return Some(event);
        }
        *read += 1;
    }
    None
}

pub(super) fn set_prices(
    state: &State,
    market: MarketId,
    index: Decimal,
    mark: Option<Decimal>,
    at: TimeMs,
) -> Event {
    let Some(found) = state.market(market) else { return unknown(market) };
    let refusal = refused(None, Some(market), Refusal::MarkOutOfRange);
    if index <= Decimal::ZERO || Money::nearest(index).is_none() {
        return refusal;
    }
    let Some(mark) = mark.or_else(|| computed_mark(found, index)) else { return refusal };
    match Mark::of(mark, &found.instrument, &found.rules, &found.scale) {
        Some(_) => Event::PricesSet { market, index, mark, at },
        None => refusal,
    }
}

pub(super) fn set_funding_rate(state: &State, market: MarketId, rate: Rate, next: TimeMs) -> Event {
    let Some(found) = state.market(market) else { return unknown(market) };
    if !(-Rate::ONE.parts()..=Rate::ONE.parts()).contains(&rate.parts()) {
        return refused(None, Some(market), Refusal::FundingRateOutOfRange);
    }
    let rate = if found.rules.funding.computed { found.funding_rate() } else { rate };
    Event::FundingRateSet { market, rate, next }
}

fn unknown(market: MarketId) -> Event {
    refused(None, Some(market), Refusal::UnknownMarket(market))
}
