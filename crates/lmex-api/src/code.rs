//! The numbers with which LMEX names states. The set is open: a number that is not known is kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::wire;

/// The state of an order, or the result of an action, as a number (LMEX futures API, "API Enum").
///
/// ```
/// use lmex_api::Status;
/// assert!(Status::FULLY_TRANSACTED.is_final());
/// assert_eq!(Status(5).to_string(), "5 partially filled");
/// assert_eq!(Status(4711).to_string(), "4711");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Status(#[serde(with = "wire::integer::required")] pub i64);

impl Status {
    /// The market can't be traded.
    pub const MARKET_UNAVAILABLE: Self = Self(1);
    /// In the book.
    pub const INSERTED: Self = Self(2);
    /// Filled whole.
    pub const FULLY_TRANSACTED: Self = Self(4);
    /// Filled in part; the rest stays in the book.
    pub const PARTIALLY_TRANSACTED: Self = Self(5);
    /// Cancelled, also: post-only that would cross, FOK that could not fill, self-trade.
    pub const CANCELLED: Self = Self(6);
    /// A market order that found nothing.
    pub const REFUNDED: Self = Self(7);
    /// Refused: not enough money.
    pub const INSUFFICIENT_BALANCE: Self = Self(8);
    /// A trigger order waits.
    pub const TRIGGER_INSERTED: Self = Self(9);
    /// A trigger order fired.
    pub const TRIGGER_ACTIVATED: Self = Self(10);
    /// Refused: the risk limit could not be changed.
    pub const RISK_LIMIT_NOT_CHANGED: Self = Self(12);
    /// Refused: such a leverage is not possible here.
    pub const INVALID_LEVERAGE: Self = Self(13);
    /// Refused before the engine saw it.
    pub const REJECTED: Self = Self(15);
    /// No such order.
    pub const NOT_FOUND: Self = Self(16);
    /// "Failed to complete the request, please check order status": the state is unknown.
    pub const REQUEST_FAILED: Self = Self(17);
    /// An action succeeded.
    pub const SUCCESS: Self = Self(20);
    /// Refused: there is no such risk limit.
    pub const INVALID_RISK_LIMIT: Self = Self(41);
    /// The account is being liquidated.
    pub const ACCOUNT_LIQUIDATION: Self = Self(64);
    /// In the book (order query).
    pub const ACTIVE: Self = Self(65);
    /// Being processed.
    pub const PROCESSING: Self = Self(85);
    /// Sources contradict each other whether such an order is open; not final by itself.
    pub const INACTIVE: Self = Self(88);
    /// Amended.
    pub const AMENDED: Self = Self(123);
    /// Refused: the position mode does not fit the request.
    pub const POSITION_MODE_INVALID: Self = Self(133);
    /// Refused: the position mode can't be changed while there are positions or orders.
    pub const POSITION_MODE_UNCHANGEABLE: Self = Self(134);
    /// Refused: the position that is named does not exist, or none is named where one must be.
    pub const POSITION_ID_INVALID: Self = Self(135);
    /// An order by which a position is liquidated.
    pub const LIQUIDATION: Self = Self(1003);
    /// An order by which a position is taken over to cover someone's loss.
    pub const AUTO_DELEVERAGING: Self = Self(1004);

    /// Whether an order in this state can never trade again.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::FULLY_TRANSACTED
                | Self::CANCELLED
                | Self::REFUNDED
                | Self::INSUFFICIENT_BALANCE
                | Self::REJECTED
                | Self::NOT_FOUND
                | Self::MARKET_UNAVAILABLE
        )
    }

    /// Whether a new order with this status was refused, so that nothing of it exists.
    pub fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::MARKET_UNAVAILABLE | Self::INSUFFICIENT_BALANCE | Self::REJECTED | Self::NOT_FOUND
        ) || (300..=305).contains(&self.0)
            || (11..=13).contains(&self.0)
            || (133..=138).contains(&self.0)
            || matches!(self.0, 41 | 101)
    }

    /// Whether nobody knows what became of the request: the venue says so itself ([`Self::REQUEST_FAILED`]), or the
    /// number is none that LMEX documents for an order. Such a number may mean anything, also that nothing was done:
    /// ask for the order before you count on it or send it again.
    ///
    /// ```
    /// use lmex_api::Status;
    /// assert!(Status::REQUEST_FAILED.is_unknown() && Status(999).is_unknown());
    /// assert!(!Status::INSERTED.is_unknown() && !Status::REJECTED.is_unknown());
    /// ```
    pub fn is_unknown(self) -> bool {
        self == Self::REQUEST_FAILED || (self.name().is_none() && !self.is_refusal())
    }

    /// A short name for people; `None` for a number that is not known, and for a few refusals.
    pub fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "market unavailable",
            2 => "open",
            4 => "filled",
            5 => "partially filled",
            6 => "cancelled",
            7 => "refunded",
            8 => "insufficient balance",
            9 => "trigger waiting",
            10 => "trigger fired",
            11 => "invalid currency",
            12 => "risk limit not changed",
            13 => "invalid leverage",
            15 => "rejected",
            16 => "not found",
            17 => "unknown: check the order",
            20 => "success",
            27 => "transferred",
            28 => "not transferred",
            41 => "invalid risk limit",
            64 => "liquidation",
            65 => "active",
            85 => "processing",
            88 => "inactive",
            101 => "price outside liquidation price",
            123 => "amended",
            131 => "leverage is being changed",
            132 => "risk limit is being changed",
            133 => "position mode invalid",
            134 => "position mode unchangeable",
            135 => "position id invalid",
            138 => "position mode is being changed",
            300 => "maximum size exceeded",
            301 => "invalid size",
            302 => "invalid price",
            303 => "rate limit",
            304 => "too many open orders",
            305 => "price outside protection range",
            1003 => "liquidation",
            1004 => "auto-deleveraging",
            _ => return None,
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} {name}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

/// The kind of an order as a number in answers (`orderType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderKind(#[serde(with = "wire::integer::required")] pub i64);

impl OrderKind {
    /// Limit order.
    pub const LIMIT: Self = Self(76);
    /// Market order.
    pub const MARKET: Self = Self(77);
    /// Algo (peg) order.
    pub const PEG: Self = Self(80);
    /// Over the counter.
    pub const OTC: Self = Self(81);
    /// No order: a position (streams).
    pub const POSITION: Self = Self(90);
}

impl fmt::Display for OrderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::LIMIT => f.pad("limit"),
            Self::MARKET => f.pad("market"),
            Self::PEG => f.pad("peg"),
            Self::OTC => f.pad("otc"),
            Self::POSITION => f.pad("position"),
            Self(other) => write!(f, "type {other}"),
        }
    }
}
