//! The topics about one's own account: they come after a login only.

use std::fmt;

use lmex_types::Symbol;

use super::topic::StreamPath;

/// Something about the account to subscribe to, on [`StreamPath::Main`]. Without a login the venue acknowledges it and
/// then sends nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountTopic {
    /// What becomes of one's orders.
    Notifications,
    /// One's fills.
    Fills,
    /// All open positions: every 5 seconds, says LMEX's document; when one changes, says BTSE's.
    AllPositions,
    /// Positions as they change; one that is closed comes once more, with no contracts.
    Positions,
    /// Open orders in a market: all, then changes.
    OpenOrders(Symbol),
}

impl AccountTopic {
    /// Where it is served.
    pub fn path(self) -> StreamPath {
        StreamPath::Main
    }

    /// The market it is about; `None` of what is about all.
    pub fn symbol(self) -> Option<Symbol> {
        match self {
            Self::OpenOrders(symbol) => Some(symbol),
            Self::Notifications | Self::Fills | Self::AllPositions | Self::Positions => None,
        }
    }

    /// The names it goes by, the one of version 2.3 first. A name the venue does not know is acknowledged with an empty
    /// list; the next one is tried then.
    ///
    /// Sources: BTSE's document of version 2.3, and LMEX's stream documentation for the forerunners and for open orders,
    /// whose market it names with what the market is settled in.
    pub fn spellings(self) -> Vec<String> {
        let named = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        match self {
            Self::Notifications => named(&["notificationApiV4", "notificationApiV3"]),
            Self::Fills => named(&["fillsV2"]),
            Self::AllPositions => named(&["allPositionV4", "allPositionV3"]),
            Self::Positions => named(&["positionsV3", "positionsV2"]),
            Self::OpenOrders(symbol) => {
                ["-USD", "-USDT", ""].into_iter().map(|quote| format!("open-order:{symbol}{quote}")).collect()
            }
        }
    }

    /// Whether a message under this topic name belongs to it.
    pub fn matches(self, name: &str) -> bool {
        self.spellings().iter().any(|spelling| spelling == name)
    }
}

impl fmt::Display for AccountTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notifications => f.pad("notifications"),
            Self::Fills => f.pad("fills"),
            Self::AllPositions => f.pad("all positions"),
            Self::Positions => f.pad("positions"),
            Self::OpenOrders(symbol) => write!(f, "open orders {symbol}"),
        }
    }
}
