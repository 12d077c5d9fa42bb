//! What everyone may ask: markets, prices, books, trades, candles, funding.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use lmex_api::futures::{
    BookSnapshot, Candle, FundingPeriod, FundingRate, MarketSummary, Price, PublicTrade, Resolution,
};
use lmex_engine::{MarketId, MarketView};
use lmex_types::{Decimal, TimeMs};

use super::{Answer, Json};
use crate::call::PublicCall;
use crate::desk::DeskState;
use crate::dialect::Manners as _;
use crate::error_body::Refused;
use crate::fields::{Fields, mandatory};
use crate::grouping::Grouping;
use crate::server::App;
use crate::translate::{self, Extent, LEVELS};
use crate::views::TradesQuery;

/// The most trades in an answer.
const MOST_TRADES: i64 = 500;
/// Trades in an answer when nobody says how many.
const USUAL_TRADES: i64 = 50;
/// The most levels of a book's side in an answer.
const MOST_LEVELS: i64 = 1_000;

/// Specification and last day, of one market or of all.
pub(super) async fn summary(State(app): State<Arc<App>>, mut call: PublicCall) -> Answer<Vec<MarketSummary>> {
    let symbol = call.query.text("symbol")?;
    let full = call.query.flag("listFullAttributes")?.unwrap_or(false);
    call.query.finish()?;
    let extent = match (full, app.dialect.summarises_at_length()) {
        (true, _) => Extent::Full,
        (false, true) => Extent::Long,
        (false, false) => Extent::Short,
    };
    let summaries = app.desk.read(move |state| -> Result<Vec<_>, Refused> {
        let summary = |market: MarketView<'_>| {
            let day = state.candles.day(market.id(), state.now)?;
            Some(translate::summary(&state.engine, &market, &day, extent))
        };
        Ok(markets(state, symbol.as_deref())?.into_iter().filter_map(summary).collect())
    });
    Ok(Json(summaries.await??))
}

/// Index, last and mark price, of one market or of all.
pub(super) async fn price(State(app): State<Arc<App>>, mut call: PublicCall) -> Answer<Vec<Price>> {
    let symbol = call.query.text("symbol")?;
    call.query.finish()?;
    let prices = app.desk.read(move |state| -> Result<Vec<_>, Refused> {
        Ok(markets(state, symbol.as_deref())?.iter().map(translate::price).collect())
    });
    Ok(Json(prices.await??))
}

/// The book, price by price.
pub(super) async fn book(State(app): State<Arc<App>>, mut call: PublicCall) -> Answer<BookSnapshot> {
    let symbol = mandatory("symbol", call.query.text("symbol")?)?;
    let asked = call.query.whole("depth")?;
    call.query.finish()?;
    let depth = within("depth", asked.unwrap_or(LEVELS as i64), 1, MOST_LEVELS)?;
    let book = app.desk.read(move |state| -> Result<_, Refused> {
        let book = translate::book(&market_named(state, &symbol)?, depth, state.now);
        Ok(BookSnapshot { depth: asked, ..book })
    });
    Ok(Json(book.await??))
}

/// The book with its prices grouped.
pub(super) async fn grouped_book(State(app): State<Arc<App>>, mut call: PublicCall) -> Answer<BookSnapshot> {
    let symbol = mandatory("symbol", call.query.text("symbol")?)?;
    let group = within("group", call.query.whole("group")?.unwrap_or(0), 0, 8)?;
    let grouping = Grouping::numbered(group).unwrap_or(Grouping::NONE);
    call.query.finish()?;
    let book = app.desk.read(move |state| -> Result<_, Refused> {
        let market = market_named(state, &symbol)?;
        Ok(translate::grouped_book(&market, grouping, LEVELS, state.now))
    });
    Ok(Json(book.await??))
}

/// Public trades, newest first.
pub(super) async fn trades(State(app): State<Arc<App>>, mut call: PublicCall) -> Answer<Vec<PublicTrade>> {
    let symbol = mandatory("symbol", call.query.text("symbol")?)?;
    let query = TradesQuery {
        start: call.query.time("startTime")?,
        end: call.query.time("endTime")?,
        before: call.query.whole("beforeSerialId")?,
        after: call.query.whole("afterSerialId")?,
        count: count(&mut call.query)?,
    };
    // Nothing is archived here: what is kept is always searched.
    call.query.flag("includeOld")?;
    call.query.finish()?;
    let trades = app.desk.read(move |state| -> Result<_, Refused> {
        Ok(state.trades.query(market_id(state, &symbol)?, &query))
    });
    Ok(Json(trades.await??))
}

