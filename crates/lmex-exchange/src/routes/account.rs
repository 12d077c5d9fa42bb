//! What an account has and did: positions, fees, fills.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::{FeeRate, Position, UserTrade};
use lmex_engine::{AccountId, MarketView, PositionView};
use lmex_types::TimeMs;

use super::market::{count, market_id, markets};
use super::{Answer, Json};
use crate::call::PrivateCall;
use crate::desk::DeskState;
use crate::error_body::Refused;
use crate::fields::Fields;
use crate::server::App;
use crate::translate;
use crate::views::FillFilter;

/// So many positions are ranked for auto-deleveraging one by one.
const FEW: usize = 4;

/// Open positions, of one market or of all: each leg is one.
pub(super) async fn positions(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<Position>> {
    let mut fields = call.query()?;
    let symbol = fields.text("symbol")?;
    fields.finish()?;
    let held = app.desk.read(move |state| held(state, call.account, symbol.as_deref()));
    Ok(Json(held.await??))
}

fn held(state: &DeskState, account: AccountId, symbol: Option<&str>) -> Result<Vec<Position>, Refused> {
    let markets = markets(state, symbol)?;
    // Of many positions each market's queue is ranked once: their number is not bounded, and others wait meanwhile.
    let is_many = state.engine.positions(account).nth(FEW).is_some();
    let ranked = |market: &MarketView<'_>| (market.id(), state.engine.adl_buckets(market.id()));
    let queues: BTreeMap<_, _> = markets.iter().filter(|_| is_many).map(ranked).collect();
    let position = |held: PositionView| {
        let market = markets.iter().find(|market| market.id() == held.market)?;
        let bucket = match queues.get(&held.market) {
            Some(queue) => queue.get(&(account, held.leg)).copied(),
            None => state.engine.adl_bucket(account, held.market, held.leg),
        };
        Some(translate::position(state, account, &held, market, bucket))
    };
    Ok(state.engine.positions(account).filter_map(position).collect())
}

/// Fee rates, of one market or of all.
pub(super) async fn fees(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<FeeRate>> {
    let mut fields = call.query()?;
    let symbol = fields.text("symbol")?;
    fields.finish()?;
    let rates = app.desk.read(move |state| rates(state, call.account, symbol.as_deref()));
    Ok(Json(rates.await??))
}

fn rates(state: &DeskState, account: AccountId, symbol: Option<&str>) -> Result<Vec<FeeRate>, Refused> {
    let Some(fees) = state.engine.fees(account) else { return Ok(Vec::new()) };
    Ok(markets(state, symbol)?.iter().map(|market| translate::fee_rate(market, fees)).collect())
}

/// The account's fills, newest first.
pub(super) async fn trades(State(app): State<Arc<App>>, call: PrivateCall) -> Answer<Vec<UserTrade>> {
    let asked = Asked::read(call.query()?)?;
    let seed = app.seed;
    let fills = app.desk.read(move |state| fills(state, call.account, asked, seed));
    Ok(Json(fills.await??))
}

#[derive(Debug)]
struct Asked {
    symbol: Option<String>,
    filter: FillFilter,
    /// Whether what is older than a week is wanted, too.
    is_old_wanted: bool,
    count: usize,
}

/// An answer covers so many days at most, in milliseconds (the document's table of trade history).
const WEEK_MS: i64 = 7 * 86_400_000;

impl Asked {
    fn read(mut fields: Fields<'_>) -> Result<Self, Refused> {
        let asked = Self {
            symbol: fields.text("symbol")?,
            filter: FillFilter {
                market: None,
                start: fields.time("startTime")?,
                end: fields.time("endTime")?,
                order: fields.order_id("orderID")?,
                client: fields.client_id()?,
                before: fields.whole("beforeSerialId")?,
                after: fields.whole("afterSerialId")?,
            },
            is_old_wanted: fields.flag("includeOld")?.unwrap_or(false),
            count: count(&mut fields)?,
        };
        // What is always so here: symbols are exact.
        fields.flag("isMatchSymbol")?;
        fields.finish()?;
        Ok(asked)
    }

    /// The bounds that count: the last week before the end, or the first one after the start.
    fn window(&self, now: TimeMs) -> (Option<TimeMs>, Option<TimeMs>) {
        let FillFilter { start, end, .. } = self.filter;
        match (start, end) {
            _ if self.is_old_wanted => (start, end),
            (Some(start), Some(end)) => (Some(start.max(end.plus_ms(-WEEK_MS))), Some(end)),
            (Some(start), None) => (Some(start), Some(start.plus_ms(WEEK_MS))),
            (None, Some(end)) => (Some(end.plus_ms(-WEEK_MS)), Some(end)),
            (None, None) => (Some(now.plus_ms(-WEEK_MS)), None),
        }
    }
}

fn fills(state: &DeskState, account: AccountId, asked: Asked, seed: u64) -> Result<Vec<UserTrade>, Refused> {
    let (start, end) = asked.window(state.now);
    let market = asked.symbol.map(|symbol| market_id(state, &symbol)).transpose()?;
    let filter = FillFilter { market, start, end, ..asked.filter };
    let shown = state.fills.of(account, &filter).take(asked.count).filter_map(|fill| {
        let market = state.engine.market(fill.order.market)?;
        Some(translate::user_trade(fill, &market, state.owners.name(account), seed))
    });
    Ok(shown.collect())
}
