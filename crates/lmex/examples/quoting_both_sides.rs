//! Quoting both sides of a market: one bid and one offer around the middle, moved as the market moves, with a dead man's
//! switch behind them and a tracker that says what was filled.
//!
//! It stops after some rounds: `cargo run -p lmex --example quoting_both_sides -- 20`. A sketch of the calls, not a
//! strategy: it loses money slowly.

#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::error::Error;
use std::time::Duration;

use lmex::futures::{Amendment, CancelTarget, OrderRef};
use lmex::{
    Client, ClientOrderId, Credentials, Decimal, Endpoints, Environment, Grid, NewOrder, OrderOutcome,
    OrderTracker, Side, Size, StreamEvent, Subscription, Symbol, Topic, Update, new_client_id,
};

const SIZE: Size = Size::Contracts(100);
/// Of the price, on each side of the middle.
const HALF_SPREAD: Decimal = Decimal::from_parts(2, 0, 0, false, 4);

// Not private, since a test runs it too.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let rounds = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(5);
    let client = connect()?;
    let btc: Symbol = "BTC-PERP".parse()?;
    let grid = client.instrument(btc).await?.grid;

    let tracker = client.track()?;
    tracker.in_sync().await;
    // Should this program die or lose its connection, the exchange cancels everything 15 s later.
    let switch = client.dead_mans_switch(Duration::from_secs(15)).await?;
    let mut book = client.subscribe([Topic::Book(btc)])?;
    book.ready().await?;

    let mut quotes = [Quote::new(Side::Buy), Quote::new(Side::Sell)];
    for round in 0..rounds {
        let mid = next_mid(&mut book, Topic::Book(btc)).await?;
        for quote in &mut quotes {
            quote.refresh(&client, &tracker, btc, quote.price(mid, &grid)?).await?;
        }
        println!("round {round}: middle {mid}");
        tell(&tracker).await;
    }

    client.cancel(btc, CancelTarget::All).await?;
    switch.call_off().await?;
    tracker.reconcile().await;
    for position in tracker.positions() {
        println!("left with {position:?}");
    }
    if tracker.open_orders().is_empty() { Ok(()) } else { Err("an order is still open".into()) }
}

fn connect() -> Result<Client, Box<dyn Error>> {
    let rest = std::env::var("LMEX_REST_URL").unwrap_or_else(|_| "http://127.0.0.1:9090".to_owned());
    let ws = std::env::var("LMEX_WS_URL").unwrap_or_else(|_| "ws://127.0.0.1:9090".to_owned());
    let endpoints = Endpoints::new(Environment::Local, Some(&rest), Some(&ws), &[])?;
    let credentials = Credentials::from_env(Environment::Local)?;
    Ok(Client::builder(endpoints).credentials(credentials).journal("journal").build()?)
}

/// One side, with the order that stands for it.
struct Quote {
    side: Side,
    order: Option<ClientOrderId>,
}

impl Quote {
    fn new(side: Side) -> Self {
        Self { side, order: None }
    }

    /// Rounded away from the middle, so that the two never meet.
    fn price(&self, mid: Decimal, grid: &Grid) -> Result<Decimal, Box<dyn Error>> {
        let away = mid * HALF_SPREAD;
        Ok(match self.side {
            Side::Buy => grid.price(grid.ticks_down(mid - away)?),
            Side::Sell => grid.price(grid.ticks_up(mid + away)?),
        })
    }

    /// Moves the order if it still stands, and places a new one if it does not. One whose fate is not known yet is left
    /// alone: a second quote could be one too many.
    async fn refresh(
        &mut self,
        client: &Client,
        tracker: &OrderTracker,
        market: Symbol,
        price: Decimal,
    ) -> Result<(), Box<dyn Error>> {
        let standing = self.order.and_then(|id| tracker.order(id)).filter(|order| !order.state.is_final());
        if let (Some(order), Some(id)) = (standing, self.order) {
            if order.state.is_open() && order.price != price {
                let moved = client.amend(market, OrderRef::Client(id), Amendment::Price(price)).await;
                // The next round sees what has become of it.
                moved.map_or_else(|error| println!("not moved: {error}"), drop);
            }
            return Ok(());
        }
        let id = new_client_id(client.clock().wall());
        let order = NewOrder::limit(market, self.side, SIZE, price).post_only().client_id(id);
        self.order = Some(id);
        // Cancelled at once, if the market has come to the price meanwhile; the next round quotes anew.
        if let OrderOutcome::Refused(why) = client.place(&order).await? {
            println!("refused: {why}");
        }
        Ok(())
    }
}

/// The middle of the next book that differs from what was read.
async fn next_mid(book: &mut Subscription, topic: Topic) -> Result<Decimal, Box<dyn Error>> {
    while let Some(event) = book.next().await {
        match event {
            StreamEvent::Book(_) => {
                if let Some(mid) = book.with_book(topic, lmex::OrderBook::mid).flatten() {
                    return Ok(mid);
                }
            }
            StreamEvent::Disconnected { reason, .. } => println!("{reason}; quotes wait"),
            _ => {}
        }
    }
    Err("the stream has ended".into())
}

/// What has come meanwhile, without waiting for more.
async fn tell(tracker: &OrderTracker) {
    while let Ok(update) = tokio::time::timeout(Duration::ZERO, tracker.next()).await {
        match update {
            Update::Fill(fill) => println!("filled: {} {} at {}", fill.side, fill.size, fill.price),
            Update::OutOfSync(why) => println!("out of date until it is compared: {why}"),
            _ => {}
        }
    }
}
