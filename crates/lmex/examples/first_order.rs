//! A first order: looked at, placed, found again, taken back.
//!
//! Start an exchange of your own with `lmex exchange`, export what it prints (`LMEX_REST_URL`, `LMEX_API_KEY`,
//! `LMEX_API_SECRET`), then `cargo run -p lmex --example first_order`.

#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::error::Error;

use lmex::futures::{CancelTarget, OrderRef};
use lmex::{
    Client, Credentials, Decimal, Endpoints, Environment, NewOrder, OrderOutcome, Resolution, Side, Size,
    Status, Symbol,
};

// Not private, since a test runs it too.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let rest = std::env::var("LMEX_REST_URL").unwrap_or_else(|_| "http://127.0.0.1:9090".to_owned());
    let endpoints = Endpoints::new(Environment::Local, Some(&rest), None, &[])?;
    let client = Client::builder(endpoints)
        .credentials(Credentials::from_env(Environment::Local)?)
        // Every order is written down here before it leaves, so that a crash in between loses nothing.
        .journal("journal")
        .build()?;
    let btc: Symbol = "BTC-PERP".parse()?;

    // What an earlier run of this program may have left without an answer.
    for found in client.resolve(btc).await? {
        println!("from before: {found:?}");
    }

    // 5 % below the best bid, on the market's price grid. Post-only: it waits in the book, or it is refused.
    let grid = client.instrument(btc).await?.grid;
    let bid = client.best_price(btc, Side::Sell).await?;
    let price = grid.price(grid.ticks_down(bid * Decimal::new(95, 2))?);
    let order = NewOrder::limit(btc, Side::Buy, Size::base("0.001".parse()?), price).post_only();

    let placed = match client.place(&order).await? {
        OrderOutcome::Done(done) => done.order,
        OrderOutcome::Refused(why) => return Err(format!("nothing of it exists: {why}").into()),
        // The answer was lost. Nothing is sent again: the exchange is asked what it knows.
        OrderOutcome::Unknown(order) => match client.resolve_order(order.client_id).await? {
            Some(Resolution::Exists(found)) => *found,
            other => return Err(format!("{order}: {other:?}").into()),
        },
    };
    println!("{} contracts wait at {}: {}", placed.remaining_size, placed.price, placed.status);

    let id = placed.order_id.parse()?;
    client.cancel(btc, CancelTarget::Order(id)).await?;
    let now = client.order(OrderRef::Id(id)).await?;
    println!("and now: {}", now.data.status);
    if now.data.status == Status::CANCELLED { Ok(()) } else { Err("the order was not cancelled".into()) }
}
