//! `lmex stream`: a line for each update.

use std::time::Duration;

use clap::{Args, ValueEnum};
use lmex::{Client, Decimal, OrderBook, StreamEvent, Subscription, Symbol, TimeMs, Topic};
use serde::Serialize;

use super::time::shown;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Format, Output};

#[derive(Debug, Args)]
pub struct Stream {
    /// What to follow.
    pub what: What,
    /// Such as BTC-PERP.
    pub market: Symbol,
    /// Stop after so many updates.
    #[arg(long)]
    pub updates: Option<u64>,
    /// Levels of each side of the book.
    #[arg(short = 'n', long, default_value_t = 10)]
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
    while let Some(event) = follow.next(output).await? {
        match event {
            StreamEvent::Book(_) => {
                if let Some(book) = follow.book(topic) {
                    print_book(&book_line(topic, &book, args.depth), output)?;
                }
            }
            StreamEvent::Top(_, top) if output.format == Format::People => output.text(&top_text(&top))?,
            StreamEvent::Top(_, top) => output.json(&top)?,
            StreamEvent::Trades(_, trades) => print_trades(&trades, output)?,
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
    left: Option<u64>,
    heard: bool,
}

impl Follow {
    pub fn start(context: &Context, topic: Topic, updates: Option<u64>) -> Result<Self, CliError> {
        let client = context.client()?;
        let subscription = client.subscribe([topic])?;
        Ok(Self { _client: client, subscription, left: updates, heard: false })
    }

    /// The next piece of data; news about the stream itself goes to stderr. `None` when it is over.
    pub async fn next(&mut self, output: &Output) -> Result<Option<StreamEvent>, CliError> {
        if self.left == Some(0) {
            return Ok(None);
        }
        loop {
            let patience = if self.heard { Duration::from_secs(86_400) } else { FIRST_DATA_WITHIN };
            let event = tokio::select! {
                event = self.subscription.next() => event,
                _ = tokio::signal::ctrl_c() => return Ok(None),
                () = tokio::time::sleep(patience) => {
                    return Err(CliError::new("network", format!("the stream brought nothing within {} s", patience.as_secs()))
                        .hint("`lmex doctor` checks the connection"));
                }
            };
            let Some(event) = event else { return Ok(None) };
            match news(&event) {
                None => {
                    self.heard = true;
                    self.left = self.left.map(|left| left - 1);
                    return Ok(Some(event));
                }
                Some(News::Fatal(error)) => return Err(error),
                Some(News::Tell(text)) => output.note(&text),
                Some(News::Quiet) => {}
            }
        }
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

fn print_book(line: &BookLine, output: &Output) -> Result<(), CliError> {
    if output.format != Format::People {
        return output.json(line);
    }
    let best = |side: &[[String; 2]]| {
        side.first().map_or("-".to_owned(), |[price, size]| format!("{price} x {size}"))
    };
    let time = shown(TimeMs::from_millis(line.timestamp));
    output.text(&format!("{time} {:>24}  |  {:<24} #{}\n", best(&line.bids), best(&line.asks), line.seq_num))
}

fn top_text(top: &lmex::TopOfBook) -> String {
    let best = |side: &[lmex_api::stream::TopLevel]| {
        side.first().map_or("-".to_owned(), |level| format!("{} x {}", level.0, level.1))
    };
    format!("{} {:>24}  |  {:<24}\n", shown(top.timestamp), best(&top.bids), best(&top.asks))
}

fn print_trades(trades: &[lmex::StreamTrade], output: &Output) -> Result<(), CliError> {
    for trade in trades {
        if output.format == Format::People {
            let price: Decimal = trade.price;
            output.text(&format!(
                "{} {:<4} {:>14} x {:<12}\n",
                shown(trade.timestamp),
                trade.side,
                price,
                trade.size
            ))?;
        } else {
            output.json(trade)?;
        }
    }
    Ok(())
}
