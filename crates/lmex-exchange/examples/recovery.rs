//! How fast an exchange comes back, and how much it keeps. Fills a data folder with so many commands of the simulated crowd
//! and of a trader, then starts again on it, and says events, bytes and seconds:
//!
//! ```sh
//! cargo run --release -p lmex-exchange --example recovery -- 2000000
//! ```
//!
//! With `crowd` and a number of minutes nobody trades: it says how much the crowd's time on the venue writes, and how much of
//! it is left in the folder, where snapshots are taken as in a usual exchange.
//!
//! ```sh
//! cargo run --release -p lmex-exchange --example recovery -- crowd 60
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
use tempfile::TempDir;

type Failure = Box<dyn std::error::Error>;

const START: i64 = 1_790_000_000_000;
/// Venue time between two looks at the desk: about a beat of the crowd.
const STEP_MS: i64 = 50;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    match (args.next().as_deref(), args.next()) {
        (Some("crowd"), minutes) => crowd_alone(minutes.map_or(Ok(60), |text| text.parse())?).await,
        (commands, _) => come_back(commands.map_or(Ok(100_000), str::parse)?).await,
    }
}

/// Fills a folder with so many commands, all of which are to be read again, and starts on it.
async fn come_back(commands: u64) -> Result<(), Failure> {
    let filled = Filled::new(all(), Until::Commands(commands)).await?;
    let bytes = filled.bytes()?;
    let began = Instant::now();
    let exchange = start(filled.dir.path(), all(), &filled.now).await?;
    let seconds = began.elapsed().as_secs_f64();
    let found = exchange.recovery().cloned().unwrap_or_default();
    exchange.shutdown().await;
    println!(
        "{} events of {} commands, {} MB, {} min of the market: back after {seconds:.1} s",
        found.events,
        found.commands,
        bytes >> 20,
        filled.venue_ms() / 60_000
    );
    Ok(())
}

/// Lets the crowd live alone for so long: once nothing is deleted, once as usual.
async fn crowd_alone(minutes: i64) -> Result<(), Failure> {
    let until = Until::VenueMs(minutes * 60_000);
    let written = Filled::new(all(), until).await?;
    let usual = Filled::new(KeepingBounds::default(), until).await?;
    println!(
        "{minutes} min of the crowd: {} commands, {} MiB written, {} MiB left in the folder",
        written.commands,
        written.bytes()? >> 20,
        usual.bytes()? >> 20
    );
    Ok(())
}

/// No snapshot is taken on the way, so nothing is deleted.
fn all() -> KeepingBounds {
    KeepingBounds { snapshot_bytes: u64::MAX, ..KeepingBounds::default() }
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

/// What ends the filling of a folder.
#[derive(Clone, Copy)]
enum Until {
    /// So many commands, of a trader beside the crowd.
    Commands(u64),
    /// So much time of the venue; nobody trades.
    VenueMs(i64),
}

/// A data folder in which a market has lived.
struct Filled {
    dir: TempDir,
    now: Arc<AtomicI64>,
    commands: u64,
}

impl Filled {
    async fn new(bounds: KeepingBounds, until: Until) -> Result<Self, Failure> {
        let mut filled =
            Self { dir: tempfile::tempdir()?, now: Arc::new(AtomicI64::new(START)), commands: 0 };
        let exchange = start(filled.dir.path(), bounds, &filled.now).await?;
        let mut next = 1;
        while !filled.is_enough(until) {
            filled.now.fetch_add(STEP_MS, Ordering::SeqCst);
            if matches!(until, Until::Commands(_)) {
                trade(&exchange, next).await?;
                next += 1;
            }
            filled.commands = exchange.desk().read(|state| state.seq).await?;
        }
        exchange.shutdown().await;
        Ok(filled)
    }

    fn is_enough(&self, until: Until) -> bool {
        match until {
            Until::Commands(wanted) => self.commands >= wanted,
            Until::VenueMs(wanted) => self.venue_ms() >= wanted,
        }
    }

    fn venue_ms(&self) -> i64 {
        self.now.load(Ordering::SeqCst) - START
    }

    fn bytes(&self) -> std::io::Result<u64> {
        std::fs::read_dir(self.dir.path().join("journal"))?.map(|entry| Ok(entry?.metadata()?.len())).sum()
    }
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
