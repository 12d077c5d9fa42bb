//! `lmex exchange market`: what a running exchange's markets take.

use clap::{Args, ValueEnum};
use http::Method;
use lmex::Symbol;
use serde::{Deserialize, Serialize};

use super::admin::Admin;
use crate::error::CliError;
use crate::output::{Align, Output, Table};

#[derive(Debug, Args)]
pub struct Market {
    /// The market to change, such as BTC-PERP; without it all are shown.
    #[arg(requires = "trading")]
    pub symbol: Option<Symbol>,
    /// What it takes from now on.
    #[arg(value_enum)]
    pub trading: Option<Trading>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trading {
    /// Everything.
    Active,
    /// Cancels only: orders stay, and none trades.
    Halted,
    /// Nothing: all open orders are cancelled. Positions stay and pay funding.
    Closed,
}

#[derive(Debug, Serialize, Deserialize)]
struct Markets {
    markets: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    symbol: Symbol,
    trading: Trading,
}

pub async fn run(args: &Market, admin: &Admin, output: &Output) -> Result<(), CliError> {
    let change = args.symbol.zip(args.trading).map(|(symbol, trading)| Row { symbol, trading });
    let method = if change.is_some() { Method::POST } else { Method::GET };
    let markets: Markets =
        admin.ask(method, "/admin/markets", change.as_ref()).await.map_err(|error| match change {
            Some(_) if error.category == "invalid" => error.hint("`lmex exchange market` lists all"),
            _ => error,
        })?;
    output.print(&markets, || {
        let mut table = Table::new("", &["market", "takes"].map(|name| (name, Align::Left)));
        for Row { symbol, trading } in &markets.markets {
            let takes = match trading {
                Trading::Active => "everything",
                Trading::Halted => "cancels only (halted)",
                Trading::Closed => "nothing (closed)",
            };
            table.row([symbol.as_str(), takes]);
        }
        table
    })
}
