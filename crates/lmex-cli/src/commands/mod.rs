//! One file for each command.

pub mod account;
pub mod api;
pub mod book;
pub mod candles;
pub mod change;
pub mod data;
pub mod demo;
pub mod doctor;
mod dry_run;
pub mod exchange;
mod follow;
pub mod market;
mod notices;
pub mod order;
pub mod orders;
mod pair;
pub mod sign;
pub mod stream;
mod terms;
mod time;
pub mod verify;
mod welcome;

pub use time::{shown, time_of_day};

use std::future::Future;
use std::time::Duration;

use lmex::Side;

use crate::args::{Args, Command};
use crate::context::Context;
use crate::error::CliError;
use crate::output::Output;

/// A command that asks and answers ends within this.
const COMMAND_WITHIN: Duration = Duration::from_secs(28);
/// One that sends an order or changes one has three parts, and ends within their sum: all that is looked up before,
/// the sending, and for orders asking what became of it. Finding the exchange and a question to a human come on top.
const CHECK_WITHIN: Duration = Duration::from_secs(7);
const SEND_WITHIN: Duration = Duration::from_millis(18_500);
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(3);

/// Runs what was typed.
pub async fn run(args: Args, output: &Output) -> Result<(), CliError> {
    let Some(command) = args.command else { return welcome::run(output) };
    // Looked for, and named on stderr, only by commands that talk to one.
    let exchange = async || {
        let context = Context::find(&args.global, output).await?;
        output.note(&context.to_string());
        Ok::<_, CliError>(context)
    };
    match command {
        Command::Demo(demo) => demo::run(&demo, output).await,
        Command::Exchange(serve) => exchange::run(&serve, &args.global, output).await,
        Command::Data(data) => data::run(data, output).await,
        Command::Doctor => doctor::run(&args.global, output).await,
        Command::Verify(args) => verify::run(&args, &exchange().await?, output).await,
        Command::Sign(sign) => sign::run(&sign, &args.global, output),
        Command::Markets => within(market::markets(&exchange().await?, output)).await,
        Command::Price(args) => within(market::price(&args, &exchange().await?, output)).await,
        Command::Candles(args) => within(candles::run(&args, &exchange().await?, output)).await,
        Command::Book(args) if args.watch => book::watch(&args, &exchange().await?, output).await,
        Command::Book(args) => within(book::run(&args, &exchange().await?, output)).await,
        Command::Trades(args) => within(market::trades(&args, &exchange().await?, output)).await,
        Command::Funding(args) => within(market::funding(&args, &exchange().await?, output)).await,
        Command::Buy(args) => order::run(Side::Buy, &args, &exchange().await?, output).await,
        Command::Sell(args) => order::run(Side::Sell, &args, &exchange().await?, output).await,
        Command::Orders(args) => within(orders::orders(&args, &exchange().await?, output)).await,
        Command::Order(args) => within(orders::order(&args, &exchange().await?, output)).await,
        Command::Amend(args) => change::amend(&args, &exchange().await?, output).await,
        Command::Cancel(args) => change::cancel(&args, &exchange().await?, output).await,
        Command::Close(args) => change::close(&args, &exchange().await?, output).await,
        Command::Fills(args) => within(account::fills(&args, &exchange().await?, output)).await,
        Command::Positions(args) => within(account::positions(&args, &exchange().await?, output)).await,
        Command::Balance => within(account::balance(&exchange().await?, output)).await,
        Command::Fees(args) => within(account::fees(&args, &exchange().await?, output)).await,
        Command::Stream(args) => stream::run(&args, &exchange().await?, output).await,
        Command::Api(args) => api::run(&args, &exchange().await?, output).await,
    }
}

/// Ends a command that asks and answers in time, whatever the exchange does.
async fn within<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    in_time(COMMAND_WITHIN, "", work).await
}

/// The same for a command that asks so many questions that it needs more time.
async fn within_at_most<T>(
    seconds: u64,
    work: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    in_time(Duration::from_secs(seconds), "", work).await
}

/// What is looked up before something is sent.
async fn checked<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    in_time(CHECK_WITHIN, "nothing was sent: ", work).await
}

async fn in_time<T>(
    limit: Duration,
    so_far: &str,
    work: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        Err(CliError::new("network", format!("{so_far}no answer within {} s", limit.as_secs()))
            .hint("`lmex doctor` checks the connection"))
    })
}

/// Waits for what changes orders, and leaves nothing unsaid if it is interrupted, takes too long or gets no answer:
/// `what` may have happened, and `next` is how to see.
async fn sent<T>(
    what: &str,
    next: &str,
    sending: impl Future<Output = Result<T, lmex::Error>>,
) -> Result<T, CliError> {
    let why = tokio::select! {
        // First, so that Ctrl-C is heard before anything leaves.
        biased;
        _ = tokio::signal::ctrl_c() => "interrupted".to_owned(),
        done = sending => match done {
            Err(error) if error.is_unknown() => error.to_string(),
            done => return Ok(done?),
        },
        () = tokio::time::sleep(SEND_WITHIN) => format!("no answer within {} s", SEND_WITHIN.as_secs()),
    };
    Err(CliError::new("unknown", format!("{what} may or may not have happened: {why}"))
        .hint(format!("it was not sent again. {next}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::TELL_WITHIN;

    #[test]
    fn every_command_ends_within_30_s() {
        assert!(TELL_WITHIN + COMMAND_WITHIN < Duration::from_secs(30));
        assert!(TELL_WITHIN + CHECK_WITHIN + SEND_WITHIN + LAST_WORDS_WITHIN < Duration::from_secs(30));
    }
}
