//! What an account agrees on for its positions in a market: leverage, position mode, settlement.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::Status;
use lmex_api::futures::{
    Leverage, MarginMode as MarginWord, MarketPositionMode, PositionMode as ModeWord, SettingAnswer,
    SettingKind,
};
use lmex_engine::{
    AccountId, Command, Event, LegId, MarginMode, MarketId, MarketView, NewTerms, PositionMode, Refusal,
};
use lmex_types::{Side, TimeMs};
use serde_json::json;

use super::market::{market_named, markets};
use super::{Answer, Json};
use crate::call::PrivateCall;
use crate::desk::{Desk, DeskState};
use crate::error_body::Refused;
use crate::feed::Batch;
use crate::fields::{Fields, mandatory};
use crate::server::App;
use crate::translate::{CURRENCY, leg_name, leg_named, mode_of, mode_word};

/// The leverage that is set in a market, one row or in hedge mode two. 0 is the risk limit's maximum; of isolated
/// positions it is shown as its number.
pub(super) async fn leverage(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<Leverage>> {
    let mut fields = call.query()?;
    let symbol = mandatory("symbol", fields.text("symbol")?)?;
    fields.finish()?;
    let leverage = app.desk.read(move |state| -> Result<_, Refused> {
        let market = market_named(state, &symbol)?;
        let mode = state.engine.position_mode(call.account, market.id()).unwrap_or_default();
        let legs: &[LegId] = match mode {
            PositionMode::Hedge => &[LegId::LONG, LegId::SHORT],
            PositionMode::OneWay | PositionMode::Isolated => &[LegId::ONE_WAY],
        };
        Ok(legs.iter().map(|leg| leverage_of(state, call.account, &market, mode, *leg)).collect())
    });
    Ok(Json(leverage.await??))
}

fn leverage_of(
    state: &DeskState,
    account: AccountId,
    market: &MarketView<'_>,
    mode: PositionMode,
    leg: LegId,
) -> Leverage {
    let (engine, id) = (&state.engine, market.id());
    let level = engine.risk_limit_level(account, id, leg).unwrap_or(1);
    let set = engine.leverage(account, id, leg).unwrap_or(0);
    // Positions of the isolated mode are isolated, whatever was set before.
    let margin = match mode {
        PositionMode::Isolated => MarginMode::Isolated,
        _ => engine.margin_mode(account, id, leg).unwrap_or_default(),
    };
    // BTSE's document of cross positions: "return 0 means the leverage is the maximum cross leverage".
    let shown = match margin {
        MarginMode::Isolated if set == 0 => market.rules().tiers.tier(level).max_leverage,
        _ => set,
    };
    Leverage {
        symbol: market.instrument().symbol,
        leverage: shown.into(),
        margin_mode: margin_word(margin).to_string(),
        position_direction: (mode == PositionMode::Hedge).then(|| leg.to_string()),
    }
}

/// Sets the leverage of a market or of one position; 0 is the most that the risk limit allows.
pub(super) async fn set_leverage(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<SettingAnswer> {
    let request = LeverageRequest::read(call.body()?)?;
    let set = app.desk.act(move |desk| request.carry_out(desk, call.account));
    Ok(Json(set.await??))
}

#[derive(Debug)]
struct LeverageRequest {
    symbol: String,
    leverage: i64,
    mode: Option<ModeWord>,
    position: Option<String>,
    /// What the request says of it.
    margin: Option<MarginMode>,
}

impl LeverageRequest {
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
        let symbol = mandatory("symbol", fields.text("symbol")?)?;
        let leverage = mandatory("leverage", fields.whole("leverage")?)?;
        if leverage < 0 {
            return Err(Refused::parameter("leverage must be 0 or more"));
        }
        let (mode, position) = (fields.word("positionMode")?, fields.text("positionId")?);
        let margin: Option<MarginWord> = fields.word("marginMode")?;
        fields.finish()?;
        let margin = margin.map(|margin| match margin {
            MarginWord::Cross => MarginMode::Cross,
            MarginWord::Isolated => MarginMode::Isolated,
        });
        Ok(Self { symbol, leverage, mode, position, margin })
    }

    fn carry_out(self, desk: &mut Desk, account: AccountId) -> Result<SettingAnswer, Refused> {
        let state = &desk.state;
        let market = market_named(state, &self.symbol)?;
        let set = expect_mode(state, account, &market, self.mode)?;
        let id = market.id();
        let legs = match (self.position.as_deref(), set) {
            (Some(name), _) => match own_leg(state, account, &market, set, name) {
                Some(leg) => vec![leg],
                None => return Ok(unknown_position(&market, state.now, name)),
            },
            (None, PositionMode::Isolated) => return Ok(position_missing(&market, state.now)),
            (None, _) => legs_in(state, account, id),
        };
        let margin = self.margin_in(state, account, id);
        let before = legs.first().and_then(|leg| state.engine.margin_mode(account, id, *leg));
        let shown = margin_word(margin.or(before).unwrap_or_default());
        let message = format!(
            "Leverage changed successfully to {} mode, leverage: {}.0",
            shown.as_str().to_ascii_lowercase(),
            self.leverage
        );
        let new = NewTerms::Leverage { leverage: counted(self.leverage), margin };
        let outcome = match agree(desk, account, id, &legs, new) {
            None => Ok(message),
            Some(refusal) => Err(NotSet::with_number(refusal, self.leverage)),
        };
        answer_to(desk, id, SettingKind::LEVERAGE, outcome)
    }
}

impl LeverageRequest {
    /// The margin mode that comes with the leverage: isolated unless something else is said (BTSE's document: "CROSS or
    /// ISOLATED(default)"; recorded too), but for 0, which is "cross maximum leverage". Nothing changes where it can't:
    /// positions of the isolated mode have no choice, and others none while there are positions or orders.
    fn margin_in(&self, state: &DeskState, account: AccountId, market: MarketId) -> Option<MarginMode> {
        let is_isolated_mode = state.engine.position_mode(account, market) == Some(PositionMode::Isolated);
        let is_held = state.engine.positions(account).any(|held| held.market == market);
        let is_bound =
            is_isolated_mode || is_held || state.engine.open_orders(account, Some(market)).count() > 0;
        let usual = match self.leverage {
            _ if is_bound => None,
            0 => Some(MarginMode::Cross),
            _ => Some(MarginMode::Isolated),
        };
        self.margin.or(usual)
    }
}

/// The position mode, of one market or of all.
pub(super) async fn position_mode(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<MarketPositionMode>> {
    let mut fields = call.query()?;
    let symbol = fields.text("symbol")?;
    fields.finish()?;
    let modes = app.desk.read(move |state| -> Result<Vec<_>, Refused> {
        let mode = |market: &MarketView<'_>| MarketPositionMode {
            symbol: market.instrument().symbol,
            position_mode: mode_word(
                state.engine.position_mode(call.account, market.id()).unwrap_or_default(),
            )
            .to_string(),
        };
        Ok(markets(state, symbol.as_deref())?.iter().map(mode).collect())
    });
    Ok(Json(modes.await??))
}

/// Sets the position mode of a market, unless there are positions or orders (134).
pub(super) async fn set_position_mode(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<SettingAnswer> {
    let mut fields = call.body()?;
    let symbol = mandatory("symbol", fields.text("symbol")?)?;
    let mode = mode_of(mandatory("positionMode", fields.word("positionMode")?)?);
    fields.finish()?;
    let account = call.account;
    let set = app.desk.act(move |desk| -> Result<_, Refused> {
        let market = market_named(&desk.state, &symbol)?.id();
        let refusal = refusal_of(&desk.apply(Command::SetPositionMode { account, market, mode }));
        let outcome = refusal.map_or_else(|| Ok(String::new()), |refusal| Err(NotSet::from(refusal)));
        answer_to(desk, market, SettingKind::POSITION_MODE, outcome)
    });
    Ok(Json(set.await??))
}

/// Settles a position in the one currency there is; the answer is empty.
pub(super) async fn settle_in(State(app): State<Arc<App>>, call: PrivateCall) -> Result<(), Refused> {
    let mut fields = call.body()?;
    let symbol = mandatory("symbol", fields.text("symbol")?)?;
    let currency = mandatory("currency", fields.text("currency")?)?;
    let position = fields.text("positionId")?;
    fields.finish()?;
    let settled = app.desk.read(move |state| -> Result<(), Refused> {
        let market = market_named(state, &symbol)?;
        if currency != CURRENCY {
            return Err(Refused::settlement(format!(
                "currency can't be settled in here: use {CURRENCY}, the market's availableSettlement"
            )));
        }
        let set = state.engine.position_mode(call.account, market.id()).unwrap_or_default();
        match position {
            None if set == PositionMode::OneWay => Ok(()),
            None => Err(Refused::position_id("positionId parameter is mandatory in this position mode")),
            Some(name) => match own_leg(state, call.account, &market, set, &name) {
                Some(_) => Ok(()),
                None => Err(Refused::position_id(format!(
                    "positionId is not a position here: {}",
                    positions_of(&market, set)
                ))),
            },
        }
    });
    settled.await?
}

/// Agrees on new terms for all of these legs or for none of them.
///
/// Whether all can have them is asked before the first gets them, and nothing happens in between: what is done here
/// can't be undone by the opposite command, which moves another sum where a position is at a loss.
pub(super) fn agree(
    desk: &mut Desk,
    account: AccountId,
    market: MarketId,
    legs: &[LegId],
    new: NewTerms,
) -> Option<Refusal> {
    if let Err(refusal) = desk.state.engine.all_agree(account, market, legs, new) {
        return Some(refusal);
    }
    let batches: Vec<_> = legs.iter().map(|leg| desk.apply(new.command(account, market, *leg))).collect();
    batches.iter().find_map(|batch| refusal_of(batch))
}

/// Why a setting was not carried out.
#[derive(Debug)]
pub(super) struct NotSet {
    refusal: Refusal,
    said: String,
}

impl From<Refusal> for NotSet {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, said: refusal.to_string() }
    }
}

