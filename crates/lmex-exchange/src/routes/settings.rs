//! Leverage and position mode.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lmex_api::Status;
use lmex_engine::{AccountId, Command, Event, LegId};
use lmex_types::{Side, Symbol, TimeMs};
use serde::Serialize;

use super::Answer;
use super::market::{market_named, markets};
use crate::call::PrivateCall;
use crate::desk::Desk;
use crate::error_body::Refused;
use crate::fields::mandatory;
use crate::server::App;
use crate::translate::{ONE_WAY, position_id};

/// Reply types of the venue: what was set.
const LEVERAGE_SET: i64 = 93;
const POSITION_MODE_SET: i64 = 129;

/// The leverage of a market, as recorded from BTSE: a list.
#[derive(Debug, Serialize)]
pub(super) struct Leverage {
    #[serde(with = "lmex_api::wire::symbol")]
    symbol: Symbol,
    leverage: u32,
    #[serde(rename = "marginMode")]
    margin_mode: &'static str,
    #[serde(rename = "positionDirection")]
    position_direction: Option<&'static str>,
}

/// What a setting answers.
#[derive(Debug, Serialize)]
pub(super) struct Set {
    #[serde(with = "lmex_api::wire::symbol")]
    symbol: Symbol,
    #[serde(with = "lmex_api::wire::time")]
    timestamp: TimeMs,
    status: Status,
    #[serde(rename = "type")]
    kind: i64,
    message: String,
}

/// The position mode of a market.
#[derive(Debug, Serialize)]
pub(super) struct PositionMode {
    #[serde(with = "lmex_api::wire::symbol")]
    symbol: Symbol,
    #[serde(rename = "positionMode")]
    position_mode: &'static str,
}

/// The leverage that counts in a market; 0, the market's maximum, is shown as its number.
pub(super) async fn leverage(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<Leverage>> {
    let mut fields = call.query()?;
    let symbol = mandatory("symbol", fields.text("symbol")?)?;
    fields.finish()?;
    let leverage = app.desk.read(move |state| -> Result<_, Refused> {
        let market = market_named(state, &symbol)?;
        let set = state.engine.leverage(call.account, market.id(), LegId::ONE_WAY).unwrap_or(0);
        let leverage = if set == 0 { market.rules().tiers.tier(1).max_leverage } else { set };
        let symbol = market.instrument().symbol;
        Ok(Leverage { symbol, leverage, margin_mode: "CROSS", position_direction: None })
    });
    Ok(Json(vec![leverage.await??]))
}

/// Sets the leverage of a market; 0 is the market's maximum.
pub(super) async fn set_leverage(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Set> {
    let mut fields = call.body()?;
    let symbol = mandatory("symbol", fields.text("symbol")?)?;
    let leverage = mandatory("leverage", fields.whole("leverage")?)?;
    let (mode, margin) = (fields.text("positionMode")?, fields.text("marginMode")?);
    let position = fields.text("positionId")?;
    fields.finish()?;
    only_one_way(mode.as_deref())?;
    if margin.is_some_and(|margin| margin != "CROSS") {
        return Err(Refused::rejected("marginMode ISOLATED is not served by the local exchange: use CROSS"));
    }
    let leverage = u32::try_from(leverage).map_err(|_| Refused::parameter("leverage must be 0 or more"))?;
    let set = app.desk.act(move |desk| lever(desk, call.account, &symbol, position.as_deref(), leverage));
    Ok(Json(set.await??))
}

fn lever(
    desk: &mut Desk,
    account: AccountId,
    symbol: &str,
    position: Option<&str>,
    leverage: u32,
) -> Result<Set, Refused> {
    let market = market_named(&desk.state, symbol)?;
    let instrument = market.instrument();
    let (id, symbol, named) = (market.id(), instrument.symbol, position_id(instrument));
    if position.is_some_and(|position| position != named) {
        return Err(Refused::position_mode(format!("positionId is not a position here: use {named}")));
    }
    let batch =
        desk.apply(Command::SetLeverage { account, market: id, leg: LegId::ONE_WAY, leverage, margin: None });
    let refusal = batch.events.iter().find_map(|event| match event {
        Event::CommandRefused { refusal, .. } => Some(*refusal),
        _ => None,
    });
    if let (Some(refusal), Some(market)) = (refusal, desk.state.engine.market(id)) {
        return Err(Refused::by_engine(&refusal, Side::Buy, &market));
    }
    let message = format!("Leverage changed successfully, leverage: {leverage}");
    Ok(Set { symbol, timestamp: batch.at, status: Status::SUCCESS, kind: LEVERAGE_SET, message })
}

/// The position mode, of one market or of all: one-way.
pub(super) async fn position_mode(
    State(app): State<Arc<App>>,
    call: PrivateCall,
) -> Answer<Vec<PositionMode>> {
    let mut fields = call.query()?;
    let symbol = fields.text("symbol")?;
    fields.finish()?;
    let modes = app.desk.read(move |state| -> Result<Vec<_>, Refused> {
        let markets = markets(state, symbol.as_deref())?;
        let mode = |symbol| PositionMode { symbol, position_mode: ONE_WAY };
        Ok(markets.iter().map(|market| mode(market.instrument().symbol)).collect())
    });
    Ok(Json(modes.await??))
}

/// Accepts the mode that is there.
pub(super) async fn set_position_mode(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Set> {
    let mut fields = call.body()?;
    let symbol = mandatory("symbol", fields.text("symbol")?)?;
    let mode = mandatory("positionMode", fields.text("positionMode")?)?;
    fields.finish()?;
    only_one_way(Some(&mode))?;
    let set = app.desk.read(move |state| -> Result<_, Refused> {
        let symbol = market_named(state, &symbol)?.instrument().symbol;
        let (status, message) = (Status::SUCCESS, String::new());
        Ok(Set { symbol, timestamp: state.now, status, kind: POSITION_MODE_SET, message })
    });
    Ok(Json(set.await??))
}

/// Refuses every position mode but the one that is served.
pub(super) fn only_one_way(mode: Option<&str>) -> Result<(), Refused> {
    match mode {
        None | Some(ONE_WAY) => Ok(()),
        Some(mode @ ("HEDGE" | "ISOLATED")) => Err(Refused::position_mode(format!(
            "Position mode invalid: positionMode {mode} is not served by the local exchange, use ONE_WAY"
        ))),
        Some(_) => Err(Refused::parameter("positionMode is not known: use ONE_WAY")),
    }
}
