//! `lmex exchange`: an LMEX of one's own.

mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use lmex::{Decimal, LocalExchange};
use lmex_exchange::{DataDir, Durability, Exchange, ExchangeConfig, Handle, LimitsMode, Source, seed_of};
use serde::Serialize;

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
    /// The seed of the simulated market: the same seed makes the same market [default: 7, or the data folder's].
    #[arg(long)]
    pub seed: Option<u64>,
    /// Whether LMEX's rate limits are kept.
    #[arg(long, value_enum, default_value_t = Limits::Lmex)]
    pub limits: Limits,
    /// How far a nonce may be from the clock, in milliseconds.
    #[arg(long, default_value_t = 4_000, value_name = "MS", value_parser = clap::value_parser!(i64).range(1..=600_000))]
    pub nonce_window: i64,
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
    #[command(subcommand)]
    pub look: Option<Look>,
}

#[derive(Debug, Subcommand)]
pub enum Look {
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

pub async fn run(args: &Serve, output: &Output) -> Result<(), CliError> {
    if let Some(Look::Verify(args)) = &args.look {
        return verify::run(args, output);
    }
    let handle = start(config(args)?).await?;
    let stop = Stop::listen()?;
    say_what_was_found(&handle, output);
    let state = announce(&handle, output);
    ready(&handle, args, state.is_some(), output)?;
    let stopped = stop.wait().await;
    output.note(&format!("{stopped}: closing"));
    let failure = handle.failure();
    handle.shutdown().await;
    // Said when it happened; a program that looks at the end alone must learn of it too.
    failure.map_or(Ok(()), |failure| Err(CliError::new("io", failure.to_string())))
}

fn say_what_was_found(handle: &Handle, output: &Output) {
    let Some(found) = handle.recovery() else { return };
    found.mended.iter().for_each(|mended| output.note(&format!("warning: {mended}")));
    output.note(&format!(
        "goes on from the data folder: snapshot {}, then {} events of {} commands",
        found.snapshot, found.events, found.commands
    ));
}

/// Starts an exchange in this process.
pub async fn start(config: ExchangeConfig) -> Result<Handle, CliError> {
    Exchange::start(config).await.map_err(|error| CliError::new("config", error.to_string()))
}

fn config(args: &Serve) -> Result<ExchangeConfig, CliError> {
    let kept = |dir: &PathBuf| seed_of(dir).map_err(|error| CliError::new("config", error.to_string()));
    let seed = match (args.seed, &args.data_dir) {
        (Some(seed), _) => seed,
        (None, Some(dir)) => kept(dir)?.unwrap_or(SEED),
        (None, None) => SEED,
    };
    let data = |path: &PathBuf| DataDir { durability: args.durability.durability(), ..DataDir::new(path) };
    Ok(ExchangeConfig {
        listen: args.listen,
        seed,
        data: args.data_dir.as_ref().map(data),
        limits: if args.limits == Limits::Off { LimitsMode::Off } else { LimitsMode::Lmex },
        nonce_window_ms: args.nonce_window,
        source: source(args.replay.clone(), args.speed)?,
        ..ExchangeConfig::default()
    })
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
    };
    match exchange.publish(&paths::local_exchange()) {
        Ok(state) => Some(state),
        Err(error) => {
            output.note(&format!("warning: clients won't find this exchange by themselves: {error}"));
            output.note(&format!("         give them LMEX_REST_URL={} and the key", exchange.rest));
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
}

fn ready(handle: &Handle, args: &Serve, is_found: bool, output: &Output) -> Result<(), CliError> {
    let ready = Ready {
        rest: handle.rest_url(),
        ws: handle.ws_url(),
        api_key: handle.api_key(),
        api_secret: handle.api_secret(),
    };
    if output.format != Format::People {
        return output.print(&ready, || {
            let columns = ["rest", "ws", "api_key", "api_secret"].map(|name| (name, Align::Left));
            let mut table = Table::new("", &columns);
            table.row([&ready.rest, &ready.ws, ready.api_key, ready.api_secret]);
            table
        });
    }
    let limits = if args.limits == Limits::Off { "off" } else { "as LMEX documents them" };
    // Commands that are not told where it is would talk to another one.
    let named = if is_found { String::new() } else { format!("LMEX_REST_URL={} ", ready.rest) };
    output.text(&format!(
        "An LMEX of your own is running. Prices: {}. Play money only.\n\n  REST     {}/futures/api/v2.3/…\n  streams  {}/ws/futures and /ws/oss/futures\n  key      {}\n  secret   {}\n  limits   {limits}\n\nIn another terminal: {named}lmex price BTC-PERP. Ctrl-C ends it.\n",
        handle.market_source(), ready.rest, ready.ws, ready.api_key, ready.api_secret
    ))
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
