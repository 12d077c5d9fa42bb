//! `lmex exchange time`: a running exchange's time.

use clap::{ArgGroup, Args, Subcommand};
use http::Method;
use lmex::TimeMs;
use lmex_exchange::Speed;
use serde::{Deserialize, Serialize};

use super::admin::Admin;
use crate::commands::time::{moment, shown};
use crate::error::CliError;
use crate::output::{Align, Output, Table};

#[derive(Debug, Subcommand)]
pub enum Time {
    /// Let venue time stand still; orders still match.
    Pause,
    /// Let it go on.
    Resume,
    /// Live through some time at once: funding, expiry and the crowd happen in their order.
    #[command(
        after_help = "Examples: lmex exchange time step 8h\n          lmex exchange time step --to 2026-12-01T00:00:00Z"
    )]
    Step(Step),
    /// Let it run so many times faster: 0.001 to 1000.
    Speed {
        /// How many times: 10 or x10; 1 is real time.
        times: Speed,
    },
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("where").required(true).args(["by", "to"]))]
pub struct Step {
    /// How long: 500ms, 90s, 1h30m, 8h; at most 744h.
    #[arg(value_parser = millis, allow_hyphen_values = true)]
    pub by: Option<i64>,
    /// Until this moment: 2026-12-01T00:00:00Z, or milliseconds since 1970.
    #[arg(long, value_name = "MOMENT", value_parser = point)]
    pub to: Option<TimeMs>,
}

/// What is asked for.
#[derive(Debug, Serialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Change {
    Pause,
    Resume,
    Speed {
        speed: String,
    },
    Step {
        #[serde(skip_serializing_if = "Option::is_none")]
        ms: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        to_ms: Option<i64>,
    },
}

/// What the clocks show.
#[derive(Debug, Serialize, Deserialize)]
struct Status {
    venue_ms: i64,
    wall_ms: i64,
    is_paused: bool,
    speed: String,
}

pub async fn run(time: Option<&Time>, admin: &Admin, output: &Output) -> Result<(), CliError> {
    let change = time.map(|time| match time {
        Time::Pause => Change::Pause,
        Time::Resume => Change::Resume,
        Time::Speed { times } => Change::Speed { speed: times.to_string() },
        Time::Step(Step { by, to }) => Change::Step { ms: *by, to_ms: to.map(TimeMs::as_millis) },
    });
    let method = if change.is_some() { Method::POST } else { Method::GET };
    let asked = admin.ask(method, "/admin/time", change.as_ref()).await;
    let status: Status = match (asked, &change) {
        (Err(error), Some(Change::Step { to_ms: Some(_), .. })) => return Err(with_now(error, admin).await),
        (asked, _) => asked?,
    };
    output.print(&status, || table(&status, output))
}

/// The exchange counts in milliseconds; who names a moment by its date is told the present one by its date.
async fn with_now(error: CliError, admin: &Admin) -> CliError {
    const NOTHING: Option<&()> = None;
    let Ok(status) = admin.ask::<Status>(Method::GET, "/admin/time", NOTHING).await else { return error };
    let now = shown(TimeMs::from_millis(status.venue_ms));
    error.hint(format!("venue time is {now} UTC now: give a later moment, at most 31 days on"))
}

fn table(status: &Status, output: &Output) -> Table {
    let columns = ["venue time", "wall time", "runs"].map(|name| (name, Align::Left));
    let mut table = Table::new("", &columns);
    let shown = |millis| moment(TimeMs::from_millis(millis), output.format);
    let runs = match status.is_paused {
        true => "paused".to_owned(),
        false => format!("x{}", status.speed),
    };
    table.row([&shown(status.venue_ms), &shown(status.wall_ms), &runs]);
    table
}

fn millis(text: &str) -> Result<i64, String> {
    let expected = || "write a time above zero with its unit, such as 500ms, 90s or 1h30m".to_owned();
    let span: jiff::SignedDuration = text.parse().map_err(|_| expected())?;
    let millis = i64::try_from(span.as_millis()).map_err(|_| expected())?;
    if millis > 0 { Ok(millis) } else { Err(expected()) }
}

fn point(text: &str) -> Result<TimeMs, String> {
    if let Ok(millis) = text.parse() {
        return Ok(TimeMs::from_millis(millis));
    }
    let at: jiff::Timestamp = text
        .parse()
        .map_err(|_| "write a moment such as 2026-12-01T00:00:00Z, or milliseconds since 1970".to_owned())?;
    Ok(TimeMs::from_millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_moments_are_read_as_people_write_them() {
        for (text, expected) in [("500ms", 500), ("90s", 90_000), ("1h30m", 5_400_000), ("8h", 28_800_000)] {
            assert_eq!(millis(text), Ok(expected), "{text}");
        }
        for text in ["", "8", "0s", "-8h", "soon"] {
            assert!(millis(text).is_err(), "{text}");
        }
        let at = TimeMs::from_millis(1_764_547_200_000);
        assert_eq!((point("2025-12-01T00:00:00Z"), point("1764547200000")), (Ok(at), Ok(at)));
        assert!(point("tomorrow").is_err());
    }
}
