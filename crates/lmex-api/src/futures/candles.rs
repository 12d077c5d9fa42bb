//! Candles.

use std::fmt;
use std::str::FromStr;

use lmex_types::{Decimal, Symbol, TimeMs};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::endpoint::{Bucket, Endpoint, EndpointInfo, Evidence, Method, Permission, Safety};
use crate::request::Query;
use crate::wire::decimal::Number;

/// `GET /api/v2.3/ohlcv`: at most 300 candles, newest first.
///
/// The bounds are sent in milliseconds; the answer counts in seconds. There is no `limit` parameter. The newest
/// candle of an answer that reaches to the present is unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candles {
    /// The market.
    pub symbol: Symbol,
    /// Length of a candle.
    pub resolution: Resolution,
    /// Earliest start of a candle.
    pub start: Option<TimeMs>,
    /// Latest start of a candle.
    pub end: Option<TimeMs>,
}

impl Candles {
    /// The most candles in an answer.
    pub const MAX: usize = 300;
}

impl Endpoint for Candles {
    const INFO: EndpointInfo = EndpointInfo {
        method: Method::Get,
        path: "/api/v2.3/ohlcv",
        permission: Permission::Public,
        bucket: Bucket::Query,
        safety: Safety::Safe,
        documented: "Charting Data",
        evidence: Evidence::Documented,
    };

    type Response = Vec<Candle>;

    fn query(&self, query: &mut Query) {
        query
            .push("symbol", self.symbol)
            .push("resolution", self.resolution.minutes())
            .push_some("start", self.start)
            .push_some("end", self.end);
    }
}

/// One candle: written as `[seconds, open, high, low, close, volume]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candle {
    /// Its start.
    pub start: TimeMs,
    /// First price.
    pub open: Decimal,
    /// Highest price.
    pub high: Decimal,
    /// Lowest price.
    pub low: Decimal,
    /// Last price.
    pub close: Decimal,
    /// Traded, in the quote currency.
    pub volume: Decimal,
}

impl Candle {
    /// Whether the candle is over at `now`, so that its values won't change any more.
    pub fn is_finished(&self, resolution: Resolution, now: TimeMs) -> bool {
        now.ms_since(self.start) >= resolution.millis()
    }
}

impl Serialize for Candle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [open, high, low, close, volume] =
            [self.open, self.high, self.low, self.close, self.volume].map(Number);
        (self.start.as_secs(), open, high, low, close, volume).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Candle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let (start, open, high, low, close, volume) =
            <(Number, Number, Number, Number, Number, Number)>::deserialize(deserializer)?;
        let secs =
            i64::try_from(start.0.trunc()).map_err(|_| D::Error::custom("candle time is out of range"))?;
        Ok(Self {
            start: TimeMs::from_secs(secs),
            open: open.0,
            high: high.0,
            low: low.0,
            close: close.0,
            volume: volume.0,
        })
    }
}

/// The length of a candle. LMEX knows ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// 1 minute.
    M1,
    /// 5 minutes.
    M5,
    /// 15 minutes.
    M15,
    /// 30 minutes.
    M30,
    /// 1 hour.
    H1,
    /// 4 hours.
    H4,
    /// 6 hours.
    H6,
    /// 1 day.
    D1,
    /// 7 days.
    W1,
    /// 30 days.
    Month,
}

impl Resolution {
    /// All lengths, shortest first.
    pub const ALL: [Self; 10] = [
        Self::M1,
        Self::M5,
        Self::M15,
        Self::M30,
        Self::H1,
        Self::H4,
        Self::H6,
        Self::D1,
        Self::W1,
        Self::Month,
    ];

    /// The length in minutes, as the parameter is sent.
    pub const fn minutes(self) -> i64 {
        match self {
            Self::M1 => 1,
            Self::M5 => 5,
            Self::M15 => 15,
            Self::M30 => 30,
            Self::H1 => 60,
            Self::H4 => 240,
            Self::H6 => 360,
            Self::D1 => 1_440,
            Self::W1 => 10_080,
            Self::Month => 43_200,
        }
    }

    /// The length in milliseconds.
    pub const fn millis(self) -> i64 {
        self.minutes() * 60_000
    }

    /// The length as people write it: `1m`, `4h`, `1d`, `1w`, `1mo`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::M1 => "1m",
            Self::M5 => "5m",
            Self::M15 => "15m",
            Self::M30 => "30m",
            Self::H1 => "1h",
            Self::H4 => "4h",
            Self::H6 => "6h",
            Self::D1 => "1d",
            Self::W1 => "1w",
            Self::Month => "1mo",
        }
    }
}

/// A candle length that LMEX does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("candle length {0:?} is not known: use 1m, 5m, 15m, 30m, 1h, 4h, 6h, 1d, 1w or 1mo")]
pub struct UnknownResolution(String);

impl FromStr for Resolution {
    type Err = UnknownResolution;

    /// Reads `1h`, or LMEX's number of minutes (`60`).
    fn from_str(text: &str) -> Result<Self, UnknownResolution> {
        let is = |r: &Self| r.as_str().eq_ignore_ascii_case(text) || r.minutes().to_string() == text;
        Self::ALL.into_iter().find(is).ok_or_else(|| UnknownResolution(text.chars().take(20).collect()))
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
