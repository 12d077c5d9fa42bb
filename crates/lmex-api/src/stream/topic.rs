//! What can be subscribed to, and under which spellings.

use std::fmt;

use lmex_types::Symbol;

use super::account_topic::AccountTopic;
use crate::dialect::Dialect;

/// The two stream endpoints of the futures venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamPath {
    /// `/ws/oss/futures`: order books.
    Book,
    /// `/ws/futures`: trades and private topics.
    Main,
}

impl StreamPath {
    /// The path in the URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Book => "/ws/oss/futures",
            Self::Main => "/ws/futures",
        }
    }
}

/// Something to subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The whole order book: a snapshot, then changes.
    Book(Symbol),
    /// Best bid and offer, whole, at each change.
    Top(Symbol),
    /// Public trades.
    Trades(Symbol),
    /// Something about one's own account: needs a login, which a session sees to.
    Account(AccountTopic),
}

impl From<AccountTopic> for Topic {
    fn from(topic: AccountTopic) -> Self {
        Self::Account(topic)
    }
}

impl Topic {
    /// Where it is served.
    pub fn path(self) -> StreamPath {
        match self {
            Self::Book(_) | Self::Top(_) => StreamPath::Book,
            Self::Trades(_) => StreamPath::Main,
            Self::Account(topic) => topic.path(),
        }
    }

    /// The market it is about; `None` of what is about the account in all markets.
    pub fn symbol(self) -> Option<Symbol> {
        match self {
            Self::Book(symbol) | Self::Top(symbol) | Self::Trades(symbol) => Some(symbol),
            Self::Account(topic) => topic.symbol(),
        }
    }

    /// Whether it comes after a login only.
    pub fn is_private(self) -> bool {
        matches!(self, Self::Account(_))
    }

    /// Whether data must come, as long as it is subscribed to. Nothing may happen for hours of which the others tell.
    pub(super) fn is_continuous(self) -> bool {
        matches!(self, Self::Book(_) | Self::Top(_))
    }

    /// The names it goes by, the likeliest in this dialect first. A name the venue does not know is acknowledged with an
    /// empty list; the next one is tried then.
    ///
    /// Sources: LMEX's stream documentation (`update:…_0`, `snapshotL1:…`, `tradeHistoryApiV2:…`); BTSE's for the
    /// others, since version 2.3 of the API exists on both.
    pub fn spellings(self, dialect: Dialect) -> Vec<String> {
        match self {
            Self::Book(symbol) => vec![format!("update:{symbol}_0"), format!("update:{symbol}")],
            Self::Top(symbol) => {
                dialect.order("", "_0").map(|end| format!("snapshotL1:{symbol}{end}")).into()
            }
            Self::Trades(symbol) => ["tradeHistoryApiV3", "tradeHistoryApiV2", "tradeHistoryApi"]
                .into_iter()
                .map(|name| format!("{name}:{symbol}"))
                .collect(),
            Self::Account(topic) => topic.spellings(),
        }
    }

    /// Whether a message under this topic name, about this market, belongs to it. Names come with or without the
    /// grouping suffix, and legacy trade topics without the market.
    pub fn matches(self, name: &str, symbol: Option<Symbol>) -> bool {
        let wanted = match self {
            Self::Book(wanted) | Self::Top(wanted) | Self::Trades(wanted) => wanted,
            Self::Account(topic) => return topic.matches(name),
        };
        let (kind, rest) = name.split_once(':').unwrap_or((name, ""));
        let market = rest.strip_suffix("_0").unwrap_or(rest);
        let same_market = if market.is_empty() {
            symbol.is_some_and(|symbol| same_market(symbol, wanted))
        } else {
            market.eq_ignore_ascii_case(wanted.as_str())
        };
        let same_kind = match self {
            Self::Book(_) => kind == "update",
            Self::Top(_) => kind == "snapshotL1",
            Self::Trades(_) => matches!(kind, "tradeHistoryApi" | "tradeHistoryApiV2" | "tradeHistoryApiV3"),
            Self::Account(_) => false,
        };
        same_kind && same_market
    }
}

/// Legacy topics call `BTC-PERP` by its old name `BTCPFC`.
fn same_market(heard: Symbol, wanted: Symbol) -> bool {
    heard == wanted
        || heard
            .as_str()
            .strip_suffix("PFC")
            .is_some_and(|base| wanted.as_str().strip_suffix("-PERP").is_some_and(|wanted| wanted == base))
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Book(symbol) => write!(f, "book {symbol}"),
            Self::Top(symbol) => write!(f, "top {symbol}"),
            Self::Trades(symbol) => write!(f, "trades {symbol}"),
            Self::Account(topic) => topic.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_spelling_is_recognised() {
        let btc: Symbol = "BTC-PERP".parse().unwrap();
        let legacy: Symbol = "BTCPFC".parse().unwrap();
        assert!(Topic::Book(btc).matches("update:BTC-PERP_0", None));
        assert!(Topic::Book(btc).matches("update:BTC-PERP", None));
        assert!(Topic::Top(btc).matches("snapshotL1:BTC-PERP_0", None));
        assert!(Topic::Trades(btc).matches("tradeHistoryApi", Some(legacy)));
        assert!(Topic::Trades(btc).matches("tradeHistoryApiV3:BTC-PERP", Some(btc)));
        assert!(!Topic::Trades(btc).matches("tradeHistoryApiV3:ETH-PERP", None));
        assert!(!Topic::Book(btc).matches("snapshotL1:BTC-PERP", None));
    }
}
