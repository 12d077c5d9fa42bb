//! Surviving a disconnect: what a program does, and need not do, when its streams break off.
//!
//! Run it, then break the connection from a second terminal:
//! `lmex exchange fault add reset --topic update:BTC-PERP_0 --times 1`. It ends when it has survived one break with an
//! order in the book.

#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::error::Error;

use lmex::futures::CancelTarget;
use lmex::{
    Client, Credentials, Decimal, Endpoints, Environment, NewOrder, OrderTracker, Side, Size, StreamEvent,
    Subscription, Symbol, Topic,
};

// Not private, since a test runs it too.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let client = connect()?;
    let btc: Symbol = "BTC-PERP".parse()?;
    let tracker = client.track()?;
    tracker.in_sync().await;
    let mut stream = client.subscribe([Topic::Book(btc)])?;
    stream.ready().await?;

    let grid = client.instrument(btc).await?.grid;
    let bid = client.best_price(btc, Side::Sell).await?;
    let price = grid.price(grid.ticks_down(bid * Decimal::new(95, 2))?);
    let order = NewOrder::limit(btc, Side::Buy, Size::Contracts(100), price).post_only();
    client.place(&order).await?.done().ok_or("the order was not placed")?;
    println!("an order waits at {price}: break the connection now");

    until_broken(&mut stream).await?;
    // Nothing is shown that is not maintained: better no price than an old one.
    if stream.book(Topic::Book(btc)).is_some() {
        return Err("a book is shown without a connection".into());
    }
    until_whole(&mut stream, Topic::Book(btc)).await?;
    check_order(&client, &tracker, btc).await
}

fn connect() -> Result<Client, Box<dyn Error>> {
    let rest = std::env::var("LMEX_REST_URL").unwrap_or_else(|_| "http://127.0.0.1:9090".to_owned());
    let ws = std::env::var("LMEX_WS_URL").unwrap_or_else(|_| "ws://127.0.0.1:9090".to_owned());
    let endpoints = Endpoints::new(Environment::Local, Some(&rest), Some(&ws), &[])?;
    let credentials = Credentials::from_env(Environment::Local)?;
    Ok(Client::builder(endpoints).credentials(credentials).journal("journal").build()?)
}

/// Reads on until the connection is gone. There is nothing to be done about it: it is made again, with a growing pause.
async fn until_broken(stream: &mut Subscription) -> Result<(), Box<dyn Error>> {
    loop {
        if let StreamEvent::Disconnected { reason, retry_in } = stream.next().await.ok_or("it has ended")? {
            println!("{reason}; again in {retry_in:?}");
            return Ok(());
        }
    }
}

/// Reads on until the book is whole again: every topic is asked for by itself on the new connection.
async fn until_whole(stream: &mut Subscription, topic: Topic) -> Result<(), Box<dyn Error>> {
    while stream.book(topic).is_none() {
        match stream.next().await.ok_or("it has ended")? {
            StreamEvent::Connected => println!("connected again"),
            StreamEvent::Subscribed(topic) => println!("{topic} is back"),
            StreamEvent::Disconnected { reason, retry_in } => println!("{reason}; again in {retry_in:?}"),
            _ => {}
        }
    }
    println!("best bid {:?}", stream.book(topic).and_then(|book| book.best_bid()));
    Ok(())
}

/// What happened to the order meanwhile was not heard: so it is asked for.
async fn check_order(client: &Client, tracker: &OrderTracker, btc: Symbol) -> Result<(), Box<dyn Error>> {
    tracker.reconcile().await;
    let open = tracker.open_orders();
    println!("{} order still open: {:?}", open.len(), open.first().map(|order| order.state));
    if open.is_empty() {
        return Err("the order is gone".into());
    }
    client.cancel(btc, CancelTarget::All).await?;
    Ok(())
}
