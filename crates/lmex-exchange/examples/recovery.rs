//! How fast an exchange comes back, and how much it keeps: fills a data folder with so many commands of the simulated
//! crowd and of a trader, then starts again on it, and says events, bytes and seconds. With `crowd-only` nobody trades,
//! and snapshots are taken as in a usual exchange: what is kept then is bounded.
//!
//! ```sh
//! cargo run --release -p lmex-exchange --example recovery -- 2000000
//! ```
#![allow(clippy::print_stdout, reason = "it reports")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use lmex_engine::{AccountId, CancelTarget, Command, MarketId, NewOrder};
use lmex_exchange::{
    Clock, Clocks, DataDir, Durability, Exchange, ExchangeConfig, Handle, KeepingBounds, LimitsMode,
};
use lmex_types::{OrderId, Side, TimeMs};

type Failure = Box<dyn std::error::Error>;

const START: i64 = 1_790_000_000_000;
/// Venue time between two looks at the desk: about a beat of the crowd.
const STEP_MS: i64 = 50;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let wanted: u64 = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let trades = std::env::args().nth(2).is_none_or(|word| word != "crowd-only");
    // With a trader all of the journal is to be read: no snapshot is taken on the way.
    let usual = KeepingBounds::default();
    let bounds = if trades { KeepingBounds { snapshot_bytes: u64::MAX, ..usual } } else { usual };
    let dir = tempfile::tempdir()?;
    let now = Arc::new(AtomicI64::new(START));
    let venue_ms = fill(dir.path(), bounds, &now, wanted, trades).await?;
    let bytes = size(&dir.path().join("journal"))?;

    let began = Instant::now();
    let exchange = start(dir.path(), bounds, &now).await?;
    let seconds = began.elapsed().as_secs_f64();
    let found = exchange.recovery().cloned().unwrap_or_default();
    exchange.shutdown().await;
    let (megabytes, minutes) = (bytes >> 20, venue_ms / 60_000);
    println!(
        "{} events of {} commands, {megabytes} MB, {minutes} min of the market: back after {seconds:.1} s",
        found.events, found.commands
    );
    Ok(())
}

async fn start(dir: &Path, bounds: KeepingBounds, now: &Arc<AtomicI64>) -> Result<Handle, Failure> {
    let hand = Arc::clone(now);
    let clock = Clock::new(move || TimeMs::from_millis(hand.load(Ordering::SeqCst)));
    let data = DataDir { durability: Durability::None, bounds, ..DataDir::new(dir) };
    let mut config =
        ExchangeConfig { limits: LimitsMode::Off, data: Some(data), ..ExchangeConfig::default() };
    config.listen.set_port(0);
    Ok(Exchange::start_with(config, Clocks { venue: clock.clone(), wall: clock }).await?)
}

/// Lets the market live until there are so many commands; the venue time that took.
async fn fill(
    dir: &Path,
    bounds: KeepingBounds,
    now: &Arc<AtomicI64>,
    wanted: u64,
    trades: bool,
) -> Result<i64, Failure> {
    let exchange = start(dir, bounds, now).await?;
    let mut next = 1;
    while exchange.desk().read(|state| state.seq).await? < wanted {
        now.fetch_add(STEP_MS, Ordering::SeqCst);
        if trades {
            trade(&exchange, next).await?;
            next += 1;
        }
    }
    exchange.shutdown().await;
    Ok(now.load(Ordering::SeqCst) - START)
}

/// A trader beside the crowd: an order waits, and goes.
async fn trade(exchange: &Handle, number: u32) -> Result<(), Failure> {
    let (account, market, order) = (AccountId(1), MarketId(0), OrderId::from_bits(u128::from(number)));
    let price = 500_000 + i64::from(number % 100);
    let new = NewOrder::limit(account, market, order, Side::Buy, price, 100);
    exchange.desk().command(Command::Place(new)).await?;
    exchange.desk().command(Command::Cancel { account, market, target: CancelTarget::All }).await?;
    Ok(())
}

fn size(folder: &Path) -> std::io::Result<u64> {
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}
