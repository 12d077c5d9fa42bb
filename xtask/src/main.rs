//! Runs the house's checks from the command line: `cargo run -p xtask -- tidy` (the default), or
//! `cargo run -p xtask -- clients EXPECTED LOG...`, which judges the logs of other people's clients.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use xtask::clients::{Expected, Verdict};
use xtask::house::House;

const USAGE: &str = "usage: xtask [tidy | clients EXPECTED_FAILURES LOG...]";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let clean = match words.as_slice() {
        [] | ["tidy"] => tidy()?,
        ["clients", expected, logs @ ..] if !logs.is_empty() => clients(expected, logs)?,
        _ => return Err(USAGE.into()),
    };
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tidy() -> Result<bool, Box<dyn Error>> {
    let house = House::load(&House::root())?;
    let mut out = std::io::stdout().lock();
    for reason in xtask::skipped(&house) {
        writeln!(out, "note: {reason}")?;
    }
    for long in xtask::over_the_goal(&house) {
        writeln!(out, "note: {}:{}: {}", long.path, long.line, long.what)?;
    }
    let findings = xtask::tidy(&house);
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    writeln!(out, "{} files read, {} findings", house.files.len(), findings.len())?;
    Ok(findings.is_empty())
}

fn clients(expected: &str, logs: &[&str]) -> Result<bool, Box<dyn Error>> {
    let expected = Expected::parse(&std::fs::read_to_string(expected)?)?;
    let logs = logs.iter().map(|log| read_log(log)).collect::<Result<Vec<_>, _>>()?;
    let verdict = Verdict::of(&expected, &logs);
    writeln!(std::io::stdout().lock(), "{verdict}")?;
    Ok(verdict.is_clean())
}

/// The log's file name and its text; a client may print what is not UTF-8.
fn read_log(path: &str) -> std::io::Result<(String, String)> {
    let name = Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy().into_owned());
    Ok((name, String::from_utf8_lossy(&std::fs::read(path)?).into_owned()))
}
