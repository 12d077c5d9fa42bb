//! Venue time that is paused, stepped and run: what lives by it, and what does not.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use crate::venue;

use lmex_exchange::{Exchange, ExchangeConfig, Flow, LimitsMode};
use lmex_types::TimeMs;
use serde_json::{Value, json};
use venue::{START, Venue, rows, with};

const HOUR: i64 = 3_600_000;

async fn paused() -> Venue {
    let config = ExchangeConfig { limits: LimitsMode::Off, ..ExchangeConfig::default() };
    Venue::start_with(ExchangeConfig { time: Flow::PAUSED, ..config }).await
}

fn order(more: Value) -> Value {
    let order = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "LIMIT", "price": 30_000, "size": 1000});
    with(order, more)
}

async fn open_orders(venue: &Venue) -> usize {
    rows(venue.my("/user/open_orders?symbol=BTC-PERP").await.ok()).len()
}

async fn commands(venue: &Venue) -> u64 {
    venue.exchange.desk().read(|state| state.seq).await.unwrap()
}

#[tokio::test]
async fn while_time_stands_still_the_crowd_does_too_and_orders_match() {
    let venue = paused().await;
    let before = commands(&venue).await;
    venue.pass_ms(60_000);
    for _ in 0..20 {
        venue.get("/price").await.ok();
    }
    assert_eq!(commands(&venue).await, before, "nothing happens by itself");
    let body = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100});
    let filled = venue.post("/order", body).await.one();
    assert_eq!(
        (&filled["status"], &filled["timestamp"]),
        (&json!(4), &json!(START)),
        "at the same venue time"
    );
}

#[tokio::test]
async fn nonces_and_limits_go_by_the_wall_whatever_venue_time_does() {
    let venue = paused().await;
    venue.exchange.time().step(10 * HOUR).await.unwrap();
    venue.my("/user/wallet").await.ok();
    let time = venue.send("GET", "/spot/api/v3.3/time", &[], b"").await.ok();
    assert_eq!(time["epoch"], START / 1_000, "nonces are compared with this");
    let limited = ExchangeConfig { time: Flow::PAUSED, ..ExchangeConfig::default() };
    let venue = Venue::start_with(limited).await;
    for _ in 0..15 {
        venue.get("/price").await.ok();
    }
    venue.get("/price").await.refused(429);
    venue.exchange.time().step(60_000).await.unwrap();
    venue.get("/price").await.refused(429);
    venue.pass_ms(1_000);
    venue.get("/price").await.ok();
}

#[tokio::test]
async fn an_order_ends_at_its_own_moment_within_a_step() {
    let venue = paused().await;
    for time_in_force in ["HALFMIN", "HOUR", "GTC"] {
        venue.post("/order", order(json!({"time_in_force": time_in_force}))).await.one();
    }
    venue.exchange.time().step(29_999).await.unwrap();
    assert_eq!(open_orders(&venue).await, 3);
    venue.exchange.time().step(1).await.unwrap();
    assert_eq!(open_orders(&venue).await, 2);
    venue.exchange.time().step(8 * HOUR).await.unwrap();
    assert_eq!(open_orders(&venue).await, 1);
    let now = venue.exchange.time().status().venue_ms;
    assert_eq!(now, START + 30_000 + 8 * HOUR);
}

