//! `lmex candles`: drawn for people, listed for programs.

use lmex::{Decimal, MarkedCandle};
use serde::Serialize;

use super::time::{second, shown};
use crate::args::Candles;
use crate::context::Context;
use crate::draw;
use crate::error::CliError;
use crate::output::{Align, Format, Narrow, Output, Table};

/// A candle as a program gets it. LMEX sends bare arrays, so the names are ours.
#[derive(Serialize)]
struct Row {
    /// Seconds since 1970, as LMEX counts candles.
    time: i64,
    #[serde(with = "lmex_api::wire::decimal")]
    open: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    high: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    low: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    close: Decimal,
    #[serde(with = "lmex_api::wire::decimal")]
    volume: Decimal,
    finished: bool,
}

pub async fn run(args: &Candles, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.client()?;
    let candles = client
        .ohlcv(args.market, args.resolution, usize::try_from(args.count).unwrap_or(usize::MAX))
        .await?
        .into_data();
    if output.format == Format::People && output.terminal && !args.table {
        return draw_them(args, &candles, output);
    }
    let rows: Vec<Row> = candles.iter().map(row).collect();
    output.print(&rows, || table(&candles, output.format))
}

fn draw_them(args: &Candles, candles: &[MarkedCandle], output: &Output) -> Result<(), CliError> {
    let (width, height) = draw::terminal_size();
    let bare: Vec<_> = candles.iter().map(|marked| marked.candle).collect();
    let picture = draw::candles(&bare, width, height.saturating_sub(4).clamp(8, 24), output.colour);
    let mut text = format!("{} {}\n{picture}", args.market, args.resolution);
    if let (Some(first), Some(last)) = (candles.first(), candles.last()) {
        let state = if last.finished { "" } else { " (unfinished)" };
        text.push_str(&format!(
            "{} to {} UTC, last {}{state}\n",
            shown(first.candle.start),
            shown(last.candle.start),
            last.candle.close
        ));
    }
    output.text(&text)
}

fn row(marked: &MarkedCandle) -> Row {
    let candle = marked.candle;
    Row {
        time: candle.start.as_secs(),
        open: candle.open,
        high: candle.high,
        low: candle.low,
        close: candle.close,
        volume: candle.volume,
        finished: marked.finished,
    }
}

fn table(candles: &[MarkedCandle], format: Format) -> Table {
    let right = |name| (name, Align::Point);
    let columns = [
        ("time", Align::Left),
        right("open"),
        right("high"),
        right("low"),
        right("close"),
        right("volume"),
        ("finished", Align::Left),
    ];
    let mut table =
        Table::new("no candles", &columns).narrow(Narrow { short: &[], below: &[], drop: &["volume"] });
    for marked in candles {
        let candle = marked.candle;
        let time = second(candle.start, format);
        let numbers =
            [candle.open, candle.high, candle.low, candle.close, candle.volume].map(|n| n.to_string());
        table.row(std::iter::once(time).chain(numbers).chain([marked.finished.to_string()]));
    }
    table
}
