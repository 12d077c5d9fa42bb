//! News about a stream, told at a bounded pace: the first of a kind in full, those that follow as a number.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// What news is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Disconnected,
    Resync,
    Stale,
    Lagged,
    Warning,
}

/// A kind of news is told once in so long: whatever an exchange sends, a terminal stays readable and a log small.
const PACE: Duration = Duration::from_secs(10);
/// As much of a text is shown.
const LONGEST: usize = 300;

/// What has been told, and what has come since.
#[derive(Debug, Default)]
pub struct Notices {
    told: BTreeMap<Kind, Told>,
}

#[derive(Debug)]
struct Told {
    at: Instant,
    more: u64,
    latest: String,
}

impl Notices {
    /// The line to say now; nothing while the kind has just been told of.
    pub fn hear(&mut self, kind: Kind, text: &str, now: Instant) -> Option<String> {
        match self.told.get_mut(&kind) {
            Some(told) if told.more > 0 || now < told.at + PACE => {
                told.more += 1;
                told.latest = printable(text);
                None
            }
            _ => {
                self.told.insert(kind, Told { at: now, more: 0, latest: String::new() });
                Some(format!("stream: {}", printable(text)))
            }
        }
    }

    /// When [`counted`](Self::counted) has something to say; `None` if nothing waits.
    pub fn due(&self) -> Option<Instant> {
        self.told.values().filter(|told| told.more > 0).map(|told| told.at + PACE).min()
    }

    /// What has been counted for long enough.
    pub fn counted(&mut self, now: Instant) -> Vec<String> {
        let due = |told: &Told| now >= told.at + PACE;
        self.told.values_mut().filter(|told| due(told)).filter_map(|told| told.take(now)).collect()
    }

    /// What has been counted, at the end.
    pub fn rest(&mut self, now: Instant) -> Vec<String> {
        self.told.values_mut().filter_map(|told| told.take(now)).collect()
    }
}

impl Told {
    fn take(&mut self, now: Instant) -> Option<String> {
        let more = std::mem::take(&mut self.more);
        let seconds = now.duration_since(self.at).as_millis().div_ceil(1_000);
        let latest = std::mem::take(&mut self.latest);
        (more > 0).then(|| {
            self.at = now;
            format!("stream: {more} more like that within {seconds} s, the latest: {latest}")
        })
    }
}

/// An exchange's words, without what could steer a terminal, and not without end.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_line_and_then_a_number_at_a_pace() {
        let (start, mut notices, mut lines) = (Instant::now(), Notices::default(), Vec::new());
        for n in 0..100_000_u64 {
            let now = start + Duration::from_micros(n * 250);
            lines.extend(notices.hear(Kind::Warning, &format!("bad {n}"), now));
            if notices.due().is_some_and(|due| due <= now) {
                lines.extend(notices.counted(now));
            }
        }
        // 25 s of it: at once, after 10 s, after 20 s, and at the end.
        lines.extend(notices.rest(start + Duration::from_secs(25)));
        assert_eq!(
            lines,
            [
                "stream: bad 0",
                "stream: 40000 more like that within 10 s, the latest: bad 40000",
                "stream: 40000 more like that within 10 s, the latest: bad 80000",
                "stream: 19999 more like that within 5 s, the latest: bad 99999",
            ]
        );
        assert_eq!(notices.rest(start + Duration::from_secs(26)), Vec::<String>::new());
    }

    #[test]
    fn kinds_are_told_apart_and_what_is_rare_is_told_in_full() {
        let (start, mut notices) = (Instant::now(), Notices::default());
        assert_eq!(notices.hear(Kind::Stale, "a", start).as_deref(), Some("stream: a"));
        assert_eq!(notices.hear(Kind::Resync, "b", start).as_deref(), Some("stream: b"));
        assert_eq!((notices.due(), notices.rest(start).len()), (None, 0));
        assert_eq!(notices.hear(Kind::Stale, "c", start + PACE).as_deref(), Some("stream: c"));
    }

    #[test]
    fn an_exchange_can_not_steer_the_terminal() {
        let told =
            Notices::default().hear(Kind::Warning, &format!("\x1b[2J{}", "x".repeat(9_999)), Instant::now());
        let told = told.unwrap();
        assert!(told.starts_with("stream: [2Jxx") && told.len() < 320, "{told}");
    }
}
