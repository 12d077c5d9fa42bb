//! `lmex demo`: the whole tutorial, step by step, against a local exchange over real sockets.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use lmex::futures::{CancelTarget, OrderRef, UserTrades};
use lmex::{
    Client, Credentials, Decimal, Endpoints, Environment, ErrorKind, Limits, NewOrder, OrderOutcome, Pace,
    Resolution, Retry, Side, Size, Status, StreamEvent, Symbol, Topic,
};
use lmex_exchange::{ExchangeConfig, Handle};
use serde::Serialize;

use super::exchange::{source, start};
use crate::draw;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table, UNREAD};

#[derive(Debug, Args)]
pub struct Demo {
    /// Take the market from a tape instead of the simulation.
    #[arg(long, value_name = "TAPE")]
    pub replay: Option<PathBuf>,
    /// With --replay: how many times faster than it was recorded.
    #[arg(long, default_value = "1", value_name = "X", requires = "replay")]
    pub speed: Decimal,
}

/// A demo that takes longer has failed.
const DEMO_WITHIN: Duration = Duration::from_secs(40);
const STEPS: u32 = 11;

pub async fn run(args: &Demo, output: &Output) -> Result<(), CliError> {
    let config = ExchangeConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        seed: 7,
        source: source(args.replay.clone(), args.speed)?,
        ..ExchangeConfig::default()
    };
    let handle = start(config).await?;
    let walked = tokio::time::timeout(DEMO_WITHIN, walk(args, &handle, output)).await;
    handle.shutdown().await;
    walked.unwrap_or_else(|_| {
        Err(CliError::new("internal", format!("the demo took more than {} s", DEMO_WITHIN.as_secs())))
    })
}

async fn walk(args: &Demo, handle: &Handle, output: &Output) -> Result<(), CliError> {
    let mut guide = Guide::new(args, handle, output)?;
    let walked = guide.all_steps().await;
    walked.map_err(|error| guide.cut_short(error))
}

struct Guide<'a> {
    client: Client,
    credentials: Credentials,
    symbol: Symbol,
    output: &'a Output,
    handle: &'a Handle,
    /// Whether the market is a tape's: what came before it is not.
    replays: bool,
    /// How many have been walked.
    steps: u32,
    begun: Instant,
}

/// A step, for programs.
#[derive(Serialize)]
struct Step<'a> {
    step: u32,
    title: &'a str,
    result: &'a str,
    command: &'a str,
}

impl<'a> Guide<'a> {
    fn new(args: &Demo, handle: &'a Handle, output: &'a Output) -> Result<Self, CliError> {
        let credentials = Credentials::new(handle.api_key(), handle.api_secret())
            .map_err(|error| CliError::new("internal", error.to_string()))?;
        Ok(Self {
            client: client(handle, &credentials, Pace::default(), Retry::default())?,
            credentials,
            symbol: handle.main_market(),
            output,
            handle,
            replays: args.replay.is_some(),
            steps: 0,
            begun: Instant::now(),
        })
    }

    async fn all_steps(&mut self) -> Result<(), CliError> {
        self.welcome()?;
        self.price().await?;
        self.closes().await?;
        self.spread().await?;
        let order = self.limit_order().await?;
        self.market_order().await?;
        self.fill().await?;
        self.position().await?;
        self.stream().await?;
        self.cancel(&order).await?;
        self.close().await?;
        self.burst().await?;
        self.farewell()
    }

    /// A demo that nobody watches to its end has not shown that everything works.
    fn cut_short(&self, error: CliError) -> CliError {
        if error.category != UNREAD || self.steps == STEPS {
            return error;
        }
        CliError::new("io", format!("{}: {} of {STEPS} steps were walked", error.message, self.steps))
    }

    fn welcome(&self) -> Result<(), CliError> {
        let (url, source) = (self.handle.rest_url(), self.handle.market_source());
        if self.output.format != Format::People {
            self.output.note(&format!("local {url} ({source})"));
            return Ok(());
        }
        self.output.text(&format!(
            "A walk through LMEX on an exchange of your own at {url}.\nPrices: {source}. Play money: nothing leaves this machine.\n\n"
        ))
    }

