//! What positions need of the wallets that bear them.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::{MarginSetting, UnifiedMargin, Wallet};
use lmex_engine::{AccountId, LegId, MarginMode, MarketId, MarketView};
use lmex_types::Decimal;

use super::market::{market_id, market_named, markets};
use super::wallet::wallets;
use super::{Answer, Json};
use crate::call::PrivateCall;
use crate::desk::DeskState;
use crate::error_body::Refused;
use crate::fields::mandatory;
use crate::server::App;
use crate::translate::{self, leg_named};
use crate::views::Wallets;

/// The margin rates that count for the account, in one market or in all.
pub(super) async fn settings(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<MarginSetting>> {
    let mut fields = call.query()?;
    let symbol = fields.text("symbol")?;
    fields.finish()?;
    let settings = app.desk.read(move |state| -> Result<Vec<_>, Refused> {
        let markets = markets(state, symbol.as_deref())?;
        Ok(markets.iter().map(|market| setting(state, call.account, market)).collect())
    });
    Ok(Json(settings.await??))
}

/// Those of the risk limit that new positions start with.
fn setting(state: &DeskState, account: AccountId, market: &MarketView<'_>) -> MarginSetting {
    let level = state.engine.risk_limit_level(account, market.id(), LegId::ONE_WAY).unwrap_or(1);
    let tier = market.rules().tiers.tier(level);
    MarginSetting {
        symbol: market.instrument().symbol,
        initial_margin_percentage: tier.initial.into(),
        maintenance_margin_percentage: tier.maintenance.into(),
    }
}

/// The wallets that bear a market. LMEX refuses this to accounts with the unified wallet; here everyone may ask both.
pub(super) async fn margin(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<Wallet>> {
    let mut fields = call.query()?;
    let symbol = mandatory("symbol", fields.text("symbol")?)?;
    fields.finish()?;
    let wallets = app.desk.read(move |state| -> Result<Vec<_>, Refused> {
        let market = market_id(state, &symbol)?;
        let bearing = bearing(state, call.account, Some(market), None).into_iter();
        // Printed there without an explanation.
        let shown = |wallet: Wallet| Wallet {
            query_type: Some(0),
            wallet_total_value: Some(wallet.total_value),
            ..wallet
        };
        Ok(bearing.map(shown).collect())
    });
    Ok(Json(wallets.await??))
}

/// All wallets as one, with those that bear a market or a position.
pub(super) async fn unified(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<UnifiedMargin> {
    let mut fields = call.query()?;
    let (symbol, position) = (fields.text("symbol")?, fields.text("positionId")?);
    fields.finish()?;
    let margin = app
        .desk
        .read(move |state| unified_margin(state, call.account, symbol.as_deref(), position.as_deref()));
    Ok(Json(margin.await??))
}

fn unified_margin(
    state: &DeskState,
    account: AccountId,
    symbol: Option<&str>,
    position: Option<&str>,
) -> Result<UnifiedMargin, Refused> {
    let market = symbol.map(|symbol| market_named(state, symbol)).transpose()?;
    let named = position.map(|name| position_named(state, name)).transpose()?;
    if let (Some(market), Some((of, _))) = (&market, named)
        && market.id() != of
    {
        return Err(Refused::position_id("positionId is of another market than symbol: send one of them"));
    }
    let all = wallets(state, account, Wallets::All);
    let sum = |of: fn(&Wallet) -> Decimal| all.iter().map(of).fold(Decimal::ZERO, Decimal::saturating_add);
    let (at, leg) = named.map_or((market.map(|market| market.id()), None), |(at, leg)| (Some(at), Some(leg)));
    let available = all.first().map(|cross| cross.available_balance).unwrap_or_default();
    Ok(UnifiedMargin {
        symbol: symbol.unwrap_or_default().to_owned(),
        wallet_total_value: sum(|wallet| wallet.total_value),
        wallet_total_unrealized_profit_loss: sum(|wallet| wallet.unrealised_profit_loss),
        futures_total_available_balance: available,
        wallets: bearing(state, account, at, leg).into_iter().map(translate::wallet_share).collect(),
    })
}

/// The wallets that bear a position, or all of a market, or of all. Where nothing is held the cross wallet would.
fn bearing(
    state: &DeskState,
    account: AccountId,
    market: Option<MarketId>,
    leg: Option<LegId>,
) -> Vec<Wallet> {
    let Some(market) = market else { return wallets(state, account, Wallets::All) };
    let own = state.engine.positions(account);
    let held: Vec<_> =
        own.filter(|held| held.market == market && leg.is_none_or(|leg| leg == held.leg)).collect();
    let is_crossed = |held: &lmex_engine::PositionView| held.margin == MarginMode::Cross;
    let mut shown = Vec::new();
    if held.is_empty() || held.iter().any(is_crossed) {
        shown.extend(wallets(state, account, Wallets::Cross));
    }
    for held in held.iter().filter(|held| !is_crossed(held)) {
        shown.extend(wallets(state, account, Wallets::Isolated(market, Some(held.leg))));
    }
    shown
}

fn position_named(state: &DeskState, name: &str) -> Result<(MarketId, LegId), Refused> {
    let of = |market: MarketView<'_>| Some((market.id(), leg_named(market.instrument(), name)?));
    let found = state.engine.markets().find_map(of);
    found.ok_or_else(|| {
        Refused::position_id("positionId is not a position here: use what /user/positions says")
    })
}
