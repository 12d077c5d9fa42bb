//! The made-up past: one path, seen through bars, trades and candles.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use lmex_api::futures::{Candle, FundingPeriod, Resolution};
use lmex_engine::{Command, Engine, MarketId, Stamped};
use lmex_exchange::crowd::{FUNDING_PERIOD_MS, Listing};
use lmex_exchange::history::{self, History};
use lmex_exchange::views::{Candles, Fundings, Trades, TradesQuery};
use lmex_types::{Decimal, TimeMs};

const START: TimeMs = TimeMs::from_millis(1_760_000_012_345);

/// The views and the engine at the start.
struct Opened {
    engine: Engine,
    candles: Candles,
    fundings: Fundings,
    trades: Trades,
}

fn opened(seed: u64, start: TimeMs) -> Opened {
    let history::Opening { mut candles, mut fundings, commands } =
        history::open(seed, start, &Listing::standard());
    let (mut engine, mut trades) = (Engine::default(), Trades::default());
    let mut events = Vec::new();
    let mut before = TimeMs::default();
    for (seq, (at, command)) in (1..).zip(commands) {
        assert!(before <= at && at <= start, "time does not fall");
        before = at;
        events.clear();
        engine.apply(&Stamped { seq, at, command }, &mut events);
        for event in &events {
            candles.apply(at, event);
            fundings.apply(at, event);
            trades.apply(at, event);
        }
    }
    Opened { engine, candles, fundings, trades }
}

fn candles(opened: &Opened, market: MarketId, resolution: Resolution) -> Vec<Candle> {
    opened.candles.query(market, resolution, None, None, START).unwrap()
}

#[test]
fn a_seed_is_a_past() {
    let listing = &Listing::standard()[0];
    assert_eq!(History::generate(7, START, listing), History::generate(7, START, listing));
    assert_ne!(History::generate(7, START, listing).bars, History::generate(8, START, listing).bars);
}

#[test]
fn bars_follow_each_other_and_end_where_the_trades_begin() {
    for listing in &Listing::standard() {
        let past = History::generate(7, START, listing);
        for pair in past.bars.windows(2) {
            assert_eq!(pair[1].bar.start.ms_since(pair[0].bar.start), pair[0].length_ms);
            assert_eq!(pair[1].bar.open, pair[0].bar.close);
        }
        for past in &past.bars {
            let bar = past.bar;
            assert!(
                1 <= bar.low && bar.low <= bar.open.min(bar.close) && bar.open.max(bar.close) <= bar.high
            );
            assert!(bar.volume > 0);
            assert_eq!(bar.start.floor_to(past.length_ms), bar.start);
        }
        let last = past.bars.last().unwrap();
        let trades_begin = last.bar.start.plus_ms(last.length_ms);
        assert!(past.trades.iter().all(|trade| trade.at >= trades_begin && trade.at <= START));
        assert!(past.trades.is_sorted_by_key(|trade| trade.at));
        assert_eq!(past.trades.last().unwrap().price, listing.price);
        assert!((100..1_000).contains(&past.trades.len()), "{}", past.trades.len());
    }
}

#[test]
fn prices_stay_plausible_over_25_years() {
    for seed in 0..20 {
        for listing in &Listing::standard() {
            let past = History::generate(seed, START, listing);
            let closes = || past.bars.iter().map(|past| past.bar.close);
            let (low, high) = (closes().min().unwrap(), closes().max().unwrap());
            assert!(low > listing.price / 100, "seed {seed}: {low} of {}", listing.price);
            assert!(high < listing.price * 5, "seed {seed}: {high} of {}", listing.price);
        }
    }
}

#[test]
fn every_resolution_has_300_candles_that_fit_together() {
    let opened = opened(7, START);
    for listing in &Listing::standard() {
        for resolution in Resolution::ALL {
            let found = candles(&opened, listing.market, resolution);
            assert_eq!(found.len(), 300, "{resolution}");
            assert_eq!(found[0].start, START.floor_to(resolution.millis()));
            assert_eq!(found[0].close, listing.instrument.grid.price(listing.price), "{resolution}");
            for pair in found.windows(2) {
                assert_eq!(pair[0].start.ms_since(pair[1].start), resolution.millis());
                assert_eq!(pair[0].open, pair[1].close, "{resolution} at {}", pair[0].start);
            }
            for candle in &found {
                assert_eq!(listing.instrument.grid.ticks(candle.open).map(|_| ()), Ok(()));
                assert!(candle.volume > Decimal::ZERO);
            }
        }
    }
}

