//! How many requests a second may leave, and what they compete for.

/// Requests a second that the venue allows, and what is kept back for what takes risk away.
///
/// The defaults are the documented limits: 15 queries for each API key, 30 for each user, 75 orders, 5 transfers. Lower
/// them to leave room for other programs that use the same account. What other keys of the same user send can't be
/// known here: with several keys, the 30 queries of the user are to be divided by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Queries a second with one key.
    pub queries_per_key: u32,
    /// Queries a second for the user, over all keys.
    pub queries_per_user: u32,
    /// Order requests (create, amend, cancel, close) a second.
    pub orders: u32,
    /// How many of `orders` only cancels and closes may use. Where it is two or more, the last one is for cancels alone.
    pub reserve: u32,
    /// Transfers between wallets a second for the user.
    pub transfers: u32,
    /// For how many milliseconds after a block requests only trickle, cancels first: 3,000 unless set, 10,000 at most, 0 for
    /// not at all.
    pub trickle_ms: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queries_per_key: 15,
            queries_per_user: 30,
            orders: 75,
            reserve: 5,
            transfers: 5,
            trickle_ms: 3_000,
        }
    }
}

impl Limits {
    /// At most this many order requests a second.
    #[must_use]
    pub fn orders(self, orders: u32) -> Self {
        Self { orders, reserve: self.reserve.min(orders / 2), ..self }
    }

    /// At most this many queries a second.
    #[must_use]
    pub fn queries(self, queries: u32) -> Self {
        Self { queries_per_key: queries, queries_per_user: self.queries_per_user.max(queries), ..self }
    }

    /// How many requests a second may be in a budget for one of this class to join them: at least one.
    ///
    /// The more a class takes risk away, the more it may fill the budget. So where a budget is full, the first place that
    /// becomes free is a cancel's, the next a close's, whichever process they wait in.
    ///
    /// ```
    /// use lmex_api::{Limits, RateClass};
    /// let limits = Limits::default();
    /// let most = [RateClass::Cancel, RateClass::Close, RateClass::Order].map(|class| limits.most(class));
    /// assert_eq!(most, [75, 74, 70]);
    /// ```
    pub fn most(&self, class: RateClass) -> u32 {
        let most = match class {
            RateClass::Cancel => self.orders,
            RateClass::Close => self.orders.saturating_sub(u32::from(self.reserve >= 2)),
            RateClass::Order => self.orders.saturating_sub(self.reserve),
            RateClass::Query => self.queries_per_key.min(self.queries_per_user),
            RateClass::Transfer => self.transfers,
        };
        most.max(1)
    }
}

/// What a request competes for. Those that come first here overtake those that come later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RateClass {
    /// Takes orders off the book, or renews the dead man's switch: may use the whole order budget.
    Cancel,
    /// Can only make a position smaller: may use the reserve too, but for one place.
    Close,
    /// Creates, amends.
    Order,
    /// Reads.
    Query,
    /// Moves money between wallets.
    Transfer,
}

impl RateClass {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Cancel, Self::Close, Self::Order, Self::Query, Self::Transfer];

    /// Whether two classes draw on the same of the venue's budgets, so that one may have to wait for the other.
    ///
    /// ```
    /// use lmex_api::RateClass;
    /// assert!(RateClass::Cancel.shares_budget(RateClass::Order) && !RateClass::Query.shares_budget(RateClass::Order));
    /// ```
    pub fn shares_budget(self, other: Self) -> bool {
        self == other || (self <= Self::Order && other <= Self::Order)
    }

    /// A stable word for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Close => "close",
            Self::Order => "order",
            Self::Query => "query",
            Self::Transfer => "transfer",
        }
    }
}