impl NotSet {
    /// With the number as it was sent: the engine may have got another ([`counted`]).
    pub(super) fn with_number(refusal: Refusal, sent: i64) -> Self {
        let said = match refusal {
            Refusal::LeverageOutOfRange { max, .. } => {
                format!("leverage {sent} is above the market's maximum: use at most {max}, or 0 for it")
            }
            Refusal::RiskLimitOutOfRange { max, .. } => {
                format!("riskLimitLevel {sent} does not exist: use 1 to {max}")
            }
            _ => refusal.to_string(),
        };
        Self { refusal, said }
    }
}

/// The answer to a setting that was carried out, with a message, or refused. A refusal that the document lists as a status
/// of the answer is one, with HTTP 200; others are errors.
pub(super) fn answer_to(
    desk: &Desk,
    market: MarketId,
    kind: SettingKind,
    outcome: Result<String, NotSet>,
) -> Result<SettingAnswer, Refused> {
    let (now, Some(market)) = (desk.state.now, desk.state.engine.market(market)) else {
        return Err(Refused::rejected("the market is gone"));
    };
    let answer = |status, message| answer(&market, now, kind, status, message);
    match outcome {
        Ok(message) => Ok(answer(Status::SUCCESS, message)),
        Err(NotSet { refusal, said }) => match in_band(&refusal) {
            Some(status) => Ok(answer(status, said)),
            None => Err(Refused::by_engine(&refusal, Side::Buy, &market)),
        },
    }
}

