//! Data on stdout, messages on stderr: tables for people, JSON and CSV for programs.

mod table;

use std::io::{IsTerminal as _, Write};

use serde::Serialize;

use crate::args::Global;
use crate::error::CliError;
pub use table::{Align, Table};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    People,
    Json,
    Csv,
}

/// Where and how a command speaks.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub format: Format,
    /// Whether stdout shows colour.
    pub colour: bool,
    /// Whether stdout is a terminal, on which things can be drawn and redrawn.
    pub terminal: bool,
}

impl Output {
    pub fn new(global: &Global) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let format = match (global.json, global.csv) {
            (true, _) => Format::Json,
            (_, true) => Format::Csv,
            _ => Format::People,
        };
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { format, colour: terminal && !plain, terminal }
    }

    /// Prints a result: the value as JSON, or the table.
    pub fn print(&self, value: &impl Serialize, table: impl FnOnce() -> Table) -> Result<(), CliError> {
        match self.format {
            Format::Json => self.json(value),
            Format::Csv => self.text(&table().to_csv()?),
            Format::People => self.text(&table().to_text(self.colour)),
        }
    }

    /// Prints one JSON value on a line.
    pub fn json(&self, value: &impl Serialize) -> Result<(), CliError> {
        let text =
            serde_json::to_string(value).map_err(|error| CliError::new("internal", error.to_string()))?;
        self.text(&format!("{text}\n"))
    }

    /// Prints text as it is, at once.
    pub fn text(&self, text: &str) -> Result<(), CliError> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            // The reader has seen enough (`| head`): that is no error, but nothing more can be said either.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
            Err(error) => Err(CliError::io("write to stdout", &error)),
        }
    }

    /// A message beside the data.
    pub fn note(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// What went wrong: for people in words, for programs as JSON.
    pub fn error(&self, error: &CliError) {
        let mut stderr = std::io::stderr().lock();
        let _ = match self.format {
            Format::Json => {
                #[derive(Serialize)]
                struct Failed<'a> {
                    error: &'a CliError,
                }
                let text = serde_json::to_string(&Failed { error }).unwrap_or_default();
                writeln!(stderr, "{text}")
            }
            Format::People | Format::Csv => {
                let hint = error.hint.as_ref().map(|hint| format!("\n  next: {hint}")).unwrap_or_default();
                writeln!(stderr, "error ({}): {}{hint}", error.category, error.message)
            }
        };
    }
}
