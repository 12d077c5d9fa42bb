//! What is in an account's futures wallets, and how it got there.

use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::{Wallet, WalletRecord};
use lmex_engine::{AccountId, LegId, MarginMode, MarketId};

use super::market::count;
use super::{Answer, Json};
use crate::call::PrivateCall;
use crate::desk::DeskState;
use crate::error_body::Refused;
use crate::server::App;
use crate::translate::{self, CROSS_WALLET, ISOLATED_WALLET, leg_name, leg_named};
use crate::views::{WalletFilter, Wallets};

/// One wallet, or all that have something in them.
pub(super) async fn wallet(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<Wallet>> {
    let mut fields = call.query()?;
    let name = fields.text("wallet")?;
    fields.finish()?;
    let wallets = app.desk.read(move |state| -> Result<_, Refused> {
        let asked = asked(state, name.as_deref())?;
        Ok(wallets(state, call.account, asked))
    });
    Ok(Json(wallets.await??))
}

/// What changed the wallets, newest first.
pub(super) async fn history(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<WalletRecord>> {
    let mut fields = call.query()?;
    let name = fields.text("wallet")?;
    let (start, end) = (fields.time("startTime")?, fields.time("endTime")?);
    let count = count(&mut fields)?;
    fields.finish()?;
    let account = call.account;
    let records = app.desk.read(move |state| -> Result<Vec<_>, Refused> {
        let filter = WalletFilter { wallets: asked(state, name.as_deref())?, start, end };
        let changes = state.wallet_history.of(account, filter).take(count);
        Ok(changes.map(|change| translate::wallet_record(state, account, change)).collect())
    });
    Ok(Json(records.await??))
}

/// The wallets of an account as the wire shows them.
pub(super) fn wallets(state: &DeskState, account: AccountId, asked: Wallets) -> Vec<Wallet> {
    let cross = matches!(asked, Wallets::All | Wallets::Cross);
    let mut shown: Vec<_> =
        cross.then(|| translate::wallet(&state.engine, account)).flatten().into_iter().collect();
    let isolated = |held: &lmex_engine::PositionView| {
        let is_asked = match asked {
            Wallets::All => true,
            Wallets::Cross => false,
            Wallets::Isolated(market, leg) => held.market == market && leg.is_none_or(|leg| leg == held.leg),
        };
        is_asked && held.margin == MarginMode::Isolated
    };
    for held in state.engine.positions(account).filter(isolated) {
        if let Some(market) = state.engine.market(held.market) {
            shown.push(translate::isolated_wallet(&held, &market));
        }
    }
    // Asked for by its name, and there is no position: a wallet with nothing in it.
    if let (Wallets::Isolated(market, leg), true) = (asked, shown.is_empty())
        && let Some(market) = state.engine.market(market)
    {
        let position = leg_name(market.instrument(), leg.unwrap_or(LegId::ONE_WAY));
        shown.push(translate::empty_wallet(format!("{ISOLATED_WALLET}{position}")));
    }
    shown
}

/// The wallets with this name: `ISOLATED@BTC-PERP-USDT` means those of all isolated positions of the market.
fn asked(state: &DeskState, name: Option<&str>) -> Result<Wallets, Refused> {
    let Some(name) = name else { return Ok(Wallets::All) };
    if name == CROSS_WALLET {
        return Ok(Wallets::Cross);
    }
    let isolated = isolated_named(state, name)
        .map(|(market, leg)| Wallets::Isolated(market, Some(leg).filter(|leg| *leg != LegId::ONE_WAY)));
    isolated.ok_or_else(|| {
        Refused::parameter(format!(
            "wallet is not known here: use {CROSS_WALLET}, or {ISOLATED_WALLET} and a positionId such as BTC-PERP-USDT"
        ))
    })
}

/// The position that an isolated wallet of this name belongs to.
pub(super) fn isolated_named(state: &DeskState, name: &str) -> Option<(MarketId, LegId)> {
    let position = name.strip_prefix(ISOLATED_WALLET)?;
    let mut markets = state.engine.markets();
    markets.find_map(|market| Some((market.id(), leg_named(market.instrument(), position)?)))
}
