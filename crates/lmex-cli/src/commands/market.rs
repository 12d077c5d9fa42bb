//! `lmex markets`, `price`, `trades`, `funding`: public market data.

use super::time::{moment, second};
use crate::args::{Market, Recent};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Narrow, Output, Table};

/// Every decimal place there can be.
const ALL: u32 = 28;

pub async fn markets(context: &Context, output: &Output) -> Result<(), CliError> {
    let markets = context.client()?.market_summary().await?.into_data();
    output.print(&markets, || {
        let columns = [
            ("symbol", Align::Left),
            ("last", Align::Right),
            ("highestBid", Align::Right),
            ("lowestAsk", Align::Right),
            ("percentageChange", Align::Right),
            ("volume", Align::Right),
            ("fundingRate", Align::Right),
            ("contractSize", Align::Right),
            ("minPriceIncrement", Align::Right),
        ];
        let mut table = Table::new("no markets", &columns).narrow(Narrow {
            short: &[
                ("highestBid", "bid"),
                ("lowestAsk", "ask"),
                ("percentageChange", "change%"),
                ("fundingRate", "funding"),
                ("contractSize", "contract"),
                ("minPriceIncrement", "tick"),
            ],
            below: &[],
            drop: &["minPriceIncrement", "contractSize"],
        });
        for market in &markets {
            let symbol = market.symbol.to_string();
            let numbers = [
                (market.last, ALL),
                (market.highest_bid, ALL),
                (market.lowest_ask, ALL),
                (market.percentage_change, 2),
                (market.volume, 0),
                (market.funding_rate, ALL),
                (market.contract_size, ALL),
                (market.min_price_increment, ALL),
            ];
            let numbers = numbers.map(|(number, places)| output.amount(number, places));
            table.row(std::iter::once(symbol).chain(numbers));
        }
        table
    })
}

pub async fn price(args: &Market, context: &Context, output: &Output) -> Result<(), CliError> {
    let price = context.client()?.price(args.market).await?.into_data();
    output.print(&price, || {
        let columns = [
            ("symbol", Align::Left),
            ("lastPrice", Align::Right),
            ("markPrice", Align::Right),
            ("indexPrice", Align::Right),
        ];
        let mut table = Table::new("no price", &columns);
        let prices = [price.last_price, price.mark_price, price.index_price]
            .map(|price| price.normalize().to_string());
        table.row(std::iter::once(price.symbol.to_string()).chain(prices));
        table
    })
}

pub async fn trades(args: &Recent, context: &Context, output: &Output) -> Result<(), CliError> {
    let trades = context.client()?.trades(args.market, args.count).await?.into_data();
    output.print(&trades, || {
        let columns = [
            ("timestamp", Align::Left),
            ("side", Align::Left),
            ("price", Align::Point),
            ("size", Align::Right),
            ("serialId", Align::Right),
        ];
        let mut table = Table::new("no trades", &columns);
        for trade in &trades {
            table.row([
                moment(trade.timestamp, output.format),
                trade.side.to_string(),
                trade.price.to_string(),
                trade.size.to_string(),
                trade.serial_id.to_string(),
            ]);
        }
        table
    })
}

pub async fn funding(args: &Recent, context: &Context, output: &Output) -> Result<(), CliError> {
    let rates = context.client()?.funding_history(args.market, args.count).await?.into_data();
    output.print(&rates, || {
        let columns = [("time", Align::Left), ("symbol", Align::Left), ("rate", Align::Point)];
        let mut table = Table::new("no funding yet", &columns);
        for rate in &rates {
            table.row([second(rate.time, output.format), rate.symbol.to_string(), rate.rate.to_string()]);
        }
        table
    })
}
