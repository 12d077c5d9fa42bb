//! Moments for people.

use lmex::TimeMs;

/// `2026-11-23 03:18:46`, in UTC.
pub fn shown(time: TimeMs) -> String {
    jiff::Timestamp::from_millisecond(time.as_millis())
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_else(|_| time.to_string())
}
