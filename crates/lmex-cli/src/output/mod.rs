//! Data on stdout, messages on stderr: tables for people, JSON and CSV for programs.

mod layout;
mod slips;
mod table;

use std::io::{IsTerminal as _, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use lmex::Decimal;
use serde::Serialize;

use crate::args::Global;
use crate::draw;
use crate::error::CliError;
pub use layout::Narrow;
pub use table::{Align, Table};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    People,
    Json,
    Csv,
}

/// Letters of a value that are shown where it is refused.
const LONGEST_SHOWN: usize = 60;

/// Where and how a command speaks.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub format: Format,
    /// Whether stdout shows colour.
    pub colour: bool,
    /// Whether stdout is a terminal, on which things can be drawn and redrawn.
    pub terminal: bool,
    /// Whether what is printed tells what became of orders: if stdout does not take it, stderr must.
    tells_of_orders: bool,
}

/// The category of the error when the reader of stdout has gone away (`| head`): whether that is one depends on the
/// command, which [`main`](crate::main) knows. It is never shown.
pub const UNREAD: &str = "unread";

impl Output {
    pub fn new(global: &Global) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let format = match (global.json, global.csv) {
            (true, _) => Format::Json,
            (_, true) => Format::Csv,
            _ => Format::People,
        };
        Self { format, colour: coloured(&std::io::stdout()), terminal, tells_of_orders: false }
    }

    /// For a command that changes orders and whose words are all there is to know of it.
    #[must_use]
    pub fn telling_of_orders(self) -> Self {
        Self { tells_of_orders: true, ..self }
    }

    /// Prints a result: the value as JSON, or the table.
    pub fn print(&self, value: &impl Serialize, table: impl FnOnce() -> Table) -> Result<(), CliError> {
        match self.format {
            Format::Json => self.json(value),
            Format::Csv => self.text(&table().to_csv(true)?),
            Format::People => {
                let width = self.terminal.then(|| draw::terminal_size().0);
                self.text(&table().to_text(self.colour, width))
            }
        }
    }

    /// Prints rows as they come: CSV with its header above the first ones.
    pub fn rows(&self, table: &Table, first: bool) -> Result<(), CliError> {
        self.text(&table.to_csv(first)?)
    }

    /// An amount in a table: rounded for the eye, with every digit for programs.
    pub fn amount(&self, amount: Decimal, places: u32) -> String {
        let amount = if self.format == Format::People { amount.round_dp(places) } else { amount };
        amount.normalize().to_string()
    }

    /// Prints one JSON value on a line.
    pub fn json(&self, value: &impl Serialize) -> Result<(), CliError> {
        let text =
            serde_json::to_string(value).map_err(|error| CliError::new("internal", error.to_string()))?;
        self.text(&format!("{text}\n"))
    }

    /// Prints text as it is, at once. A reader that has gone away is an error of the category [`UNREAD`].
    pub fn text(&self, text: &str) -> Result<(), CliError> {
        let mut stdout = std::io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        written.map_err(|error| self.unwritten(text, &error))
    }

    fn unwritten(&self, text: &str, error: &std::io::Error) -> CliError {
        if self.tells_of_orders {
            let text = text.trim_end();
            // Whoever reads only the exit code must not take it for a request that was not sent.
            return CliError::new(
                "unknown",
                format!("the exchange has answered, but stdout does not take it ({error}): {text}"),
            );
        }
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => CliError::new(UNREAD, "nobody reads stdout any more"),
            _ => CliError::io("write to stdout", error),
        }
    }

    /// A message beside the data.
    pub fn note(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// What went wrong: for people in words, for programs as JSON.
    pub fn error(&self, error: &CliError) {
        match self.format {
            Format::Json => error_as_json(error),
            Format::People | Format::Csv => {
                let hint = error.hint.as_ref().map(|hint| format!("\n  next: {hint}")).unwrap_or_default();
                self.note(&format!("error ({}): {}{hint}", error.category, error.message));
            }
        }
    }
}

/// Colour is for terminals whose user has not asked for none (no-color.org).
pub fn coloured(to: &impl std::io::IsTerminal) -> bool {
    to.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn error_as_json(error: &CliError) {
    #[derive(Serialize)]
    struct Failed<'a> {
        error: &'a CliError,
    }
    let text = serde_json::to_string(&Failed { error }).unwrap_or_default();
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Says what is wrong with the command line, or prints the help or version it asks for.
pub fn command_line(mut error: clap::Error) -> ExitCode {
    let words: Vec<_> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let as_json = words.iter().any(|word| word == "--json");
    let hint = slips::hint(&words).filter(|_| error.use_stderr());
    shorten(&mut error);
    if hint.is_some() {
        // Two pieces of advice are one too many, and ours is about what was meant.
        error.remove(ContextKind::Suggested);
    }
    if error.use_stderr() && as_json {
        let text = error.render().to_string();
        // What follows the first paragraph is advice on usage, for the eye.
        let said = text.split("\n\n").next().unwrap_or(&text);
        let error = CliError::new("invalid", said.trim_start_matches("error: ").trim());
        error_as_json(&CliError { hint, ..error });
    } else {
        let _ = error.print();
        if let Some(hint) = hint {
            let _ = writeln!(std::io::stderr().lock(), "\n  next: {hint}");
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// What is wrong with a value of a thousand letters can't be read behind it.
fn shorten(error: &mut clap::Error) {
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidValue) else { return };
    if given.chars().nth(LONGEST_SHOWN).is_some() {
        let shown: String = given.chars().take(LONGEST_SHOWN).chain(['…']).collect();
        error.insert(ContextKind::InvalidValue, ContextValue::String(shown));
    }
}
