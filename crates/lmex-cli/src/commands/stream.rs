//! `lmex stream`: a line for each update.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use clap::{Args, ValueEnum};
use lmex::{Client, OrderBook, StreamEvent, StreamTrade, Subscription, Symbol, TimeMs, TopOfBook, Topic};
use lmex_api::stream::TopLevel;
use serde::Serialize;

use super::time::shown;
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
    #[arg(long, value_name = "N")]
    pub updates: Option<u64>,
    /// Levels of each side of the book.
    #[arg(short = 'n', long, default_value_t = 10, value_name = "LEVELS")]
    pub depth: usize,
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

/// A stream that never came up is given up after this; later interruptions are waited out.
const FIRST_DATA_WITHIN: Duration = Duration::from_secs(20);

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
                    printer.book(&book_line(topic, &book, args.depth))?;
                }
            }
            StreamEvent::Top(_, top) => printer.top(&top)?,
            StreamEvent::Trades(_, trades) => trades.iter().try_for_each(|trade| printer.trade(trade))?,
            _ => {}
        }
    }
    Ok(())
}

/// One topic, followed until enough has come or Ctrl-C.
pub struct Follow {
    // Keeps the client's connections and clock alive as long as the stream.
    _client: Client,
    subscription: Subscription,
    // One listener from beginning to end: a Ctrl-C between two updates is heard too.
    interrupted: Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>,
    left: Option<u64>,
    /// Until when the first piece of data must have come; nothing once it has.
    due: Option<Instant>,
}

impl Follow {
    pub fn start(context: &Context, topic: Topic, updates: Option<u64>) -> Result<Self, CliError> {
        let client = context.client()?;
        let subscription = client.subscribe([topic])?;
        let interrupted = Box::pin(tokio::signal::ctrl_c());
        Ok(Self {
            _client: client,
            subscription,
            interrupted,
            left: updates,
            due: Some(Instant::now() + FIRST_DATA_WITHIN),
        })
    }

    /// The next piece of data; news about the stream itself goes to stderr. `None` when it is over.
    pub async fn next(&mut self, output: &Output) -> Result<Option<StreamEvent>, CliError> {
        if self.left == Some(0) {
            return Ok(None);
        }
        loop {
            let due = self.due.unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400));
            let event = tokio::select! {
                event = self.subscription.next() => event,
                _ = &mut self.interrupted => return Ok(None),
                () = tokio::time::sleep_until(due), if self.due.is_some() => {
                    return Err(CliError::new("network", format!("the stream brought nothing within {} s", FIRST_DATA_WITHIN.as_secs()))
                        .hint("`lmex doctor` checks the connection"));
                }
            };
            let Some(event) = event else { return Ok(None) };
            match news(&event) {
                None => {
                    self.due = None;
                    return Ok(Some(self.counted(event)));
                }
                Some(News::Fatal(error)) => return Err(error),
                Some(News::Tell(text)) => output.note(&text),
                Some(News::Quiet) => {}
            }
        }
    }

    /// Trades come in batches, but each is an update.
    fn counted(&mut self, mut event: StreamEvent) -> StreamEvent {
        let Some(left) = self.left else { return event };
        let updates = if let StreamEvent::Trades(_, trades) = &mut event {
            trades.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            trades.len() as u64
        } else {
            1
        };
        self.left = Some(left.saturating_sub(updates));
        event
    }

    pub fn book(&self, topic: Topic) -> Option<OrderBook> {
        self.subscription.book(topic)
    }

    /// Whether the event just given was the last one.
    pub fn is_last(&self) -> bool {
        self.left == Some(0)
    }
}

enum News {
    Tell(String),
    Quiet,
    Fatal(CliError),
}

fn news(event: &StreamEvent) -> Option<News> {
    Some(match event {
        StreamEvent::Book(_) | StreamEvent::Top(..) | StreamEvent::Trades(..) => return None,
        StreamEvent::Connected => News::Quiet,
        StreamEvent::Subscribed(_) => News::Quiet,
        StreamEvent::Refused(topic) => {
            let error = CliError::new("unknown_market", format!("the exchange has no stream of {topic}"));
            News::Fatal(error.hint("`lmex markets` lists what there is"))
        }
        StreamEvent::Disconnected { reason, retry_in } => {
            News::Tell(format!("stream: {reason}; again in {} ms", retry_in.as_millis()))
        }
        StreamEvent::Resync(topic, why) => News::Tell(format!("stream: {topic}: {why}; asking for it anew")),
        StreamEvent::Stale(topic) => News::Tell(format!("stream: {topic} is silent; asking for it anew")),
        StreamEvent::Lagged(batches) => {
            News::Tell(format!("stream: too slow a reader: {batches} events dropped"))
        }
        StreamEvent::Warning(text) => News::Tell(format!("stream: {text}")),
    })
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
        symbol: topic.symbol().to_string(),
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
