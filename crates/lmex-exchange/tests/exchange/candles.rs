//! Candles and public trades, kept by events.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helper functions are tests too")]

use lmex_api::futures::{Candle, Resolution};
use lmex_engine::{Event, MarketId, MarketRules, OpenedMarket};
use lmex_exchange::crowd::Listing;
use lmex_exchange::views::{Candles, TooMany, Trades, TradesQuery};
use lmex_types::{Decimal, Side, TimeMs};
use proptest::prelude::*;

const BTC: MarketId = MarketId(0);
const MINUTE: i64 = 60_000;

fn at(ms: i64) -> TimeMs {
    TimeMs::from_millis(1_760_000_040_000).floor_to(Resolution::Month.millis()).plus_ms(ms)
}

fn opened(price: i64) -> Event {
    let Listing { market, instrument, .. } = Listing::standard().remove(0);
    Event::MarketOpened(Box::new(OpenedMarket { market, instrument, rules: MarketRules::default(), price }))
}

fn trade(trade_id: u64, price: i64, contracts: i64) -> Event {
    Event::Trade { market: BTC, trade_id, price, contracts, aggressor: Side::Buy }
}

fn candles(price: i64) -> Candles {
    let mut candles = Candles::default();
    candles.apply(at(0), &opened(price));
    candles
}

fn minutes(candles: &Candles, now: TimeMs) -> Vec<Candle> {
    candles.query(BTC, Resolution::M1, None, None, now).unwrap()
}

fn closes(candles: &[Candle]) -> Vec<String> {
    candles.iter().map(|candle| candle.close.to_string()).collect()
}

#[test]
fn the_forming_candle_follows_its_trades() {
    let mut view = candles(600_000);
    for (ms, price, contracts) in [(1_000, 600_010, 100), (2_000, 599_990, 50), (3_000, 600_000, 1)] {
        view.apply(at(ms), &trade(1, price, contracts));
    }
    let [candle] = minutes(&view, at(4_000))[..] else { panic!("one candle") };
    let texts = [candle.open, candle.high, candle.low, candle.close].map(|price| price.to_string());
    assert_eq!(texts, ["60000", "60001", "59999", "60000"]);
    // (60001 × 100 + 59999 × 50 + 60000 × 1) × 0.00001
    assert_eq!(candle.volume.to_string(), "90.6005");
}

#[test]
fn time_without_trades_is_flat_whether_it_is_read_or_traded_after() {
    let mut view = candles(600_000);
    view.apply(at(1_000), &trade(1, 600_010, 100));
    let read = minutes(&view, at(3 * MINUTE + 5));
    assert_eq!(closes(&read), ["60001", "60001", "60001", "60001"]);
    assert!(read[..3].iter().all(|candle| candle.volume.is_zero() && candle.open == candle.close));
    view.apply(at(3 * MINUTE + 10), &trade(2, 600_020, 1));
    assert_eq!(closes(&minutes(&view, at(3 * MINUTE + 10))), ["60002", "60001", "60001", "60001"]);
}

#[test]
fn bounds_are_starts_of_candles_and_newest_come_first() {
    let view = candles(600_000);
    let now = at(1_000 * MINUTE);
    let query = |start: Option<i64>, end: Option<i64>| {
        view.query(BTC, Resolution::M1, start.map(at), end.map(at), now)
            .map(|found| found.iter().map(|candle| candle.start.ms_since(at(0)) / MINUTE).collect::<Vec<_>>())
    };
    assert_eq!(query(Some(2 * MINUTE), Some(4 * MINUTE)), Ok(vec![4, 3, 2]));
    assert_eq!(query(Some(2 * MINUTE + 1), Some(5 * MINUTE - 1)), Ok(vec![4, 3]));
    assert_eq!(query(None, Some(2 * MINUTE)), Ok(vec![2, 1, 0]));
    assert_eq!(query(Some(999 * MINUTE), None), Ok(vec![1_000, 999]));
    assert_eq!(query(Some(999 * MINUTE), Some(2_000 * MINUTE)), Ok(vec![1_000, 999]), "the future has none");
    assert_eq!(query(Some(5 * MINUTE), Some(4 * MINUTE)), Ok(vec![]));
    assert_eq!(query(None, None).map(|found| (found.len(), found[299])), Ok((300, 701)));
    assert_eq!(query(Some(701 * MINUTE), None).map(|found| found.len()), Ok(300));
    assert_eq!(query(Some(700 * MINUTE), None), Err(TooMany));
    assert_eq!(view.query(MarketId(9), Resolution::M1, None, None, now), Ok(vec![]));
}