/// Funding is paid at 00:00, 08:00 and 16:00; candles have no hole; the market has moved on.
#[tokio::test]
async fn a_step_of_a_day_lives_through_all_that_is_due_in_it() {
    let venue = paused().await;
    let body = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 1000});
    venue.post("/order", body).await.one();
    let price = venue.best().await;
    let before = commands(&venue).await;
    venue.exchange.time().step(24 * HOUR).await.unwrap();
    let lived = commands(&venue).await - before;
    assert!((1_000..100_000).contains(&lived), "bounded, and not nothing: {lived} commands");
    assert_ne!(venue.best().await, price);

    let history = rows(venue.get("/funding_history?symbol=BTC-PERP&count=3").await.ok()["BTC-PERP"].clone());
    let times: Vec<_> = history.iter().map(|row| row["time"].as_i64().unwrap() * 1_000).collect();
    assert_eq!(times.len(), 3, "{history:?}");
    assert!(
        times.iter().all(|at| at % (8 * HOUR) == 0 && (START..START + 24 * HOUR).contains(at)),
        "{times:?}"
    );

    let candles = venue.get("/ohlcv?symbol=BTC-PERP&resolution=60").await.ok();
    let candles = rows(candles);
    let opens: Vec<_> = candles.iter().take(20).map(|candle| candle[0].as_i64().unwrap()).collect();
    assert!(opens.windows(2).all(|pair| pair[0] - pair[1] == 3_600), "{opens:?}");
    let moved = candles.iter().take(20).filter(|candle| candle[2] != candle[3]).count();
    assert!(moved >= 18, "candles have highs and lows: {moved}");
    venue.exchange.desk().read(|state| state.engine.audit()).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_same_steps_make_the_same_market() {
    let mut ends = Vec::new();
    for _ in 0..2 {
        let venue = paused().await;
        venue.exchange.time().step(60_000).await.unwrap();
        venue.exchange.time().step(500).await.unwrap();
        ends.push(venue.exchange.desk().read(|state| (state.seq, state.engine.digest())).await.unwrap());
    }
    assert_eq!(ends[0], ends[1]);
}

#[tokio::test]
async fn time_runs_as_fast_as_it_is_told_to() {
    let venue = paused().await;
    let time = venue.exchange.time();
    time.run_at("x60".parse().unwrap()).await.unwrap();
    time.resume().await.unwrap();
    let body = order(json!({"time_in_force": "HALFMIN"}));
    venue.post("/order", body).await.one();
    venue.pass_ms(499);
    assert_eq!(open_orders(&venue).await, 1);
    venue.pass_ms(1);
    assert_eq!(open_orders(&venue).await, 0, "half a minute is half a second");
    let refused = time.step_to(TimeMs::from_millis(START)).await.unwrap_err().to_string();
    assert!(refused.contains("go back"), "{refused}");
    assert_eq!(time.status().venue_ms, START + 30_000);
}

/// On the machine's clock: the desk wakes as often as venue time asks for it.
#[tokio::test]
async fn the_desk_wakes_by_the_clock_of_the_venue() {
    let speed = "1000".parse().unwrap();
    let time = Flow { is_paused: false, speed };
    let mut config = ExchangeConfig { limits: LimitsMode::Off, time, ..ExchangeConfig::default() };
    config.listen.set_port(0);
    let exchange = Exchange::start(config).await.unwrap();
    let began = exchange.desk().read(|state| (state.now, state.seq)).await.unwrap();
    // Fifteen minutes at the venue, about a second here.
    loop {
        let (now, seq) = exchange.desk().read(|state| (state.now, state.seq)).await.unwrap();
        if now.ms_since(began.0) >= 900_000 {
            assert!(seq - began.1 > 100, "the crowd went on: {seq}");
            break;
        }
        tokio::task::yield_now().await;
    }
    exchange.shutdown().await;
}

/// BTSE's document v2.3, "maximum days of trade history".
#[tokio::test]
async fn own_trades_are_shown_a_week_at_a_time() {
    const DAY: i64 = 24 * HOUR;
    let venue = paused().await;
    let body = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100});
    let mut times = Vec::new();
    for _ in 0..3 {
        venue.exchange.time().step(4 * DAY).await.unwrap();
        times.push(venue.post("/order", body.clone()).await.one()["timestamp"].as_i64().unwrap());
    }
    let [first, second, third] = times[..] else { panic!("{times:?}") };
    let asked = [
        ("".to_owned(), vec![third, second]),
        (format!("?startTime={first}"), vec![second, first]),
        (format!("?endTime={second}"), vec![second, first]),
        (format!("?startTime={first}&endTime={third}"), vec![third, second]),
        ("?includeOld=true".to_owned(), vec![third, second, first]),
    ];
    for (query, expected) in asked {
        let trades = rows(venue.my(&format!("/user/trade_history{query}")).await.ok());
        let shown: Vec<_> = trades.iter().map(|trade| trade["timestamp"].as_i64().unwrap()).collect();
        assert_eq!(shown, expected, "{query:?}");
    }
}
