//! What an account agrees on for its positions: mode, leverage, risk limit.

use super::{check, leg, refused};
use crate::engine::State;
use crate::margin::{Holding, Terms};
use crate::message::{Event, Refusal};
use crate::{AccountId, LegId, MarginMode, MarketId, Money, PositionMode};

pub(super) fn set_mode(state: &State, account: AccountId, market: MarketId, mode: PositionMode) -> Event {
    let checked = check::parties(state, account, market).and_then(|(found, _)| leg::idle(found, market));
    match checked {
        Ok(()) => Event::PositionModeSet { account, market, mode },
        Err(refusal) => refused(Some(account), Some(market), refusal),
    }
}

pub(super) fn set_leverage(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    leverage: u32,
    margin: Option<MarginMode>,
) -> Event {
    match leverage_terms(state, account, market, leg, leverage, margin) {
        Ok(terms) => {
            let Terms { leverage, margin, .. } = terms;
            Event::LeverageSet { account, market, leg, leverage, margin, moved: Money::ZERO }
        }
        Err(refusal) => refused(Some(account), Some(market), refusal),
    }
}

fn leverage_terms(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    leverage: u32,
    margin: Option<MarginMode>,
) -> Result<Terms, Refusal> {
    let (found, market) = check::parties(state, account, market)?;
    let terms = found.terms(market.id, leg);
    let max = market.rules.tiers.tier(terms.level).max_leverage;
    if leverage > max {
        return Err(Refusal::LeverageOutOfRange { leverage, max });
    }
    let terms = Terms { leverage, margin: margin.unwrap_or(terms.margin), ..terms };
    let Some(before) = found.holding(market.id, leg) else { return Ok(terms) };
    let mut after = before.clone();
    after.terms = terms;
    let needed = |holding: &Holding| holding.position_margin(market) + holding.order_margin(market);
    let required = needed(&after) - needed(before);
    let available = state.wallet(found).available;
    if required > Money::ZERO && required > available {
        return Err(Refusal::InsufficientMargin { required, available });
    }
    Ok(terms)
}

pub(super) fn set_risk_limit(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    level: u32,
) -> Event {
    let refusal = match check::parties(state, account, market) {
        Err(refusal) => refusal,
        Ok((_, found)) if !(1..=found.rules.tiers.count()).contains(&level) => {
            Refusal::RiskLimitOutOfRange { level, max: found.rules.tiers.count() }
        }
        Ok(_) => return Event::RiskLimitSet { account, market, leg, level },
    };
    refused(Some(account), Some(market), refusal)
}