    async fn price(&mut self) -> Result<(), CliError> {
        let price = self.client.price(self.symbol).await?;
        expect(price.last_price > Decimal::ZERO, "the last price is above zero")?;
        let result =
            format!("last {}, mark {}, index {}", price.last_price, price.mark_price, price.index_price);
        self.tell("Price", &result, &format!("lmex price {}", self.symbol))
    }

    async fn closes(&mut self) -> Result<(), CliError> {
        let candles = self.client.ohlcv(self.symbol, lmex::futures::Resolution::M1, 60).await?.into_data();
        expect(candles.len() == 60, "sixty candles came")?;
        let finished: Vec<_> =
            candles.iter().filter(|marked| marked.finished).map(|marked| marked.candle).collect();
        let closes: Vec<_> = finished.iter().rev().take(3).map(|candle| candle.close.to_string()).collect();
        let unfinished = candles.len() - finished.len();
        // A tape begins with the exchange: what is finished by now is made up.
        let origin = if self.replays { " (simulated: from before the tape)" } else { "" };
        let result = format!(
            "the last finished closes are {}{origin}; {unfinished} of 60 is not finished",
            closes.join(", ")
        );
        self.tell("Closes", &result, &format!("lmex candles {} 1m -n 60", self.symbol))?;
        if self.output.format == Format::People {
            let bare: Vec<_> = candles.iter().map(|marked| marked.candle).collect();
            self.output.text(&format!("{}\n", indented(&draw::candles(&bare, 76, 8, self.output.colour))))?;
        }
        Ok(())
    }

    async fn spread(&mut self) -> Result<(), CliError> {
        let book = self.client.orderbook_l2(self.symbol, 10).await?;
        let (Some(bid), Some(ask)) = (book.buy_quote.first(), book.sell_quote.first()) else {
            return Err(CliError::new("internal", "the order book has two sides"));
        };
        expect(bid.price < ask.price, "the best bid is below the best offer")?;
        let result = format!(
            "bid {} x {}, offer {} x {}, spread {}",
            bid.price,
            bid.size,
            ask.price,
            ask.size,
            ask.price - bid.price
        );
        self.tell("Spread", &result, &format!("lmex book {}", self.symbol))
    }

    /// Well below the market, so that it waits.
    async fn limit_order(&mut self) -> Result<String, CliError> {
        let instrument = self.client.instrument(self.symbol).await?;
        let bid = self.best(Side::Buy).await?;
        let price = bid * Decimal::new(98, 2);
        let price = instrument.grid.price(instrument.grid.ticks_down(price).map_err(lmex::Error::Price)?);
        let order = NewOrder::limit(self.symbol, Side::Buy, Size::quote(60.into()), price).post_only();
        let done = self.place(&order).await?;
        expect(done.status == Status::INSERTED, "the order waits in the book")?;
        let open = self.client.open_orders(Some(self.symbol)).await?;
        expect(open.iter().any(|open| open.order_id == done.order_id), "it is among the open orders")?;
        let result =
            format!("{} contracts at {price}, waiting as {}", done.current_order_size, done.order_id);
        self.tell(
            "Limit order, post-only",
            &result,
            &format!("lmex buy {} 60usdt --limit {price} --post-only", self.symbol),
        )?;
        Ok(done.order_id)
    }

    async fn market_order(&mut self) -> Result<(), CliError> {
        let done = self.place(&NewOrder::market(self.symbol, Side::Buy, Size::quote(60.into()))).await?;
        expect(done.status == Status::FULLY_TRANSACTED, "the market order is filled")?;
        let result = format!(
            "{} contracts bought at {} on average",
            done.total_filled_size,
            done.avg_filled_price.normalize()
        );
        self.tell("Market order", &result, &format!("lmex buy {} 60usdt --market", self.symbol))
    }