/// A number for the engine. What is no number of anything there is beyond everything: the engine says so.
pub(super) fn counted(sent: i64) -> u32 {
    u32::try_from(sent).unwrap_or(u32::MAX)
}

fn refusal_of(batch: &Batch) -> Option<Refusal> {
    batch.events.iter().find_map(|event| match event {
        Event::CommandRefused { refusal, .. } => Some(*refusal),
        _ => None,
    })
}

/// The documented statuses of answers to settings.
fn in_band(refusal: &Refusal) -> Option<Status> {
    match refusal {
        Refusal::InsufficientMargin { .. } | Refusal::NotAvailable { .. } => {
            Some(Status::INSUFFICIENT_BALANCE)
        }
        Refusal::RiskLimitExceeded { .. } => Some(Status::RISK_LIMIT_NOT_CHANGED),
        Refusal::LeverageOutOfRange { .. } => Some(Status::INVALID_LEVERAGE),
        Refusal::RiskLimitOutOfRange { .. } => Some(Status::INVALID_RISK_LIMIT),
        Refusal::UnknownLeg(_) => Some(Status::POSITION_ID_INVALID),
        _ => None,
    }
}

fn answer(
    market: &MarketView<'_>,
    timestamp: TimeMs,
    kind: SettingKind,
    status: Status,
    message: String,
) -> SettingAnswer {
    SettingAnswer { symbol: market.instrument().symbol, timestamp, status: Some(status), kind, message }
}

