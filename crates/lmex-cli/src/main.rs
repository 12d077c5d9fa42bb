//! `lmex`: the command line for LMEX. It decides what a human asked for; the rules are the libraries'.

#![expect(unreachable_pub, reason = "a binary has no outside: `pub` says that other modules use it")]

mod args;
mod commands;
mod confirm;
mod context;
mod draw;
mod error;
mod output;
mod paths;
mod variables;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::args::{Args, Command};
use crate::error::CliError;
use crate::output::Output;

/// A request to `lmex exchange` passes three threads, and what one allocates another frees: with the system's allocator
/// that is a fifth of its cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return output::command_line(error),
    };
    log_to_stderr(args.global.verbose);
    let output = Output::new(&args.global);
    let output = if changes_orders(&args) { output.telling_of_orders() } else { output };
    let serves = matches!(&args.command, Some(Command::Exchange(serve)) if serve.look.is_none());
    match start(args, &output).or_else(|error| unless_read_enough(error, serves)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            error.exit_code()
        }
    }
}

fn start(args: Args, output: &Output) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::io("start the runtime", &error))?;
    let result = runtime.block_on(commands::run(args, output));
    // A blocked resolver or disk must not keep a command that has ended from ending.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    result
}

/// Whether the answer is the only word on what became of orders. `buy` and `sell` see to it themselves.
fn changes_orders(args: &Args) -> bool {
    match &args.command {
        Some(Command::Amend(amend)) => !amend.safety.dry_run,
        Some(Command::Cancel(cancel)) => !cancel.dry_run,
        Some(Command::Close(close)) => !close.safety.dry_run,
        Some(Command::Api(api)) => api.method != lmex_api::Method::Get && !api.dry_run,
        _ => false,
    }
}

/// A reader of data that goes away (`| head`) has read enough. Who starts an exchange and can't be told where it is has
/// none.
fn unless_read_enough(error: CliError, serves: bool) -> Result<(), CliError> {
    match error.category {
        output::UNREAD if serves => Err(CliError { category: "io", ..error }),
        output::UNREAD => Ok(()),
        _ => Err(error),
    }
}

/// Messages go to stderr, so that data on stdout can be piped.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => "error",
        1 => "lmex=debug,lmex_exchange=info,info",
        _ => "lmex=trace,lmex_exchange=debug,debug",
    };
    let filter = EnvFilter::try_from_env("LMEX_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(output::coloured(&std::io::stderr()))
        .with_writer(std::io::stderr)
        .init();
}
