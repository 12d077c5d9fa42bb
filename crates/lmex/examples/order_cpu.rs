//! Places many orders one after the other, for measuring what an order costs the client.
//!
//! `order_cpu http://127.0.0.1:9090 1000 [JOURNAL [os]]`, against a server that answers every request with the same order,
//! without a client id, since each order must have one of its own.

use lmex::{
    Client, Credentials, Durability, Endpoints, Environment, Instrument, Limits, NewOrder, Pace, Side, Size,
    new_client_id,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(url), Some(count)) = (args.next(), args.next()) else {
        return Err("usage: order_cpu URL COUNT [JOURNAL [os]]".into());
    };
    let endpoints = Endpoints::new(Environment::Local, Some(&url), None, &[])?;
    let unhurried = Pace { limits: Limits::default().orders(u32::MAX).queries(u32::MAX), ..Pace::default() };
    let mut builder =
        Client::builder(endpoints).credentials(Credentials::new("key", "secret")?).pace(unhurried);
    if let Some(journal) = args.next() {
        builder = builder.journal(journal);
        if args.next().as_deref() == Some("os") {
            builder = builder.journal_durability(Durability::Os);
        }
    }
    let client = builder.build()?;
    let instrument = instrument()?;
    for n in 0..count.parse::<i64>()? {
        let price = instrument.grid.price(600_000 + n % 100);
        let order = NewOrder::limit(instrument.symbol, Side::Buy, Size::Contracts(100), price);
        let checked = order.check(&instrument, None, new_client_id(client.clock().wall()))?;
        if client.place_checked(&checked).await?.done().is_none() {
            return Err("an order was not placed".into());
        }
    }
    Ok(())
}

/// Given, so that every request is an order.
fn instrument() -> Result<Instrument, Box<dyn std::error::Error>> {
    Ok(Instrument {
        symbol: "BTC-PERP".parse()?,
        base: "BTC".into(),
        quote: "USDT".into(),
        grid: lmex::Grid::new("0.1".parse()?, "0.00001".parse()?)?,
        min_contracts: 1,
        max_contracts: 7_500_000,
        step_contracts: 1,
        min_notional: 5.into(),
    })
}
