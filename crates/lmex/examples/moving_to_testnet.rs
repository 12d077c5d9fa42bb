//! Moving a program to LMEX's testnet: nothing changes but the environment's name.
//!
//! By itself it talks to an exchange of your own. `LMEX_ENV=testnet` takes it to the testnet, with
//! `LMEX_TESTNET_API_KEY` and `LMEX_TESTNET_API_SECRET`, and `LMEX_WS_URL`, since the testnet's stream host is not known for
//! certain. It refuses `live`: real money is another step, which is not taken by an example.

#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::error::Error;

use lmex::futures::CancelTarget;
use lmex::{
    Client, Credentials, Decimal, Endpoints, Environment, NewOrder, Side, Size, StreamEvent, Symbol, Topic,
};

// Not private, since a test runs it too.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let client = connect()?;
    let btc: Symbol = "BTC-PERP".parse()?;
    println!("{} at {}", client.environment(), client.endpoints().rest());

    clock(&client, btc).await?;
    stream(&client, btc).await?;
    smallest_order(&client, btc).await
}

/// The one place that knows where it runs.
fn connect() -> Result<Client, Box<dyn Error>> {
    let environment: Environment = std::env::var("LMEX_ENV").unwrap_or_default().parse().unwrap_or_default();
    if environment == Environment::Live {
        return Err("this is for play money".into());
    }
    let local = |address: &str| (environment == Environment::Local).then(|| address.to_owned());
    let rest = std::env::var("LMEX_REST_URL").ok().or_else(|| local("http://127.0.0.1:9090"));
    let ws = std::env::var("LMEX_WS_URL").ok().or_else(|| local("ws://127.0.0.1:9090"));
    // Hosts besides LMEX's own, such as the testnet's stream host as LMEX's support names it.
    let allowed: Vec<String> = std::env::var("LMEX_ALLOWED_HOST").into_iter().collect();
    let endpoints = Endpoints::new(environment, rest.as_deref(), ws.as_deref(), &allowed)?;
    let credentials = Credentials::from_env(environment)?;
    println!("key {}", credentials.key_shown());
    Ok(Client::builder(endpoints).credentials(credentials).journal("journal").build()?)
}

/// A nonce that is off by seconds is refused, so this comes first.
async fn clock(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    let price = client.price(btc).await?;
    println!("last {}, answered in {:?}", price.last_price, price.latency);
    match price.clock_skew_ms(client.clock().wall()) {
        Some(skew) if skew.abs() > 2_000 => Err(format!("this clock is {skew} ms off: set it right").into()),
        _ => Ok(()),
    }
}

async fn stream(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    let topic = Topic::Book(btc);
    let mut stream = client.subscribe([topic])?;
    loop {
        match stream.next().await.ok_or("the stream has ended")? {
            StreamEvent::Book(_) => break,
            StreamEvent::Untrusted(error) => return Err(error.into()),
            StreamEvent::Refused(topic) => return Err(format!("there is no {topic} here").into()),
            StreamEvent::Disconnected { reason, .. } => println!("{reason}"),
            _ => {}
        }
    }
    println!("the book comes");
    Ok(())
}

/// The least that the market takes, far below it, and taken back at once.
async fn smallest_order(client: &Client, btc: Symbol) -> Result<(), Box<dyn Error>> {
    let market = client.instrument(btc).await?;
    let bid = client.best_price(btc, Side::Sell).await?;
    let price = market.grid.price(market.grid.ticks_down(bid * Decimal::new(90, 2))?);
    let value_of_one = market.grid.contract_size() * price;
    let worth = (market.min_notional / value_of_one).ceil().max(market.min_contracts.into());
    let size = Size::Contracts(worth.try_into()?);
    let order = NewOrder::limit(btc, Side::Buy, size, price).post_only();
    let done = client.place(&order).await?.done().ok_or("the order was not placed")?;
    println!("{}: {} contracts at {}", done.order.status, done.order.remaining_size, done.order.price);
    client.cancel(btc, CancelTarget::Order(done.order.order_id.parse()?)).await?;
    match client.open_orders(Some(btc)).await?.len() {
        0 => Ok(()),
        open => Err(format!("{open} orders are still open").into()),
    }
}
