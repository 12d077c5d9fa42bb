//! What can be subscribed to here, under which names.

use lmex_api::stream::StreamPath;
use lmex_engine::MarketId;

use crate::dialect::{Dialect, Manners as _};
use crate::grouping::Grouping;

/// One topic under one of its names. Each name is a subscription of its own and hears itself in every message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Channel {
    /// About a market.
    Market(MarketId, MarketTopic),
    /// About the account that is logged in.
    Account(AccountTopic),
    /// Open orders in a market, of the account that is logged in.
    OpenOrders(MarketId, Settlement),
}

impl Channel {
    /// The channel of a topic name on a stream path; `None` if there is no such topic there. `market` finds a market
    /// by its exact name.
    pub(super) fn find(
        path: StreamPath,
        name: &str,
        market: impl Fn(&str) -> Option<MarketId>,
    ) -> Option<Self> {
        for topic in MarketTopic::all().filter(|topic| topic.path() == path) {
            if let Some(market) = topic.symbol_in(name).and_then(&market) {
                return Some(Self::Market(market, topic));
            }
        }
        if let Some(own) = name.strip_prefix(OPEN_ORDERS).filter(|_| path == StreamPath::Main) {
            let mut settlements = Settlement::ALL.into_iter();
            return settlements.find_map(|settlement| {
                let market = own.strip_suffix(settlement.suffix()).and_then(&market)?;
                Some(Self::OpenOrders(market, settlement))
            });
        }
        let about_account = AccountTopic::ALL.into_iter().find(|topic| topic.name() == name);
        about_account.filter(|_| path == StreamPath::Main).map(Self::Account)
    }

    /// Whether it is heard after a login only, each account of itself.
    pub(super) fn is_private(self) -> bool {
        !matches!(self, Self::Market(..))
    }

    /// Whether a venue of this dialect knows the channel.
    pub(super) fn is_known_in(self, dialect: Dialect) -> bool {
        let is_lmex_alone = match self {
            Self::Market(_, MarketTopic::TopGrouped(grouping)) if grouping != Grouping::NONE => {
                return dialect.groups_best_prices();
            }
            Self::Market(_, topic) => matches!(topic, MarketTopic::BookUngrouped | MarketTopic::Top),
            Self::Account(topic) => {
                matches!(topic, AccountTopic::AllPositionV3 | AccountTopic::PositionsV2)
            }
            Self::OpenOrders(..) => true,
        };
        dialect.knows_lmex_topics() || !is_lmex_alone
    }
}

/// The topics that messages may carry, with `*` for what is of the market.
pub(crate) fn topic_patterns() -> impl Iterator<Item = String> {
    let market = |topic: MarketTopic| {
        let (before, after) = topic.affixes();
        format!("{before}*-*{after}")
    };
    let uncut = MarketTopic::all().map(market).chain([format!("{OPEN_ORDERS}*-*")]);
    let cut = MarketTopic::TRADES.map(|topic| topic.affixes().0.trim_end_matches(':').to_owned());
    let of_account = AccountTopic::ALL.map(|topic| topic.name().to_owned());
    uncut.chain(cut).chain(of_account)
}

/// What the topic of open orders begins with.
const OPEN_ORDERS: &str = "open-order:";

/// How the topic of open orders names a market: LMEX's document `BTC-PERP-USD`, by an older settlement; the others are
/// taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Settlement {
    Usd,
    Usdt,
    Unnamed,
}

impl Settlement {
    pub(super) const ALL: [Self; 3] = [Self::Usd, Self::Usdt, Self::Unnamed];

    fn suffix(self) -> &'static str {
        match self {
            Self::Usd => "-USD",
            Self::Usdt => "-USDT",
            Self::Unnamed => "",
        }
    }

    /// The topic that messages carry.
    pub(super) fn topic(self, symbol: &str) -> String {
        format!("{OPEN_ORDERS}{symbol}{}", self.suffix())
    }

    /// The market as the rows name it.
    pub(super) fn market_name(self, symbol: &str) -> String {
        let suffix = if self == Self::Unnamed { Self::Usd.suffix() } else { self.suffix() };
        format!("{symbol}{suffix}")
    }
}

/// The topics about a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum MarketTopic {
    Book(Grouping),
    BookUngrouped,
    Top,
    TopGrouped(Grouping),
    TradesLegacy,
    TradesV2,
    TradesV3,
}

impl MarketTopic {
    pub(super) const TRADES: [Self; 3] = [Self::TradesLegacy, Self::TradesV2, Self::TradesV3];

    fn all() -> impl Iterator<Item = Self> {
        let groupings = [Grouping::NONE].into_iter().chain(Grouping::grouped());
        let books = groupings.flat_map(|grouping| Self::books(grouping).chain(Self::tops(grouping)));
        books.chain(Self::TRADES)
    }

    /// The names that a book with this grouping has.
    pub(super) fn books(grouping: Grouping) -> impl Iterator<Item = Self> {
        let ungrouped = (grouping == Grouping::NONE).then_some(Self::BookUngrouped);
        [Self::Book(grouping)].into_iter().chain(ungrouped)
    }

    /// The names that best prices with this grouping have.
    pub(super) fn tops(grouping: Grouping) -> impl Iterator<Item = Self> {
        let ungrouped = (grouping == Grouping::NONE).then_some(Self::Top);
        [Self::TopGrouped(grouping)].into_iter().chain(ungrouped)
    }

    fn path(self) -> StreamPath {
        match self {
            Self::Book(_) | Self::BookUngrouped | Self::Top | Self::TopGrouped(_) => StreamPath::Book,
            Self::TradesLegacy | Self::TradesV2 | Self::TradesV3 => StreamPath::Main,
        }
    }

