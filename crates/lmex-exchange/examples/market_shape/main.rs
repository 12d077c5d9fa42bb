//! How much the simulated market looks like a recorded one: figures, and a picture of both side by side.
//!
//! ```text
//! cargo run --release -p lmex-exchange --example market_shape -- \
//!     --tape usdm.parquet --tape coinm.parquet --bars btc-5m.csv --bars eth-5m.csv --svg docs/market.svg
//! ```
//!
//! `--seed` (7) and `--minutes` (240) say which simulated market, `--tape` and `--bars` what it stands beside. All pass
//! through the engine and are looked at by the same clock.

#![expect(clippy::float_arithmetic, reason = "statistics, not money")]
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod bars;
mod draw;
mod figures;
mod panels;
mod statistics;
mod watch;

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use lmex_exchange::crowd::{Listing, MarketSource as _, Replay, SyntheticCrowd};
use lmex_types::{Decimal, TimeMs};
use panels::{Bars, Subject};
use statistics::{changes, correlation};
use watch::{Seen, watch};

const START: TimeMs = TimeMs::from_millis(1_760_000_000_123);
/// Weeks of made-up past that stand beside the recorded bars.
const PASTS: u64 = 40;
/// The colour of what is simulated.
const SIMULATED: usize = draw::COLOURS.len() - 1;

fn main() -> Result<(), Box<dyn Error>> {
    let asked = Asked::from_args()?;
    let mut names = Vec::new();
    let mut columns = Vec::new();
    for tape in &asked.tapes {
        let (name, seen) = recorded(Path::new(tape))?;
        names.push(name);
        columns.push(seen);
    }
    let tapes = columns.len().min(SIMULATED);
    let listings = Listing::standard();
    let simulated = simulated(&asked, &listings)?;
    names.extend(listings.iter().map(|listing| format!("{}, simulated", listing.instrument.symbol)));
    columns.extend(simulated.iter().cloned());
    table(&names, &columns);
    let symbols: Vec<&str> = listings.iter().map(|listing| listing.instrument.base.as_str()).collect();
    for seconds in [1, 10, 60, 300] {
        for (pair, found) in figures::correlations(&simulated, &symbols, seconds) {
            println!("correlation of simulated {pair}: {found}");
        }
    }
    let recorded_bars = asked.bars.iter().map(|path| Ok(bars::read(File::open(path)?)?));
    let recorded_bars = recorded_bars.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let pasts = pasts(asked.seed, &listings);
    compare_bars(&recorded_bars, &pasts);
    let Some(svg) = &asked.svg else { return Ok(()) };
    let mut subjects: Vec<Subject<'_>> =
        columns.iter().take(tapes).enumerate().map(|(colour, seen)| Subject { colour, seen }).collect();
    subjects.extend(simulated.first().map(|seen| Subject { colour: SIMULATED, seen }));
    let mut legend: Vec<String> = names.iter().take(tapes).map(|name| format!("recorded: {name}")).collect();
    legend.resize(SIMULATED, String::new());
    legend.push(names.get(tapes).cloned().unwrap_or_default());
    let recorded_bars = Bars { colour: 0, stretches: recorded_bars.get(..1).unwrap_or_default() };
    let drawn = [recorded_bars, Bars { colour: SIMULATED, stretches: &pasts }];
    draw::draw(Path::new(svg), &legend, &panels::panels(&subjects, &drawn))
}

/// What the command line says.
struct Asked {
    tapes: Vec<String>,
    bars: Vec<String>,
    svg: Option<String>,
    seed: u64,
    minutes: i64,
}

impl Asked {
    fn from_args() -> Result<Self, Box<dyn Error>> {
        let mut asked = Self { tapes: Vec::new(), bars: Vec::new(), svg: None, seed: 7, minutes: 240 };
        let mut args = std::env::args().skip(1);
        while let Some(name) = args.next() {
            let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--tape" => asked.tapes.push(value),
                "--bars" => asked.bars.push(value),
                "--svg" => asked.svg = Some(value),
                "--seed" => asked.seed = value.parse()?,
                "--minutes" => asked.minutes = value.parse()?,
                _ => return Err(format!("{name}? --tape, --bars, --svg, --seed or --minutes").into()),
            }
        }
        Ok(asked)
    }
}

fn recorded(tape: &Path) -> Result<(String, Seen), Box<dyn Error>> {
    let mut replay = Replay::open(tape, Decimal::ONE, START, &Listing::standard())?;
    let name = replay.describe().split(',').next().unwrap_or_default().to_owned();
    let listing = replay.listing().clone();
    let seen = watch(&mut replay, &[listing], START, i64::MAX / 2)?;
    Ok((name, seen.into_iter().next().ok_or("nothing was seen")?))
}

fn simulated(asked: &Asked, listings: &[Listing]) -> Result<Vec<Seen>, Box<dyn Error>> {
    let mut crowd = SyntheticCrowd::new(asked.seed, START, listings);
    let started = Instant::now();
    let seen = watch(&mut crowd, listings, START, asked.minutes * 60_000)?;
    let commands: usize = seen.iter().map(|seen| seen.commands).sum();
    let a_second = commands as f64 / (asked.minutes * 60) as f64;
    println!(
        "simulated: {} min, {a_second:.1} commands a second, took {:?}",
        asked.minutes,
        started.elapsed()
    );
    Ok(seen)
}

fn table(names: &[String], columns: &[Seen]) {
    println!("\n| | {} |\n|---|{}", names.join(" | "), "--:|".repeat(names.len()));
    let columns: Vec<Vec<(String, String)>> = columns.iter().map(figures::rows).collect();
    let Some(longest) = columns.iter().max_by_key(|rows| rows.len()) else { return };
    for (row, _) in longest {
        let cell = |rows: &Vec<(String, String)>| {
            rows.iter().find(|(name, _)| name == row).map_or("–".to_owned(), |(_, value)| value.clone())
        };
        println!("| {row} | {} |", columns.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
    println!();
}

/// Weeks before the start of several seeds, of the first market.
fn pasts(seed: u64, listings: &[Listing]) -> Vec<Vec<f64>> {
    let first = listings.first();
    first
        .into_iter()
        .flat_map(|listing| (seed..seed + PASTS).map(|seed| bars::past(seed, START, listing)))
        .collect()
}

fn compare_bars(recorded: &[Vec<f64>], pasts: &[Vec<f64>]) {
    for (place, closes) in recorded.iter().enumerate() {
        println!("5 min bars, recorded {}: {}", place + 1, figures::of_returns(&changes(closes, 1)));
    }
    if let [one, other, ..] = recorded {
        println!("their correlation: {:.2}", correlation(&changes(one, 1), &changes(other, 1)));
    }
    let past: Vec<f64> = pasts.iter().flat_map(|closes| changes(closes, 1)).collect();
    println!("5 min bars, made-up past of {PASTS} seeds: {}", figures::of_returns(&past));
}
