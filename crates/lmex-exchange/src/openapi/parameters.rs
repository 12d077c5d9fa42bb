//! What each endpoint takes.

use lmex_api::futures::Resolution;
use lmex_api::{EndpointInfo, Method};
use serde_json::{Value, json};

/// One parameter of a query, or member of a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_mandatory: bool,
}

/// What a parameter's value is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A market, such as `BTC-PERP`.
    Symbol,
    /// Any text.
    Text,
    /// A UUID.
    OrderId,
    /// The trader's own id.
    ClientId,
    /// A number.
    Number,
    /// A number without a fraction.
    Whole,
    /// The length of a candle.
    Minutes,
    /// Milliseconds since 1970.
    Time,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// What is moved between wallets.
    Assets,
}

use Kind::{Assets, ClientId, Flag, Minutes, Number, OrderId, Symbol, Text, Time, Whole, Word};

const SIDES: &[&str] = &["BUY", "SELL"];
const MODES: &[&str] = &["ONE_WAY", "HEDGE", "ISOLATED"];
const PRICES: &[&str] = &["markPrice", "lastPrice"];
const WALLETS: &[&str] = &["SPOT", "CROSS", "ISOLATED"];
const TIMES_IN_FORCE: &[&str] =
    &["GTC", "IOC", "FOK", "HALFMIN", "FIVEMIN", "HOUR", "TWELVEHOUR", "DAY", "WEEK", "MONTH"];

const fn must(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, is_mandatory: true }
}

const fn may(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, is_mandatory: false }
}

const MAYBE_SYMBOL: &[Parameter] = &[may("symbol", Symbol)];
const ONE_SYMBOL: &[Parameter] = &[must("symbol", Symbol)];

/// The parameters of an endpoint, as the server reads them.
pub(super) fn of(info: &EndpointInfo) -> &'static [Parameter] {
    let path = info.path.strip_prefix("/api/v2.3").unwrap_or(info.path);
    match (info.method, path) {
        (_, "/market_summary") => const { &[may("symbol", Symbol), may("listFullAttributes", Flag)] },
        (_, "/ohlcv") => {
            const { &[must("symbol", Symbol), must("resolution", Minutes), may("start", Time), may("end", Time)] }
        }
        (_, "/orderbook") => const { &[must("symbol", Symbol), may("group", Whole)] },
        (_, "/orderbook/L2") => const { &[must("symbol", Symbol), may("depth", Whole)] },
        (_, "/trades") => PUBLIC_TRADES,
        (_, "/funding_history") => {
            const { &[may("symbol", Symbol), may("count", Whole), may("from", Time), may("to", Time)] }
        }
        (Method::Get, "/order") => ORDER_IDS,
        (Method::Delete, "/order") | (_, "/user/open_orders") => orders_of(info.method),
        (Method::Post, "/order") => NEW_ORDER,
        (Method::Put, "/order") => AMENDMENT,
        (_, "/order/peg") => ALGO_ORDER,
        (_, "/order/bind/tpsl") => EXITS,
        (_, "/order/close_position") => CLOSING,
        (_, "/order/cancelAllAfter") => const { &[must("timeout", Whole)] },
        (_, "/user/trade_history") => OWN_TRADES,
        (_, "/user/wallet") => const { &[may("wallet", Text)] },
        (_, "/user/wallet_history") => {
            const { &[may("wallet", Text), may("startTime", Time), may("endTime", Time), may("count", Whole)] }
        }
        (_, "/user/unifiedWallet/margin") => const { &[may("symbol", Symbol), may("positionId", Text)] },
        (_, "/user/wallet/transfer") => OWN_TRANSFER,
        (_, "/subaccount/wallet/transfer") => TRANSFER,
        (Method::Post, "/risk_limit") => RISK_LIMIT,
        (Method::Post, "/leverage") => LEVERAGE,
        (Method::Post, "/position_mode") => {
            const { &[must("symbol", Symbol), must("positionMode", Word(MODES))] }
        }
        (_, "/settle_in") => {
            const { &[must("symbol", Symbol), must("currency", Text), may("positionId", Text)] }
        }
        (_, "/risk_limit" | "/leverage" | "/user/margin") => ONE_SYMBOL,
        _ => MAYBE_SYMBOL,
    }
}

/// A cancel must name the market, a list need not.
fn orders_of(method: Method) -> &'static [Parameter] {
    match method {
        Method::Delete => {
            const {
                &[
                    must("symbol", Symbol),
                    may("orderID", OrderId),
                    may("clOrderID", ClientId),
                    may("clOrderId", ClientId),
                ]
            }
        }
        _ => {
            const {
                &[
                    may("symbol", Symbol),
                    may("orderID", OrderId),
                    may("clOrderID", ClientId),
                    may("clOrderId", ClientId),
                ]
            }
        }
    }
}

const ORDER_IDS: &[Parameter] =
    &[may("orderID", OrderId), may("clOrderID", ClientId), may("clOrderId", ClientId)];

const PUBLIC_TRADES: &[Parameter] = &[
    must("symbol", Symbol),
    may("startTime", Time),
    may("endTime", Time),
    may("beforeSerialId", Whole),
    may("afterSerialId", Whole),
    may("count", Whole),
    may("includeOld", Flag),
];

