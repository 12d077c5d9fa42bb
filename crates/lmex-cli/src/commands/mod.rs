//! One file for each command.

pub mod account;
pub mod api;
pub mod book;
pub mod candles;
pub mod change;
pub mod data;
pub mod demo;
pub mod doctor;
pub mod exchange;
pub mod market;
pub mod order;
pub mod sign;
pub mod stream;
mod time;
mod welcome;

use std::future::Future;
use std::time::Duration;

use lmex::Side;

use crate::args::{Args, Command};
use crate::context::Context;
use crate::error::CliError;
use crate::output::Output;

/// A command that asks and answers ends within this.
const COMMAND_WITHIN: Duration = Duration::from_secs(28);

/// Runs what was typed.
pub async fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let Some(command) = args.command else { return welcome::run(output) };
    match command {
        Command::Demo(demo) => demo::run(&demo, output).await,
        Command::Exchange(serve) => exchange::run(&serve, output).await,
        Command::Data(data) => data::run(data, output).await,
        Command::Doctor => doctor::run(&args.global, output).await,
        command => {
            let context = Context::find(&args.global, output)?;
            if !matches!(command, Command::Sign(_)) {
                output.note(&format!(
                    "{} {} ({})",
                    context.environment,
                    context.endpoints.rest(),
                    context.market_data
                ));
            }
            with_exchange(command, &context, output).await
        }
    }
}

async fn with_exchange(command: Command, context: &Context, output: &Output) -> Result<(), CliError> {
    match command {
        Command::Markets => within(market::markets(context, output)).await,
        Command::Price(args) => within(market::price(&args, context, output)).await,
        Command::Candles(args) => within(candles::run(&args, context, output)).await,
        Command::Book(args) if args.watch => book::watch(&args, context, output).await,
        Command::Book(args) => within(book::run(&args, context, output)).await,
        Command::Trades(args) => within(market::trades(&args, context, output)).await,
        Command::Funding(args) => within(market::funding(&args, context, output)).await,
        Command::Buy(args) => order::run(Side::Buy, &args, context, output).await,
        Command::Sell(args) => order::run(Side::Sell, &args, context, output).await,
        Command::Orders(args) => within(account::orders(&args, context, output)).await,
        Command::Order(args) => within(account::order(&args, context, output)).await,
        Command::Amend(args) => within(change::amend(&args, context, output)).await,
        Command::Cancel(args) => within(change::cancel(&args, context, output)).await,
        Command::Close(args) => within(change::close(&args, context, output)).await,
        Command::Fills(args) => within(account::fills(&args, context, output)).await,
        Command::Positions(args) => within(account::positions(&args, context, output)).await,
        Command::Balance => within(account::balance(context, output)).await,
        Command::Fees(args) => within(account::fees(&args, context, output)).await,
        Command::Stream(args) => stream::run(&args, context, output).await,
        Command::Sign(args) => sign::run(&args, context, output),
        Command::Api(args) => within(api::run(&args, context, output)).await,
        Command::Demo(_) | Command::Exchange(_) | Command::Data(_) | Command::Doctor => Ok(()),
    }
}

/// Ends a command that asks and answers in time, whatever the exchange does.
async fn within<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    tokio::time::timeout(COMMAND_WITHIN, work).await.unwrap_or_else(|_| {
        let secs = COMMAND_WITHIN.as_secs();
        Err(CliError::new("network", format!("no result within {secs} s"))
            .hint("`lmex doctor` checks the connection"))
    })
}