    /// What stands before and after the symbol.
    fn affixes(self) -> (&'static str, &'static str) {
        match self {
            Self::Book(grouping) => ("update:", grouping.suffix()),
            Self::BookUngrouped => ("update:", ""),
            Self::Top => ("snapshotL1:", ""),
            Self::TopGrouped(grouping) => ("snapshotL1:", grouping.suffix()),
            Self::TradesLegacy => ("tradeHistoryApi:", ""),
            Self::TradesV2 => ("tradeHistoryApiV2:", ""),
            Self::TradesV3 => ("tradeHistoryApiV3:", ""),
        }
    }

    fn symbol_in(self, name: &str) -> Option<&str> {
        let (before, after) = self.affixes();
        name.strip_prefix(before)?.strip_suffix(after)
    }

    /// The topic that messages carry. The legacy trade topic is answered without its market (capture of LMEX).
    pub(super) fn reply_name(self, symbol: &str, dialect: Dialect) -> String {
        match self {
            Self::TradesLegacy => "tradeHistoryApi".to_owned(),
            Self::TradesV2 if dialect.cuts_trade_topic() => "tradeHistoryApiV2".to_owned(),
            _ => {
                let (before, after) = self.affixes();
                format!("{before}{symbol}{after}")
            }
        }
    }
}

/// The topics about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum AccountTopic {
    FillsV2,
    NotificationV3,
    NotificationV4,
    AllPositionV3,
    AllPositionV4,
    PositionsV2,
    PositionsV3,
}

impl AccountTopic {
    /// All open positions, again and again.
    pub(super) const ALL_POSITIONS: [Self; 2] = [Self::AllPositionV3, Self::AllPositionV4];
    /// Positions that change.
    pub(super) const POSITIONS: [Self; 2] = [Self::PositionsV2, Self::PositionsV3];
    const ALL: [Self; 7] = [
        Self::FillsV2,
        Self::NotificationV3,
        Self::NotificationV4,
        Self::AllPositionV3,
        Self::AllPositionV4,
        Self::PositionsV2,
        Self::PositionsV3,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FillsV2 => "fillsV2",
            Self::NotificationV3 => "notificationApiV3",
            Self::NotificationV4 => "notificationApiV4",
            Self::AllPositionV3 => "allPositionV3",
            Self::AllPositionV4 => "allPositionV4",
            Self::PositionsV2 => "positionsV2",
            Self::PositionsV3 => "positionsV3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_api::stream::Topic;

    fn find(path: StreamPath, name: &str) -> Option<Channel> {
        Channel::find(path, name, |symbol| (symbol == "BTC-PERP").then_some(MarketId(3)))
    }

    #[test]
    fn every_spelling_of_the_client_is_found_where_it_is_served() {
        let btc = "BTC-PERP".parse().unwrap();
        for topic in [Topic::Book(btc), Topic::Top(btc), Topic::Trades(btc)] {
            for name in topic.spellings(Dialect::Lmex) {
                let Some(Channel::Market(market, found)) = find(topic.path(), &name) else {
                    panic!("{name} not found")
                };
                assert_eq!(market, MarketId(3));
                assert!(topic.matches(&found.reply_name("BTC-PERP", Dialect::Lmex), Some(btc)), "{name}");
                if found != MarketTopic::TradesLegacy {
                    assert_eq!(found.reply_name("BTC-PERP", Dialect::Lmex), name);
                }
            }
        }
    }

    #[test]
    fn other_names_other_paths_and_other_markets_are_not_found() {
        for name in [
            "update:BTC-PERP_9",
            "update:BTC-PERP_01",
            "update:btc-perp_0",
            "update:XYZ-PERP_0",
            "update",
            "",
            "fillsV2",
        ] {
            assert_eq!(find(StreamPath::Book, name), None, "{name}");
        }
        for name in ["update:BTC-PERP_0", "tradeHistoryApiV4:BTC-PERP", "orderBookApi:BTC-PERP", "fillsV3"] {
            assert_eq!(find(StreamPath::Main, name), None, "{name}");
        }
        assert_eq!(find(StreamPath::Main, "fillsV2"), Some(Channel::Account(AccountTopic::FillsV2)));
    }

    #[test]
    fn groupings_are_told_apart() {
        for (name, number) in
            [("update:BTC-PERP_1", 1), ("update:BTC-PERP_8", 8), ("snapshotL1:BTC-PERP_2", 2)]
        {
            let Some(Channel::Market(_, topic)) = find(StreamPath::Book, name) else {
                panic!("{name} not found")
            };
            let (MarketTopic::Book(grouping) | MarketTopic::TopGrouped(grouping)) = topic else {
                panic!("{name} is {topic:?}")
            };
            assert_eq!(Some(grouping), Grouping::numbered(number));
            assert_eq!(topic.reply_name("BTC-PERP", Dialect::Lmex), name);
        }
    }

    #[test]
    fn every_private_spelling_of_the_client_is_found() {
        use lmex_api::stream::AccountTopic as Theirs;
        let btc = "BTC-PERP".parse().unwrap();
        for name in Theirs::OpenOrders(btc).spellings() {
            let Some(Channel::OpenOrders(MarketId(3), settlement)) = find(StreamPath::Main, &name) else {
                panic!("{name} not found")
            };
            assert_eq!(settlement.topic("BTC-PERP"), name);
            assert_eq!(find(StreamPath::Book, &name), None);
        }
        assert_eq!(find(StreamPath::Main, "open-order:XYZ-PERP-USD"), None);
        for topic in [Theirs::Notifications, Theirs::Fills, Theirs::AllPositions, Theirs::Positions] {
            for name in topic.spellings() {
                assert!(matches!(find(StreamPath::Main, &name), Some(Channel::Account(_))), "{name}");
            }
        }
    }
}
