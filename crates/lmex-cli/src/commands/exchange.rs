//! `lmex exchange`: an LMEX of one's own.

mod accounts;
mod admin;
mod controls;
mod fault;
mod market;
mod time;
mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use lmex::{Decimal, LocalExchange};
use lmex_exchange::{
    AccountConfig, DataDir, DataError, Dialect, Durability, Exchange, ExchangeConfig, Handle, LimitsMode,
    Source, StartError, crowd::SourceError, made_as,
};
use serde::Serialize;

use crate::args::Global;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};
use crate::paths;

/// The seed of an exchange when nobody says otherwise.
const SEED: u64 = 7;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Serve {
    /// Where to listen: an address of this machine; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:9090", value_name = "ADDRESS", value_parser = address)]
    pub listen: SocketAddr,
    /// The seed of the simulated market: the same seed makes the same market from the start on; the
    /// candles before it depend on when that is [default: 7, or the data folder's].
    #[arg(long, value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Whether LMEX's rate limits are kept.
    #[arg(long, value_enum, default_value_t = Limits::Lmex)]
    pub limits: Limits,
    /// How far a nonce may be from the clock, in milliseconds.
    #[arg(long, default_value_t = 4_000, value_name = "MS", value_parser = clap::value_parser!(i64).range(1..=600_000))]
    pub nonce_window: i64,
    /// Whose manners it has where the evidence about the venue contradicts itself (docs/CONFORMANCE.md lists where): lmex
    /// unless said, or what it was with --data-dir.
    #[arg(long, value_enum)]
    pub dialect: Option<Manners>,
    /// One more account, with play money in USDT (100000 unless said) and a random key; may be repeated. The key is in the first
    /// line of --json.
    #[arg(long, value_name = "NAME[:BALANCE]", value_parser = accounts::named)]
    pub account: Vec<AccountConfig>,
    /// More accounts, with fees and with keys that may not do everything: a JSON file that nobody else may read if there
    /// are secrets in it.
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// Take the market from a tape instead of the simulation.
    #[arg(long, value_name = "TAPE")]
    pub replay: Option<PathBuf>,
    /// With --replay: how many times faster than it was recorded.
    #[arg(long, default_value = "1", value_name = "X", requires = "replay")]
    pub speed: Decimal,
    /// Keep everything in this folder, and go on from it at the next start; without it nothing is kept.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// With --data-dir: what an answer promises.
    #[arg(long, value_enum, default_value_t = Promise::Fsync, requires = "data_dir")]
    pub durability: Promise,
    #[command(flatten)]
    pub controls: controls::Controls,
    #[command(subcommand)]
    pub look: Option<Look>,
}

