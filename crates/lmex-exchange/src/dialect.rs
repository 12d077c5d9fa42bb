//! Where the evidence about the venue contradicts itself: which side is taken, and what else is accepted.
//!
//! LMEX and BTSE run the same engine. Their documents, and what was recorded of each, differ in places; nobody has
//! asked LMEX which is true of it today. [`DIFFERENCES`] lists these places, and `docs/CONFORMANCE.md` is made from it.

use http::StatusCode;
pub use lmex_api::Dialect;
use lmex_engine::SmallOrders;

/// One place where the dialects differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub subject: &'static str,
    /// Endpoints (`POST /order`) and topics that it concerns; empty where it is all private endpoints.
    pub concerns: &'static [&'static str],
    /// What [`Dialect::Lmex`] does.
    pub lmex: &'static str,
    /// What [`Dialect::Btse`] does.
    pub btse: &'static str,
    /// Who says so.
    pub evidence: &'static str,
}

impl Difference {
    /// What a dialect does.
    pub fn of(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Lmex => self.lmex,
            Dialect::Btse => self.btse,
        }
    }
}

/// Everything in which the dialects differ.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        subject: "order not found",
        concerns: &["PUT /order", "DELETE /order", "GET /order"],
        lmex: "HTTP 400, `errorCode` 400",
        btse: "HTTP 429, `errorCode` -1",
        evidence: "LMEX's change log 1.2.3; BTSE recorded (ccxt-btse-comments/_live_error_bodies.json)",
    },
    Difference {
        subject: "request not authenticated",
        concerns: &[],
        lmex: "HTTP 401, `errorCode` -7",
        btse: "HTTP 400, `errorCode` -7",
        evidence: "LMEX's change log 1.0.7; BTSE recorded (ccxt-btse-comments/_live_error_bodies.json)",
    },
    Difference {
        subject: "GET or DELETE signed with its query",
        concerns: &[],
        lmex: "refused: path and nonce alone are signed",
        btse: "accepted beside the documented form",
        evidence: "both documents sign without the query, and LMEX live accounts do; clients written for BTSE sign with it",
    },
    Difference {
        subject: "candle bounds in seconds",
        concerns: &["GET /ohlcv"],
        lmex: "refused: `start` and `end` are milliseconds",
        btse: "accepted beside milliseconds, told apart by their size",
        evidence: "LMEX's document, a live LMEX account and a BTSE v2.3 recording use milliseconds; BTSE's newer API and its clients seconds",
    },
    Difference {
        subject: "attributes of `market_summary`",
        concerns: &["GET /market_summary"],
        lmex: "opening times, risk limits and settlement currencies with `listFullAttributes` only",
        btse: "always, but for the two about funding",
        evidence: "LMEX recorded (ccxt-lmex-pr28684/fetchTicker.0…); BTSE recorded (ccxt-btse-aug2026/markets_info_rows.json)",
    },
    Difference {
        subject: "answer to a transfer between own wallets",
        concerns: &["POST /user/wallet/transfer"],
        lmex: "an envelope with a receipt",
        btse: "the wallets",
        evidence: "LMEX's document v2.2; BTSE's document v2.3",
    },
    Difference {
        subject: "orders worth less than 5 USDT",
        concerns: &["POST /order", "PUT /order"],
        lmex: "refused, `errorCode` 301",
        btse: "accepted as spam: hidden, and charged the taker fee; refused if post-only",
        evidence: "LMEX's document v2.2 (`size`: more than 5 USDT); BTSE's document v2.3 (Spam Orders) and a recorded order worth 0.01 USDT",
    },
    Difference {
        subject: "too little money for an order",
        concerns: &["POST /order", "POST /order/peg"],
        lmex: "HTTP 200, the order with status 8",
        btse: "HTTP 400, `errorCode` 33199101",
        evidence: "LMEX's document v2.2 prints such an answer (lmex-docs-rest-futures-v2.2/post_order_peg.response200.General.json), and a client of a live LMEX account reads it; BTSE's list of errors",
    },
    Difference {
        subject: "best bid and offer without a grouping",
        concerns: &["snapshotL1:SYM", "snapshotL1:SYM_1"],
        lmex: "`snapshotL1:SYM`, and `snapshotL1:SYM_0` as an older client sends it",
        btse: "`snapshotL1:SYM_0` to `snapshotL1:SYM_8`",
        evidence: "LMEX's change log 1.4.5 removed the grouping; BTSE's document v2.3 has it",
    },
    Difference {
        subject: "book without a grouping",
        concerns: &["update:SYM"],
        lmex: "`update:SYM_0` and `update:SYM`",
        btse: "`update:SYM_0` alone, beside the other groupings",
        evidence: "LMEX's document shows both; BTSE's document v2.3 the first",
    },
    Difference {
        subject: "name that trades of `tradeHistoryApiV2` come under",
        concerns: &["tradeHistoryApiV2:SYM"],
        lmex: "`tradeHistoryApiV2:SYM`",
        btse: "`tradeHistoryApiV2`",
        evidence: "LMEX's stream document; BTSE's document v2.2, which v2.3 mends with `tradeHistoryApiV3`",
    },
    Difference {
        subject: "unknown topics on `/ws/oss/futures`",
        concerns: &["update:SYM_0"],
        lmex: "left out of the acknowledgement",
        btse: "left out, and named by an error: 1000 for the market, 1005 for the topic",
        evidence: "LMEX's stream document; BTSE's list of errors of its order book stream",
    },
    Difference {
        subject: "private topics of version 2.2",
        concerns: &["allPositionV3", "positionsV2"],
        lmex: "served, beside `allPositionV4` and `positionsV3`",
        btse: "unknown: those of version 2.3 alone are served",
        evidence: "LMEX's stream document has the older ones and is from before its v2.3; BTSE's document v2.3 has the newer ones alone",
    },
    Difference {
        subject: "open orders as a stream",
        concerns: &["open-order:SYM-USD"],
        lmex: "served",
        btse: "unknown",
        evidence: "LMEX's stream document has it; BTSE's document v2.3 has not",
    },
];

