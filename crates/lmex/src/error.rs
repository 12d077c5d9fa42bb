//! Why a call failed.

use std::path::{Path, PathBuf};

use lmex_api::futures::{OrderAnswer, SettingAnswer};
use lmex_api::stream::Topic;
use lmex_api::{ApiError, ErrorKind, PrepareError, Status};
use lmex_types::{ClientOrderId, GridError, SizeError, Symbol, TimeMs};

use crate::environment::EndpointError;
use crate::orders::{JournalError, OrderError, UnknownOrder};
use crate::tls::TlsError;

/// Why a call failed. [`Error::was_sent`] tells whether the venue may have seen it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The venue answered, and the answer is no.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The venue answered with an order whose status is a refusal, or says that it does not know.
    #[error("{}", refusal_shown(.0))]
    Refused(Box<OrderAnswer>),
    /// The venue answered, and has not set what it was asked to set.
    #[error("not set in {}: {}", .0.symbol, .0.reason())]
    NotSet(Box<SettingAnswer>),
    /// Key, nonce or signature was refused; with the error of the clock or of the nonces, if it is large enough to be the
    /// cause.
    #[error("{error}{}{}", skew_shown(*skew_ms), ahead_shown(*nonces_ahead_ms))]
    Authentication {
        /// The venue's words.
        error: ApiError,
        /// Our clock less the venue's, in milliseconds, as far as it could be measured.
        skew_ms: Option<i64>,
        /// How far the nonces of this process were ahead of its clock, in milliseconds: each call takes one of its own.
        nonces_ahead_ms: i64,
    },
    /// No connection: nothing was sent.
    #[error("no connection to {origin}: {reason}")]
    NotSent {
        /// The exchange's address.
        origin: String,
        /// What went wrong.
        reason: String,
    },
    /// No encrypted connection to who should be there: nothing was sent.
    #[error("nothing was sent to {origin}: {error}")]
    Tls {
        /// The exchange's address.
        origin: String,
        /// What went wrong, and what to do.
        error: TlsError,
    },
    /// Sent, but no answer that can be read: what the venue did is unknown.
    #[error("no answer from {origin} ({reason}): what the exchange did is unknown")]
    Lost {
        /// The exchange's address.
        origin: String,
        /// What went wrong.
        reason: String,
    },
    /// The exchange serves no such topic: it acknowledged none of its names.
    #[error("the exchange serves no stream of {0}: check the market's name with `Client::market_summary`")]
    TopicRefused(Topic),
    /// Each client has one tracker.
    #[error("this client has a tracker already: use that one, or a client of its own for another")]
    Tracked,
    /// The exchange does not take the login of a stream.
    #[error(
        "the exchange refused the login of the stream: check the API key, its Read permission and this machine's clock"
    )]
    LoginRefused,
    /// The call needs a key, and the client has none.
    #[error("this call needs an API key, and the client was built without one")]
    NoCredentials,
    /// The request waited longer for its turn than it may: it was never sent.
    #[error("never sent: the rate limit left no room within {waited_ms} ms")]
    Expired {
        /// How long it waited.
        waited_ms: i64,
    },
    /// The venue has blocked this key: this client sends nothing until then.
    #[error("never sent: the exchange has blocked this key for {} more after too many requests", wait_shown(unlock.ms_since(*now)))]
    Blocked {
        /// When the block ends (on the client's steady clock).
        unlock: TimeMs,
        /// The present, on the same clock.
        now: TimeMs,
    },
    /// Too many requests wait already: this one was never sent.
    #[error("never sent: {0} requests wait already")]
    QueueFull(usize),
    /// An earlier order's fate is still unknown, and a new one could double it.
    #[error(
        "never sent: {} in {symbol} is still unresolved. It was sent at {sent}; ask again after {settles}, when the exchange can no longer execute it{}",
        unresolved_shown(*client_id, *closing),
        last_resort_shown(journal.as_deref())
    )]
    Unresolved {
        /// The market.
        symbol: Symbol,
        /// The order in question.
        client_id: ClientOrderId,
        /// Whether it closes a position: its id is in the journal only.
        closing: bool,
        /// When it was sent (wall time).
        sent: TimeMs,
        /// From when on its absence counts (wall time).
        settles: TimeMs,
        /// Where its intent is, if the exchange can't execute it any more, but does not answer for it either.
        journal: Option<PathBuf>,
    },
    /// The answer to a close was lost, and asking has not cleared it up yet.
    #[error("{0}")]
    Unknown(Box<UnknownOrder>),
    /// There is nothing to close.
    #[error("never sent: there is no open position in {0}")]
    NoPosition(Symbol),
    /// What has to be known before anything is sent could not be found out.
    #[error("never sent: {0}")]
    BeforeSending(Box<Error>),
    /// The order's intent could not be written to disk, so it was not sent.
    #[error("never sent: {0}")]
    Journal(#[from] JournalError),
    /// Parts of an order that don't go together.
    #[error("never sent: {0}")]
    Order(#[from] OrderError),
    /// A price off the grid.
    #[error(transparent)]
    Price(#[from] GridError),
    /// A size that can't be traded.
    #[error(transparent)]
    Size(#[from] SizeError),
    /// The venue does not list the market.
    #[error("market {0} is not listed: `Client::market_summary` lists them")]
    UnknownMarket(Symbol),
    /// An address that can't be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The request can't be built.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// A call that waits was made where nothing may wait.
    #[error(
        "never sent: a blocking call was made inside an async runtime: use `lmex::Client` there, or a thread of its own"
    )]
    InsideRuntime,
    /// The certificates to trust can't be read.
    #[error("the root certificates can't be used: {0}")]
    RootCertificates(String),
    /// The client can't be built.
    #[error("the HTTP client can't be built: {0}")]
    Build(String),
    /// The venue's answer makes no sense.
    #[error("unexpected answer: {0}")]
    Unexpected(&'static str),
}

impl Error {
    /// Whether the venue may have seen the request. If not, trying again is always safe.
    pub fn was_sent(&self) -> bool {
        matches!(
            self,
            Self::Api(_)
                | Self::Refused(_)
                | Self::NotSet(_)
                | Self::Authentication { .. }
                | Self::Lost { .. }
                | Self::Unknown(_)
                | Self::Unexpected(_)
        )
    }

    /// Whether it is unknown what the venue did.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Lost { .. } | Self::Unknown(_) | Self::Unexpected(_) => true,
            Self::Api(error) => !error.is_definite(),
            Self::Refused(order) => order.status.is_unknown(),
            _ => false,
        }
    }

    /// Whether the venue knows no such order.
    pub fn is_order_not_found(&self) -> bool {
        match self {
            Self::Api(error) => error.kind == ErrorKind::OrderNotFound,
            Self::Refused(order) => order.status == Status::NOT_FOUND,
            _ => false,
        }
    }

    /// A failure of what is looked up before a change is sent says nothing about the change.
    pub(crate) fn before_sending(self) -> Self {
        if self.was_sent() { Self::BeforeSending(Box::new(self)) } else { self }
    }

    /// A stable word for programs.
    pub fn category(&self) -> &'static str {
        match self {
            Self::Api(error) => error.kind.as_str(),
            Self::Refused(order) => match order.status {
                Status::NOT_FOUND => "order_not_found",
                Status::INSUFFICIENT_BALANCE => "insufficient_funds",
                status if status.is_unknown() => "unknown",
                _ => "refused",
            },
            Self::Authentication { .. } | Self::LoginRefused => "authentication",
            Self::TopicRefused(_) => "refused",
            Self::Tracked | Self::InsideRuntime => "internal",
            Self::NotSent { .. } | Self::Tls { .. } | Self::Lost { .. } => "network",
            Self::NoCredentials => "credentials",
            Self::Expired { .. } | Self::Blocked { .. } | Self::QueueFull(_) => "rate_limited",
            Self::Unresolved { .. } => "unresolved",
            Self::Unknown(_) => "unknown",
            Self::BeforeSending(error) => error.category(),
            Self::NotSet(_) | Self::NoPosition(_) | Self::Journal(JournalError::AlreadySent(_)) => "refused",
            Self::Journal(_) => "io",
            Self::Order(_) | Self::Price(_) | Self::Size(_) => "invalid",
            Self::UnknownMarket(_) => "unknown_market",
            Self::Endpoint(_) | Self::RootCertificates(_) | Self::Build(_) => "config",
            Self::Prepare(_) | Self::Unexpected(_) => "internal",
        }
    }
}