    async fn fill(&mut self) -> Result<(), CliError> {
        let request = UserTrades { symbol: Some(self.symbol), count: Some(10), ..UserTrades::default() };
        let fills = self.client.trade_history(&request).await?;
        let Some(fill) = fills.first() else {
            return Err(CliError::new("internal", "a fill is in the history"));
        };
        let result = format!(
            "{} x {} with a fee of {} {}",
            fill.filled_price.normalize(),
            fill.filled_size.normalize(),
            fill.fee_amount.normalize(),
            fill.fee_currency
        );
        self.tell("Fill", &result, &format!("lmex fills {}", self.symbol))
    }

    async fn position(&mut self) -> Result<(), CliError> {
        let positions = self.client.positions(Some(self.symbol)).await?;
        let Some(position) = positions.first() else {
            return Err(CliError::new("internal", "a position is open"));
        };
        expect(position.side == Side::Buy, "the position is long")?;
        let wallet = self.client.wallet().await?;
        let result = format!(
            "{} contracts long from {}, profit {}; {} {} available",
            position.size.normalize(),
            position.entry_price.round_dp(4).normalize(),
            position.unrealized_profit_loss.round_dp(6).normalize(),
            wallet.available_balance.round_dp(2),
            position.settle_with_asset
        );
        self.tell("Position", &result, &format!("lmex positions {}", self.symbol))
    }

    async fn stream(&mut self) -> Result<(), CliError> {
        let (top, book) = (Topic::Top(self.symbol), Topic::Book(self.symbol));
        let mut stream = self.client.subscribe([top, book])?;
        let (mut tops, mut books) = (Vec::new(), 0_u32);
        while tops.len() < 5 || books < 5 {
            let event = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
            match event.ok().flatten() {
                Some(StreamEvent::Top(_, best)) => tops.push(best),
                Some(StreamEvent::Book(_)) => books += 1,
                Some(StreamEvent::Resync(_, why)) => return Err(CliError::new("internal", why)),
                Some(_) => {}
                None => return Err(CliError::new("internal", "the stream went silent")),
            }
        }
        let kept =
            stream.book(book).ok_or_else(|| CliError::new("internal", "the streamed book is in sync"))?;
        let quotes: Vec<_> = tops
            .iter()
            .rev()
            .take(3)
            .filter_map(|best| Some(format!("{}/{}", best.bids.first()?.0, best.asks.first()?.0)))
            .collect();
        let result = format!(
            "best bid/offer {}; the streamed book has {} levels in sequence",
            quotes.join(", "),
            kept.bids().len() + kept.asks().len()
        );
        self.tell("Live stream", &result, &format!("lmex stream top {} --updates 5", self.symbol))
    }

    async fn cancel(&mut self, order: &str) -> Result<(), CliError> {
        let id = order
            .parse()
            .map_err(|error: lmex_types::IdError| CliError::new("internal", error.to_string()))?;
        let cancelled = self.client.cancel(self.symbol, CancelTarget::Order(id)).await?;
        expect(
            cancelled.first().is_some_and(|order| order.status == Status::CANCELLED),
            "the order is cancelled",
        )?;
        let detail = self.client.order(OrderRef::Id(id)).await?;
        expect(detail.data.status == Status::CANCELLED, "asking for it says so too")?;
        self.tell("Cancel", &format!("{id} is cancelled"), &format!("lmex cancel {id}"))
    }

    async fn close(&mut self) -> Result<(), CliError> {
        let closed = self.client.close_position(self.symbol, None).await?;
        expect(closed.status == Status::FULLY_TRANSACTED, "the closing order is filled")?;
        expect(self.client.positions(Some(self.symbol)).await?.is_empty(), "no position is left")?;
        let result = format!(
            "{} contracts sold at {}; no position is left",
            closed.total_filled_size.normalize(),
            closed.avg_filled_price.normalize()
        );
        self.tell("Close", &result, &format!("lmex close {}", self.symbol))
    }