/// What is done with an exchange that runs already, or with what one has left.
#[derive(Debug, Subcommand)]
pub enum Look {
    /// Make something go wrong at the running exchange.
    #[command(subcommand)]
    Fault(fault::Fault),
    /// Show, pause, step or speed up the running exchange's time.
    #[command(after_help = "Example: lmex exchange time step 8h")]
    Time {
        #[command(subcommand)]
        change: Option<time::Time>,
    },
    /// Show what the running exchange's markets take, or halt, close or open one.
    #[command(after_help = "Example: lmex exchange market BTC-PERP halted")]
    Market(market::Market),
    /// Decide the commands of a data folder again, and compare. The folder is only read.
    Verify(verify::Verify),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Promise {
    /// What was answered survives a power loss.
    Fsync,
    /// It survives the end of the process, `kill -9` too.
    Os,
    /// Nothing.
    None,
}

impl Promise {
    fn durability(self) -> Durability {
        match self {
            Self::Fsync => Durability::Fsync,
            Self::Os => Durability::Os,
            Self::None => Durability::None,
        }
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {}", u64::MAX))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an address of this machine and a port, such as 127.0.0.1:9090".to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Limits {
    /// As LMEX documents them.
    Lmex,
    /// None, for tests and other people's clients.
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Manners {
    /// LMEX's documents and what was recorded of LMEX.
    Lmex,
    /// What was recorded of BTSE, which runs the same engine, and its documents of version 2.3.
    Btse,
}

impl Manners {
    fn dialect(self) -> Dialect {
        match self {
            Self::Lmex => Dialect::Lmex,
            Self::Btse => Dialect::Btse,
        }
    }
}

pub async fn run(args: &Serve, global: &Global, output: &Output) -> Result<(), CliError> {
    match &args.look {
        Some(Look::Fault(fault)) => return fault::run(fault, &admin::Admin::find(global)?, output).await,
        Some(Look::Time { change }) => {
            return time::run(change.as_ref(), &admin::Admin::find(global)?, output).await;
        }
        Some(Look::Market(args)) => return market::run(args, &admin::Admin::find(global)?, output).await,
        Some(Look::Verify(args)) => return verify::run(args, output),
        None => {}
    }
    let handle = start(config(args)?).await?;
    let stop = Stop::listen()?;
    let told = handle.market_source();
    say_what_was_found(&handle, output);
    let state = announce(&handle, output);
    ready(&handle, args, state.is_some(), output)?;
    let stopped = tell_of_prices(&handle, told, stop, output).await;
    output.note(&format!("{stopped}: closing"));
    let failure = handle.failure();
    handle.shutdown().await;
    // Said when it happened; a program that looks at the end alone must learn of it too.
    failure.map_or(Ok(()), |failure| Err(CliError::new("io", failure.to_string())))
}

/// Waits for the end, and says where prices come from whenever that changes: a tape ends.
async fn tell_of_prices(handle: &Handle, mut told: String, stop: Stop, output: &Output) -> &'static str {
    let mut stop = std::pin::pin!(stop.wait());
    loop {
        tokio::select! {
            stopped = &mut stop => return stopped,
            now = handle.market_source_after(&told) => {
                output.note(&format!("prices: {now}"));
                told = now;
            }
        }
    }
}

fn say_what_was_found(handle: &Handle, output: &Output) {
    let Some(found) = handle.recovery() else { return };
    found.mended.iter().for_each(|mended| output.note(&format!("warning: {mended}")));
    output.note(&format!(
        "goes on from the data folder: snapshot {}, then {} events of {} commands",
        found.snapshot, found.events, found.commands
    ));
}

/// Whoever has no tape needs to know where they come from.
pub const TAPES: &str = "`lmex data import --format binance CAPTURE.gz -o btc.parquet` makes a tape of a capture, `lmex data info` looks at one; docs/MARKET.md says where there are captures";

/// The system's own words say what is wrong with a folder, and not what to do; others' words do.
fn folder_advice(told: CliError, error: &DataError) -> CliError {
    match error {
        DataError::Open(_) | DataError::Disk(_) | DataError::File { .. } => told.hint(DATA_DIR),
        _ => told,
    }
}

const DATA_DIR: &str = "--data-dir names the folder: one of an exchange that has ended, or one that can be made and written to; docs/EXCHANGE.md says what is kept there";

/// Starts an exchange in this process.
pub async fn start(config: ExchangeConfig) -> Result<Handle, CliError> {
    Exchange::start(config).await.map_err(|error| {
        let told = CliError::new("config", error.to_string());
        match error {
            StartError::Source(SourceError::Tape(_)) => told.hint(TAPES),
            StartError::Data(error) => folder_advice(told, &error),
            _ => told,
        }
    })
}

fn config(args: &Serve) -> Result<ExchangeConfig, CliError> {
    let made = args.data_dir.as_deref().map(made_as).transpose();
    let made =
        made.map_err(|error| folder_advice(CliError::new("config", error.to_string()), &error))?.flatten();
    let data = |path: &PathBuf| DataDir { durability: args.durability.durability(), ..DataDir::new(path) };
    let config = ExchangeConfig {
        listen: args.listen,
        seed: args.seed.or(made.map(|made| made.seed)).unwrap_or(SEED),
        data: args.data_dir.as_ref().map(data),
        limits: if args.limits == Limits::Off { LimitsMode::Off } else { LimitsMode::Lmex },
        nonce_window_ms: args.nonce_window,
        source: source(args.replay.clone(), args.speed)?,
        accounts: accounts(args)?,
        dialect: args.dialect.map(Manners::dialect).or(made.map(|made| made.dialect)).unwrap_or_default(),
        ..ExchangeConfig::default()
    };
    args.controls.apply(config)
}

fn accounts(args: &Serve) -> Result<Vec<AccountConfig>, CliError> {
    let of_file = args.accounts.as_deref().map(accounts::of_file).transpose()?;
    Ok(args.account.iter().cloned().chain(of_file.unwrap_or_default()).collect())
}

/// The market: a tape, or the simulation.
pub fn source(replay: Option<PathBuf>, speed: Decimal) -> Result<Source, CliError> {
    if speed <= Decimal::ZERO || speed > Decimal::ONE_THOUSAND {
        return Err(CliError::new(
            "invalid",
            format!("speed {speed} is out of range: above 0, at most 1000"),
        ));
    }
    Ok(replay.map_or(Source::Synthetic, |path| Source::Replay { path, speed }))
}

/// Leaves address and play-money key where clients of this user look for them.
fn announce(handle: &Handle, output: &Output) -> Option<lmex::LocalState> {
    let exchange = LocalExchange {
        rest: handle.rest_url(),
        ws: handle.ws_url(),
        api_key: handle.api_key().to_owned(),
        api_secret: lmex::Secret::new(handle.api_secret()).ok()?,
        market_data: handle.market_source().to_owned(),
        admin_token: lmex::Secret::new(handle.admin_token()).ok(),
    };
    match exchange.publish(&paths::local_exchange()) {
        Ok(state) => Some(state),
        Err(error) => {
            output.note(&format!("warning: clients won't find this exchange by themselves: {error}"));
            output.note(&format!(
                "         give them LMEX_REST_URL={} and the key; faults and time need LMEX_ADMIN_TOKEN too",
                exchange.rest
            ));
            None
        }
    }
}

/// The first line for programs. The secret is play money's, and whoever starts an exchange needs it.
#[derive(Serialize)]
struct Ready<'a> {
    rest: String,
    ws: String,
    api_key: &'a str,
    api_secret: &'a str,
    admin: String,
    admin_token: &'a str,
    /// All of them, the one above first.
    accounts: Vec<accounts::Told<'a>>,
}

fn ready(handle: &Handle, args: &Serve, is_found: bool, output: &Output) -> Result<(), CliError> {
    let ready = Ready {
        rest: handle.rest_url(),
        ws: handle.ws_url(),
        api_key: handle.api_key(),
        api_secret: handle.api_secret(),
        admin: handle.admin_url(),
        admin_token: handle.admin_token(),
        accounts: accounts::told(handle.accounts()),
    };
    if output.format != Format::People {
        return output.print(&ready, || {
            let names = ["rest", "ws", "api_key", "api_secret", "admin", "admin_token", "account"];
            let columns = names.map(|name| (name, Align::Left));
            let mut table = Table::new("", &columns);
            let Ready { rest, ws, admin, admin_token, .. } = &ready;
            // The demo account's first, as above.
            for (account, key) in
                ready.accounts.iter().flat_map(|account| account.keys.iter().map(move |key| (account, key)))
            {
                table.row([rest.as_str(), ws, key.api_key, key.api_secret, admin, admin_token, account.name]);
            }
            table
        });
    }
    let limits = if args.limits == Limits::Off { "off" } else { "as LMEX documents them" };
    // Commands that are not told where it is would talk to another one.
    let named = if is_found { String::new() } else { format!("LMEX_REST_URL={} ", ready.rest) };
    let others: String = ready.accounts.iter().skip(1).map(described).collect();
    output.text(&format!(
        "An LMEX of your own is running. Prices: {}. Play money only.\n\n  REST     {}/futures/api/v2.3/…\n  streams  {}/ws/futures and /ws/oss/futures\n  key      {}\n  secret   {}\n  limits   {limits}\n  admin    {} (faults and time: `lmex exchange fault`, `lmex exchange time`)\n  token    {} (of that, for other programs: LMEX_ADMIN_TOKEN)\n{others}\nIn another terminal: {named}lmex price BTC-PERP. Ctrl-C ends it.\n",
        handle.market_source(), ready.rest, ready.ws, ready.api_key, ready.api_secret, ready.admin, ready.admin_token
    ))
}

/// One more account, for a person.
fn described(account: &accounts::Told<'_>) -> String {
    let key = |key: &accounts::ToldKey<'_>| {
        format!("  {}: key {}, secret {}\n", account.name, key.api_key, key.api_secret)
    };
    account.keys.iter().map(key).collect()
}

/// Listens for what ends it. Made before the exchange is announced, so that nothing that comes after is missed.
#[cfg(unix)]
struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| CliError::io("listen for signals", &error));
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn wait(mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "interrupted",
            _ = self.terminate.recv() => "asked to end",
        }
    }
}

#[cfg(not(unix))]
struct Stop;

#[cfg(not(unix))]
impl Stop {
    fn listen() -> Result<Self, CliError> {
        Ok(Self)
    }

    async fn wait(self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "interrupted"
    }
}
