//! An endpoint is a value: its path, rules and answer are known before any socket exists.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::pace::RateClass;
use crate::request::{PrepareError, Query};

/// The HTTP methods that LMEX uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// The method as it stands in the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which permission of a key an endpoint needs (LMEX documentation, "Requires permission").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// No key at all.
    Public,
    /// Reading the account.
    Read,
    /// Trading; also needed by `GET /order`.
    Trade,
    /// Moving money between one's own wallets.
    Transfer,
    /// Moving money between accounts: the document of the sub-account transfer names it, and it alone.
    Wallet,
}

/// Which of the venue's rate budgets a request draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// 15 a second for each API, 30 for each user.
    Query,
    /// 75 a second.
    Order,
    /// 5 a second for each user (LMEX's wallet document): what moves money.
    Wallet,
}

impl Bucket {
    /// What a request competes for in this bucket unless it says otherwise.
    pub fn rate_class(self) -> RateClass {
        match self {
            Self::Query => RateClass::Query,
            Self::Order => RateClass::Order,
            Self::Wallet => RateClass::Transfer,
        }
    }
}

/// Whether a request may be sent again when its fate is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Safety {
    /// Repeating it changes nothing: reads, and deleting by orderID.
    Safe,
    /// It can create an order, reach another order than meant, or move money: never sent again once its bytes may
    /// have left.
    ///
    /// Settings (leverage, risk limit, modes, the dead man's switch) are of this kind too, although setting the same
    /// value twice changes nothing: a repetition that comes late would undo what was set in between. Where they stand
    /// can be asked, and then they can be set again.
    Once,
}

/// How well the shape of an endpoint is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// Recorded from the running venue.
    LiveLmex,
    /// Recorded from BTSE, which runs the same engine.
    LiveBtse,
    /// Printed in the official documents.
    Documented,
}

/// What is fixed about an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointInfo {
    /// The HTTP method.
    pub method: Method,
    /// The path that is signed, such as `/api/v2.3/order`.
    pub path: &'static str,
    /// Which permission the key needs.
    pub permission: Permission,
    /// Which rate budget it draws on.
    pub bucket: Bucket,
    /// Whether it may be repeated; a request's own [`Endpoint::safety`] can be stricter or laxer.
    pub safety: Safety,
    /// Where it is documented: a heading of the official futures API document, version 2.3.
    pub documented: &'static str,
    /// How well its shape is known.
    pub evidence: Evidence,
}

/// One kind of request: build the value, [`prepare`](crate::prepare) it, send it, [`answer`](crate::answer) it.
pub trait Endpoint {
    /// What is fixed about it.
    const INFO: EndpointInfo;

    /// What a success answers.
    type Response: DeserializeOwned;

    /// Adds the query parameters.
    fn query(&self, _query: &mut Query) {}

    /// The JSON body, if it has one.
    fn body(&self) -> Result<Option<Vec<u8>>, PrepareError> {
        Ok(None)
    }

    /// What an answer without a body means; `None` where there must be one.
    fn empty_answer() -> Option<Self::Response> {
        None
    }

    /// Whether this very request may be repeated.
    fn safety(&self) -> Safety {
        Self::INFO.safety
    }

    /// What this very request competes for within its [bucket](EndpointInfo::bucket). Those that take risk away say so:
    /// cancels and the dead man's switch, the closing of a position, orders that are reduce-only.
    fn rate_class(&self) -> RateClass {
        Self::INFO.bucket.rate_class()
    }
}
