//! `lmex verify`: settles what the sources about the exchange leave open, by trying it, and writes down what was seen.

mod orders;
mod redact;
mod report;
mod rest;
mod streams;

use std::path::PathBuf;

use clap::Args;
use lmex::{Client, Environment, Symbol};

use super::within_at_most;
use crate::confirm;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Output, Table};
use redact::Redactor;
use report::{Fact, Report};

#[derive(Debug, Args)]
pub struct Verify {
    /// The market in which orders are tried.
    #[arg(default_value = "BTC-PERP")]
    pub market: Symbol,
    /// Send no orders: only ask. On live that is so in any case.
    #[arg(long)]
    pub read_only: bool,
    /// Where to write the report, as JSON: what was asked, what came, without key, signature, account or wallet.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Don't ask before orders are sent (on testnet).
    #[arg(long)]
    pub yes: bool,
}

/// What all questions share.
struct Asking<'a> {
    client: Client,
    market: Symbol,
    redactor: Redactor,
    output: &'a Output,
}

pub async fn run(args: &Verify, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.signed_client()?;
    let is_read_only = args.read_only || context.environment == Environment::Live;
    if !is_read_only && context.environment == Environment::Testnet {
        let what =
            format!("post-only orders of the smallest size in {}, which are cancelled at once", args.market);
        confirm::ask(&what, args.yes)?;
    }
    let redactor = Redactor::new(context.credentials()?);
    let asking = Asking { client, market: args.market, redactor, output };
    let (facts, left) = within_at_most(300, Box::pin(ask(&asking, is_read_only))).await?;
    let report = Report::new(context, args.market, is_read_only, facts, left);
    if let Some(path) = &args.report {
        report.write(path)?;
        output.note(&format!("the report is in {}", path.display()));
    }
    output.print(&report, || table(&report.facts))?;
    match report.orders_left {
        Some(left) if left > 0 => Err(CliError::new(
            "unknown",
            format!("{left} orders of this run are still open"),
        )
        .hint(format!("`lmex orders {0}` shows them, `lmex cancel {0} --all` cancels all", args.market))),
        _ => Ok(()),
    }
}

/// What was found, and how many orders are left; `None` if none was sent.
async fn ask(asking: &Asking<'_>, is_read_only: bool) -> Result<(Vec<Fact>, Option<usize>), CliError> {
    let mut facts = rest::ask(asking).await?;
    facts.extend(streams::ask(asking).await);
    let left = if is_read_only {
        None
    } else {
        let (of_orders, left) = orders::ask(asking).await?;
        facts.extend(of_orders);
        Some(left)
    };
    // What comes last may keep the exchange from taking other nonces for a while.
    facts.extend(rest::ask_ahead(asking).await);
    Ok((facts, left))
}

fn table(facts: &[Fact]) -> Table {
    let mut table = Table::new("nothing to ask", &["question", "answer"].map(|name| (name, Align::Left)));
    for fact in facts {
        table.row([fact.question.as_str(), fact.answer.as_str()]);
    }
    table
}
