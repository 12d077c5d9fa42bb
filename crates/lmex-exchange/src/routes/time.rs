//! The server's time. On LMEX only the spot API tells it, so this one path of it is served.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use lmex_types::TimeMs;
use serde::Serialize;

use super::{Answer, Json};
use crate::call::UncountedCall;
use crate::server::App;

/// The paths that answer the time. They are not limited: LMEX documents no limit for them.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/spot/api/v3.2/time", get(time)).route("/spot/api/v3.3/time", get(time))
}

/// A moment, as the spot API writes it.
#[derive(Debug, Serialize)]
struct ServerTime {
    iso: String,
    /// Seconds since 1970.
    epoch: i64,
}

async fn time(State(app): State<Arc<App>>, call: UncountedCall) -> Answer<ServerTime> {
    call.query.finish()?;
    let now = app.clocks.wall.now();
    Ok(Json(ServerTime { iso: iso(now), epoch: now.as_secs() }))
}

/// ISO 8601 in UTC with milliseconds: `2026-08-13T07:41:54.698Z`.
fn iso(at: TimeMs) -> String {
    let (days, of_day) = (at.as_secs().div_euclid(86_400), at.as_secs().rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let milli = at.as_millis().rem_euclid(1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Year, month and day of a number of days since 1970, in the Gregorian calendar (H. Hinnant, "chrono-compatible
/// low-level date algorithms": years start in March, in eras of 400 years).
fn date(days_since_1970: i64) -> (i64, i64, i64) {
    let days = days_since_1970 + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_time_is_written_as_recorded() {
        // A capture of 2026-08-13: epoch 1786606914.
        assert_eq!(iso(TimeMs::from_millis(1_786_606_914_698)), "2026-08-13T07:41:54.698Z");
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso(TimeMs::from_millis(millis)), text);
        }
    }
}