const OWN_TRADES: &[Parameter] = &[
    may("symbol", Symbol),
    may("startTime", Time),
    may("endTime", Time),
    may("orderID", OrderId),
    may("clOrderID", ClientId),
    may("clOrderId", ClientId),
    may("beforeSerialId", Whole),
    may("afterSerialId", Whole),
    may("count", Whole),
    may("includeOld", Flag),
    may("isMatchSymbol", Flag),
];

const NEW_ORDER: &[Parameter] = &[
    must("symbol", Symbol),
    must("side", Word(SIDES)),
    must("type", Word(&["LIMIT", "MARKET", "OCO"])),
    must("size", Whole),
    may("price", Number),
    may("txType", Word(&["LIMIT", "STOP", "TRIGGER"])),
    may("trigger", Word(PRICES)),
    may("triggerPrice", Number),
    may("stopPrice", Number),
    may("trailValue", Number),
    may("time_in_force", Word(TIMES_IN_FORCE)),
    may("postOnly", Flag),
    may("reduceOnly", Flag),
    may("clOrderID", ClientId),
    may("clOrderId", ClientId),
    may("takeProfitPrice", Number),
    may("takeProfitTrigger", Word(PRICES)),
    may("stopLossPrice", Number),
    may("stopLossTrigger", Word(PRICES)),
    may("positionMode", Word(MODES)),
    may("positionId", Text),
];

const AMENDMENT: &[Parameter] = &[
    must("symbol", Symbol),
    may("orderID", OrderId),
    may("clOrderID", ClientId),
    may("clOrderId", ClientId),
    must("type", Word(&["PRICE", "SIZE", "TRIGGERPRICE", "ALL"])),
    may("value", Number),
    may("orderPrice", Number),
    may("orderSize", Whole),
    may("triggerPrice", Number),
    may("slide", Flag),
];

const ALGO_ORDER: &[Parameter] = &[
    must("symbol", Symbol),
    must("side", Word(SIDES)),
    must("size", Whole),
    must("price", Number),
    may("clOrderID", ClientId),
    may("clOrderId", ClientId),
    may("deviation", Number),
    may("stealth", Number),
    may("positionMode", Word(MODES)),
];

const EXITS: &[Parameter] = &[
    must("symbol", Symbol),
    may("side", Word(SIDES)),
    may("takeProfitPrice", Number),
    may("takeProfitTrigger", Word(PRICES)),
    may("stopLossPrice", Number),
    may("stopLossTrigger", Word(PRICES)),
    may("positionMode", Word(MODES)),
    may("positionId", Text),
];

const CLOSING: &[Parameter] = &[
    must("symbol", Symbol),
    must("type", Word(&["LIMIT", "MARKET"])),
    may("price", Number),
    may("positionId", Text),
    may("postOnly", Flag),
];

/// `riskLimit` is read, and refused with the advice to send the level.
const RISK_LIMIT: &[Parameter] = &[
    may("riskLimit", Number),
    must("symbol", Symbol),
    must("riskLimitLevel", Whole),
    may("positionMode", Word(MODES)),
];

const LEVERAGE: &[Parameter] = &[
    must("symbol", Symbol),
    must("leverage", Whole),
    may("positionMode", Word(MODES)),
    may("positionId", Text),
    may("marginMode", Word(&["CROSS", "ISOLATED"])),
];

const OWN_TRANSFER: &[Parameter] = &[
    must("walletSrcType", Word(WALLETS)),
    must("walletDestType", Word(WALLETS)),
    may("walletSrc", Text),
    may("walletDest", Text),
    must("apiWallets", Assets),
];

const TRANSFER: &[Parameter] = &[
    must("walletSrcType", Word(WALLETS)),
    must("walletDestType", Word(WALLETS)),
    may("walletSrc", Text),
    may("walletDest", Text),
    must("apiWallets", Assets),
    must("fromUser", Text),
    must("receiver", Text),
];

impl Parameter {
    /// As a parameter of the query.
    pub(super) fn in_query(&self) -> Value {
        json!({"name": self.name, "in": "query", "required": self.is_mandatory, "schema": self.schema()})
    }

    /// What its value is.
    pub(super) fn schema(&self) -> Value {
        match self.kind {
            Symbol => json!({"type": "string", "examples": ["BTC-PERP"]}),
            Text => json!({"type": "string"}),
            OrderId => json!({"type": "string", "format": "uuid"}),
            ClientId => json!({"type": "string", "pattern": "^[!-~]{1,36}$"}),
            Number => json!({"type": "number"}),
            Whole => json!({"type": "integer", "format": "int64"}),
            Minutes => {
                json!({"type": "integer", "enum": Resolution::ALL.map(Resolution::minutes)})
            }
            Time => json!({"type": "integer", "format": "int64", "minimum": 100_000_000_000_i64}),
            Flag => json!({"type": "boolean"}),
            Word(words) => json!({"type": "string", "enum": words}),
            Assets => json!({
                "type": "array", "minItems": 1, "maxItems": 1,
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["currency"],
                    "properties": {
                        "currency": {"type": "string", "enum": ["USDT"]},
                        "balance": {"type": ["number", "string"]},
                        "allBalance": {"type": "boolean"},
                    },
                },
            }),
        }
    }
}