/// The mode that is set in a market, if it is the one the request was written for.
pub(super) fn expect_mode(
    state: &DeskState,
    account: AccountId,
    market: &MarketView<'_>,
    said: Option<ModeWord>,
) -> Result<PositionMode, Refused> {
    let set = state.engine.position_mode(account, market.id()).unwrap_or_default();
    match said.map(mode_of) {
        Some(mode) if mode != set => {
            let refusal = Refusal::PositionModeInvalid { set };
            Err(Refused::by_engine(&refusal, Side::Buy, market))
        }
        _ => Ok(set),
    }
}

/// All legs that a setting for a whole market concerns; the last one is what new positions start with.
pub(super) fn legs_in(state: &DeskState, account: AccountId, market: MarketId) -> Vec<LegId> {
    let set = state.engine.position_mode(account, market).unwrap_or_default();
    let mut legs = match set {
        PositionMode::OneWay => Vec::new(),
        PositionMode::Hedge => vec![LegId::LONG, LegId::SHORT],
        PositionMode::Isolated => {
            let held = state.engine.positions(account).filter(|held| held.market == market);
            held.map(|held| held.leg).collect()
        }
    };
    legs.push(LegId::ONE_WAY);
    legs
}

/// The position with this name, if the account can have it in the mode that is set.
fn own_leg(
    state: &DeskState,
    account: AccountId,
    market: &MarketView<'_>,
    set: PositionMode,
    name: &str,
) -> Option<LegId> {
    let leg = leg_named(market.instrument(), name).filter(|leg| leg.mode() == set)?;
    let is_there = || state.engine.position(account, market.id(), leg).is_some();
    (set != PositionMode::Isolated || is_there()).then_some(leg)
}

/// The recorded answer where a position has to be named and is not.
fn position_missing(market: &MarketView<'_>, at: TimeMs) -> SettingAnswer {
    let name = leg_name(market.instrument(), LegId::ONE_WAY);
    let said = format!("User is in ISOLATE_HEDGE in market: {name}, but positionId is empty in the request.");
    in_json(market, at, &name, &said)
}

fn unknown_position(market: &MarketView<'_>, at: TimeMs, given: &str) -> SettingAnswer {
    let given: String = given.chars().take(60).collect();
    in_json(market, at, &given, "positionId is not a position here: use what /user/positions says.")
}

/// Such complaints were recorded as JSON in the message.
fn in_json(market: &MarketView<'_>, at: TimeMs, position: &str, said: &str) -> SettingAnswer {
    let message =
        json!({"msgKey": "trade.error.invalid.position_id", "params": [position], "default_msg": said});
    answer(market, at, SettingKind::LEVERAGE, Status::POSITION_ID_INVALID, message.to_string())
}

fn positions_of(market: &MarketView<'_>, set: PositionMode) -> String {
    let name = |leg| leg_name(market.instrument(), leg);
    match set {
        PositionMode::OneWay => format!("use {}", name(LegId::ONE_WAY)),
        PositionMode::Hedge => format!("use {} or {}", name(LegId::LONG), name(LegId::SHORT)),
        PositionMode::Isolated => "use what /user/positions says".to_owned(),
    }
}

fn margin_word(margin: MarginMode) -> MarginWord {
    match margin {
        MarginMode::Cross => MarginWord::Cross,
        MarginMode::Isolated => MarginWord::Isolated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_number_that_was_sent_and_the_engines_words() {
        let largest = u32::MAX;
        for sent in [101, i64::from(largest)] {
            let leverage = Refusal::LeverageOutOfRange { leverage: counted(sent), max: 100 };
            let level = Refusal::RiskLimitOutOfRange { level: counted(sent), max: 10 };
            for refusal in [leverage, level] {
                assert_eq!(NotSet::with_number(refusal, sent).said, refusal.to_string());
            }
        }
        let refusal = Refusal::RiskLimitOutOfRange { level: counted(-1), max: largest };
        let said = NotSet::with_number(refusal, -1).said;
        assert_eq!(said, "riskLimitLevel -1 does not exist: use 1 to 4294967295");
    }
}
