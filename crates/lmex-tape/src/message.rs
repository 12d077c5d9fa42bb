//! What one message of a tape says.

use std::fmt;

use lmex_types::{Decimal, Side};

/// One message as the venue sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapeMessage {
    /// When it happened, by the venue's clock, in nanoseconds since 1970 (UTC). Never goes back within a stream.
    pub at_ns: i64,
    /// When it was received, by the recorder's clock, in nanoseconds since 1970 (UTC). Never goes back.
    pub received_ns: i64,
    /// What it says.
    pub body: TapeBody,
}

/// The content of a message. Sizes are in the tape's [`SizeUnit`], prices in quote currency for one base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TapeBody {
    /// Levels of the order book.
    Depth {
        /// Whether these levels are the whole book (`true`) or only those that changed.
        snapshot: bool,
        /// At least one level, in the order of the source.
        levels: Vec<TapeLevel>,
    },
    /// One trade.
    Trade {
        /// The side of the order that came second and took liquidity.
        aggressor: Side,
        /// Above zero.
        price: Decimal,
        /// Above zero.
        size: Decimal,
    },
    /// The best bid and the best ask.
    Top {
        /// The highest buy level.
        bid: Quote,
        /// The lowest sell level.
        ask: Quote,
    },
}

/// One price of the order book and what rests there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TapeLevel {
    /// `Buy` is a bid.
    pub side: Side,
    /// Above zero.
    pub price: Decimal,
    /// The total that rests at this price from now on; zero removes the level.
    pub size: Decimal,
}

/// A price with what is offered at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Above zero.
    pub price: Decimal,
    /// Zero or more.
    pub size: Decimal,
}

/// The venue delivers three streams, each in the order of its own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Snapshots and changes of the order book.
    Depth,
    /// Trades.
    Trade,
    /// Best bid and ask.
    Top,
}

impl TapeBody {
    /// The stream that the message came by.
    pub fn stream(&self) -> Stream {
        match self {
            Self::Depth { .. } => Stream::Depth,
            Self::Trade { .. } => Stream::Trade,
            Self::Top { .. } => Stream::Top,
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Depth => "depth",
            Self::Trade => "trade",
            Self::Top => "top",
        })
    }
}

/// What a size of 1 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeUnit {
    /// One unit of the base currency: 1 BTC.
    Base,
    /// One contract worth a fixed amount of the quote currency, as inverse futures count: 100 USD.
    QuoteContracts {
        /// Quote currency in one contract.
        value: Decimal,
    },
}

impl fmt::Display for SizeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base => f.write_str("base currency"),
            Self::QuoteContracts { value } => write!(f, "contracts of {value} quote currency"),
        }
    }
}
