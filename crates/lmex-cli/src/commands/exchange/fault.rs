//! `lmex exchange fault`: what goes wrong at a running exchange.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use http::Method;
use lmex_exchange::faults::{Execution, FaultSpec, Kind};
use serde::{Deserialize, Serialize};

use super::admin::Admin;
use crate::args::whole;
use crate::error::CliError;
use crate::output::{Align, Narrow, Output, Table};

#[derive(Debug, Subcommand)]
pub enum Fault {
    /// Put a fault in place; docs/FAULTS.md says what each does.
    #[command(after_help = ADD_EXAMPLES)]
    Add(Box<Add>),
    /// List the faults in place and how often each has hit.
    List,
    /// Take one fault away, or all.
    Clear(Clear),
}

const ADD_EXAMPLES: &str = "Examples: lmex exchange fault add delay --path /order --ms 500 --times 3\n          lmex exchange fault add silence --topic 'update:*'\n          lmex exchange fault add bad-gateway --path '/user/*' --percent 10";

#[derive(Debug, Args)]
pub struct Add {
    /// What goes wrong: delay, drop, reset, duplicate, replay, reorder, truncate, slow, bad-gateway, time-out, rate-limit,
    /// silence, gap, cross, close or clock-offset.
    pub kind: Kind,
    /// Only requests with this method.
    #[arg(long)]
    pub method: Option<String>,
    /// Only requests of this path, such as /order or '/user/*'; for messages, streams of this path.
    #[arg(long)]
    pub path: Option<String>,
    /// Only messages of this topic, such as 'update:*'. It aims the fault at messages of streams.
    #[arg(long)]
    pub topic: Option<String>,
    /// Only what this API key sends, or hears.
    #[arg(long)]
    pub key: Option<String>,
    /// Only what this account sends, or hears.
    #[arg(long)]
    pub account: Option<String>,
    /// Milliseconds: of delay, reorder, close and clock-offset.
    #[arg(long, allow_negative_numbers = true, value_parser = whole::<i64>)]
    pub ms: Option<i64>,
    /// How slow: bytes of an answer, or messages of a stream, a second.
    #[arg(long, value_name = "N", value_parser = whole::<u32>, allow_negative_numbers = true)]
    pub per_second: Option<u32>,
    /// Which block a rate-limit brings: 1, 2 or 3.
    #[arg(long, value_parser = whole::<u8>, allow_negative_numbers = true)]
    pub tier: Option<u8>,
    /// Whether it happens before the request is executed, or after.
    #[arg(long, value_name = "before|after", value_parser = execution)]
    pub execution: Option<Execution>,
    /// The next so many times only.
    #[arg(long, value_name = "N", value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub times: Option<u64>,
    /// Every so many-th time only.
    #[arg(long, value_name = "N", value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub every: Option<u64>,
    /// So many times in a hundred, by the exchange's seed.
    #[arg(long, value_name = "N", value_parser = whole::<u8>, allow_negative_numbers = true)]
    pub percent: Option<u8>,
}

#[derive(Debug, Args)]
pub struct Clear {
    /// The fault's number; all if absent.
    #[arg(value_parser = number, allow_negative_numbers = true)]
    pub id: Option<u64>,
}

/// Faults as the exchange lists them.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    faults: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    id: u64,
    hits: u64,
    left: Option<u64>,
    kind: String,
    /// What else was asked for.
    #[serde(flatten)]
    members: BTreeMap<String, serde_json::Value>,
}

pub async fn run(fault: &Fault, admin: &Admin, output: &Output) -> Result<(), CliError> {
    const NOTHING: Option<&()> = None;
    match fault {
        Fault::Add(add) => {
            let added: Row = admin.ask(Method::POST, "/admin/faults", Some(&add.spec())).await?;
            output.print(&added, || table(std::slice::from_ref(&added)))
        }
        Fault::List => {
            let listed: Listed = admin.ask(Method::GET, "/admin/faults", NOTHING).await?;
            output.print(&listed, || table(&listed.faults))
        }
        Fault::Clear(Clear { id: None }) => {
            let cleared: Listed = admin.ask(Method::DELETE, "/admin/faults", NOTHING).await?;
            output.print(&cleared, || table(&cleared.faults))
        }
        Fault::Clear(Clear { id: Some(id) }) => {
            let path = format!("/admin/faults/{id}");
            let cleared: Row = admin
                .ask(Method::DELETE, &path, NOTHING)
                .await
                .map_err(|error| error.hint("`lmex exchange fault list` shows which there are"))?;
            output.print(&cleared, || table(std::slice::from_ref(&cleared)))
        }
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a fault's number, as `lmex exchange fault list` shows it".to_owned())
}

impl Add {
    fn spec(&self) -> FaultSpec {
        FaultSpec {
            kind: self.kind,
            method: self.method.clone(),
            path: self.path.clone(),
            topic: self.topic.clone(),
            key: self.key.clone(),
            account: self.account.clone(),
            ms: self.ms,
            per_second: self.per_second,
            tier: self.tier,
            execution: self.execution,
            times: self.times,
            every: self.every,
            percent: self.percent,
        }
    }
}

fn table(rows: &[Row]) -> Table {
    let columns = [
        ("id", Align::Right),
        ("fault", Align::Left),
        ("members", Align::Left),
        ("hits", Align::Right),
        ("left", Align::Right),
    ];
    let mut table = Table::new("no faults", &columns).narrow(Narrow::LIST);
    for row in rows {
        let members: Vec<_> =
            row.members.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
        let left = row.left.map_or_else(String::new, |left| left.to_string());
        table.row([&row.id.to_string(), &row.kind, &members.join(" "), &row.hits.to_string(), &left]);
    }
    table
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn execution(text: &str) -> Result<Execution, String> {
    match text {
        "before" => Ok(Execution::Before),
        "after" => Ok(Execution::After),
        _ => Err("use before or after".to_owned()),
    }
}
