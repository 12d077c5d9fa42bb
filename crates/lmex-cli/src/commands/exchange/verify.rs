//! `lmex exchange verify`: is a data folder what its commands lead to?

use std::path::PathBuf;

use clap::Args;
use lmex_exchange::{RestoreError, Verified, VerifyError};
use serde::Serialize;

use crate::error::CliError;
use crate::output::{Align, Output, Table};

#[derive(Debug, Args)]
pub struct Verify {
    /// The folder that `--data-dir` named. No exchange may be using it.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

#[derive(Serialize)]
struct Compared {
    from_record: u64,
    to_record: u64,
    last_command: u64,
    commands: u64,
    events: u64,
    digests: u64,
}

pub fn run(args: &Verify, output: &Output) -> Result<(), CliError> {
    let verified = lmex_exchange::verify(&args.dir).map_err(|error| failed(&error))?;
    for left in &verified.to_mend {
        output.note(&format!("left as it is: {left}"));
    }
    let Verified { from, to, last_command, commands, events, digests, .. } = verified;
    let compared = Compared { from_record: from, to_record: to, last_command, commands, events, digests };
    output.print(&compared, || {
        let names = ["records", "last command", "commands", "events", "digests"];
        let mut table = Table::new("", &names.map(|name| (name, Align::Right)));
        let records = format!("{}–{to}", from + 1);
        table.row([
            records,
            last_command.to_string(),
            commands.to_string(),
            events.to_string(),
            digests.to_string(),
        ]);
        table
    })?;
    output.note("the same: every command leads to the events that were kept");
    Ok(())
}

/// What differs is another thing than what can't be read.
fn failed(error: &VerifyError) -> CliError {
    match error {
        VerifyError::Events { .. }
        | VerifyError::Snapshot { .. }
        | VerifyError::Audit(_)
        | VerifyError::Restore(RestoreError::Digest { .. }) => CliError::new("differs", error.to_string()),
        _ => CliError::new("io", error.to_string()).hint(
            "name the folder that `lmex exchange --data-dir` was given, and end the exchange that uses it",
        ),
    }
}
