//! Three order books at once, each whole and checked, over one connection, of the markets that an exchange of your own lists.
//!
//! `cargo run -p lmex --example three_books -- 30` stops after 30 changes of each.

#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::collections::BTreeMap;
use std::error::Error;

use lmex::{Client, Endpoints, Environment, StreamEvent, Topic};

const MARKETS: [&str; 3] = ["BTC-PERP", "ETH-PERP", "AAPL-PERP"];

// Not private, since a test runs it too.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let wanted: u32 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(5);
    let rest = std::env::var("LMEX_REST_URL").unwrap_or_else(|_| "http://127.0.0.1:9090".to_owned());
    let ws = std::env::var("LMEX_WS_URL").unwrap_or_else(|_| "ws://127.0.0.1:9090".to_owned());
    // Books are public: no key.
    let client = Client::builder(Endpoints::new(Environment::Local, Some(&rest), Some(&ws), &[])?).build()?;

    let mut topics = Vec::new();
    for market in MARKETS {
        topics.push(Topic::Book(market.parse()?));
    }
    let mut stream = client.subscribe(topics.iter().copied())?;
    // Fails if the exchange has no such market, instead of waiting for ever.
    stream.ready().await?;

    let mut changes: BTreeMap<Topic, u32> = BTreeMap::new();
    while topics.iter().any(|topic| changes.get(topic).copied().unwrap_or(0) < wanted) {
        match stream.next().await.ok_or("the stream has ended")? {
            StreamEvent::Book(topic) => {
                // `None` while the book can't be trusted: after a gap it is asked for anew.
                let Some(book) = stream.book(topic) else { continue };
                *changes.entry(topic).or_default() += 1;
                if let (Some(bid), Some(ask), Some(spread)) =
                    (book.best_bid(), book.best_ask(), book.spread())
                {
                    println!("{topic}: {} x {} | {} x {}, spread {spread}", bid.1, bid.0, ask.0, ask.1);
                }
            }
            StreamEvent::Resync(topic, why) => println!("{topic}: {why}; asking anew"),
            StreamEvent::Stale(topic) => println!("{topic} is silent; asking anew"),
            StreamEvent::Disconnected { reason, retry_in } => println!("{reason}; again in {retry_in:?}"),
            _ => {}
        }
    }
    Ok(())
}
