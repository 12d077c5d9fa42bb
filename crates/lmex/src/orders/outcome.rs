//! The three things that can become of an order.

use std::fmt;
use std::time::Duration;

use lmex_api::futures::OrderAnswer;
use lmex_types::{ClientOrderId, Symbol, TimeMs};

use crate::error::Error;

/// What became of an order that was sent.
#[derive(Debug)]
#[must_use = "an order can be refused or unknown"]
pub enum OrderOutcome {
    /// The venue has it: see its status for whether it is open, filled or already cancelled.
    Done(Box<DoneOrder>),
    /// The venue said no: nothing of it exists.
    Refused(Refusal),
    /// Nobody answered, and asking has not cleared it up yet: it may exist. The next order in this market resolves it
    /// first; [`Client::resolve`](crate::Client::resolve) does so at once.
    Unknown(UnknownOrder),
}

impl OrderOutcome {
    /// The order, if the venue has it.
    pub fn done(self) -> Option<Box<DoneOrder>> {
        match self {
            Self::Done(order) => Some(order),
            Self::Refused(_) | Self::Unknown(_) => None,
        }
    }
}

/// An order the venue has.
#[derive(Debug, Clone)]
pub struct DoneOrder {
    /// As the venue tells it.
    pub order: OrderAnswer,
    /// What came with it: the other half of a pair, exits that were bound at once. Empty if it was found by asking.
    pub others: Vec<OrderAnswer>,
    /// Whether the answer was lost and the order found by asking for it.
    pub found_by_asking: bool,
    /// How long it took, from sending to knowing.
    pub latency: Duration,
}

/// A no.
#[derive(Debug)]
pub enum Refusal {
    /// In the order's own answer.
    Status(Box<OrderAnswer>),
    /// As an error.
    Error(Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(order) => {
                write!(f, "status {}", order.status)?;
                let reason = order.reason();
                if reason.is_empty() { Ok(()) } else { write!(f, ": {reason}") }
            }
            Self::Error(error) => error.fmt(f),
        }
    }
}

/// An order whose fate is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownOrder {
    /// Its id, by which it can be asked for. That of a close is in the journal only.
    pub client_id: ClientOrderId,
    /// Whether it closes a position.
    pub closing: bool,
    /// Its market.
    pub symbol: Symbol,
    /// When it was sent (wall time).
    pub sent: TimeMs,
    /// From when on its absence means that it will never exist (wall time).
    pub settles: TimeMs,
    /// Why it is unknown.
    pub reason: String,
}

impl fmt::Display for UnknownOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client_id, symbol, reason, .. } = self;
        if self.closing {
            return write!(f, "an order that closes the position in {symbol} may or may not exist: {reason}");
        }
        write!(f, "order {client_id} in {symbol} may or may not exist: {reason}")
    }
}