#[test]
fn long_candles_are_the_sum_of_short_ones() {
    let opened = opened(9, START);
    for (long, short) in [
        (Resolution::M5, Resolution::M1),
        (Resolution::M15, Resolution::M5),
        (Resolution::M30, Resolution::M5),
        (Resolution::H1, Resolution::M1),
        (Resolution::H4, Resolution::H1),
        (Resolution::H6, Resolution::M30),
        (Resolution::D1, Resolution::H1),
        (Resolution::W1, Resolution::D1),
        (Resolution::Month, Resolution::D1),
    ] {
        let parts = candles(&opened, MarketId(0), short);
        let earliest = parts.last().unwrap().start;
        let mut compared = 0;
        for whole in candles(&opened, MarketId(0), long).iter().filter(|candle| candle.start >= earliest) {
            let end = whole.start.plus_ms(long.millis());
            let inside: Vec<_> =
                parts.iter().filter(|part| part.start >= whole.start && part.start < end).collect();
            let (newest, oldest) = (inside.first().unwrap(), inside.last().unwrap());
            assert_eq!((whole.open, whole.close), (oldest.open, newest.close), "{long} of {short}");
            assert_eq!(whole.high, inside.iter().map(|part| part.high).max().unwrap());
            assert_eq!(whole.low, inside.iter().map(|part| part.low).min().unwrap());
            assert_eq!(whole.volume, inside.iter().map(|part| part.volume).sum::<Decimal>());
            compared += 1;
        }
        assert!(compared > 1, "{long} of {short}: {compared}");
    }
}

#[test]
fn the_last_minutes_are_the_sum_of_their_trades() {
    let opened = opened(7, START);
    let contract_size = Listing::standard()[0].instrument.grid.contract_size();
    let trades = opened.trades.query(MarketId(0), &TradesQuery::default());
    let minutes = candles(&opened, MarketId(0), Resolution::M1);
    for minute in &minutes[..3] {
        let end = minute.start.plus_ms(60_000);
        let inside: Vec<_> =
            trades.iter().filter(|trade| trade.timestamp >= minute.start && trade.timestamp < end).collect();
        let volume: Decimal = inside.iter().map(|trade| trade.price * trade.size * contract_size).sum();
        assert_eq!(minute.volume, volume);
        assert_eq!(minute.close, inside[0].price);
    }
    assert!(trades.is_sorted_by(|newer, older| newer.serial_id > older.serial_id));
}

#[test]
fn the_engine_begins_at_the_start_price() {
    let opened = opened(7, START);
    for listing in &Listing::standard() {
        assert_eq!(opened.engine.market(listing.market).unwrap().last(), listing.price);
        let day = opened.candles.day(listing.market, START).unwrap();
        assert!(day.low <= day.open && day.open <= day.high && day.volume > Decimal::ZERO);
    }
}

#[test]
fn fundings_go_back_90_periods_and_grow() {
    let mut opened = opened(7, START);
    let boundary = START.floor_to(FUNDING_PERIOD_MS);
    let paid = opened.fundings.query(MarketId(0), FundingPeriod::Default, START);
    assert_eq!(paid.len(), 90);
    assert_eq!(paid[0].time, boundary);
    assert_eq!(paid[0].symbol.as_str(), "BTC-PERP");
    assert!(paid.iter().all(|funding| funding.rate.abs() < Decimal::new(1, 3)));
    let next = boundary.plus_ms(FUNDING_PERIOD_MS);
    let rate = lmex_engine::Rate::from_basis_points(2);
    let mut told = Vec::new();
    let command = Command::SetFundingRate { market: MarketId(0), rate, next };
    opened.engine.apply(&Stamped { seq: 0, at: START, command }, &mut told);
    opened.fundings.apply(START, &told[0]);
    let latest = |now| opened.fundings.query(MarketId(0), FundingPeriod::Last(1), now)[0].time;
    assert_eq!(latest(next.plus_ms(-1)), boundary, "a rate to come is not history");
    assert_eq!(latest(next), next);
    let between = FundingPeriod::Between(boundary.plus_ms(-FUNDING_PERIOD_MS), boundary);
    assert_eq!(opened.fundings.query(MarketId(0), between, next).len(), 2);
}

#[test]
fn every_moment_has_a_past() {
    // A leap day, the first ms of a month of candles, midnight, an ms before it.
    for start in [1_709_164_800_000, 43_200 * 60_000 * 680, 1_760_054_400_000, 1_760_054_399_999] {
        let start = TimeMs::from_millis(start);
        let opened = opened(1, start);
        for resolution in Resolution::ALL {
            let found = opened.candles.query(MarketId(1), resolution, None, None, start).unwrap();
            assert_eq!(found.len(), 300, "{resolution} at {start}");
        }
        assert!(opened.candles.day(MarketId(1), start).is_some());
    }
}