    /// With a client that keeps no pace, to meet the limit; the ordinary client then waits for the unlock.
    async fn burst(&mut self) -> Result<(), CliError> {
        let reckless = Pace { limits: Limits::default().queries(1_000), ..Pace::default() };
        let once = Retry { attempts: 1, ..Retry::default() };
        let reckless = client(self.handle, &self.credentials, reckless, once)?;
        let mut sent = 0;
        let limited = loop {
            sent += 1;
            match reckless.positions(Some(self.symbol)).await {
                Ok(_) if sent < 200 => {}
                Ok(_) => return Err(CliError::new("internal", "the rate limit is kept")),
                Err(lmex::Error::Api(error)) if error.kind == ErrorKind::RateLimited => break error,
                Err(error) => return Err(error.into()),
            }
        };
        let begun = Instant::now();
        let patient = client(
            self.handle,
            &self.credentials,
            Pace::default(),
            Retry { attempts: 6, ..Retry::default() },
        )?;
        patient.positions(Some(self.symbol)).await?;
        let result = format!(
            "query {sent} was answered HTTP {} code {}; waited for the unlock and was served again after {} ms. Every command keeps the pace, and waits",
            limited.status,
            limited.code.unwrap_or_default(),
            begun.elapsed().as_millis()
        );
        self.tell("Rate limit", &result, "")
    }

    fn farewell(&self) -> Result<(), CliError> {
        if self.output.format != Format::People {
            return Ok(());
        }
        self.output.text(&format!(
            "All {} steps did what they say, in {} ms. Next: `lmex exchange` in one terminal, these commands in another.\n",
            self.steps,
            self.begun.elapsed().as_millis()
        ))
    }

    async fn place(&self, order: &NewOrder) -> Result<lmex::futures::OrderAnswer, CliError> {
        match self.client.place(order).await? {
            OrderOutcome::Unknown(unknown) => {
                match self.client.resolve(unknown.symbol).await?.into_iter().next() {
                    Some(Resolution::Exists(order)) => Ok(*order),
                    _ => Err(CliError::new("unknown", unknown.to_string())),
                }
            }
            outcome => Ok(crate::error::not_done(outcome)?.order),
        }
    }

    async fn best(&self, side: Side) -> Result<Decimal, CliError> {
        let book = self.client.orderbook_l2(self.symbol, 1).await?;
        let levels = if side == Side::Buy { &book.buy_quote } else { &book.sell_quote };
        levels
            .first()
            .map(|level| level.price)
            .ok_or_else(|| CliError::new("internal", "the order book has two sides"))
    }

    /// With the command that does the same, if there is one.
    fn tell(&mut self, title: &str, result: &str, command: &str) -> Result<(), CliError> {
        self.steps += 1;
        if self.output.format != Format::People {
            let step = Step { step: self.steps, title, result, command };
            return if self.output.format == Format::Json {
                self.output.json(&step)
            } else {
                self.row(&step)
            };
        }
        let again = if command.is_empty() { String::new() } else { format!("    $ {command}\n") };
        self.output.text(&format!("{:>2}. {title}: {result}\n{again}", self.steps))
    }
}

impl Guide<'_> {
    fn row(&self, step: &Step<'_>) -> Result<(), CliError> {
        let columns = ["step", "title", "result", "command"].map(|name| (name, Align::Left));
        let mut table = Table::new("", &columns);
        table.row([&step.step.to_string(), step.title, step.result, step.command]);
        self.output.rows(&table, step.step == 1)
    }
}

fn client(handle: &Handle, credentials: &Credentials, pace: Pace, retry: Retry) -> Result<Client, CliError> {
    let endpoints =
        Endpoints::new(Environment::Local, Some(&handle.rest_url()), Some(&handle.ws_url()), &[])?;
    Ok(Client::builder(endpoints).credentials(credentials.clone()).pace(pace).retry(retry).build()?)
}

/// A step that does not do what it says fails the demo.
fn expect(holds: bool, what: &str) -> Result<(), CliError> {
    if holds {
        Ok(())
    } else {
        Err(CliError::new("internal", format!("this should be so and is not: {what}")))
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
