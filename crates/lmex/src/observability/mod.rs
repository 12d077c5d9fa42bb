//! What the SDK tells about itself while it runs: spans and events for [`tracing`], numbers for [`metrics`].
//!
//! Nothing of it goes anywhere unless the program installs a subscriber or a recorder, such as `tracing-subscriber` and
//! `metrics-exporter-prometheus`; without one it costs next to nothing. No key, no signature, no body and no query string is
//! in any of it. What other crates tell is theirs: `tungstenite`, at the level TRACE, writes whole frames, and a stream's login
//! is one of them.
//!
//! ```
//! lmex::observability::describe(); // tells the recorder that was installed what each number means
//! ```
//!
//! # Spans
//!
//! All are of the level DEBUG, of targets that begin with `lmex`. What is not known yet, or never will be, is left out.
//!
//! | span | field | tells |
//! |---|---|---|
//! | `request` | `method` | of HTTP, such as `POST` |
//! | `request` | `path` | such as `/api/v2.3/order`, without a query |
//! | `request` | `class` | what it competes for: `cancel`, `close`, `order`, `query`, `transfer` |
//! | `request` | `attempt` | 1 for the first; each attempt is a span |
//! | `request` | `waited_us` | how long it waited for its turn |
//! | `request` | `status` | of HTTP |
//! | `request` | `latency_us` | from the moment it left to the whole answer, or to the end of the connection |
//! | `request` | `outcome` | as in the metrics |
//! | `stream` | `path` | such as `/ws/futures` |
//! | `stream` | `connection` | 1 for the first; each connection is a span |
//! | `stream` | `connect_us` | how long it took to connect |
//!
//! A stream's span has events of its own: `connected`, `logged in`, `login refused`, `subscribed`, `asked anew` and
//! `closed`, with the `topic` or the `reason`.
//!
//! # Metrics
//!
//! | name | kind | labels | tells |
//! |---|---|---|---|
//! | `lmex_requests_total` | counter | `method`, `path`, `outcome` | attempts that have ended, whether they were sent or not |
//! | `lmex_request_latency_seconds` | histogram | `method`, `path`, `outcome` | of attempts that were sent: until the whole answer, or the end of the connection |
//! | `lmex_turn_wait_seconds` | histogram | `class` | how long attempts that were let through waited for their turn |
//! | `lmex_turns_refused_total` | counter | `class`, `outcome` | attempts that were never sent: `expired`, `blocked`, `queue_full` |
//! | `lmex_blocks_total` | counter | none | answers that told this client of a block by the venue |
//! | `lmex_block_seconds` | histogram | none | how long those blocks last |
//! | `lmex_stream_connections_total` | counter | `path` | connections of streams that came up |
//! | `lmex_stream_reconnections_total` | counter | `path` | those of them that were not a stream's first |
//! | `lmex_stream_disconnections_total` | counter | `path` | connections that ended or did not come up |
//! | `lmex_stream_logins_total` | counter | `path`, `outcome` | answers to logins: `ok`, `refused` |
//! | `lmex_stream_resubscriptions_total` | counter | `path`, `outcome` | topics that were asked for anew: `wrong`, `stale` |
//!
//! The outcome of a request is `ok`, which for [`Client::send_raw`](crate::Client::send_raw) is any answer; `expired`, `blocked` or `queue_full` if it was never sent; `not_sent` without a
//! connection, `lost` without an answer; `given_up` if its future was dropped; else the word of
//! [`Error::category`](crate::Error::category). The path of a request that no endpoint of this crate describes is `other`.

mod request;
mod stream;

use metrics::{describe_counter, describe_histogram};

pub(crate) use request::{ObservedRequest, observe_block};
pub(crate) use stream::{ObservedStream, observe_event};

/// What a number is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// It only rises.
    Counter,
    /// How values are spread.
    Histogram,
}

/// A number that the SDK keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name; the unit is last in it.
    pub name: &'static str,
    /// What it is of.
    pub kind: MetricKind,
    /// By what it is told apart.
    pub labels: &'static [&'static str],
    /// What it tells.
    pub tells: &'static str,
}

/// All numbers that the SDK keeps.
pub const METRICS: &[Metric] = &[
    Metric {
        name: REQUESTS,
        kind: MetricKind::Counter,
        labels: &["method", "path", "outcome"],
        tells: "attempts that have ended, whether they were sent or not",
    },
    Metric {
        name: LATENCY,
        kind: MetricKind::Histogram,
        labels: &["method", "path", "outcome"],
        tells: "of attempts that were sent: until the whole answer, or the end of the connection",
    },
    Metric {
        name: WAIT,
        kind: MetricKind::Histogram,
        labels: &["class"],
        tells: "how long attempts that were let through waited for their turn",
    },
    Metric {
        name: TURNS_REFUSED,
        kind: MetricKind::Counter,
        labels: &["class", "outcome"],
        tells: "attempts that were never sent: `expired`, `blocked`, `queue_full`",
    },
    Metric {
        name: BLOCKS,
        kind: MetricKind::Counter,
        labels: &[],
        tells: "answers that told this client of a block by the venue",
    },
    Metric {
        name: BLOCK_LENGTH,
        kind: MetricKind::Histogram,
        labels: &[],
        tells: "how long those blocks last",
    },
    Metric {
        name: CONNECTIONS,
        kind: MetricKind::Counter,
        labels: &["path"],
        tells: "connections of streams that came up",
    },
    Metric {
        name: RECONNECTIONS,
        kind: MetricKind::Counter,
        labels: &["path"],
        tells: "those of them that were not a stream's first",
    },
    Metric {
        name: DISCONNECTIONS,
        kind: MetricKind::Counter,
        labels: &["path"],
        tells: "connections that ended or did not come up",
    },
    Metric {
        name: LOGINS,
        kind: MetricKind::Counter,
        labels: &["path", "outcome"],
        tells: "answers to logins: `ok`, `refused`",
    },
    Metric {
        name: RESUBSCRIPTIONS,
        kind: MetricKind::Counter,
        labels: &["path", "outcome"],
        tells: "topics that were asked for anew: `wrong`, `stale`",
    },
];

const REQUESTS: &str = "lmex_requests_total";
const LATENCY: &str = "lmex_request_latency_seconds";
const WAIT: &str = "lmex_turn_wait_seconds";
const TURNS_REFUSED: &str = "lmex_turns_refused_total";
const BLOCKS: &str = "lmex_blocks_total";
const BLOCK_LENGTH: &str = "lmex_block_seconds";
const CONNECTIONS: &str = "lmex_stream_connections_total";
const RECONNECTIONS: &str = "lmex_stream_reconnections_total";
const DISCONNECTIONS: &str = "lmex_stream_disconnections_total";
const LOGINS: &str = "lmex_stream_logins_total";
const RESUBSCRIPTIONS: &str = "lmex_stream_resubscriptions_total";

/// Tells the recorder that the program has installed what each number means. Call it once, after installing it.
pub fn describe() {
    for metric in METRICS {
        match metric.kind {
            MetricKind::Counter => describe_counter!(metric.name, metric.tells),
            MetricKind::Histogram => {
                describe_histogram!(metric.name, metrics::Unit::Seconds, metric.tells);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_every_metric() {
        let page = include_str!("mod.rs");
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with("//! | `lmex_")).collect();
        let expected: Vec<_> = METRICS
            .iter()
            .map(|metric| {
                let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
                let labels = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
                let kind = format!("{:?}", metric.kind).to_lowercase();
                format!("//! | `{}` | {kind} | {labels} | {} |", metric.name, metric.tells)
            })
            .collect();
        assert_eq!(rows, expected);
    }
}
