//! `lmex stream`: a line for each update.

use clap::{Args, ValueEnum};
use lmex::{OrderBook, StreamEvent, StreamTrade, Symbol, TimeMs, TopOfBook, Topic};
use lmex_api::stream::TopLevel;
use serde::Serialize;

use super::follow::Follow;
use super::time::shown;
use crate::args::{above_zero, up_to};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

#[derive(Debug, Args)]
pub struct Stream {
    /// What to follow.
    pub what: What,
    /// The market, such as BTC-PERP.
    pub market: Symbol,
    /// Stop after so many updates.
    #[arg(long, value_name = "N", value_parser = above_zero, allow_negative_numbers = true)]
    pub updates: Option<u64>,
    /// Levels of each side of the book.
    #[arg(short = 'n', long, default_value_t = 10, value_name = "LEVELS", value_parser = up_to::<500>, allow_negative_numbers = true)]
    pub depth: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum What {
    /// The maintained order book.
    Book,
    /// Public trades.
    Trades,
    /// Best bid and offer.
    Top,
}

pub async fn run(args: &Stream, context: &Context, output: &Output) -> Result<(), CliError> {
    let topic = match args.what {
        What::Book => Topic::Book(args.market),
        What::Trades => Topic::Trades(args.market),
        What::Top => Topic::Top(args.market),
    };
    let mut follow = Follow::start(context, topic, args.updates)?;
    let mut printer = Printer::new(output);
    while let Some(event) = follow.next(output).await? {
        match event {
            StreamEvent::Book(_) => {
                if let Some(book) = follow.book(topic) {
                    printer.book(&book_line(topic, &book, args.depth as usize))?;
                }
            }
            StreamEvent::Top(_, top) => printer.top(&top)?,
            StreamEvent::Trades(_, trades) => trades.iter().try_for_each(|trade| printer.trade(trade))?,
            _ => {}
        }
    }
    Ok(())
}

/// The maintained book as a line of JSON, in the stream's own words.
#[derive(Serialize)]
pub struct BookLine {
    symbol: String,
    #[serde(rename = "seqNum")]
    seq_num: i64,
    timestamp: i64,
    bids: Vec<[String; 2]>,
    asks: Vec<[String; 2]>,
}

pub fn book_line(topic: Topic, book: &OrderBook, depth: usize) -> BookLine {
    let levels = |side: lmex_api::stream::BookSide<'_>| {
        side.take(depth).map(|(price, size)| [price.to_string(), size.to_string()]).collect()
    };
    BookLine {
        symbol: topic.symbol().map(|symbol| symbol.to_string()).unwrap_or_default(),
        seq_num: book.seq_num().unwrap_or_default(),
        timestamp: book.updated().as_millis(),
        bids: levels(book.bids()),
        asks: levels(book.asks()),
    }
}

/// Writes updates as they come, in the format that was asked for.
pub struct Printer<'a> {
    output: &'a Output,
    begun: bool,
}

impl<'a> Printer<'a> {
    pub fn new(output: &'a Output) -> Self {
        Self { output, begun: false }
    }

    /// In CSV, a row for each level.
    pub fn book(&mut self, line: &BookLine) -> Result<(), CliError> {
        let columns = ["timestamp", "seqNum", "side", "price", "size"];
        match self.output.format {
            Format::Json => self.output.json(line),
            Format::People => self.output.text(&book_text(line)),
            Format::Csv => self.rows(
                &columns,
                [("BUY", &line.bids), ("SELL", &line.asks)].into_iter().flat_map(|(side, levels)| {
                    levels.iter().map(move |[price, size]| {
                        let (timestamp, seq_num) = (line.timestamp.to_string(), line.seq_num.to_string());
                        [timestamp, seq_num, side.to_owned(), price.clone(), size.clone()]
                    })
                }),
            ),
        }
    }

    fn top(&mut self, top: &TopOfBook) -> Result<(), CliError> {
        let columns = ["timestamp", "bid", "bidSize", "ask", "askSize"];
        match self.output.format {
            Format::Json => self.output.json(top),
            Format::People => self.output.text(&top_text(top)),
            Format::Csv => {
                let best = |side: &[TopLevel]| {
                    side.first().map(|level| (level.0.to_string(), level.1.to_string())).unwrap_or_default()
                };
                let ((bid, bid_size), (ask, ask_size)) = (best(&top.bids), best(&top.asks));
                self.rows(&columns, [[top.timestamp.as_millis().to_string(), bid, bid_size, ask, ask_size]])
            }
        }
    }

    fn trade(&mut self, trade: &StreamTrade) -> Result<(), CliError> {
        let columns = ["timestamp", "side", "price", "size", "tradeId"];
        let (price, size) = (trade.price.to_string(), trade.size.to_string());
        match self.output.format {
            Format::Json => self.output.json(trade),
            Format::People => {
                let time = shown(trade.timestamp);
                self.output.text(&format!("{time}  {:<4}  {price:>12} x {size}\n", trade.side))
            }
            Format::Csv => {
                let timestamp = trade.timestamp.as_millis().to_string();
                let id = trade.trade_id.to_string();
                self.rows(&columns, [[timestamp, trade.side.to_string(), price, size, id]])
            }
        }
    }

    fn rows<const N: usize>(
        &mut self,
        columns: &[&'static str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Result<(), CliError> {
        let mut table = Table::new("", &columns.map(|name| (name, Align::Left)));
        rows.into_iter().for_each(|row| table.row(row));
        self.output.rows(&table, !std::mem::replace(&mut self.begun, true))
    }
}

fn book_text(line: &BookLine) -> String {
    let best = |side: &[[String; 2]]| {
        side.first().map_or("-".to_owned(), |[price, size]| format!("{price} x {size}"))
    };
    let time = shown(TimeMs::from_millis(line.timestamp));
    format!("{time}  {:>22}  |  {:<22}  #{}\n", best(&line.bids), best(&line.asks), line.seq_num)
}

fn top_text(top: &TopOfBook) -> String {
    let best =
        |side: &[TopLevel]| side.first().map_or("-".to_owned(), |level| format!("{} x {}", level.0, level.1));
    format!("{}  {:>22}  |  {}\n", shown(top.timestamp), best(&top.bids), best(&top.asks))
}
