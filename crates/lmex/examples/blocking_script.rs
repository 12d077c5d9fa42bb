//! A script without an async runtime: every call waits, and a stream is an iterator.
//!
//! `cargo run -p lmex --example blocking_script`, with `lmex exchange` running and its keys exported.

#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::error::Error;
use std::time::Duration;

use lmex::futures::CancelTarget;
use lmex::{
    Client, Credentials, Decimal, Endpoints, Environment, NewOrder, Side, Size, StreamEvent, Symbol, Topic,
};

// Not private, since a test runs it too.
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let rest = std::env::var("LMEX_REST_URL").unwrap_or_else(|_| "http://127.0.0.1:9090".to_owned());
    let ws = std::env::var("LMEX_WS_URL").unwrap_or_else(|_| "ws://127.0.0.1:9090".to_owned());
    let endpoints = Endpoints::new(Environment::Local, Some(&rest), Some(&ws), &[])?;
    let client = Client::builder(endpoints)
        .credentials(Credentials::from_env(Environment::Local)?)
        .journal("journal")
        .build_blocking()?;
    let btc: Symbol = "BTC-PERP".parse()?;
    println!("last {}", client.price(btc)?.last_price);

    // Renewed while this program does other things; called off at the end.
    let switch = client.dead_mans_switch(Duration::from_secs(15))?;
    let grid = client.instrument(btc)?.grid;
    let price = grid.price(grid.ticks_down(client.best_price(btc, Side::Sell)? * Decimal::new(95, 2))?);
    let order = NewOrder::limit(btc, Side::Buy, Size::Contracts(100), price).post_only();
    let placed = client.place(&order)?.done().ok_or("the order was not placed")?;
    println!("{} at {}", placed.order.status, placed.order.price);

    let topic = Topic::Book(btc);
    let mut stream = client.subscribe([topic])?;
    let mut seen = 0;
    while seen < 3 {
        if stream.next().ok_or("the stream has ended")?? == StreamEvent::Book(topic) {
            println!("{:?}", stream.book(topic).and_then(|book| book.mid()));
            seen += 1;
        }
    }

    client.cancel(btc, CancelTarget::All)?;
    client.wait(switch.call_off())??;
    if client.open_orders(Some(btc))?.is_empty() { Ok(()) } else { Err("an order is still open".into()) }
}