#[test]
fn a_very_long_silence_costs_no_more_than_what_is_kept() {
    let mut view = candles(600_000);
    let later = 50 * 365 * 1_440 * MINUTE;
    view.apply(at(later), &trade(1, 600_010, 1));
    let found = minutes(&view, at(later));
    assert_eq!(found.len(), 300);
    assert_eq!((found[0].close.to_string(), found[1].close.to_string()), ("60001".into(), "60000".into()));
    let oldest = view.query(BTC, Resolution::M1, None, Some(at(later - 1_400 * MINUTE)), at(later)).unwrap();
    assert_eq!(oldest.len(), 100, "1500 are kept");
}

#[test]
fn the_last_day_is_24_hours_of_minutes() {
    let mut view = candles(600_000);
    view.apply(at(30 * MINUTE), &trade(1, 900_000, 1));
    view.apply(at(40 * MINUTE), &trade(2, 500_000, 100_000));
    let day = |minutes: i64| {
        let day = view.day(BTC, at(minutes * MINUTE)).unwrap();
        [day.open, day.high, day.low, day.volume].map(|value| value.to_string())
    };
    assert_eq!(day(50), ["60000", "90000", "50000", "50000.9"]);
    assert_eq!(day(1_440 + 30), ["90000", "90000", "50000", "50000"]);
    assert_eq!(day(1_440 + 40), ["50000", "50000", "50000", "0"]);
    assert!(view.day(MarketId(9), at(0)).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn candles_are_what_their_trades_add_up_to(
        trades in prop::collection::vec((0_i64..40 * MINUTE, 599_000_i64..601_000, 1_i64..1_000), 0..60),
        resolution in prop::sample::select(&Resolution::ALL[..4]),
        wait in 0_i64..30 * MINUTE,
    ) {
        let mut trades = trades;
        trades.sort_by_key(|trade| trade.0);
        let mut view = candles(600_000);
        for &(ms, price, contracts) in &trades {
            view.apply(at(ms), &trade(1, price, contracts));
        }
        let now = trades.last().map_or(0, |trade| trade.0) + wait;
        let found = view.query(BTC, resolution, None, None, at(now)).unwrap();
        prop_assert_eq!(&found, &naive(&trades, resolution, now));
    }
}

/// Looks at every trade for every candle.
fn naive(trades: &[(i64, i64, i64)], resolution: Resolution, now: i64) -> Vec<Candle> {
    let grid = Listing::standard()[0].instrument.grid;
    let price = |ticks| grid.price(ticks);
    let close_before = |ms| trades.iter().rfind(|trade| trade.0 < ms).map_or(600_000, |trade| trade.1);
    let length = resolution.millis();
    let starts = (0..=now / length).map(|n| n * length);
    let mut candles: Vec<_> = starts
        .map(|start| {
            let inside = || trades.iter().filter(move |trade| trade.0 >= start && trade.0 < start + length);
            let open = close_before(start);
            Candle {
                start: at(start),
                open: price(open),
                high: price(inside().map(|trade| trade.1).max().unwrap_or(open).max(open)),
                low: price(inside().map(|trade| trade.1).min().unwrap_or(open).min(open)),
                close: price(close_before(start + length)),
                volume: inside()
                    .map(|trade| grid.notional(price(trade.1), trade.2).unwrap())
                    .sum::<Decimal>()
                    .normalize(),
            }
        })
        .collect();
    candles.reverse();
    candles
}

#[test]
fn trades_are_kept_newest_first_and_chosen_by_time_and_number() {
    let mut view = Trades::default();
    view.apply(at(0), &opened(600_000));
    for n in 1..=1_200 {
        view.apply(at(i64::try_from(n).unwrap() * 10), &trade(n, 600_000, 5));
    }
    let ids = |query| view.query(BTC, &query).iter().map(|trade| trade.serial_id).collect::<Vec<_>>();
    let all = ids(TradesQuery::default());
    assert_eq!((all.len(), all[0], all[999]), (1_000, 1_200, 201));
    let query = TradesQuery { start: Some(at(11_000)), end: Some(at(11_020)), ..Default::default() };
    assert_eq!(ids(query), [1_102, 1_101, 1_100]);
    assert_eq!(ids(TradesQuery { count: 2, ..Default::default() }), [1_200, 1_199]);
    assert_eq!(ids(TradesQuery { before: Some(300), after: Some(297), ..Default::default() }), [299, 298]);
    let newest = view.query(BTC, &TradesQuery { count: 1, ..Default::default() }).remove(0);
    assert_eq!((newest.price.to_string(), newest.size.to_string()), ("60000".into(), "5".into()));
    assert_eq!((newest.side, newest.timestamp, newest.symbol.as_str()), (Side::Buy, at(12_000), "BTC-PERP"));
    assert!(view.query(MarketId(9), &TradesQuery::default()).is_empty());
}
