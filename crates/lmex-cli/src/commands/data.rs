//! `lmex data`: recorded market data.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use lmex_tape::import::{BinanceOptions, ImportSummary, binance};
use lmex_tape::{Existing, TapeScan, scan};
use lmex_types::TimeMs;
use serde::Serialize;

use super::time::shown;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

#[derive(Debug, Subcommand)]
pub enum Data {
    /// Turn captured messages into a tape.
    #[command(
        after_help = "Example: lmex data import --format binance btcusdt_20240808.gz -o btc.tape\n\nSeveral files are one recording, in the order given. A tape is a Parquet file: pandas and DuckDB read it."
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
    let work = move || match data {
        Data::Import(import) => run_import(&import, &output),
        Data::Info(info) => run_info(&info, &output),
    };
    // Long work on files: off the runtime's threads, so that Ctrl-C is heard.
    tokio::select! {
        done = tokio::task::spawn_blocking(work) => {
            done.unwrap_or_else(|_| Err(CliError::new("internal", "the work was broken off")))
        }
        _ = tokio::signal::ctrl_c() => Err(CliError::new("interrupted", "interrupted; no tape was written")),
    }
}

fn run_import(args: &Import, output: &Output) -> Result<(), CliError> {
    let CaptureFormat::Binance = args.format;
    let existing = if args.replace { Existing::Replace } else { Existing::Refuse };
    let options = BinanceOptions { existing, ..BinanceOptions::default() };
    let bar = progress(output);
    let mut advance = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let imported = binance(&args.files, &args.output, &options, &mut advance);
    bar.finish_and_clear();
    let summary = imported.map_err(|error| CliError::new("io", error.to_string()))?;
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
    let scan = scan(&args.tape).map_err(|error| CliError::new("io", error.to_string()))?;
    let rows = described(&scan);
    let as_map: std::collections::BTreeMap<_, _> = rows.iter().map(|(what, value)| (*what, value)).collect();
    output.print(&as_map, || {
        let mut table = Table::new("an empty tape", &[("what", Align::Left), ("value", Align::Left)]);
        for (what, value) in &rows {
            table.row([(*what).to_owned(), value.clone()]);
        }
        table
    })
}

fn described(scan: &TapeScan) -> Vec<(&'static str, String)> {
    let info = &scan.info;
    let moment = |ns: i64| format!("{} UTC", shown(TimeMs::from_millis(ns / 1_000_000)));
    let or_none = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    vec![
        ("source", info.header.source.clone()),
        ("symbol", info.header.symbol.clone()),
        ("sizes in", info.header.size_unit.to_string()),
        ("first", moment(info.first_ns)),
        ("last", moment(info.last_ns)),
        ("seconds", (info.duration_ns() / 1_000_000_000).to_string()),
        ("messages", info.messages.to_string()),
        ("level updates", info.levels.to_string()),
        ("trades", info.trades.to_string()),
        ("volume", scan.volume.normalize().to_string()),
        ("lowest trade", or_none(scan.traded.as_ref().map(|range| range.low.normalize().to_string()))),
        ("highest trade", or_none(scan.traded.as_ref().map(|range| range.high.normalize().to_string()))),
        ("median spread", or_none(scan.median_spread.map(|spread| spread.normalize().to_string()))),
        ("gaps", info.gaps.to_string()),
        ("book checks", scan.book.checked.to_string()),
        ("crossed", scan.book.crossed.to_string()),
        ("agrees with best prices", format!("{} of {}", scan.book.agreed, scan.book.compared)),
    ]
}