/// What an exchange of this dialect does where the other does something else.
pub(crate) trait Manners {
    /// HTTP status and code of an order that is not there.
    fn order_not_found(self) -> (StatusCode, i64);

    /// HTTP status of a request that is not authenticated.
    fn not_authenticated(self) -> StatusCode;

    /// Whether a request without a body may be signed with its query.
    fn takes_signed_query(self) -> bool;

    /// Whether the bounds of candles may be in seconds.
    fn takes_seconds(self) -> bool;

    /// What becomes of orders that are not worth the minimum notional.
    fn small_orders(self) -> SmallOrders;

    /// Whether an order that there is too little money for is answered as an order with a status.
    fn answers_shortage_as_order(self) -> bool;

    /// Whether best bids and offers come in groupings.
    fn groups_best_prices(self) -> bool;

    /// Whether market summaries have all attributes but those about funding, asked for or not.
    fn summarises_at_length(self) -> bool;

    /// Whether a transfer answers the wallets instead of a receipt.
    fn answers_wallets(self) -> bool;

    /// Whether a topic of the books that is not known is answered with an error besides.
    fn complains_of_topics(self) -> bool;

    /// Whether topics that LMEX's documents alone have are known: books and best prices without a grouping, the
    /// private topics of version 2.2, open orders.
    fn knows_lmex_topics(self) -> bool;

    /// Whether trades of `tradeHistoryApiV2` come under a name without the market.
    fn cuts_trade_topic(self) -> bool;
}

impl Manners for Dialect {
    fn order_not_found(self) -> (StatusCode, i64) {
        match self {
            Self::Lmex => (StatusCode::BAD_REQUEST, 400),
            Self::Btse => (StatusCode::TOO_MANY_REQUESTS, -1),
        }
    }

    fn not_authenticated(self) -> StatusCode {
        match self {
            Self::Lmex => StatusCode::UNAUTHORIZED,
            Self::Btse => StatusCode::BAD_REQUEST,
        }
    }

    fn takes_signed_query(self) -> bool {
        self == Self::Btse
    }

    fn takes_seconds(self) -> bool {
        self == Self::Btse
    }

    fn small_orders(self) -> SmallOrders {
        match self {
            Self::Lmex => SmallOrders::Refuse,
            Self::Btse => SmallOrders::Hide,
        }
    }

    fn answers_shortage_as_order(self) -> bool {
        self == Self::Lmex
    }

    fn groups_best_prices(self) -> bool {
        self == Self::Btse
    }

    fn summarises_at_length(self) -> bool {
        self == Self::Btse
    }

    fn answers_wallets(self) -> bool {
        self == Self::Btse
    }

    fn complains_of_topics(self) -> bool {
        self == Self::Btse
    }

    fn knows_lmex_topics(self) -> bool {
        self == Self::Lmex
    }

    fn cuts_trade_topic(self) -> bool {
        self == Self::Btse
    }
}
