//! Moments for people and for programs.

use std::time::Duration;

use lmex::{Decimal, TimeMs};

use crate::output::Format;

/// `2026-11-23 03:18:46`, in UTC.
pub fn shown(time: TimeMs) -> String {
    jiff::Timestamp::from_millisecond(time.as_millis())
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_else(|_| time.to_string())
}

/// `12:00:58`, for what is near.
pub fn time_of_day(time: TimeMs) -> String {
    jiff::Timestamp::from_millisecond(time.as_millis())
        .map(|time| time.strftime("%H:%M:%S").to_string())
        .unwrap_or_else(|_| time.to_string())
}

/// A moment in a table: the date for people, in CSV the milliseconds that JSON has too.
pub fn moment(time: TimeMs, format: Format) -> String {
    if format == Format::Csv { time.as_millis().to_string() } else { shown(time) }
}

/// The same where LMEX counts seconds: candles and funding.
pub fn second(time: TimeMs, format: Format) -> String {
    if format == Format::Csv { time.as_secs().to_string() } else { shown(time) }
}

/// Milliseconds with a fraction, for people.
pub fn millis(latency: Duration) -> Decimal {
    Decimal::from(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX)) / Decimal::ONE_THOUSAND
}
