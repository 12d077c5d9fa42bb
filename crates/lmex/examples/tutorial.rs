//! The Rust pieces of docs/TUTORIAL.md as one program: `cargo run -p lmex --example tutorial`.
//!
//! It trades on the exchange that the environment variables name, which must be one on this machine.

#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::error::Error;
use std::time::{Duration, Instant};

use lmex::futures::{CancelTarget, OrderAnswer, OrderRef, Resolution as Length, UserTrades};
use lmex::{
    Client, Credentials, Decimal, Endpoints, Environment, Limits, NewOrder, OrderOutcome, Pace, Resolution,
    Side, Size, Status, StreamEvent, Symbol, Topic,
};

// Not private, since a test runs it too.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let rest = std::env::var("LMEX_REST_URL")?;
    let ws = std::env::var("LMEX_WS_URL")?;
    let endpoints = Endpoints::new(Environment::Local, Some(&rest), Some(&ws), &[])?;
    let client = Client::builder(endpoints)
        .credentials(Credentials::from_env(Environment::Local)?) // LMEX_API_KEY and LMEX_API_SECRET
        .pace(Pace { limits: Limits::default().queries(10), ..Pace::default() }) // section 7
        .journal("journal") // a folder; section 8 says what for
        .build()?;
    let btc: Symbol = "BTC-PERP".parse()?;

    market_data(&client, btc).await?;
    limit_order(&client, btc).await?;
    market_order(&client, btc).await?;
    position(&client, btc).await?;
    live_book(&client, btc).await?;
    rate_limits(&client, btc).await
}

async fn market_data(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    let price = client.price(btc).await?;
    println!("last {}, answered in {:?}", price.last_price, price.latency);

    for marked in client.ohlcv(btc, Length::H1, 3).await?.iter() {
        let state = if marked.finished { "finished" } else { "unfinished" };
        println!("{} close {} {state}", marked.candle.start, marked.candle.close);
    }

    let book = client.orderbook_l2(btc, 5).await?;
    let bid = book.buy_quote.first().ok_or("no bids")?;
    let ask = book.sell_quote.first().ok_or("no offers")?;
    println!("bid {} x {}, offer {} x {}", bid.price, bid.size, ask.price, ask.size);
    Ok(())
}

async fn limit_order(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    let grid = client.instrument(btc).await?.grid;
    let bid = client.orderbook_l2(btc, 1).await?.buy_quote.first().ok_or("no bids")?.price;
    let price = grid.price(grid.ticks_down(bid * Decimal::new(90, 2))?); // 10 % below, on the price grid

    let size = Size::base("0.001".parse()?); // in BTC; becomes 100 contracts
    let order = NewOrder::limit(btc, Side::Buy, size, price).post_only();
    let placed = settle(client, client.place(&order).await?).await?;
    println!("{}: {} contracts at {}", placed.status, placed.remaining_size, placed.price);

    let id = placed.order_id.parse()?;
    let now = client.order(OrderRef::Id(id)).await?;
    println!("the exchange says {}", now.data.status);

    let cancelled = client.cancel(btc, CancelTarget::Order(id)).await?;
    println!("{} cancelled", cancelled.len());
    let now = client.order(OrderRef::Id(id)).await?;
    expect(now.data.status == Status::CANCELLED, "the order is cancelled")
}

async fn market_order(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    let order = NewOrder::market(btc, Side::Buy, Size::Contracts(100));
    let bought = settle(client, client.place(&order).await?).await?;
    println!("bought {} contracts at {}", bought.total_filled_size, bought.avg_filled_price);
    expect(bought.status == Status::FULLY_TRANSACTED, "the market order is filled")
}

async fn position(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    for position in client.positions(Some(btc)).await?.iter() {
        println!("{} {} contracts from {}", position.side, position.size, position.entry_price);
    }
    let fills = UserTrades { symbol: Some(btc), count: Some(3), ..UserTrades::default() };
    for fill in client.trade_history(&fills).await?.iter() {
        println!("{} at {}, fee {}", fill.filled_size, fill.filled_price, fill.fee_amount);
    }
    let closed = client.close_position(btc, None).await?;
    println!("closed at {}", closed.avg_filled_price);
    expect(client.positions(Some(btc)).await?.is_empty(), "no position is left")
}

async fn live_book(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    let topic = Topic::Book(btc);
    let mut stream = client.subscribe([topic])?;
    let mut seen = 0;
    while seen < 5 {
        let event = tokio::time::timeout(Duration::from_secs(30), stream.next()).await?;
        match event.ok_or("the stream has ended")? {
            StreamEvent::Book(_) => {
                // Checked: in sequence and not crossed. `None` while a new snapshot is on its way.
                if let Some(book) = stream.book(topic) {
                    println!("{:?} {:?} {:?}", book.seq_num(), book.best_bid(), book.best_ask());
                    seen += 1;
                }
            }
            StreamEvent::Resync(_, why) => println!("asking anew: {why}"),
            StreamEvent::Disconnected { reason, retry_in } => println!("{reason}; again in {retry_in:?}"),
            _ => {}
        }
    }
    Ok(())
}

async fn rate_limits(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    for _ in 0..20 {
        client.positions(Some(btc)).await?; // waits for its turn by itself
    }
    println!("20 queries in {:?}, none refused", begun.elapsed());
    Ok(())
}

async fn settle(client: &Client, outcome: OrderOutcome) -> Result<OrderAnswer, Box<dyn Error>> {
    match outcome {
        OrderOutcome::Done(done) => Ok(done.order), // open, filled or cancelled: see its status
        OrderOutcome::Refused(why) => Err(format!("refused, nothing of it exists: {why}").into()),
        OrderOutcome::Unknown(order) => {
            for found in client.resolve(order.symbol).await? {
                if let Resolution::Exists(answer) = found {
                    return Ok(*answer);
                }
            }
            Err(format!("ask again before the next order: {order}").into())
        }
    }
}

/// A program that says it succeeded must have.
fn expect(holds: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