/// Candles, newest first.
pub(super) async fn candles(State(app): State<Arc<App>>, mut call: PublicCall) -> Answer<Vec<Candle>> {
    let symbol = mandatory("symbol", call.query.text("symbol")?)?;
    let resolution = resolution(&mandatory("resolution", call.query.text("resolution")?)?)?;
    let bound = |query: &mut Fields<'_>, name| match app.dialect.takes_seconds() {
        true => query.time_or_seconds(name),
        false => query.time(name),
    };
    let (start, end) = (bound(&mut call.query, "start")?, bound(&mut call.query, "end")?);
    call.query.finish()?;
    let candles = app.desk.read(move |state| -> Result<_, Refused> {
        let market = market_id(state, &symbol)?;
        let candles = state.candles.query(market, resolution, start, end, state.now);
        candles.map_err(|too_many| {
            Refused::rejected(format!("{too_many}: use a larger resolution or a shorter time"))
        })
    });
    Ok(Json(candles.await??))
}

/// A length in minutes; `60.0` is one, too.
fn resolution(text: &str) -> Result<Resolution, Refused> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let minutes = Decimal::from_str_exact(text).ok().filter(|_| is_plain);
    let is = |resolution: &Resolution| minutes == Some(resolution.minutes().into());
    Resolution::ALL.into_iter().find(is).ok_or_else(|| {
        let known = Resolution::ALL.map(|resolution| resolution.minutes().to_string()).join(", ");
        let meant = text.parse::<Resolution>().map(|meant| format!("; {meant} is {}", meant.minutes()));
        let (text, meant): (String, _) = (text.chars().take(40).collect(), meant.unwrap_or_default());
        Refused::parameter(format!("resolution {text} is not known: use {known} (minutes){meant}"))
    })
}

/// Past funding rates by market, newest first.
pub(super) async fn funding_history(
    State(app): State<Arc<App>>,
    mut call: PublicCall,
) -> Answer<BTreeMap<String, Vec<FundingRate>>> {
    let symbol = call.query.text("symbol")?;
    let period = period(&mut call.query)?;
    call.query.finish()?;
    let rates = app.desk.read(move |state| -> Result<_, Refused> {
        let markets = markets(state, symbol.as_deref())?.into_iter();
        let row = |market: MarketView<'_>| {
            let rates = state.fundings.query(market.id(), period, state.now);
            (market.instrument().symbol.to_string(), rates)
        };
        Ok(markets.map(row).collect())
    });
    Ok(Json(rates.await??))
}

fn period(query: &mut Fields<'_>) -> Result<FundingPeriod, Refused> {
    let (count, from, to) = (query.whole("count")?, query.time("from")?, query.time("to")?);
    match (count, from, to) {
        (None, None, None) => Ok(FundingPeriod::Default),
        (Some(count), None, None) => {
            let count = within("count", count, 1, MOST_TRADES)?;
            Ok(FundingPeriod::Last(u32::try_from(count).unwrap_or(u32::MAX)))
        }
        (Some(_), _, _) => {
            Err(Refused::parameter("count goes with neither from nor to: send one or the other"))
        }
        (None, from, to) => {
            let end = to.unwrap_or(TimeMs::from_millis(i64::MAX));
            Ok(FundingPeriod::Between(from.unwrap_or_default(), end))
        }
    }
}

/// The market of a request.
pub(super) fn market_named<'a>(state: &'a DeskState, symbol: &str) -> Result<MarketView<'a>, Refused> {
    state.market(symbol).ok_or_else(|| {
        let known: Vec<_> =
            state.engine.markets().map(|market| market.instrument().symbol.as_str()).collect();
        Refused::symbol(symbol, &known)
    })
}

/// Its number.
pub(super) fn market_id(state: &DeskState, symbol: &str) -> Result<MarketId, Refused> {
    market_named(state, symbol).map(|market| market.id())
}

/// One market, or all when none is named.
pub(super) fn markets<'a>(
    state: &'a DeskState,
    symbol: Option<&str>,
) -> Result<Vec<MarketView<'a>>, Refused> {
    match symbol {
        Some(symbol) => market_named(state, symbol).map(|market| vec![market]),
        None => Ok(state.engine.markets().collect()),
    }
}

/// How many trades or fills are asked for.
pub(super) fn count(fields: &mut Fields<'_>) -> Result<usize, Refused> {
    let count = fields.whole("count")?.unwrap_or(USUAL_TRADES);
    if count > MOST_TRADES {
        // The recorded words.
        return Err(Refused::parameter("Can't support count more than 500"));
    }
    within("count", count, 1, MOST_TRADES)
}

fn within(name: &str, value: i64, least: i64, most: i64) -> Result<usize, Refused> {
    let fitting =
        Some(value).filter(|value| (least..=most).contains(value)).and_then(|value| value.try_into().ok());
    fitting.ok_or_else(|| Refused::parameter(format!("{name} must be {least} to {most}, not {value}")))
}
