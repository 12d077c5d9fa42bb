//! The words that describe an order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word that is not one of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {word:?} is not known: use {expected}")]
pub struct UnknownWord {
    field: &'static str,
    word: String,
    expected: &'static str,
}

impl UnknownWord {
    pub(crate) fn new(field: &'static str, word: &str, expected: &'static str) -> Self {
        Self { field, word: word.chars().take(64).collect(), expected }
    }
}

/// How an order names its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OrderType {
    /// Trades at its price or better.
    Limit,
    /// Trades at the best prices there are, now.
    Market,
}

impl OrderType {
    /// The word LMEX uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limit => "LIMIT",
            Self::Market => "MARKET",
        }
    }
}

impl FromStr for OrderType {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [Self::Limit, Self::Market]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownWord::new("type", text, "LIMIT or MARKET"))
    }
}

impl fmt::Display for OrderType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How long an order stays in the book.
///
/// The list is LMEX's (futures API documentation, `time_in_force`). Durations run from the moment the order is
/// accepted, in venue time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum TimeInForce {
    /// Good till cancelled.
    #[default]
    Gtc,
    /// Immediate or cancel: trades what it can at once, the rest is cancelled.
    Ioc,
    /// Fill or kill: trades whole at once, or not at all.
    Fok,
    /// 30 seconds.
    HalfMin,
    /// 5 minutes.
    FiveMin,
    /// 1 hour.
    Hour,
    /// 12 hours.
    TwelveHour,
    /// 1 day.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

impl TimeInForce {
    /// All values, in the order LMEX lists them.
    pub const ALL: [Self; 10] = [
        Self::Gtc,
        Self::Ioc,
        Self::Fok,
        Self::HalfMin,
        Self::FiveMin,
        Self::Hour,
        Self::TwelveHour,
        Self::Day,
        Self::Week,
        Self::Month,
    ];

    /// The word LMEX uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gtc => "GTC",
            Self::Ioc => "IOC",
            Self::Fok => "FOK",
            Self::HalfMin => "HALFMIN",
            Self::FiveMin => "FIVEMIN",
            Self::Hour => "HOUR",
            Self::TwelveHour => "TWELVEHOUR",
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
        }
    }

    /// How long the order may rest, in milliseconds; `None` when no clock ends it.
    pub fn lifetime_ms(self) -> Option<i64> {
        const MINUTE: i64 = 60_000;
        match self {
            Self::Gtc | Self::Ioc | Self::Fok => None,
            Self::HalfMin => Some(MINUTE / 2),
            Self::FiveMin => Some(5 * MINUTE),
            Self::Hour => Some(60 * MINUTE),
            Self::TwelveHour => Some(12 * 60 * MINUTE),
            Self::Day => Some(24 * 60 * MINUTE),
            Self::Week => Some(7 * 24 * 60 * MINUTE),
            Self::Month => Some(30 * 24 * 60 * MINUTE),
        }
    }

    /// Whether what is not traded at once is cancelled instead of resting.
    pub fn is_immediate(self) -> bool {
        matches!(self, Self::Ioc | Self::Fok)
    }
}

impl FromStr for TimeInForce {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|tif| tif.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
            UnknownWord::new(
                "time_in_force",
                text,
                "GTC, IOC, FOK, HALFMIN, FIVEMIN, HOUR, TWELVEHOUR, DAY, WEEK or MONTH",
            )
        })
    }
}

impl fmt::Display for TimeInForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
