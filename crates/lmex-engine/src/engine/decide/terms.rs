//! What an account agrees on for its positions: mode, leverage, risk limit.

use lmex_types::Side;

use super::{check, leg, refused};
use crate::engine::State;
use crate::margin::{Account, Holding, Terms};
use crate::market::Market;
use crate::message::{Event, Refusal};
use crate::{AccountId, LegId, MarginMode, MarketId, Money, NewTerms, PositionMode, Tier};

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
    match agree(state, account, market, leg, NewTerms::Leverage { leverage, margin }) {
        Ok((Terms { leverage, margin, .. }, moved)) => {
            Event::LeverageSet { account, market, leg, leverage, margin, moved }
        }
        Err(refusal) => refused(Some(account), Some(market), refusal),
    }
}

pub(super) fn set_risk_limit(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    level: u32,
) -> Event {
    match agree(state, account, market, leg, NewTerms::RiskLimit { level }) {
        Ok((_, moved)) => Event::RiskLimitSet { account, market, leg, level, moved },
        Err(refusal) => refused(Some(account), Some(market), refusal),
    }
}

fn agree(
    state: &State,
    account: AccountId,
    market: MarketId,
    leg: LegId,
    new: NewTerms,
) -> Result<(Terms, Money), Refusal> {
    let (account, market) = check::parties(state, account, market)?;
    Agreeing::start(account, market, leg)?.on(new)
}

/// Whether new terms can be had for all of these legs, one after the other. What each takes or gives is tried on a copy
/// of the account, so that the next one finds what it would find.
pub(in crate::engine) fn all_agree(
    state: &State,
    account: AccountId,
    market: MarketId,
    legs: &[LegId],
    new: NewTerms,
) -> Result<(), Refusal> {
    let (account, market) = check::parties(state, account, market)?;
    let mut tried = account.clone();
    for &leg in legs {
        let (terms, moved) = Agreeing::start(&tried, market, leg)?.on(new)?;
        tried.agreed(market, leg, terms, moved);
    }
    Ok(())
}

/// A leg whose terms are to change.
struct Agreeing<'a> {
    account: &'a Account,
    market: &'a Market,
    /// The terms so far.
    terms: Terms,
    /// What there is in the leg, if anything ever was.
    holding: Option<&'a Holding>,
}

impl<'a> Agreeing<'a> {
    fn start(account: &'a Account, market: &'a Market, leg: LegId) -> Result<Self, Refusal> {
        // In every mode the one-way leg has the terms that new legs start with.
        if leg != LegId::ONE_WAY {
            leg::known(account, market.id, leg)?;
        }
        let terms = account.terms(market.id, leg);
        Ok(Self { account, market, terms, holding: account.holding(market.id, leg) })
    }

    fn on(&self, new: NewTerms) -> Result<(Terms, Money), Refusal> {
        match new {
            NewTerms::Leverage { leverage, margin } => {
                self.leverage(leverage, margin.unwrap_or(self.terms.margin))
            }
            NewTerms::RiskLimit { level } => self.risk_limit(level),
        }
    }

    /// Whose money covers a position changes only while there is neither position nor order: nobody could say
    /// which part of the balance was the position's. (What LMEX does then is not recorded.) So a leg of the
    /// isolated mode, which is forgotten when it is idle, stays isolated.
    fn leverage(&self, leverage: u32, margin: MarginMode) -> Result<(Terms, Money), Refusal> {
        if margin != self.terms.margin && self.holding.is_some_and(|holding| !holding.is_idle()) {
            return Err(Refusal::NotFlat);
        }
        leverage_fits(leverage, self.market.rules.tiers.tier(self.terms.level))?;
        self.agree(Terms { leverage, margin, ..self.terms })
    }

    /// A lower tier must hold what is there; each tier must allow the leverage that is set.
    fn risk_limit(&self, level: u32) -> Result<(Terms, Money), Refusal> {
        let tiers = &self.market.rules.tiers;
        let max = tiers.count();
        if !(1..=max).contains(&level) {
            return Err(Refusal::RiskLimitOutOfRange { level, max });
        }
        let terms = Terms { level, ..self.terms };
        let tier = tiers.tier(level);
        leverage_fits(terms.leverage, tier)?;
        if level < self.terms.level {
            self.fits(tier)?;
        }
        self.agree(terms)
    }

    fn fits(&self, Tier { limit, .. }: Tier) -> Result<(), Refusal> {
        let exposure = |side| self.holding.map_or(Money::ZERO, |holding| holding.exposure(side, self.market));
        let notional = exposure(Side::Buy).max(exposure(Side::Sell));
        if notional <= limit { Ok(()) } else { Err(Refusal::RiskLimitExceeded { notional, limit }) }
    }

    /// The new terms with the money that they move into the wallet, if there is enough of it.
    fn agree(&self, terms: Terms) -> Result<(Terms, Money), Refusal> {
        let Some(before) = self.holding else { return Ok((terms, Money::ZERO)) };
        let mut after = before.clone();
        after.terms = terms;
        let moved = moved(before, &after, self.market);
        let of = |holding: &Holding| match holding.is_isolated() {
            true => (Money::ZERO, Money::ZERO),
            false => (holding.position_margin(self.market), holding.maintenance(self.market)),
        };
        let ((initial_before, maintenance_before), (initial_after, maintenance_after)) =
            (of(before), of(&after));
        let reserved = after.order_margin(self.market) - before.order_margin(self.market);
        let initial = reserved + moved + initial_after - initial_before;
        let required = initial.max(maintenance_after - maintenance_before);
        let available = self.account.available();
        if required > Money::ZERO && required > available {
            return Err(Refusal::InsufficientMargin { required, available });
        }
        Ok((terms, moved))
    }
}

fn leverage_fits(leverage: u32, Tier { max_leverage: max, .. }: Tier) -> Result<(), Refusal> {
    if leverage <= max { Ok(()) } else { Err(Refusal::LeverageOutOfRange { leverage, max }) }
}

/// What new terms move into the wallet of an open isolated position.
///
/// Its initial margin on what it cost is due at the new rate instead of the old one. More moves in, and at least so
/// much that maintenance margin is covered. Less moves out, but only as far as the position's equity stays above its
/// new initial margin at the mark price: a loss has to be left where it is.
fn moved(before: &Holding, after: &Holding, market: &Market) -> Money {
    if !after.is_isolated() || before.position.is_flat() {
        return Money::ZERO;
    }
    let cost = before.position.cost.abs();
    let change = after.initial(market).of(cost) - before.initial(market).of(cost);
    let equity = before.wallet + before.unrealised(market);
    if change.is_negative() {
        let free = (equity - after.position_margin(market)).min(before.wallet).max(Money::ZERO);
        return change.max(-free);
    }
    change.max(after.maintenance(market) - equity)
}
