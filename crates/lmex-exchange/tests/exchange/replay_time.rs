//! A tape as the market of an exchange whose time is paused, stepped and run.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use lmex_exchange::{ExchangeConfig, Flow, LimitsMode, Source};
use lmex_tape::{SizeUnit, TapeHeader};
use lmex_types::Decimal;

use crate::replay::{depth, tape};
use crate::venue::Venue;

/// Every second the book is 10 dearer: 60,000 at first.
async fn paused() -> (Venue, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let header = TapeHeader::new("a test", "BTCUSDT", SizeUnit::Base);
    let book = |second: i64| {
        let bid = 60_000 + 10 * second;
        depth(second * 1_000, true, &format!("bid {bid} 1, ask {bid}.1 1"))
    };
    let path = tape(folder.path(), header, &(0..100).map(book).collect::<Vec<_>>());
    let source = Source::Replay { path, speed: Decimal::ONE };
    let config =
        ExchangeConfig { limits: LimitsMode::Off, source, time: Flow::PAUSED, ..ExchangeConfig::default() };
    (Venue::start_with(config).await, folder)
}

async fn bid(venue: &Venue) -> f64 {
    venue.best().await.0
}

#[tokio::test]
async fn a_tape_stands_still_is_stepped_and_runs_with_the_time_of_the_venue() {
    let (venue, _folder) = paused().await;
    let time = venue.exchange.time();
    assert_eq!(bid(&venue).await, 60_000.0);
    venue.pass_ms(30_000);
    assert_eq!(bid(&venue).await, 60_000.0, "only the clock on the wall went on");
    time.step(999).await.unwrap();
    assert_eq!(bid(&venue).await, 60_000.0);
    time.step(1).await.unwrap();
    assert_eq!(bid(&venue).await, 60_010.0);
    time.step(4_000).await.unwrap();
    assert_eq!(bid(&venue).await, 60_050.0);

    time.run_at("x10".parse().unwrap()).await.unwrap();
    assert_eq!(bid(&venue).await, 60_050.0, "it stands still as before");
    time.resume().await.unwrap();
    venue.pass_ms(1_000);
    assert_eq!(bid(&venue).await, 60_150.0, "ten seconds in one");
    time.pause().await.unwrap();
    venue.pass_ms(60_000);
    assert_eq!(bid(&venue).await, 60_150.0);
}
