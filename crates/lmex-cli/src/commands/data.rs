//! `lmex data`: recorded market data.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use lmex_tape::import::{BinanceOptions, ImportError, ImportSummary, binance};
use lmex_tape::{Existing, TapeError, TapeScan, scan};
use lmex_types::TimeMs;
use serde::Serialize;

use super::exchange::TAPES;
use super::time::shown;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

#[derive(Debug, Subcommand)]
pub enum Data {
    /// Turn captured messages into a tape.
    #[command(
        after_help = "Example: lmex data import --format binance btcusdt_20240808.gz -o btc.parquet\n\nSeveral files are one recording, in the order given. A tape is a Parquet file: pandas and DuckDB read it."
    )]
    Import(Import),
    /// Look at a tape: what is on it, and whether its book is sound.
    Info(Info),
}

#[derive(Debug, Args)]
pub struct Import {
    /// Who recorded it.
    #[arg(long, value_enum)]
    pub format: CaptureFormat,
    /// Captures, gzip-compressed: a line is `<receive time in ns> <json>`.
    #[arg(required = true, value_name = "FILE.gz")]
    pub files: Vec<PathBuf>,
    /// The tape to write.
    #[arg(short, long, value_name = "TAPE")]
    pub output: PathBuf,
    /// Replace the tape if there is one.
    #[arg(long)]
    pub replace: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CaptureFormat {
    /// Binance's streams: USD-M and COIN-M futures, spot.
    Binance,
}

#[derive(Debug, Args)]
pub struct Info {
    /// The tape.
    pub tape: PathBuf,
}

pub async fn run(data: Data, output: &Output) -> Result<(), CliError> {
    let output = *output;
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    // Long work on files: off the runtime's threads, so that Ctrl-C is heard.
    let mut work = tokio::task::spawn_blocking(move || match data {
        Data::Import(import) => run_import(&import, &heard, &output),
        Data::Info(info) => run_info(&info, &output),
    });
    let internal = |_| Err(CliError::new("internal", "the work was broken off"));
    tokio::select! {
        done = &mut work => return done.unwrap_or_else(internal),
        _ = tokio::signal::ctrl_c() => stop.store(true, Ordering::Relaxed),
    }
    // Done after all, or unwound by the flag, which removes the half-written file.
    match tokio::time::timeout(Duration::from_secs(2), work).await {
        Ok(Ok(done)) => done,
        _ => Err(CliError::new("interrupted", "interrupted; no tape was written")),
    }
}

fn run_import(args: &Import, stop: &AtomicBool, output: &Output) -> Result<(), CliError> {
    let CaptureFormat::Binance = args.format;
    let existing = if args.replace { Existing::Replace } else { Existing::Refuse };
    let options = BinanceOptions { existing, ..BinanceOptions::default() };
    let bar = progress(output);
    let mut advance = |done, total| {
        if stop.load(Ordering::Relaxed) {
            bar.finish_and_clear();
            // The import has no other way out that cleans up behind it; no panic is reported.
            std::panic::resume_unwind(Box::new("interrupted"));
        }
        bar.set_length(total);
        bar.set_position(done);
    };
    let imported = binance(&args.files, &args.output, &options, &mut advance);
    bar.finish_and_clear();
    let summary = imported.map_err(|error| failed(&error))?;
    for warning in summary.warnings() {
        output.note(&format!("warning: {warning}"));
    }
    let row = Imported::new(args, &summary);
    output.print(&row, || row.table())?;
    if output.format == Format::People {
        output.note(&format!("next: lmex demo --replay {}", args.output.display()));
    }
    Ok(())
}

/// The tape's own words, and what to type.
fn failed(error: &ImportError) -> CliError {
    let told = CliError::new("io", error.to_string());
    match error {
        ImportError::Tape(TapeError::Exists { .. }) => {
            told.hint("--replace overwrites it, -o names another file")
        }
        ImportError::Open { .. } => {
            told.hint("name a capture's file; docs/MARKET.md says where there are some")
        }
        _ => told,
    }
}

fn progress(output: &Output) -> ProgressBar {
    if output.format == Format::Json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
    let bar = ProgressBar::new(0);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

#[derive(Serialize)]
struct Imported {
    tape: String,
    source: String,
    symbol: String,
    messages: u64,
    depths: u64,
    levels: u64,
    trades: u64,
    tops: u64,
    gaps: u64,
}

impl Imported {
    fn new(args: &Import, summary: &ImportSummary) -> Self {
        let info = &summary.info;
        Self {
            tape: args.output.display().to_string(),
            source: info.header.source.clone(),
            symbol: info.header.symbol.clone(),
            messages: info.messages,
            depths: info.depths,
            levels: info.levels,
            trades: info.trades,
            tops: info.tops,
            gaps: info.gaps,
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new("nothing imported", &[("what", Align::Left), ("value", Align::Left)]);
        for (what, value) in [
            ("tape", self.tape.clone()),
            ("source", self.source.clone()),
            ("symbol", self.symbol.clone()),
            ("messages", self.messages.to_string()),
            ("depth messages", self.depths.to_string()),
            ("level updates", self.levels.to_string()),
            ("trades", self.trades.to_string()),
            ("best-price updates", self.tops.to_string()),
            ("gaps", self.gaps.to_string()),
        ] {
            table.row([what.to_owned(), value]);
        }
        table
    }
}

fn run_info(args: &Info, output: &Output) -> Result<(), CliError> {
    let scan = scan(&args.tape).map_err(|error| CliError::new("io", error.to_string()).hint(TAPES))?;
    let described = Described::new(&scan);
    output.print(&described, || described.table(output.format))
}

/// A tape, for programs; amounts are exact, in quotation marks as the tape's own tools write them.
#[derive(Serialize)]
struct Described {
    source: String,
    symbol: String,
    size_unit: String,
    first_ns: i64,
    last_ns: i64,
    seconds: i64,
    messages: u64,
    levels: u64,
    trades: u64,
    volume: String,
    low: Option<String>,
    high: Option<String>,
    median_spread: Option<String>,
    gaps: u64,
    book_checks: u64,
    crossed: u64,
    tops_compared: u64,
    tops_agreed: u64,
}

impl Described {
    fn new(scan: &TapeScan) -> Self {
        let info = &scan.info;
        let shown = |amount: lmex::Decimal| amount.normalize().to_string();
        Self {
            source: info.header.source.clone(),
            symbol: info.header.symbol.clone(),
            size_unit: info.header.size_unit.to_string(),
            first_ns: info.first_ns,
            last_ns: info.last_ns,
            seconds: info.duration_ns() / 1_000_000_000,
            messages: info.messages,
            levels: info.levels,
            trades: info.trades,
            volume: shown(scan.volume),
            low: scan.traded.as_ref().map(|range| shown(range.low)),
            high: scan.traded.as_ref().map(|range| shown(range.high)),
            median_spread: scan.median_spread.map(shown),
            gaps: info.gaps,
            book_checks: scan.book.checked,
            crossed: scan.book.crossed,
            tops_compared: scan.book.compared,
            tops_agreed: scan.book.agreed,
        }
    }

    fn table(&self, format: Format) -> Table {
        let moment = |ns: i64| match format {
            Format::Csv => ns.to_string(),
            _ => format!("{} UTC", shown(TimeMs::from_millis(ns / 1_000_000))),
        };
        let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let mut table = Table::new("an empty tape", &[("what", Align::Left), ("value", Align::Left)]);
        for (what, value) in [
            ("source", self.source.clone()),
            ("symbol", self.symbol.clone()),
            ("sizes in", self.size_unit.clone()),
            ("first", moment(self.first_ns)),
            ("last", moment(self.last_ns)),
            ("seconds", self.seconds.to_string()),
            ("messages", self.messages.to_string()),
            ("level updates", self.levels.to_string()),
            ("trades", self.trades.to_string()),
            ("volume", self.volume.clone()),
            ("lowest trade", or_none(&self.low)),
            ("highest trade", or_none(&self.high)),
            ("median spread", or_none(&self.median_spread)),
            ("gaps", self.gaps.to_string()),
            ("book checks", self.book_checks.to_string()),
            ("crossed", self.crossed.to_string()),
            ("agrees with best prices", format!("{} of {}", self.tops_agreed, self.tops_compared)),
        ] {
            table.row([what.to_owned(), value]);
        }
        table
    }
}