fn unresolved_shown(client_id: ClientOrderId, closing: bool) -> String {
    if closing { "the closing of the position".to_owned() } else { format!("order {client_id}") }
}

fn last_resort_shown(journal: Option<&Path>) -> String {
    let Some(journal) = journal else { return String::new() };
    format!(
        ". Should the exchange never answer for it: look for it among your orders and fills, end all programs that use \
         this key, and move {} away",
        journal.display()
    )
}

fn refusal_shown(order: &OrderAnswer) -> String {
    match order.reason() {
        reason if reason.is_empty() => format!("the exchange answered with status {}", order.status),
        reason => format!("the exchange answered with status {}: {reason}", order.status),
    }
}

/// For a program in milliseconds, for a person in the largest fitting unit.
fn wait_shown(ms: i64) -> String {
    let (unit_ms, unit) = match ms {
        ..120_000 => (1_000, "s"),
        120_000..7_200_000 => (60_000, "min"),
        _ => (3_600_000, "h"),
    };
    // Rounded up: who waits that long has waited long enough.
    format!("{ms} ms (about {} {unit})", ms.max(0).saturating_add(unit_ms - 1) / unit_ms)
}

/// The venue is assumed to allow a few seconds; a smaller error is not the cause.
const SKEW_WORTH_TELLING_MS: i64 = 1_500;

