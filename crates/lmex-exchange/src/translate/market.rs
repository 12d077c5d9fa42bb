//! Markets, prices and books on the wire.

use lmex_api::futures::{BookLevel, BookSnapshot, MarketSummary, Price};
use lmex_engine::{Engine, MarketView};
use lmex_types::{Decimal, Side, TimeMs};

use crate::grouping::Grouping;
use crate::views::DayStats;

/// How many levels of a side are shown when nobody says how many (LMEX: 50).
pub(crate) const LEVELS: usize = 50;

/// How much a summary says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What LMEX was recorded to send.
    Short,
    /// What the documents list, and BTSE was recorded to send.
    Long,
    /// The funding interval and time as well.
    Full,
}

/// A market's specification and last day.
pub(crate) fn summary(
    engine: &Engine,
    market: &MarketView<'_>,
    day: &DayStats,
    extent: Extent,
) -> MarketSummary {
    let (long, full) = (extent != Extent::Short, extent == Extent::Full);
    let instrument = market.instrument();
    let grid = &instrument.grid;
    let rules = market.rules();
    let highest = rules.tiers.tier(u32::MAX).limit;
    let last = grid.price(market.last());
    let best = |best: Option<(i64, i64)>| best.map(|(ticks, _)| grid.price(ticks)).unwrap_or_default();
    let open_interest = open_interest(engine, market);
    let in_quote = grid.notional(market.mark(), open_interest).unwrap_or_default();
    MarketSummary {
        symbol: instrument.symbol,
        last,
        lowest_ask: best(market.best_ask()),
        highest_bid: best(market.best_bid()),
        open_interest: open_interest.into(),
        open_interest_usd: in_quote.round_dp(8).normalize(),
        percentage_change: change_percent(day.open, last),
        volume: day.volume,
        high_24_hr: day.high,
        low_24_hr: day.low,
        base: instrument.base.clone(),
        quote: instrument.quote.clone(),
        contract_start: 0,
        contract_end: 0,
        active: market.is_open(),
        time_based_contract: false,
        funding_rate: market.funding_rate().into(),
        contract_size: grid.contract_size(),
        min_valid_price: grid.tick(),
        min_price_increment: grid.tick(),
        min_order_size: instrument.min_contracts.into(),
        max_order_size: instrument.max_contracts.into(),
        min_size_increment: instrument.step_contracts.into(),
        funding_interval_minutes: full.then_some(rules.funding.interval_ms / 60_000),
        funding_time: full.then(|| market.next_funding().as_millis()),
        // Not counted here: `volume` is.
        size: None,
        open_time: long.then_some(0),
        close_time: long.then_some(0),
        start_matching: long.then_some(0),
        inactive_time: long.then_some(0),
        max_position: long.then_some(highest.into()),
        min_risk_limit: long.then_some(rules.tiers.tier(1).limit.into()),
        max_risk_limit: long.then_some(highest.into()),
        available_settlement: long.then(|| vec![instrument.quote.clone()]),
        futures: long.then_some(true),
    }
}

/// The three prices of a market.
pub(crate) fn price(market: &MarketView<'_>) -> Price {
    Price {
        symbol: market.instrument().symbol,
        index_price: market.index(),
        last_price: market.instrument().grid.price(market.last()),
        mark_price: market.mark(),
    }
}

/// The best levels of a book, price by price.
pub(crate) fn book(market: &MarketView<'_>, depth: usize, now: TimeMs) -> BookSnapshot {
    let levels =
        |side| market.depth(side).take(depth).map(|(ticks, size)| level(market, ticks, size)).collect();
    BookSnapshot {
        symbol: market.instrument().symbol,
        buy_quote: levels(Side::Buy),
        sell_quote: levels(Side::Sell),
        timestamp: now,
        depth: None,
    }
}

/// The book with its prices grouped.
pub(crate) fn grouped_book(
    market: &MarketView<'_>,
    grouping: Grouping,
    depth: usize,
    now: TimeMs,
) -> BookSnapshot {
    let grouped = |side: Side| {
        let levels = grouping.levels(side, market.depth(side), depth);
        levels.into_iter().map(|(ticks, size)| level(market, ticks, size)).collect()
    };
    BookSnapshot { buy_quote: grouped(Side::Buy), sell_quote: grouped(Side::Sell), ..book(market, 0, now) }
}

fn level(market: &MarketView<'_>, ticks: i64, contracts: i64) -> BookLevel {
    BookLevel { price: with_tick_digits(market, ticks), size: contracts.into() }
}

/// Books are written with the digits of the tick: `60000.0`.
fn with_tick_digits(market: &MarketView<'_>, ticks: i64) -> Decimal {
    let grid = &market.instrument().grid;
    let mut price = grid.price(ticks);
    price.rescale(grid.tick().scale());
    price
}

/// Contracts held long, by users and crowd together; in hedge mode an account may have both.
fn open_interest(engine: &Engine, market: &MarketView<'_>) -> i64 {
    let held = engine.accounts().flat_map(|account| engine.positions(account));
    let here = held.filter(|held| held.market == market.id());
    here.map(|held| held.contracts.max(0)).sum()
}

/// In percent, with 9 decimals.
fn change_percent(from: Decimal, to: Decimal) -> Decimal {
    let ratio = to.checked_sub(from).and_then(|change| change.checked_div(from));
    let percent = ratio.and_then(|ratio| ratio.checked_mul(Decimal::ONE_HUNDRED));
    percent.unwrap_or_default().round_dp(9).normalize()
}