fn skew_shown(skew_ms: Option<i64>) -> String {
    match skew_ms {
        Some(skew) if skew.abs() >= SKEW_WORTH_TELLING_MS => {
            let side = if skew > 0 { "ahead of" } else { "behind" };
            format!(". This machine's clock is about {} ms {side} the exchange's: set it right", skew.abs())
        }
        _ => String::new(),
    }
}

/// Less than the 4 s that the venue is assumed to allow: the clock has gone on until the answer came.
const AHEAD_WORTH_TELLING_MS: i64 = 3_000;

fn ahead_shown(ahead_ms: i64) -> String {
    if ahead_ms < AHEAD_WORTH_TELLING_MS {
        return String::new();
    }
    format!(
        ". The nonces of this process run {ahead_ms} ms ahead of its clock, after more than a thousand calls a second: \
         wait that long, and call less often"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_told_in_words() {
        let shown = |ms: i64| {
            Error::Blocked { unlock: TimeMs::from_millis(500 + ms), now: TimeMs::from_millis(500) }
                .to_string()
        };
        for (ms, told) in [
            (0, "for 0 ms (about 0 s) more"),
            (1_001, "for 1001 ms (about 2 s) more"),
            (299_999, "for 299999 ms (about 5 min) more"),
            (86_400_000, "for 86400000 ms (about 24 h) more"),
        ] {
            assert!(shown(ms).contains(told), "{}", shown(ms));
        }
    }
    #[test]
    fn an_order_that_nobody_answers_for_names_the_last_resort() {
        let unresolved = |journal: Option<&str>| {
            Error::Unresolved {
                symbol: "BTC-PERP".parse().unwrap(),
                client_id: "a".parse().unwrap(),
                closing: false,
                sent: TimeMs::from_millis(1),
                settles: TimeMs::from_millis(2),
                journal: journal.map(PathBuf::from),
            }
            .to_string()
        };
        assert!(unresolved(Some("/state/journal")).ends_with("move /state/journal away"));
        assert!(!unresolved(None).contains("away"));
    }
}
